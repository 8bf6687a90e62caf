"""Bids and affinities of a workshop, as one organizer may see them: over the papers that they are free on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import full_name
from jobs.models import Job
from jobs.states import JobStatus
from reviews.loads import free_papers
from reviews.models import Affinity, AffinityBook, Bid
from reviews.rules import open_reviewers
from reviews.states import AffinityMethod, BidValue
from submissions.models import Submission
from submissions.states import SubmissionStatus
from workshops.deadlines import bidding_rows, bidding_windows_from
from workshops.models import Workshop

EAGER = (BidValue.VERY_HIGH, BidValue.HIGH)
UNWILLING = (BidValue.LOW, BidValue.VERY_LOW)
FEW = 50  # papers that fewest would like
PAGE = 50  # reviewers
SAID = {
    "eager": Count("pk", filter=Q(value__in=EAGER)),
    "neutral": Count("pk", filter=Q(value=BidValue.NEUTRAL)),
    "unwilling": Count("pk", filter=Q(value__in=UNWILLING)),
    "conflicts": Count("pk", filter=Q(value=BidValue.CONFLICT)),
}


@dataclass(frozen=True)
class Bidding:
    """What a reviewer has said, or what was said of a paper."""

    eager: int = 0
    neutral: int = 0
    unwilling: int = 0
    conflicts: int = 0

    @property
    def said(self) -> int:
        return self.eager + self.neutral + self.unwilling + self.conflicts


@dataclass(frozen=True)
class ReviewerLine:
    """``begun`` is empty while the reviewer has not had the papers shown; ``known``: something to compare is there."""

    user: int
    name: str
    begun: datetime | None
    shown: int
    wanted: int
    bids: Bidding
    known: bool

    @property
    def aim(self) -> int:
        return min(self.wanted, self.shown) or self.shown

    @property
    def state(self) -> tuple[str, str, str]:
        if self.begun is None:
            return "none", "has not begun", "warn"
        if not self.bids.said:
            return "none", "has not bid", "warn"
        return ("done", "enough", "good") if self.bids.said >= self.aim else ("some", "some", "info")


@dataclass(frozen=True)
class PaperLine:
    number: int
    title: str
    track: str
    bids: Bidding


@dataclass(frozen=True)
class Matching:
    """``reviewers`` is a page of them, from ``start``; ``silent`` of all have not bid, and of ``nothing_known`` nothing
    is known. ``scored`` reviewers have scores from a file; ``uncompared`` papers no affinity by the method that counts.
    """

    state: str
    opens_at: datetime | None
    ends_at: datetime | None
    reviewers: list[ReviewerLine]
    start: int
    all_reviewers: int
    silent: int
    nothing_known: int
    papers: list[PaperLine]
    total: int
    book: AffinityBook
    job: Job | None
    scored: int
    uncompared: int


Rows = dict[str, list[Any]]


def _papers(viewer: Viewer, workshop_id: int) -> QuerySet[Submission]:
    return free_papers(viewer, workshop_id).filter(status=SubmissionStatus.SUBMITTED)


@prepared
def _rows(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """Papers that the viewer is free on, what was said of them, and what bidding and affinities hang on."""
    papers = _papers(viewer, workshop_id)
    bids = visible_to(viewer, "row", Bid.objects.placed()).filter(submission__in=papers.values("pk")).order_by()
    columns = ("user", "user__given", "user__particle", "user__family", "bidding_since")
    return {
        "papers": papers.values_list("number", "pk", "title", "track__name"),
        "of_reviewers": bids.values_list("user").annotate(**SAID),
        "of_papers": bids.values_list("submission").annotate(**SAID),
        "book": AffinityBook.objects.filter(workshop=workshop_id).select_related("job"),
        "reviewers": open_reviewers(workshop_id).values_list(*columns),
        **bidding_rows(workshop_id),
    }


@prepared
def _compared(
    viewer: Viewer, workshop_id: int, method: str, users: list[int], *, imported: bool
) -> dict[str, QuerySet]:
    """Of whom something is known, and how many papers stand on the bidding page of each of these. That there is an
    affinity is all that is asked: there are as many as pairs. ``imported``: something has come from a file.
    """
    papers = _papers(viewer, workshop_id)
    on_these = Affinity.objects.filter(submission__in=papers.values("pk"))
    known = on_these.filter(user=OuterRef("user"), method__in=(method, AffinityMethod.IMPORTED), unknown=False)
    scored = on_these.filter(user=OuterRef("user"), method=AffinityMethod.IMPORTED)
    reviewers = open_reviewers(workshop_id).values_list("user", flat=True)
    shown = visible_to(viewer, "row", Bid).filter(submission__in=papers.values("pk"), user__in=users).order_by()
    compared = Affinity.objects.filter(submission=OuterRef("pk"), method=method)
    return {
        "known": reviewers.filter(Exists(known)),
        "scored": reviewers.filter(Exists(scored)) if imported else reviewers.none(),
        "shown": shown.values_list("user").annotate(n=Count("pk")),
        "uncompared": papers.exclude(Exists(compared)).values_list("pk"),
    }


def read_matching(workshop: Workshop, viewer: Viewer, at: datetime, *, start: int = 0) -> Matching:
    """Two queries."""
    rows: Rows = _rows(viewer, workshop.pk)
    book = next(iter(rows["book"]), None) or AffinityBook(workshop=workshop)
    by_user, by_paper = _said(rows["of_reviewers"]), _said(rows["of_papers"])
    reviewers = sorted(rows["reviewers"], key=lambda row: _who_said_least(row, by_user))
    page = reviewers[start : start + PAGE]
    users, imported = [user for user, *_ in page], book.imported_at is not None
    compared: Rows = _compared(viewer, workshop.pk, str(book.method), users, imported=imported)
    windows = list(bidding_windows_from(rows, at).values())
    lines = [PaperLine(no, title, track, by_paper.get(pk, Bidding())) for no, pk, title, track in rows["papers"]]
    lines.sort(key=lambda line: (line.bids.eager, line.number))
    return Matching(
        state=next((name for name in ("is_open", "not_yet", "is_late") if any(getattr(w, name) for w in windows)), ""),
        opens_at=min((w.opens_at for w in windows if w.not_yet and w.opens_at), default=None),
        ends_at=max((w.at for w in windows if w.at), default=None),
        reviewers=_reviewers(workshop, page, by_user, compared),
        start=start,
        all_reviewers=len(reviewers),
        silent=sum(user not in by_user for user, *_ in reviewers),
        nothing_known=len(reviewers) - len(compared["known"]),
        papers=lines[:FEW],
        total=len(lines),
        book=book,
        job=job_of(book),
        scored=len(compared["scored"]),
        uncompared=len(compared["uncompared"]),
    )


def read_book(workshop: Workshop) -> AffinityBook:
    """Which affinities count, and the job that makes them. One query."""
    rows = AffinityBook.objects.filter(workshop=workshop).select_related("job")
    return rows.first() or AffinityBook(workshop=workshop)


def job_of(book: AffinityBook) -> Job | None:
    """The job, while there is something to say of it."""
    told = (JobStatus.WAITING, JobStatus.RUNNING, JobStatus.FAILED)
    return book.job if book.job and book.job.status in told else None


def _said(rows: Iterable[tuple[int, int, int, int, int]]) -> dict[int, Bidding]:
    """What was said by whom, or of which paper; whoever said nothing is not there."""
    return {key: Bidding(*counts) for key, *counts in rows}


def _who_said_least(row: tuple[Any, ...], by_user: dict[int, Bidding]) -> tuple[int, str, str, int]:
    user, given, _, family, _ = row
    return by_user.get(user, Bidding()).said, family.casefold(), given.casefold(), user


def _reviewers(
    workshop: Workshop, rows: Iterable[tuple[Any, ...]], by_user: dict[int, Bidding], compared: Rows
) -> list[ReviewerLine]:
    known, shown = set(compared["known"]), dict(compared["shown"])
    return [
        ReviewerLine(
            user,
            full_name(given, particle, family),
            since,
            shown.get(user, 0),
            workshop.bids_wanted,
            by_user.get(user, Bidding()),
            user in known,
        )
        for user, given, particle, family, since in rows
    ]
