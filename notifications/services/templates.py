"""Change the words of a kind of mail, for a workshop (scope "w:<id>") or for the site (scope "")."""

from django.db import IntegrityError, models, transaction

from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from notifications.kinds import Kind, kind_of
from notifications.models import Template
from notifications.rendering import one_line, validate

_CHANGED = (
    "Somebody changed these words in the meantime. Your text is still here: compare it with theirs and save again."
)


@transaction.atomic
def save_template(
    *, kind: str, scope: str, by: models.Model | None, subject: str, text: str, version: int = 0
) -> Template:
    """Save words that can be filled in. ``version`` is the one that was edited, 0 where there was no row yet.

    Raises Refused for words that name an unknown value or cannot be read (``field`` says which), StaleState when
    somebody else saved first.
    """
    spec = _editable(kind, scope)
    validate(spec, subject, text)
    words = {"subject": one_line(subject), "text": text.replace("\r\n", "\n"), "updated_by_id": by.pk if by else None}
    if version:
        held = Template.objects.filter(scope=scope, kind=kind, version=version)
        if held.update(version=version + 1, **words) != 1:
            raise StaleState(_CHANGED)
        template = Template.objects.get(scope=scope, kind=kind)
    else:
        template = _first(kind, scope, words)
    _record("template.changed", kind, scope, by)
    return template


@transaction.atomic
def reset_template(*, kind: str, scope: str, by: models.Model | None) -> None:
    """Go back to the words one level up: the site's, or the default ones."""
    _editable(kind, scope)
    deleted, _ = Template.objects.filter(scope=scope, kind=kind).delete()
    if deleted:
        _record("template.reset", kind, scope, by)


def _first(kind: str, scope: str, words: dict[str, object]) -> Template:
    try:
        with transaction.atomic():
            return Template.objects.create(scope=scope, kind=kind, **words)
    except IntegrityError:
        raise StaleState(_CHANGED) from None


def _editable(kind: str, scope: str) -> Kind:
    spec = kind_of(kind)
    if scope and spec.site_only:
        raise Refused("The words of this mail belong to the whole site; a workshop cannot change them.")
    return spec


def _record(action: str, kind: str, scope: str, by: models.Model | None) -> None:
    workshop_id = int(scope.removeprefix("w:")) if scope else 0
    root_type = Root.WORKSHOP if scope else Root.PERSON
    root_id = workshop_id or (by.pk if by else 0)
    aspect = "staff" if scope else "account"
    record(action, by=by, root_type=root_type, root_id=root_id, aspect=aspect, data={"kind": kind})
