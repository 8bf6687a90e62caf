"""A desk rejection has been told: the paper leaves the review."""

from django.db import models, transaction

from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from submissions import links
from submissions.models import Submission
from submissions.states import MOVES, SubmissionStatus


@transaction.atomic
def desk_reject(*, submission: Submission, by: models.Model | None) -> Submission:
    """Move the paper to desk-rejected. Called when the decision that says so takes effect.

    Its reviewers no longer need to read it.
    """
    move(submission, SubmissionStatus.DESK_REJECTED, MOVES)
    record(
        "submission.desk_rejected",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="row",
        about=submission,
    )
    links.withdrawn(submission, by)
    return submission
