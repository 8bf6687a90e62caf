"""Write one line into the book."""

from typing import Any

from django.db import models

from audit import actions
from audit.models import Entry


def record(
    action: str,
    *,
    by: models.Model | None,
    root_type: str,
    root_id: int,
    aspect: str,
    about: models.Model | None = None,
    through: models.Model | None = None,
    data: dict[str, Any] | None = None,
) -> Entry:
    """Write who (``by``, None is the system) did ``action`` to which root, inside the caller's transaction.

    ``aspect`` is the aspect of the root that a reader of the entry must be allowed to see. ``data`` holds ids and
    moves only. Raises ValueError for a verb that no app has registered.
    """
    if not actions.known(action):
        raise ValueError(f"No app has registered the action {action!r}.")
    return Entry.objects.create(
        action=action,
        actor_id=by.pk if by else None,
        through_id=through.pk if through else None,
        root_type=root_type,
        root_id=root_id,
        aspect=aspect,
        object_type=about._meta.label_lower if about is not None else "",
        object_id=str(about.pk) if about is not None else "",
        data=data or {},
    )
