"""The part of a paper's page for organizers that is about its deadline."""

from dataclasses import dataclass

from django.utils import timezone

from desk.forms_dates import ExtendForm
from desk.reading.dates import LateRow
from submissions.models import Revision, Submission
from submissions.states import COUNTING, RevisionStatus, SubmissionStatus
from workshops.models import Extension
from workshops.services.extensions import BY_DEFAULT


@dataclass(frozen=True)
class PaperDates:
    late: list[LateRow]
    refused: Revision | None  # the newest, which can still be accepted
    extensions: list[Extension]
    form: ExtendForm


def paper_dates(paper: Submission) -> PaperDates | None:
    """None for a paper that is withdrawn or desk-rejected. Two queries. Aspect ``act``."""
    if paper.status not in (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED):
        return None
    now = timezone.now()
    after = Revision.objects.filter(submission=paper, number__gt=paper.current.number if paper.current else 0)
    kept = list(after.exclude(status__in=COUNTING).select_related("pdf").order_by("number"))
    late = [row for row in kept if row.status == RevisionStatus.LATE]
    refused = [row for row in kept if row.status == RevisionStatus.REFUSED]
    running = Extension.objects.of(Extension.Root.SUBMISSION, paper.pk).running(now)
    return PaperDates(
        [LateRow(paper, late[-1], len(late))] if late else [],
        refused[-1] if refused else None,
        list(running.order_by("until")),
        ExtendForm(initial={"until": now + BY_DEFAULT}, auto_id="extend_%s"),
    )
