"""Save a setting that has no service of its own."""

from django.db import models, transaction

from audit.services.record import record


@transaction.atomic
def save_setting(
    row: models.Model, *, by: models.Model, root_type: str, root_id: int | None = None, changed: list[str], added: bool
) -> None:
    """Save ``row`` and write into the log which fields changed (their names, never their values).

    Of a row that is there, what did not change is not written, so that nothing done in the meantime is undone.
    ``root_id`` None: the row itself is the root.
    """
    names = {field.name for field in row._meta.concrete_fields}
    row.save(update_fields=None if added else [name for name in changed if name in names])
    record(
        "settings.added" if added else "settings.changed",
        by=by,
        root_type=root_type,
        root_id=root_id if root_id is not None else row.pk,
        aspect="account" if root_type == "person" else "settings",
        about=row,
        data={"fields": sorted(changed)},
    )


@transaction.atomic
def remove_setting(row: models.Model, *, by: models.Model, root_type: str, root_id: int) -> None:
    """Remove a row that nothing hangs on, and write into the log which it was."""
    record(
        "settings.removed",
        by=by,
        root_type=root_type,
        root_id=root_id,
        aspect="settings",
        about=row,
    )
    row.delete()
