"""What all authors are mailed around the deadline: what is missing before it, what counts after it."""

from django.utils import timezone

from submissions.at_deadline import after_extension, after_submission_deadline, before_submission_deadline
from submissions.models import Submission
from submissions.querysets import SubmissionQuerySet
from submissions.services import tell
from submissions.services.submit import missing
from submissions.states import SubmissionStatus
from workshops.models import Deadline, Extension, Track, Workshop


@after_submission_deadline
def mail_final_receipts(*, workshop: Workshop, track: Track, deadline: Deadline) -> None:
    """Every author of a submitted paper reads what counts. One that is still open by an extension waits for that."""
    papers = Submission.objects.of(workshop.pk).filter(track=track).not_extended(timezone.now())
    for submission in _read(papers.submitted()):
        tell.final_receipt(submission, key=f"{deadline.pk}-{deadline.at:%Y%m%dT%H%M%S}")


@after_extension
def mail_final_receipt(*, submission: Submission, extension: Extension) -> None:
    """The same for one paper, once its own time is over."""
    for row in _read(Submission.objects.submitted().filter(pk=submission.pk)):
        tell.final_receipt(row, key=f"extension-{extension.pk}-{extension.until:%Y%m%dT%H%M%S}")


@before_submission_deadline(72, 24)
def remind_of_drafts(*, workshop: Workshop, track: Track, deadline: Deadline, hours: int) -> None:
    """One mail for each draft that is not complete and each step, to its confirmed authors."""
    drafts = Submission.objects.of(workshop.pk).filter(track=track, status=SubmissionStatus.DRAFT)
    for submission in _read(drafts):
        authors = list(submission.authorships.all())
        if lacks := missing(submission, authors):
            key = f"{deadline.pk}-{deadline.at:%Y%m%dT%H%M%S}-{hours}"
            tell.incomplete(submission, missing=lacks, until=deadline.at, left=_left(hours), key=key)


def _read(papers: SubmissionQuerySet) -> SubmissionQuerySet:
    rows = papers.select_related("workshop", "track", "current__pdf__blob", "current__supplement__blob")
    return rows.prefetch_related("authorships").order_by("number")


def _left(hours: int) -> str:
    return f"{hours // 24} days" if hours % 24 == 0 and hours > 24 else f"{hours} hours"
