"""The part of a paper's page for organizers that is about its deadline."""

from dataclasses import dataclass

from django.utils import timezone

from desk.forms_dates import ExtendForm
from desk.reading.dates import LateRow
from submissions.models import Revision, Submission
from submissions.states import SubmissionStatus
from workshops.models import Extension
from workshops.services.extensions import BY_DEFAULT


@dataclass(frozen=True)
class PaperDates:
    late: list[LateRow]
    extensions: list[Extension]
    form: ExtendForm


def paper_dates(paper: Submission) -> PaperDates | None:
    """None for a paper that is withdrawn or desk-rejected. Two queries. Aspect ``act``."""
    if paper.status not in (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED):
        return None
    now = timezone.now()
    late = list(Revision.objects.filter(submission=paper).late().select_related("pdf").order_by("number"))
    running = Extension.objects.of(Extension.Root.SUBMISSION, paper.pk).running(now)
    return PaperDates(
        [LateRow(paper, late[-1], len(late))] if late else [],
        list(running.order_by("until")),
        ExtendForm(initial={"until": now + BY_DEFAULT}, auto_id="extend_%s"),
    )
