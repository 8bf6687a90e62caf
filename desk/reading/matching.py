"""Bids and affinities of a workshop, as one organizer may see them: over the papers that they are free on."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

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
from submissions.states import SubmissionStatus
from workshops.deadlines import bidding_rows, bidding_windows_from
from workshops.models import Workshop

EAGER = (BidValue.VERY_HIGH, BidValue.HIGH)
UNWILLING = (BidValue.LOW, BidValue.VERY_LOW)
FEW = 50  # papers that fewest would like


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

    @classmethod
    def of(cls, values: Counter[str]) -> "Bidding":
        return cls(
            sum(values[value] for value in EAGER),
            values[BidValue.NEUTRAL],
            sum(values[value] for value in UNWILLING),
            values[BidValue.CONFLICT],
        )


@dataclass(frozen=True)
class ReviewerLine:
    """``begun`` is empty while the reviewer has not had the papers shown; ``known``: something to compare is there."""

    user: int
    name: str
    order: tuple[str, str, int]
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
    """``affinities``: how many pairs have one by the method that counts, and of how many nothing is known."""

    state: str
    opens_at: datetime | None
    ends_at: datetime | None
    reviewers: list[ReviewerLine]
    papers: list[PaperLine]
    total: int
    book: AffinityBook
    job: Job | None
    pairs: int
    unknown: int
    imported: int

    @property
    def silent(self) -> int:
        return sum(not line.bids.said for line in self.reviewers)

    @property
    def nothing_known(self) -> int:
        return sum(not line.known for line in self.reviewers)


Rows = dict[str, list[Any]]


@prepared
def _rows(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """Papers that the viewer is free on, what was said of them, and what bidding and affinities hang on."""
    papers = free_papers(viewer, workshop_id).filter(status=SubmissionStatus.SUBMITTED)
    bids = visible_to(viewer, "row", Bid).filter(submission__in=papers.values("pk")).order_by()
    columns = ("user", "user__given", "user__particle", "user__family", "bidding_since")
    return {
        "papers": papers.values_list("number", "pk", "title", "track__name"),
        "of_reviewers": bids.values_list("user", "value").annotate(n=Count("pk")),
        "of_papers": bids.values_list("submission", "value").annotate(n=Count("pk")),
        "book": AffinityBook.objects.filter(workshop=workshop_id).select_related("job"),
        "reviewers": open_reviewers(workshop_id).values_list(*columns),
        **bidding_rows(workshop_id),
    }


def read_matching(workshop: Workshop, viewer: Viewer, at: datetime) -> Matching:
    """Two queries."""
    rows: Rows = _rows(viewer, workshop.pk)
    listed = sorted(rows["papers"])
    by_user, by_paper = _counted(rows["of_reviewers"]), _counted(rows["of_papers"])
    book = next(iter(rows["book"]), None) or AffinityBook(workshop=workshop)
    known, counts = _affinities(book, [pk for _, pk, *_ in listed])
    windows = list(bidding_windows_from(rows, at).values())
    lines = [PaperLine(number, title, track, Bidding.of(by_paper[pk])) for number, pk, title, track in listed]
    lines.sort(key=lambda line: (line.bids.eager, line.number))
    return Matching(
        state=next((name for name in ("is_open", "not_yet", "is_late") if any(getattr(w, name) for w in windows)), ""),
        opens_at=min((w.opens_at for w in windows if w.not_yet and w.opens_at), default=None),
        ends_at=max((w.at for w in windows if w.at), default=None),
        reviewers=_reviewers(workshop, rows["reviewers"], by_user, known),
        papers=lines[:FEW],
        total=len(listed),
        book=book,
        job=book.job
        if book.job and book.job.status in (JobStatus.WAITING, JobStatus.RUNNING, JobStatus.FAILED)
        else None,
        pairs=counts[book.method] - counts["unknown"],
        unknown=counts["unknown"],
        imported=counts[AffinityMethod.IMPORTED],
    )


def _counted(rows: Iterable[tuple[int, str, int]]) -> dict[int, Counter[str]]:
    """How often each value was said, by whom, or of which paper."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for key, value, n in rows:
        found[key][value] = n
    return found


def _affinities(book: AffinityBook, papers: list[int]) -> tuple[set[int], Counter[str]]:
    """Of whom something is known, and how many pairs there are by each method. One query."""
    rows = Affinity.objects.filter(submission__in=papers, method__in=(book.method, AffinityMethod.IMPORTED)).order_by()
    known: set[int] = set()
    counts: Counter[str] = Counter()
    numbers = rows.values_list("user", "method").annotate(n=Count("pk"), unknown=Count("pk", filter=Q(unknown=True)))
    for user, method, n, unknown in numbers:
        counts[method] += n
        counts["unknown"] += unknown if method == book.method else 0
        if n > unknown:
            known.add(user)
    return known, counts


def _reviewers(
    workshop: Workshop, rows: Iterable[tuple[Any, ...]], by_user: dict[int, Counter[str]], known: set[int]
) -> list[ReviewerLine]:
    """Who has said least comes first."""
    found = [
        ReviewerLine(
            user,
            full_name(given, particle, family),
            (family.casefold(), given.casefold(), user),
            since,
            sum(by_user[user].values()),
            workshop.bids_wanted,
            Bidding.of(by_user[user]),
            user in known,
        )
        for user, given, particle, family, since in rows
    ]
    return sorted(found, key=lambda line: (line.bids.said, line.order))
