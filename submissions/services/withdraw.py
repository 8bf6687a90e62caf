"""Take a paper back, and take that back."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from access.rights import may
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from submissions import links
from submissions.models import Submission
from submissions.services import tell
from submissions.states import MOVES, SubmissionStatus
from workshops.instants import aoe

UNDO = timedelta(hours=24)
OPEN = (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED)


def withdraw(*, submission: Submission, by: User | None, reason: str = "") -> Submission:
    """Withdraw the paper: by its corresponding author, or, with a reason, by whoever may act for it.

    All authors of a submitted paper are told. Reviewers of it no longer need to read it.
    """
    _require_withdrawer(submission, by, reason)
    if submission.status not in OPEN:
        raise Refused(f"This paper is {submission.get_status_display().lower()}; there is nothing to withdraw.")
    with transaction.atomic():
        move(submission, SubmissionStatus.WITHDRAWN, MOVES, withdrawn_at=timezone.now(), version=F("version") + 1)
        submission.refresh_from_db()
        _record("submission.withdrawn", submission, by)
        links.withdrawn(submission, by)
        tell.cancel_receipts(submission)
        if submission.submitted_at:
            tell.withdrawn(submission, by=by, reason=reason.strip())
    return submission


def undo_withdrawal(*, submission: Submission, by: User | None) -> Submission:
    """Put the paper back where it was: by any of its authors within 24 hours, after that by whoever may act for it."""
    if submission.status != SubmissionStatus.WITHDRAWN:
        raise Refused("This paper is not withdrawn; there is nothing to take back.")
    _require_undoer(submission, by)
    with transaction.atomic():
        back = SubmissionStatus.SUBMITTED if submission.submitted_at else SubmissionStatus.DRAFT
        move(submission, back, MOVES, withdrawn_at=None, version=F("version") + 1)
        submission.refresh_from_db()
        _record("submission.withdrawal_undone", submission, by)
        links.restored(submission, by)
        if submission.submitted_at:
            tell.withdrawal_undone(submission, by=by)
    return submission


def may_withdraw(submission: Submission, by: User) -> bool:
    """Is this the corresponding author?"""
    return submission.authorships.filter(user=by, corresponding=True).exists()


def undo_until(submission: Submission) -> datetime | None:
    """Until when an author can take the withdrawal back."""
    return submission.withdrawn_at + UNDO if submission.withdrawn_at else None


def _require_withdrawer(submission: Submission, by: User | None, reason: str) -> None:
    viewer = acting(by)
    if by is None or (may(viewer, "own", submission) and may_withdraw(submission, by)):
        return
    if may(viewer, "act", submission):
        if not reason.strip():
            raise Refused("Say why the paper is withdrawn; its authors will read it.", field="reason")
        return
    if may(viewer, "own", submission):
        raise Refused("Only the corresponding author withdraws a paper. Ask them, or change who that is.")
    raise PermissionDenied


def _require_undoer(submission: Submission, by: User | None) -> None:
    viewer = acting(by)
    if by is None or may(viewer, "act", submission):
        return
    if not may(viewer, "own", submission):
        raise PermissionDenied
    until = undo_until(submission)
    if until is not None and timezone.now() > until:
        raise Refused(
            f"Authors could take the withdrawal back until {aoe(until)}. Now an organizer can: write to them."
        )


def _record(action: str, submission: Submission, by: User | None) -> None:
    record(action, by=by, root_type=Root.SUBMISSION, root_id=submission.pk, aspect="authors", about=submission)
