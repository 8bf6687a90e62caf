"""What every page of a proposal says of it: its state in words, and what one organizer may see of its papers.

For whoever is not free on every paper of a run its totals, bounds, gaps and prices are not there at all, and loads are
counted over the papers that they are free on.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Exists, JSONField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from access.registry import right
from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import full_name
from desk.reading.levels import flag
from reviews.models import Assignment, AssignmentRun, ProposedPair, RunPerson
from reviews.options import Options
from reviews.rules import open_chairs, open_reviewers
from reviews.states import (
    REVIEWING,
    UNDONE,
    AssignmentKind,
    AssignmentStatus,
    Origin,
    RunOutcome,
    RunPurpose,
    RunStatus,
)
from submissions.models import Submission
from submissions.states import SubmissionStatus

MODES = {"fair": "Fair", "total": "Largest total", "random": "Randomised"}
PURPOSES = {RunPurpose.REVIEWERS: "", RunPurpose.CHAIRS: "Area chairs", RunPurpose.REPAIR: "Repair"}
EDITED = (Origin.ADDED, Origin.FORBID, Origin.LOCK)


class Signed:
    """What an edit would do to the total, told with its sign; "" for who may not read it."""

    change: float | None

    @property
    def signed(self) -> str:
        return "" if self.change is None else f"{self.change:+.3f}"


@dataclass(frozen=True)
class RunLine:
    """``words`` and ``tone``: its state. ``how``: what was asked for."""

    number: int
    at: datetime
    by: str
    track: str
    papers: int
    state: str
    words: str
    tone: str
    how: str
    is_mine: bool


def run_line(run: AssignmentRun, papers: Collection[int], viewer: Viewer) -> RunLine:
    """``papers``: the keys of those of its papers that the viewer is free on."""
    state, words, tone = _state(run)
    return RunLine(
        number=run.number,
        at=run.created_at,
        by=run.created_by.name if run.created_by else "",
        track=run.track.name if run.track else "All tracks",
        papers=len(papers),
        state=state,
        words=words,
        tone=tone,
        how=how(run, papers),
        is_mine=run.created_by_id == viewer.id,
    )


def how(run: AssignmentRun, papers: Collection[int]) -> str:
    """“Fair, 1 % of the total given away”, “Area chairs”, “Repair of 3 places”, which are of these ``papers``."""
    options = Options.of(run.params)
    if run.purpose == RunPurpose.REPAIR:
        holes = sum(paper in papers for paper, *_ in run.params.get("holes", []))
        return f"Repair of {holes} place{'' if holes == 1 else 's'}"
    words = MODES.get(run.mode, run.mode)
    if run.mode == "fair":
        words += f", at most {100 * options.epsilon:.3g} % of the total given away"
    if run.mode == "random":
        words += f", no pair above {100 * options.max_probability:.3g} %"
    return f"{PURPOSES[RunPurpose.CHAIRS]}: {words.lower()}" if run.purpose == RunPurpose.CHAIRS else words


def _state(run: AssignmentRun) -> tuple[str, str, str]:
    if run.status != RunStatus.OPEN:
        tone = "good" if run.status == RunStatus.PUBLISHED else "neutral"
        return run.status, run.get_status_display(), tone
    if run.outcome == RunOutcome.PENDING and run.job and run.job.status == "cancelled":
        return "stopped", "Stopped", "neutral"
    words = {
        RunOutcome.PENDING: ("Being made", "accent"),
        RunOutcome.COMPLETE: ("Proposal, not published", "info"),
        RunOutcome.INFEASIBLE: ("Not possible as it stands", "warn"),
        RunOutcome.FAILED: ("Failed", "bad"),
    }
    return run.outcome, *words[RunOutcome(run.outcome)]


# --- rows -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seat:
    """One person: ``given`` papers elsewhere, ``proposed`` ones here, at most ``most``; over the viewer's free papers.

    ``price``: what one more place of theirs would add to the total; None for whoever does not see the whole. ``past``:
    the state of an assignment to the paper that was asked about.
    """

    pk: int
    name: str
    given: int
    most: int
    senior: bool
    proposed: int = 0
    price: float | None = None
    past: str = ""
    institutions: tuple[str, ...] = ()

    @property
    def have(self) -> int:
        return self.given + self.proposed

    @property
    def load(self) -> str:
        return f"{self.have} of {self.most}"

    @property
    def is_over(self) -> bool:
        return self.have > self.most

    @property
    def is_full(self) -> bool:
        return self.have >= self.most


@dataclass(frozen=True)
class Alternate:
    """Who else could fill a hole. ``cost``: by how much the total falls with them; None where it is not shown."""

    user: int
    name: str
    score: float
    unknown: bool
    cost: float | None
    load: str


@dataclass(frozen=True)
class PairLine:
    """``entry``, ``because``, ``bar``: the parts of the score, what made it, and what stands against the pair by now,
    where a page has read them (``run_entries``).
    """

    paper: int
    user: int
    name: str
    score: float | None
    unknown: bool
    rank: str
    origin: str
    why: str
    load: str = ""
    is_over: bool = False
    replaces: Any = None
    alternates: list[Any] = field(default_factory=list)
    entry: Any = None
    because: Any = None
    bar: str = ""

    @property
    def is_locked(self) -> bool:
        return self.origin == Origin.LOCK

    @property
    def is_added(self) -> bool:
        return self.origin == Origin.ADDED


@dataclass(frozen=True)
class PaperLine:
    """``forbidden``: whom an organizer has taken out of it, or does not want on it."""

    pk: int
    number: int
    title: str
    track: str
    track_slug: str
    wanted: int
    having: int
    pairs: list[PairLine]
    forbidden: frozenset[int]
    search: str

    @property
    def dropped(self) -> int:
        return len(self.forbidden)

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.having - len(self.pairs))

    @property
    def total(self) -> float:
        return sum(pair.score or 0.0 for pair in self.pairs)

    @property
    def lowest(self) -> float | None:
        return min((pair.score for pair in self.pairs if pair.score is not None), default=None)

    @property
    def is_scored(self) -> bool:
        return any(pair.score is not None for pair in self.pairs)

    @property
    def is_edited(self) -> bool:
        return bool(self.forbidden) or any(pair.origin in EDITED for pair in self.pairs)

    @property
    def is_unknown(self) -> bool:
        return any(pair.unknown for pair in self.pairs)

    @property
    def is_over(self) -> bool:
        return any(pair.is_over for pair in self.pairs)


@dataclass(frozen=True)
class Rows:
    """``whole``: is the viewer free on every paper of the run, and of its pairs?"""

    papers: list[PaperLine]
    seats: dict[int, Seat]
    whole: bool


def kinds_of(run: AssignmentRun) -> tuple[str, ...]:
    return (AssignmentKind.AREA_CHAIR,) if run.purpose == RunPurpose.CHAIRS else REVIEWING


def read_rows(run: AssignmentRun, viewer: Viewer, *, places: bool = False) -> Rows:
    """Papers with their proposed people, and everybody with their load (and ``places``). Three queries."""
    papers, whole = _papers(run, viewer)
    pairs, dropped = _pairs(run, viewer)
    proposed = Counter(pair.user for some in pairs.values() for pair in some)
    seats = {seat.pk: seat for seat in read_seats(run, viewer, proposed, whole=whole, places=places)}
    holes = {paper for paper, _, _ in run.params.get("holes", [])}
    lines = []
    for pk, number, title, track, slug, wanted, having, search, status in papers:
        mine = [_seated(pair, seats, whole=whole) for pair in pairs[pk]]
        if status != SubmissionStatus.SUBMITTED and not mine:
            continue
        if run.purpose == RunPurpose.REPAIR and not mine and not dropped[pk] and pk not in holes:
            continue
        need = 1 if run.purpose == RunPurpose.CHAIRS else wanted
        names = fold_names(mine)
        words, gone = f"{search} {names}", frozenset(dropped[pk])
        lines.append(PaperLine(pk, number, title, track, slug, need, having, mine, gone, words))
    return Rows(lines, seats, whole)


def fold_names(pairs: list[PairLine]) -> str:
    return fold(" ".join(pair.name for pair in pairs))


def _seated(pair: PairLine, seats: dict[int, Seat], *, whole: bool) -> PairLine:
    seat = seats.get(pair.user)
    others = [
        Alternate(user, seats[user].name, score, unknown, cost if whole else None, seats[user].load)
        for user, score, unknown, _, cost in pair.alternates
        if user in seats
    ]
    pair = replace(pair, alternates=others)
    return replace(pair, load=seat.load, is_over=seat.is_over) if seat else pair


def _papers(run: AssignmentRun, viewer: Viewer) -> tuple[list[tuple[Any, ...]], bool]:
    """The papers of the run that the viewer is free on; and whether these are all."""
    here = ProposedPair.objects.filter(run=run, submission=OuterRef("pk"))
    others = Assignment.objects.current().filter(submission=OuterRef("pk"), kind__in=kinds_of(run))
    others = others.exclude(pk__in=_replaced(run)).order_by()
    count = Subquery(others.values("submission").annotate(n=Count("pk")).values("n")[:1])
    having = Coalesce(count, 0) if run.status == RunStatus.OPEN else Value(0)  # what is published counts by itself
    rows = (
        Submission.objects.filter(workshop=run.workshop_id)
        .filter(Q(pk__in=run.params.get("papers", [])) | Exists(here))
        .annotate(acts=flag(right(Submission, "act", viewer)), having=having)
        .order_by("number")
    )
    columns = ("pk", "number", "title", "track__name", "track__slug", "track__reviews_per_paper", "having")
    found = list(rows.values_list(*columns, "search_text", "status", "acts"))
    whole = all(acts or status != SubmissionStatus.SUBMITTED for *_, status, acts in found)
    return [row[:-1] for row in found if row[-1]], whole


def _replaced(run: AssignmentRun) -> Any:
    """The assignments whose places a repair gives to others."""
    return ProposedPair.objects.filter(run=run, kept=True, replaces__isnull=False).values("replaces")


def free_pairs(run: AssignmentRun, viewer: Viewer) -> "QuerySet[ProposedPair]":
    """Pairs of papers that the viewer is free on."""
    free = Submission.objects.filter(right(Submission, "act", viewer), workshop=run.workshop_id)
    return ProposedPair.objects.filter(run=run, submission__in=free.values("pk"))


def _pairs(run: AssignmentRun, viewer: Viewer) -> tuple[dict[int, list[PairLine]], dict[int, set[int]]]:
    found: dict[int, list[PairLine]] = defaultdict(list)
    dropped: dict[int, set[int]] = defaultdict(set)
    columns = ("submission", "user", "user__given", "user__particle", "user__family", "score", "unknown", "rank")
    more = ("allowed", "origin", "why", "kept", "replaces", "alternates")
    rows = free_pairs(run, viewer).order_by("rank", "user__family", "pk").values_list(*columns, *more)
    for paper, user, given, particle, family, score, unknown, rank, allowed, origin, why, kept, replaces, alt in rows:
        if not kept:
            if origin == Origin.FORBID:
                dropped[paper].add(user)
            continue
        name = full_name(given, particle, family)
        place = rank_words(rank, allowed)
        line = PairLine(paper, user, name, score, unknown, place, origin, why, replaces=replaces, alternates=alt)
        found[paper].append(line)
    return found, dropped


def rank_words(rank: int | None, allowed: int | None) -> str:
    """“2nd of 143”."""
    if not rank:
        return ""
    return f"{ordinal(rank)} of {allowed}" if allowed else ordinal(rank)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th …"""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def read_seats(
    run: AssignmentRun,
    viewer: Viewer,
    proposed: Mapping[int, int],
    *,
    whole: bool,
    paper: int = 0,
    places: bool = False,
) -> list[Seat]:
    """Everybody who may be proposed, by family name. One query.

    ``paper``: also what they have to do with it, and their institutions; ``places``: these alone. What is published
    counts by itself: it is no longer ``proposed``, but had.
    """
    here = proposed if run.status == RunStatus.OPEN else {}
    free = Submission.objects.filter(right(Submission, "act", viewer), workshop=run.workshop_id)
    given = Assignment.objects.current().filter(kind__in=kinds_of(run), submission__in=free.values("pk"))
    if run.status == RunStatus.OPEN:
        given = given.exclude(pk__in=_replaced(run))
    mine = given.filter(user=OuterRef("user")).order_by().values("user").annotate(n=Count("pk")).values("n")
    known = RunPerson.objects.filter(run=run, user=OuterRef("user"))
    past = Assignment.objects.filter(submission=paper, user=OuterRef("user")).exclude(
        status=AssignmentStatus.REMOVED, reason=UNDONE
    )
    extra = {
        "load": Coalesce(Subquery(mine), 0),
        "at": Subquery(known.values("price")[:1]),
        "places": Subquery(known.values("institutions")[:1]) if paper or places else Value(None, JSONField()),
        "past": Subquery(past.order_by("-created_at").values("status")[:1]) if paper else Value("", CharField()),
    }
    names = ("user", "user__given", "user__particle", "user__family")
    order = ("user__family", "user__given", "user")
    if run.purpose == RunPurpose.CHAIRS:
        most = int(run.params.get("chair_most", 0))
        roles = open_chairs(run.workshop_id).annotate(**extra).order_by(*order).values_list(*names, *extra)
        rows = list({row[0]: (*row[:4], most, False, *row[4:]) for row in roles}.values())
    else:
        people = open_reviewers(run.workshop_id).annotate(**extra).order_by(*order)
        rows = list(people.values_list(*names, "load_max", "senior", *extra))
    return [
        Seat(
            pk,
            full_name(given_name, particle, family),
            load,
            most,
            senior,
            here.get(pk, 0),
            price if whole else None,
            past or "",
            tuple(known_places or ()),
        )
        for pk, given_name, particle, family, most, senior, load, price, known_places, past in rows
    ]
