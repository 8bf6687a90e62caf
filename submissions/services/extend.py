"""Open one paper until an instant, whatever its deadline says, and end that early."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from submissions.models import Submission
from submissions.services import tell_dates
from submissions.states import SubmissionStatus
from workshops.deadlines import window
from workshops.instants import aoe
from workshops.models import Extension
from workshops.services.extensions import end_now, write_extension
from workshops.states import DeadlineKind

WHY_NOT = {
    SubmissionStatus.WITHDRAWN: "This paper is withdrawn. Take the withdrawal back first; then it can be opened.",
    SubmissionStatus.DESK_REJECTED: "This paper is desk-rejected, so it cannot be opened for its authors.",
}


def extend_paper(*, submission: Submission, until: datetime, reason: str, by: User | None) -> Extension:
    """Open the paper until then: a submitted one, or a draft that was not complete at its deadline.

    Its authors are told, with the reason. Raises Refused for a withdrawn or desk-rejected paper, for an instant that
    has passed or that its deadline reaches anyway, and without a reason.
    """
    require(acting(by), "act", submission)
    with transaction.atomic():
        row = Submission.objects.select_for_update().select_related("track", "workshop").get(pk=submission.pk)
        if row.status in WHY_NOT:
            raise Refused(WHY_NOT[SubmissionStatus(row.status)])
        entry = window(row.workshop_id, DeadlineKind.SUBMISSION, row.track_id, at=timezone.now())
        if entry.counts_until is None:
            raise Refused(f"The track {row.track.name} has no deadline for papers, so there is none to extend.")
        if until <= entry.counts_until:
            late = f"The paper is open until {aoe(entry.counts_until)} anyway. Choose a later instant."
            raise Refused(late, field="until")
        known = set(Extension.objects.of(Extension.Root.SUBMISSION, row.pk).values_list("pk", flat=True))
        extension = write_extension(
            workshop=row.workshop,
            root_type=Extension.Root.SUBMISSION,
            root_id=row.pk,
            until=until,
            reason=reason,
            by=by,
        )
        if extension.pk not in known:
            _record("submission.extended", row, extension, by)
            tell_dates.extended(row, extension)
    return extension


def end_extension(*, submission: Submission, extension: Extension, by: User | None, reason: str = "") -> Extension:
    """End the extension of this paper now: what was saved until now counts. Its authors are told."""
    require(acting(by), "act", submission)
    if (extension.root_type, extension.root_id) != (Extension.Root.SUBMISSION, str(submission.pk)):
        raise Refused("This extension belongs to another paper.")
    with transaction.atomic():
        row = Submission.objects.select_for_update().select_related("track", "workshop").get(pk=submission.pk)
        ended = end_now(extension)
        _record("submission.extension_ended", row, ended, by)
        tell_dates.extension_ended(row, ended, reason=reason.strip())
    return ended


def _record(action: str, submission: Submission, extension: Extension, by: User | None) -> None:
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="authors",
        about=extension,
        data={"until": extension.until.isoformat()},
    )
