"""What a reviewer bids on: the papers on their bidding page, the nearest first, as plain data.

Title, abstract, keywords, topics and track are shown, and nothing from which an author could be read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from access.rights import visible_to
from access.viewer import Viewer
from audit.text import fold, whole_number
from reviews.models import Affinity, AffinityBook, Bid, Reviewer
from reviews.reading import Place
from reviews.rules import open_reviewers
from reviews.states import AffinityMethod, BidValue, Imported
from submissions.models import Submission, SubmissionTopic
from workshops.deadlines import Window, bidding_windows
from workshops.models import Membership, Topic, Workshop
from workshops.states import Role

PAGE = 50
OPEN = "open"
NEAREST_TERMS = 4
KEYS = {value: str(number) for number, value in enumerate(BidValue.values, start=1)}
LONGEST_WORDS = 200


@dataclass(frozen=True)
class BidQuery:
    """What the address asks for: words, what was said, a topic, a page."""

    q: str = ""
    said: str = ""
    topic: int = 0
    page: int = 1

    @classmethod
    def of(cls, given: Any) -> "BidQuery":
        """From the parameters of an address; what is not known is left out."""
        said = given.get("said", "")
        return cls(
            given.get("q", "").replace("\x00", "").strip()[:LONGEST_WORDS],
            said if said == OPEN or said in BidValue.values else "",
            _number(given.get("topic", "")),
            max(1, _number(given.get("page", ""))),
        )

    def text(self, **changes: Any) -> str:
        """The address of this query with changes, on its first page unless one is named."""
        other = replace(self, **{"page": 1, **changes})
        pairs = {"q": other.q, "said": other.said, "topic": other.topic, "page": other.page if other.page > 1 else 0}
        kept = urlencode({name: value for name, value in pairs.items() if value})
        return f"?{kept}" if kept else "?"


def _number(text: str) -> int:
    return whole_number(text, digits=8) or 0


@dataclass(frozen=True)
class Choice:
    """One word that can be said of a paper. Saying it again takes it back."""

    value: str
    label: str
    key: str
    on: bool

    @property
    def sends(self) -> str:
        return "" if self.on else self.value


@dataclass(frozen=True)
class PaperToBidOn:
    pk: int
    number: int
    title: str
    abstract: str
    tldr: str
    keywords: str
    track: str
    value: str
    topics: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    @property
    def choices(self) -> list[Choice]:
        return [Choice(value, str(label), KEYS[value], value == self.value) for value, label in BidValue.choices]


@dataclass(frozen=True)
class Progress:
    """``done`` papers of which something was said, of ``total`` on the page; ``wanted`` is the number to aim at."""

    done: int
    total: int
    wanted: int

    @property
    def aim(self) -> int:
        return min(self.wanted, self.total) or self.total

    @property
    def reached(self) -> bool:
        return self.done >= self.aim

    @property
    def words(self) -> str:
        if self.reached and self.done < self.total:
            return f"{self.done} of {self.total} papers; {self.aim} were wanted"
        return f"{self.done} of {self.aim} papers"


@dataclass(frozen=True)
class BiddingPage:
    """``state``: none, not_yet, open or over. ``begun`` is None until the reviewer has begun."""

    place: Place
    state: str
    opens_at: datetime | None
    ends_at: datetime | None
    begun: datetime | None
    names_conflicts: bool
    known: bool
    progress: Progress
    query: BidQuery = BidQuery()
    papers: tuple[PaperToBidOn, ...] = ()
    found: int = 0
    said: dict[str, int] = field(default_factory=dict)
    topics: tuple[tuple[int, str], ...] = ()

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))

    @property
    def chips(self) -> list[dict[str, Any]]:
        words = {"": "All", OPEN: "Nothing said yet", **dict(BidValue.choices)}
        counts = {**self.said, "": self.progress.total, OPEN: self.progress.total - self.progress.done}
        return [
            {
                "words": label,
                "url": self.query.text(said=value),
                "on": value == self.query.said,
                "count": counts.get(value, 0),
            }
            for value, label in words.items()
        ]

    @property
    def newer_url(self) -> str:
        return self.query.text(page=self.query.page - 1) if self.query.page > 1 else ""

    @property
    def older_url(self) -> str:
        return self.query.text(page=self.query.page + 1) if self.query.page < self.pages else ""

    @property
    def page_words(self) -> str:
        return f"Page {self.query.page} of {self.pages}" if self.pages > 1 else ""


def bidding_page(viewer: Viewer, workshop: Workshop, query: BidQuery, at: datetime) -> BiddingPage:
    """The bidding page of a reviewer at this instant. A fixed number of queries. Raises Http404 for everybody else."""
    names = ("bidding_since", "ties_at")
    mine = visible_to(viewer, "self", open_reviewers(workshop.pk)).filter(user=viewer.id).values(*names).first()
    if mine is None:
        raise Http404
    windows = bidding_windows(workshop.pk, at)
    open_tracks = [track for track, window in windows.items() if window.is_open]
    rows = rows_of(viewer, workshop.pk, open_tracks or list(windows))
    said = dict(rows.order_by().values_list("value").annotate(n=Count("pk")))
    total = sum(said.values())
    page = BiddingPage(
        place=Place(workshop.slug, str(workshop), workshop.contact, workshop.is_rehearsal),
        state=_state(windows.values()),
        opens_at=min((w.opens_at for w in windows.values() if w.not_yet and w.opens_at), default=None),
        ends_at=max((w.at for w in windows.values() if w.at and (w.is_open or not open_tracks)), default=None),
        begun=mine["bidding_since"],
        names_conflicts=mine["ties_at"] is not None,
        known=True,
        progress=Progress(total - said.pop("", 0), total, workshop.bids_wanted),
        said=said,
    )
    if page.state != "open" or page.begun is None:
        return page
    return _with_papers(page, viewer, workshop, rows, query)


def _state(windows: Iterable[Window]) -> str:
    found = list(windows)
    for state, name in (("open", "is_open"), ("not_yet", "not_yet"), ("over", "is_late")):
        if any(getattr(window, name) for window in found):
            return state
    return "none"


def rows_of(viewer: Viewer, workshop_id: int, tracks: list[int]) -> "QuerySet[Bid]":
    """The papers on the reviewer's page that are in these tracks."""
    papers = visible_to(viewer, "bid", Submission.objects.of(workshop_id)).filter(track__in=tracks)
    return visible_to(viewer, "own", Bid).filter(user=viewer.id, submission__in=papers.values("pk"))


def _with_papers(
    page: BiddingPage, viewer: Viewer, workshop: Workshop, rows: "QuerySet[Bid]", query: BidQuery
) -> BiddingPage:
    near = near_rows(viewer, workshop.pk).filter(submission=OuterRef("submission"))
    found = _narrowed(rows, query)
    count = found.count() if query != BidQuery(page=query.page) else page.progress.total
    query = replace(query, page=min(query.page, max(1, -(-count // PAGE))))
    start = (query.page - 1) * PAGE
    ordered = found.annotate(near=Subquery(near.values("value")[:1]), shared=Subquery(near.values("shared")[:1]))
    ordered = ordered.order_by(F("near").desc(nulls_last=True), "submission__number")
    listed = list(ordered.values_list(*COLUMNS)[start : start + PAGE])
    topics = _topics([row[0] for row in listed])
    return replace(
        page,
        query=query,
        found=count,
        known=not listed or any(row[-2] is not None for row in listed),
        papers=tuple(_paper(row, topics) for row in listed),
        topics=tuple(Topic.objects.filter(workshop=workshop).values_list("pk", "name")),
    )


def _paper(row: tuple[Any, ...], topics: dict[int, tuple[str, ...]]) -> PaperToBidOn:
    *facts, _, shared = row
    about = PaperToBidOn(*facts)
    return replace(about, topics=topics.get(about.pk, ()), terms=_terms(shared))


COLUMNS = (
    "submission",
    *(f"submission__{name}" for name in ("number", "title", "abstract", "tldr", "keywords", "track__name")),
    "value",
    "near",
    "shared",
)


def _narrowed(rows: "QuerySet[Bid]", query: BidQuery) -> "QuerySet[Bid]":
    asked = Q()
    for word in fold(query.q).split():
        asked &= Q(submission__search_text__contains=word)
    if query.said:
        asked &= Q(value="" if query.said == OPEN else query.said)
    if query.topic:
        asked &= Q(submission__in=SubmissionTopic.objects.filter(topic=query.topic).values("submission"))
    return rows.filter(asked)


def near_rows(viewer: Viewer, workshop_id: int) -> "QuerySet[Affinity]":
    """The reviewer's affinities to papers on their page, by the method that counts. One query to find which that is."""
    book = AffinityBook.objects.filter(workshop=workshop_id).values_list("method", "imported").first()
    method, imported = book or (AffinityMethod.TFIDF, "")
    if imported == Imported.REPLACE:
        method = AffinityMethod.IMPORTED
    return visible_to(viewer, "own", Affinity).filter(user=viewer.id, method=method)


def _terms(shared: Any) -> tuple[str, ...]:
    terms = shared.get("terms", []) if isinstance(shared, dict) else []
    return tuple(str(term) for term, _ in terms[:NEAREST_TERMS])


def _topics(papers: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = SubmissionTopic.objects.filter(submission__in=papers).order_by("topic__position", "topic")
    for paper, name in rows.values_list("submission", "topic__name"):
        found[paper] = (*found.get(paper, ()), name)
    return found


def progress_of(viewer: Viewer, workshop: Workshop, at: datetime) -> Progress:
    """How far a reviewer is, over the tracks whose bidding is open."""
    windows = bidding_windows(workshop.pk, at)
    rows = rows_of(viewer, workshop.pk, [track for track, window in windows.items() if window.is_open])
    counts = rows.aggregate(total=Count("pk"), done=Count("pk", filter=~Q(value="")))
    return Progress(counts["done"], counts["total"], workshop.bids_wanted)


@dataclass(frozen=True)
class Bidder:
    """A reviewer in a workshop whose bidding is open."""

    workshop: int
    begun: bool
    progress: Progress


def bidders(viewer: Viewer, open_tracks: Mapping[int, Iterable[int]]) -> list[Bidder]:
    """Where the viewer may bid, and how far they are in the tracks (by workshop) whose bidding is open.

    One query, and none where bidding is open nowhere.
    """
    places = list(open_tracks)
    if not places:
        return []
    tracks = [track for some in open_tracks.values() for track in some]
    mine = Bid.objects.filter(user=viewer.id, submission__workshop=OuterRef("workshop"))
    papers = visible_to(viewer, "bid", Submission).filter(track__in=tracks)
    mine = mine.filter(submission__in=papers.values("pk")).order_by()
    total = mine.values("user").annotate(n=Count("pk")).values("n")
    done = mine.placed().values("user").annotate(n=Count("pk")).values("n")
    role = Membership.objects.open().filter(workshop=OuterRef("workshop"), user=viewer.id, role=Role.REVIEWER)
    rows = visible_to(viewer, "self", Reviewer).filter(Exists(role), user=viewer.id, workshop__in=places)
    found = rows.annotate(total=Subquery(total), done=Subquery(done))
    columns = ("workshop", "bidding_since", "done", "total", "workshop__bids_wanted")
    return [
        Bidder(workshop, since is not None, Progress(done or 0, total or 0, wanted))
        for workshop, since, done, total, wanted in found.values_list(*columns)
    ]
