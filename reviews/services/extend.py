"""Give reviewers more days for single reviews."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from reviews.models import Assignment
from reviews.services.letters import tell_extended
from reviews.states import REVIEWING
from reviews.work import due_dates
from workshops.instants import aoe
from workshops.models import Extension, Workshop
from workshops.services.extensions import write_extension

NO_REASON = "Say why; the reviewers read it, and the log keeps that you wrote it."


@transaction.atomic
def extend_reviews(
    *, workshop: Workshop, assignments: Sequence[UUID], until: datetime, reason: str, by: User | None
) -> list[Assignment]:
    """These reviews are due then, for people who have the papers now. Each is told, in one mail.

    Raises Refused for an instant that has passed or that does not lie after a review's date, and without a reason;
    PermissionDenied when one of the papers is not one that ``by`` acts on.
    """
    if not reason.strip():
        raise Refused(NO_REASON, field="reason")
    when = due_dates(workshop)
    rows = Assignment.objects.current().filter(
        pk__in=list(assignments), submission__workshop=workshop, kind__in=REVIEWING
    )
    found = list(rows.select_related("submission__workshop", "user").order_by("submission__number", "handle"))
    told: dict[int, list[Assignment]] = {}
    for row in found:
        require(acting(by), "act", row.submission)  # before the date is named
        due = when.of(row.pk, row.due_at, row.submission.track_id)
        if due and until <= due:
            raise Refused(
                f"The review of paper #{row.submission.number} is due {aoe(due)} already. Choose a later instant.",
                field="until",
            )
        row.due_at = extend_review(assignment=row, until=until, reason=reason, by=by).until
        told.setdefault(row.user_id, []).append(row)
    for theirs in told.values():
        tell_extended(theirs[0].user, theirs, workshop=workshop, until=until, reason=reason.strip())
    return found


@transaction.atomic
def extend_review(*, assignment: Assignment, until: datetime, reason: str, by: User | None) -> Extension:
    """Open one review until then. What lists say of its due date follows; nobody is told."""
    require(acting(by), "act", assignment.submission)
    extension = write_extension(
        workshop=assignment.submission.workshop,
        root_type=Extension.Root.ASSIGNMENT,
        root_id=assignment.pk,
        until=until,
        reason=reason,
        by=by,
    )
    Assignment.objects.filter(pk=assignment.pk).update(due_at=extension.until, version=assignment.version + 1)
    record(
        "assignment.extended",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=assignment.submission_id,
        aspect="identities",
        about=assignment,
        data={"until": until.isoformat()},
    )
    return extension
