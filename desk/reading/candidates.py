"""Who might have one paper of a proposal, and why or why not: score and its parts, rank, load, conflict, price.

Everything is over the papers that the viewer is free on. Prices are there for whoever is free on all of the run's.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from access.registry import right
from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import full_name
from desk.reading.exchanges import ExchangeLine, read_exchanges
from desk.reading.run_entries import (
    PAST,
    Bars,
    Because,
    Entry,
    NearRow,
    around_pair,
    around_paper,
    because,
    by_person,
    papers_of_rows,
    past_words,
    publications_in,
    shelf_of,
    shelf_rows,
)
from desk.reading.run_lines import PairLine, Seat, Signed, free_pairs, rank_words, read_seats
from desk.reading.run_query import CandidateQuery
from reviews.board import PaperOfBoard, PersonOfBoard, board_of, said
from reviews.matching.edits import Board, price_edit
from reviews.models import AssignmentRun, ProposedPair, RunPaper
from reviews.states import AssignmentStatus, Origin, RunOutcome, RunPurpose, RunStatus
from submissions.models import Submission
from submissions.states import SubmissionStatus

PAGE = 50


@dataclass(frozen=True)
class Candidate(Signed):
    """``why_not``: what keeps them from it, "" for nothing; ``suspected``: only a word is needed.

    ``cost``: by how much, at least, the best total falls with them on the paper. ``change``: of the total by the edit
    itself. ``holders``: the papers that have a full person's places. ``breaks``: the rules that the edit would break.
    """

    user: int
    name: str
    seat: Seat
    score: float | None
    unknown: bool
    affinity: float | None
    bid: str
    topic: float | None
    rank: str
    why_not: str
    suspected: bool
    forbidden: bool
    cost: float | None
    change: float | None = None
    holders: list[int] = field(default_factory=list)
    breaks: list[str] = field(default_factory=list)
    because: Because | None = None


@dataclass(frozen=True)
class PaperBench:
    """``exchanges``: of the person whose place is looked at, with another paper; None where nobody is exchanged."""

    run: AssignmentRun
    paper: Submission
    whole: bool
    pairs: list[PairLine]
    wanted: int
    demand: int
    price: float | None
    out: PairLine | None
    exchanges: list[ExchangeLine] | None
    rows: list[Candidate]
    found: int
    pages: int
    everybody: int
    allowed: int
    is_open: bool

    @property
    def shown(self) -> list[int]:
        """The papers whose people are named on the page."""
        return sorted({self.paper.pk, *(one.paper for one in self.exchanges or [])})

    @property
    def served(self) -> bool:
        """Has it all the reviews it needs, with those of other proposals and of before?"""
        return len(self.pairs) >= self.demand

    @property
    def number_words(self) -> str:
        return f"#{self.paper.number}"


def find_run_paper(viewer: Viewer, workshop_id: int, run: int, number: int) -> RunPaper | None:
    """One paper of the proposal of this number, with the run, and whether a part of that is hidden. One query."""
    free = Submission.objects.filter(right(Submission, "act", viewer), workshop=workshop_id).values("pk")
    hidden = Q(run=OuterRef("run"), submission__status=SubmissionStatus.SUBMITTED) & ~Q(submission__in=free)
    rows = RunPaper.objects.filter(right(RunPaper, "row", viewer)).select_related(
        "run__track", "submission__track", "submission__workshop"
    )
    return (
        rows.annotate(hidden=Exists(RunPaper.objects.filter(hidden)) | Exists(ProposedPair.objects.filter(hidden)))
        .filter(run__workshop=workshop_id, run__number=run, submission__number=number)
        .first()
    )


@dataclass(frozen=True)
class _Known:
    """What has been read of one paper of a proposal."""

    row: RunPaper
    whole: bool
    pairs: list[PairLine]
    seats: list[Seat]
    bars: Bars
    board: Board
    entries: dict[int, Entry]

    @property
    def paper(self) -> int:
        return self.row.submission_id

    @property
    def has_prices(self) -> bool:
        return self.whole and self.row.run.mode != "random"


def read_candidates(row: RunPaper, viewer: Viewer, query: CandidateQuery) -> PaperBench:
    """One page of everybody. Four queries."""
    run, paper, whole = row.run, row.submission, not row.hidden  # type: ignore[attr-defined]  # annotated
    pairs, authors = _pairs(run, viewer)
    kept = [pair for pair in pairs if pair.origin != "gone"]
    seats = read_seats(run, viewer, Counter(pair.user for pair in kept), whole=whole, paper=paper.pk)
    mine = [pair for pair in kept if pair.paper == paper.pk]
    gone = {(pair.paper, pair.user) for pair in pairs if pair.origin == "gone"}
    out = next((pair for pair in mine if str(pair.user) == query.out and not pair.is_locked), None)
    is_open = run.status == RunStatus.OPEN and run.outcome in (RunOutcome.COMPLETE, RunOutcome.INFEASIBLE)
    exchanged = out if is_open and run.purpose != RunPurpose.REPAIR else None
    around = _around(row, viewer, exchanged)
    others = papers_of_rows(around.get("papers", ()))
    board = _board(row, kept, seats, authors | {pk: list(one.board.authors) for pk, one in others.items()}, others)
    entries = {line[0]: Entry.of(line) for line in row.people}
    known = _Known(row, whole, kept, seats, Bars.of(around["bars"]), board, entries)
    rows = _everybody(known, {pair.user for pair in mine}, {user for pk, user in gone if pk == paper.pk})
    exchanges = None
    if exchanged:
        fit = {one.user: one.score for one in rows if not (one.why_not or one.suspected or one.forbidden)}
        past = past_words(around["past"])
        exchanges = read_exchanges(known.board, known.bars, exchanged, others, fit, gone, past, kept, whole=whole)
    found = _ordered([one for one in rows if _asked(one, query)], query.sort or "-score")
    pages = max(-(-len(found) // PAGE), 1)
    first = (min(query.page, pages) - 1) * PAGE
    shown = [_priced(one, known, out) for one in found[first : first + PAGE]]
    why = _because(around["near"], [*(one.user for one in shown), *(pair.user for pair in mine)])
    is_chairs = run.purpose == RunPurpose.CHAIRS
    return PaperBench(
        run=run,
        paper=paper,
        whole=whole,
        pairs=[_explained(_loaded(pair, seats), known, why) for pair in mine],
        wanted=1 if is_chairs else paper.track.reviews_per_paper,
        demand=row.demand,
        price=row.price if whole else None,
        out=out,
        exchanges=exchanges,
        rows=[replace(one, because=why.get(one.user)) for one in shown],
        found=len(found),
        pages=pages,
        everybody=len(rows),
        allowed=sum(not one.why_not for one in rows),
        is_open=is_open,
    )


def _around(row: RunPaper, viewer: Viewer, exchanged: PairLine | None) -> dict[str, Any]:
    """Conflicts and what is shared; for whoever might be exchanged, all papers as they stand to them. One query."""
    workshop, found = row.run.workshop_id, dict[str, Any]()
    if exchanged is None:
        found = around_paper(viewer, workshop, row.submission_id)
    else:
        found = around_pair(viewer, workshop, row.submission_id, row.run_id, exchanged.user)
    return found


def _because(near: list[NearRow], users: list[int]) -> dict[int, Because]:
    """What these people share with the paper. One query, where there is anything."""
    rows = by_person(near, users)
    keys = publications_in(rows)
    shelf = shelf_of(shelf_rows(Q(pk__in=keys))) if keys else {}
    return {user: why for (_, user), why in because(rows, shelf).items()}


def _explained(pair: PairLine, known: _Known, why: dict[int, Because]) -> PairLine:
    bar = known.bars.why.get((pair.paper, pair.user), "")
    return replace(pair, entry=known.entries.get(pair.user), because=why.get(pair.user), bar=bar)


def _everybody(known: _Known, mine: set[int], forbidden: set[int]) -> list[Candidate]:
    """Everybody who is not proposed for the paper."""
    numbers: dict[int, list[int]] = defaultdict(list)
    for pair in known.pairs:
        numbers[pair.user].append(pair.replaces)
    rows = []
    for seat in known.seats:
        if seat.pk in mine:
            continue
        entry = known.entries.get(seat.pk)
        why_not, suspected = _why_not(known, seat)
        rows.append(
            Candidate(
                user=seat.pk,
                name=seat.name,
                seat=seat,
                score=entry.score if entry else None,
                unknown=entry.unknown if entry else True,
                affinity=entry.affinity if entry else None,
                bid=entry.said if entry else "",
                topic=entry.topic if entry else None,
                rank=rank_words(entry.rank, known.row.allowed) if entry else "",
                why_not=why_not,
                suspected=suspected,
                forbidden=seat.pk in forbidden,
                cost=_cost(known, seat, entry),
                holders=sorted(numbers[seat.pk]) if seat.is_full else [],
            )
        )
    return rows


def _pairs(run: AssignmentRun, viewer: Viewer) -> tuple[list[PairLine], dict[int, list[int]]]:
    """Pairs of free papers, those taken out or forbidden as "gone", with the paper's number in ``replaces``; and who
    wrote each of these papers. One query."""
    wrote = RunPaper.objects.filter(run=run, submission=OuterRef("submission")).values("authors")[:1]
    rows = free_pairs(run, viewer).annotate(wrote=Subquery(wrote)).order_by("rank", "user__family", "pk")
    columns = ("submission", "submission__number", "user", "user__given", "user__particle", "user__family", "score")
    found, authors = [], {}
    for (
        paper,
        number,
        user,
        given,
        particle,
        family,
        score,
        unknown,
        rank,
        allowed,
        origin,
        why,
        kept,
        by,
    ) in rows.values_list(*columns, "unknown", "rank", "allowed", "origin", "why", "kept", "wrote"):
        authors[paper] = by or []
        if not kept and origin != Origin.FORBID:
            continue
        name = full_name(given, particle, family)
        state = origin if kept else "gone"
        line = PairLine(paper, user, name, score, unknown, rank_words(rank, allowed), state, why, replaces=number)
        found.append(line)
    return found, authors


def _loaded(pair: PairLine, seats: list[Seat]) -> PairLine:
    seat = next((one for one in seats if one.pk == pair.user), None)
    return replace(pair, load=seat.load, is_over=seat.is_over) if seat else pair


def _why_not(known: _Known, seat: Seat) -> tuple[str, bool]:
    key = (known.paper, seat.pk)
    if seat.pk in known.row.authors:
        return "is an author", False
    if key in known.bars.why:
        return known.bars.why[key], False
    if seat.past and known.row.run.status == RunStatus.OPEN:
        return PAST[AssignmentStatus(seat.past)], False
    return "", key in known.bars.suspected


def _board(
    row: RunPaper, pairs: list[PairLine], seats: list[Seat], authors: dict[int, list[int]], others: dict[int, Any]
) -> Board:
    """Of other papers it knows no more than who wrote them, unless they have been read."""
    papers = {pk: PaperOfBoard(pk, 0, 0.0, 0.0, some) for pk, some in authors.items()}
    papers |= {pk: one.board for pk, one in others.items()}
    papers[row.submission_id] = PaperOfBoard(row.submission_id, row.demand, row.price, row.senior_price, row.authors)
    return board_of(
        row.run,
        {(pair.paper, pair.user): pair.score or 0.0 for pair in pairs},
        papers.values(),
        [person_of_board(seat) for seat in seats],
        locked=[(pair.paper, pair.user) for pair in pairs if pair.is_locked],
    )


def person_of_board(seat: Seat) -> PersonOfBoard:
    return PersonOfBoard(seat.pk, seat.most - seat.given, seat.price or 0.0, seat.senior, seat.institutions)


def _cost(known: _Known, seat: Seat, entry: Entry | None) -> float | None:
    if entry is None or not known.has_prices:
        return None
    return known.board.prices.cost(str(known.paper), str(seat.pk), entry.score, senior=seat.senior)


def _priced(one: Candidate, known: _Known, out: PairLine | None) -> Candidate:
    """What the edit would change and break, asked of the engine's own rules."""
    paper = str(known.paper)
    remove = [(paper, str(out.user))] if out else []
    priced = price_edit(known.board, add={(paper, str(one.user)): one.score or 0.0}, remove=remove)
    names = {str(seat.pk): seat.name for seat in known.seats}
    breaks = [words for broken in priced.breaks if (words := said(broken, names))]
    return replace(one, change=priced.change if one.score is not None else None, breaks=breaks)


ORDERS: dict[str, Callable[[Candidate], Any]] = {
    "score": lambda one: one.score,
    "name": lambda one: fold(one.name),
    "affinity": lambda one: one.affinity,
    "topic": lambda one: one.topic,
    "load": lambda one: one.seat.have,
    "cost": lambda one: one.cost,
}


def _asked(one: Candidate, query: CandidateQuery) -> bool:
    if "free" in query.chosen("look") and one.seat.is_full:
        return False
    if "allowed" in query.chosen("look") and (one.why_not or one.suspected):
        return False
    text = fold(one.name)
    return all(word in text for word in fold(query.q).split())


def _ordered(rows: list[Candidate], sort: str) -> list[Candidate]:
    value = ORDERS[sort.removeprefix("-")]
    known = sorted((row for row in rows if value(row) is not None), key=value, reverse=sort.startswith("-"))
    return known + [row for row in rows if value(row) is None]
