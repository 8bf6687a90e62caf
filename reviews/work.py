"""Who has which paper to review and how far it is: one line an assignment, for the pages of people and of reviews.

The callers say for which papers: for what hangs on a named reviewer those that the viewer is free on, for what is
shown under handles those whose reviews they may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from access.prepared import prepared
from reviews.models import Assignment
from reviews.states import CURRENT, REVIEWING, AssignmentKind, AssignmentStatus, ReviewStatus
from submissions.models import Submission
from submissions.states import SubmissionStatus
from workshops.models import Deadline, Extension, Workshop
from workshops.states import DeadlineKind

COLUMNS = (
    "pk",
    "submission",
    "submission__status",
    "submission__track",
    "user",
    "kind",
    "handle",
    "status",
    "created_at",
    "due_at",
    "review",
    "review__status",
    "review__draft_saved_at",
    "review__submitted_at",
)


class Work(NamedTuple):
    """One paper that somebody reviews, or did. ``review`` None: the form was not opened yet.

    A tuple, since a page of people is made of a thousand.
    """

    pk: UUID
    paper: int
    paper_status: str
    track: int
    user: int
    kind: str
    handle: int
    status: str
    given_at: datetime
    due_at: datetime | None
    review: UUID | None
    review_status: str
    saved_at: datetime | None
    submitted_at: datetime | None

    @property
    def is_current(self) -> bool:
        """Has the person the paper now?"""
        return self.status in CURRENT

    @property
    def is_done(self) -> bool:
        return self.review_status == ReviewStatus.SUBMITTED

    @property
    def is_awaited(self) -> bool:
        """Is a review still to come?"""
        alive = self.paper_status == SubmissionStatus.SUBMITTED
        return self.is_current and alive and self.review_status in ("", ReviewStatus.DRAFT)

    @property
    def acknowledged(self) -> bool:
        return self.status == AssignmentStatus.ACCEPTED

    @property
    def known_as(self) -> str:
        return "Area chair" if self.kind == AssignmentKind.AREA_CHAIR else f"Reviewer {self.handle}"

    def is_overdue(self, now: datetime) -> bool:
        return self.is_awaited and self.due_at is not None and self.due_at < now

    @property
    def is_late(self) -> bool:
        """Was it submitted after it was due?"""
        return self.submitted_at is not None and self.due_at is not None and self.submitted_at > self.due_at


def read_work(
    workshop: Workshop, papers: "QuerySet[Submission]", rows: "QuerySet[Assignment] | None" = None
) -> list[Work]:
    """What the reviewers of these papers have to do. Two queries."""
    return works({"work": list(work_rows(papers, rows)), **_due(workshop.pk)})


def work_rows(
    papers: "QuerySet[Submission]", rows: "QuerySet[Assignment] | None" = None
) -> "QuerySet[Assignment, tuple[Any, ...]]":
    found = Assignment.objects.all() if rows is None else rows
    of_papers = found.filter(kind__in=REVIEWING, submission__in=papers.values("pk")).order_by()
    return of_papers.values_list(*COLUMNS)


def works(rows: Mapping[str, list[Any]]) -> list[Work]:
    """The same, from its rows: ``work`` (of ``work_rows``) and those of ``due_rows``."""
    when = dates_from(rows)
    return [work_of(line, when) for line in rows["work"]]


@dataclass(frozen=True)
class DueDates:
    """When reviews are due, by track ("" is the workshop's own date), and until when single ones are extended."""

    by_track: dict[str, datetime]
    extended: dict[str, datetime]

    def of(self, assignment: UUID, own: datetime | None, track: int) -> datetime | None:
        """An assignment's own date, else the track's; an extension that reaches farther wins."""
        due = own or self.by_track.get(str(track)) or self.by_track.get("")
        more = self.extended.get(str(assignment)) if self.extended else None
        return max(due, more) if due and more else due or more


def due_dates(workshop: Workshop) -> DueDates:
    """One query: the deadlines of reviews, and the extensions of single ones."""
    return dates_from(_due(workshop.pk))


def due_rows(workshop_id: int) -> dict[str, QuerySet]:
    deadlines = Deadline.objects.filter(workshop=workshop_id, kind=DeadlineKind.REVIEW)
    extensions = Extension.objects.filter(workshop=workshop_id, root_type=Extension.Root.ASSIGNMENT)
    return {"due": deadlines.values_list("track", "at"), "extended": extensions.values_list("root_id", "until")}


_due = prepared(due_rows)


def dates_from(rows: Mapping[str, list[Any]]) -> DueDates:
    """The same, from the rows of ``due_rows``."""
    by_track = {"" if track is None else str(track): at for track, at in rows["due"]}
    return DueDates(by_track, dict(sorted(rows["extended"], key=lambda row: row[1])))


def work_of(line: tuple[Any, ...], when: DueDates) -> Work:
    pk, paper, paper_status, track, user, kind, handle, status, given, due, review, state, saved, submitted = line
    return Work(
        pk,
        paper,
        paper_status,
        track,
        user,
        kind,
        handle,
        status,
        given,
        when.of(pk, due, track),
        review,
        state or "",
        saved,
        submitted,
    )
