"""At the deadline: what somebody typed in time and did not save is saved, and what is complete by that is submitted."""

import logging
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit.errors import Refused
from submissions import both_versions, form_state
from submissions.at_deadline import after_extension, after_submission_deadline
from submissions.models import Submission, WorkingCopy
from submissions.services.save import save_submission
from submissions.services.submit import submit_if_complete
from submissions.states import SubmissionStatus
from workshops.deadlines import closing
from workshops.models import Deadline, Extension, Track, Workshop

log = logging.getLogger(__name__)


@after_submission_deadline
def complete_drafts(*, workshop: Workshop, track: Track, deadline: Deadline) -> None:
    """The drafts of the track that are not open any longer. Safe to run twice."""
    until = closing(deadline.at, deadline.grace_minutes)
    drafts = Submission.objects.of(workshop.pk).filter(track=track, status=SubmissionStatus.DRAFT)
    for draft in drafts.not_extended(until).order_by("number"):
        complete_draft(draft, until)


@after_extension
def complete_extended_draft(*, submission: Submission, extension: Extension) -> None:
    """The same for one paper, once its extension is over."""
    if submission.status == SubmissionStatus.DRAFT:
        complete_draft(submission, extension.until)


def complete_draft(submission: Submission, until: datetime) -> bool:
    """Save the newest text that came in time and can be saved, then submit what is complete. True when it was.

    A submitted paper is left alone: there, what is saved counts, and nothing else.
    """
    for kept in _typed_in_time(submission, until):
        if _save(submission, kept):
            break
    submission.refresh_from_db()
    return submit_if_complete(submission=submission, by=None)


def _typed_in_time(submission: Submission, until: datetime) -> list[WorkingCopy]:
    rows = submission.working_copies.filter(received_at__lte=until, discarded_at=None)
    return list(rows.select_related("user").order_by("-received_at"))


def _save(submission: Submission, kept: WorkingCopy) -> bool:
    """False for what was typed over an older version, or cannot be saved as it is; it stays where it was."""
    data = form_state.query_dict(kept.data | {"version": [str(submission.version)]})
    typed = form_state.posted(data, form_state.choices_of(submission.workshop_id))
    if "base" not in data and kept.version != submission.version:
        return False
    if both_versions.is_overtaken(submission, data, typed.choices) or not typed.is_valid():
        return False
    try:
        with transaction.atomic():
            save_submission(
                submission=submission,
                by=kept.user,
                received_at=kept.received_at,
                tab=data.get("tab", ""),
                **typed.values(),
            )
    except (Refused, PermissionDenied) as refusal:
        log.info("What was typed for paper %s is not saved at the deadline: %s", submission.pk, refusal)
        return False
    return True
