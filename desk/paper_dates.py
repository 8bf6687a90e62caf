"""The part of a paper's page for organizers that is about its deadline."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from desk.reading.dates import LateRow
from submissions.models import Revision, Submission
from submissions.states import COUNTING, RevisionStatus, SubmissionStatus
from workshops.models import Extension


@dataclass(frozen=True)
class PaperDates:
    late: list[LateRow]
    refused: Revision | None  # the newest, which can still be accepted
    extensions: list[Extension]


def late_rows(submission_id: int, after: int) -> "QuerySet[Revision]":
    """What was saved after the revision of this number and does not count."""
    rows = Revision.objects.filter(submission=submission_id, number__gt=after)
    return rows.exclude(status__in=COUNTING).select_related("pdf")


def paper_dates(paper: Submission, saves: Iterable[Revision], running: Iterable[Extension]) -> PaperDates | None:
    """None for a paper that is withdrawn or desk-rejected. Aspect ``act``."""
    if paper.status not in (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED):
        return None
    kept = sorted(saves, key=lambda row: row.number)
    late = [row for row in kept if row.status == RevisionStatus.LATE]
    refused = [row for row in kept if row.status == RevisionStatus.REFUSED]
    return PaperDates(
        [LateRow(paper, late[-1], len(late))] if late else [],
        refused[-1] if refused else None,
        sorted(running, key=lambda row: row.until),
    )
