"""Write into the log that somebody begins, and stops, to look at the site as another person."""

from django.db import transaction

from access.rights import require
from access.view_as import ASPECT
from access.viewer import acting
from accounts.models import User
from audit.models import Root
from audit.services.record import record
from workshops.models import Workshop


@transaction.atomic
def begin_view_as(*, person: User, by: User, workshop: Workshop | None) -> None:
    """``by`` is about to see the site as ``person`` does. Raises PermissionDenied for whoever may not."""
    require(acting(by), ASPECT, person)
    _record("view_as.begun", person=person, by=by, workshop=workshop.pk if workshop else 0)


@transaction.atomic
def end_view_as(*, person: User, by: User, workshop: int) -> None:
    """``workshop``: the key of the one from whose desk it was begun, 0 for none."""
    _record("view_as.ended", person=person, by=by, workshop=workshop)


def _record(action: str, *, person: User, by: User, workshop: int) -> None:
    """In the book of the workshop from whose desk it is done; else in that of the person, which the operator reads."""
    root = (Root.WORKSHOP, workshop, "staff") if workshop else (Root.PERSON, person.pk, "account")
    record(action, by=by, through=person, root_type=root[0], root_id=root[1], aspect=root[2], about=person)
