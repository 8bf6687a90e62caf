"""One person of a proposal: their papers, and those that they would suit best without having them, each priced.

Everything is over the papers that the viewer is free on. Prices are there for whoever is free on all of the run's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from access.viewer import Viewer
from accounts.addresses import fold
from desk.reading.candidates import person_of_board
from desk.reading.run_entries import (
    Bars,
    Because,
    Entry,
    RunPaperLine,
    around_person,
    because,
    papers_of_rows,
    past_words,
    shelf_of,
)
from desk.reading.run_lines import PairLine, PaperLine, Rows, RunLine, Seat, Signed, rank_words, read_rows, run_line
from desk.reading.run_query import SuitedQuery
from reviews.board import board_of, said
from reviews.matching.edits import Board, price_edit
from reviews.models import AssignmentRun
from reviews.states import Origin, RunOutcome, RunPurpose, RunStatus

PAGE = 20


@dataclass(frozen=True)
class Suited(Signed):
    """A paper that the person might get. ``out``: whose place it would be, where the paper has all it needs.

    ``cost``: by how much, at least, the best total falls with them on it; ``change``: of the total by the edit itself.
    """

    paper: PaperLine
    entry: Entry
    rank: str
    suspected: bool
    forbidden: bool
    cost: float | None
    because: Because | None
    out: PairLine | None = None
    change: float | None = None
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonBench:
    """``rows``: the papers that they suit best, None where the proposal offers none (a repair fills holes only)."""

    line: RunLine
    seat: Seat
    whole: bool
    papers: list[tuple[PaperLine, PairLine]]
    rows: list[Suited] | None
    found: int
    pages: int
    is_open: bool
    can_exchange: bool

    @property
    def shown(self) -> list[int]:
        """The papers whose people are named on the page."""
        named = [one.paper.pk for one in self.rows or [] if one.out]
        return sorted({paper.pk for paper, _ in self.papers} | set(named))


def read_person(run: AssignmentRun, viewer: Viewer, user_id: int, query: SuitedQuery) -> PersonBench | None:
    """None for somebody whom the proposal does not know. Four queries."""
    rows = read_rows(run, viewer, places=True)
    seat = rows.seats.get(user_id)
    if seat is None:
        return None
    around: dict[str, Any] = around_person(viewer, run.workshop_id, run.pk, user_id)
    why = {paper: one for (paper, _), one in because(around["near"], shelf_of(around["shelf"])).items()}
    mine = [(paper, pair) for paper in rows.papers for pair in paper.pairs if pair.user == user_id]
    known, bars = papers_of_rows(around["papers"]), Bars.of(around["bars"])
    is_repair = run.purpose == RunPurpose.REPAIR
    is_open = run.status == RunStatus.OPEN and run.outcome in (RunOutcome.COMPLETE, RunOutcome.INFEASIBLE)
    found: list[Suited] = []
    shown: list[Suited] = []
    if is_open and not is_repair:
        board = _board(run, rows, known.values())
        has_prices = rows.whole and run.mode != "random"
        past = past_words(around["past"])
        fit = [
            _suited(paper, known[paper.pk], entry, seat, bars, board if has_prices else None, why)
            for paper in rows.papers
            if (entry := _may_have(paper, known, user_id, bars, past)) is not None
        ]
        found = _ordered([one for one in fit if _asked(one, query)], query.sort or "-score")
        first = (min(query.page, max(-(-len(found) // PAGE), 1)) - 1) * PAGE
        names = {str(one.pk): one.name for one in rows.seats.values()}
        shown = [_priced(one, seat, board, names) for one in found[first : first + PAGE]]
    return PersonBench(
        line=run_line(run, {paper.pk for paper in rows.papers}, viewer),
        seat=seat,
        whole=rows.whole,
        papers=[(paper, _explained(pair, known, bars, why)) for paper, pair in mine],
        rows=shown if is_open and not is_repair else None,
        found=len(found),
        pages=max(-(-len(found) // PAGE), 1),
        is_open=is_open,
        can_exchange=is_open and not is_repair,
    )


def _explained(pair: PairLine, known: dict[int, RunPaperLine], bars: Bars, why: dict[int, Because]) -> PairLine:
    line, bar = known.get(pair.paper), bars.why.get((pair.paper, pair.user), "")
    return replace(pair, entry=line.entry if line else None, because=why.get(pair.paper), bar=bar)


def _may_have(
    paper: PaperLine, known: dict[int, RunPaperLine], user_id: int, bars: Bars, past: dict[int, str]
) -> Entry | None:
    """What is known of the two; None for what they have, wrote, or have a conflict or a past with."""
    line = known.get(paper.pk)
    if line is None or line.entry is None or user_id in line.board.authors:
        return None
    has_it = any(pair.user == user_id for pair in paper.pairs)
    return None if has_it or (paper.pk, user_id) in bars.why or paper.pk in past else line.entry


def _suited(
    paper: PaperLine,
    line: RunPaperLine,
    entry: Entry,
    seat: Seat,
    bars: Bars,
    board: Board | None,
    why: dict[int, Because],
) -> Suited:
    """``board``: None where no price is told."""
    ids = str(paper.pk), str(seat.pk)
    return Suited(
        paper=paper,
        entry=entry,
        rank=rank_words(entry.rank, line.allowed),
        suspected=(paper.pk, seat.pk) in bars.suspected,
        forbidden=seat.pk in paper.forbidden,
        cost=board.prices.cost(*ids, entry.score, senior=seat.senior) if board else None,
        because=why.get(paper.pk),
    )


def _board(run: AssignmentRun, rows: Rows, known: Iterable[RunPaperLine]) -> Board:
    pairs = [pair for paper in rows.papers for pair in paper.pairs]
    return board_of(
        run,
        {(pair.paper, pair.user): pair.score or 0.0 for pair in pairs},
        [line.board for line in known],
        [person_of_board(seat) for seat in rows.seats.values()],
        locked=[(pair.paper, pair.user) for pair in pairs if pair.origin == Origin.LOCK],
    )


def _priced(one: Suited, seat: Seat, board: Board, names: dict[str, str]) -> Suited:
    """Added where somebody is missing; else in the place of the weakest whom that breaks no rule with."""
    tried = [_tried(one, seat, board, names, out) for out in _leavers(one.paper)]
    return next((each for each in tried if not each.breaks), tried[0])


def _leavers(paper: PaperLine) -> list[PairLine | None]:
    """Whose place it might be, the weakest first; nobody's while somebody is missing."""
    unlocked = sorted(
        (pair for pair in paper.pairs if not pair.is_locked), key=lambda pair: (pair.score or 0.0, pair.name)
    )
    return [*unlocked] if unlocked and not paper.missing else [None]


def _tried(one: Suited, seat: Seat, board: Board, names: dict[str, str], out: PairLine | None) -> Suited:
    paper = str(one.paper.pk)
    remove = [(paper, str(out.user))] if out else []
    priced = price_edit(board, add={(paper, str(seat.pk)): one.entry.score}, remove=remove)
    breaks = tuple(words for broken in priced.breaks if (words := said(broken, names)))
    return replace(one, out=out, change=priced.change, breaks=breaks)


ORDERS: dict[str, Callable[[Suited], Any]] = {
    "score": lambda one: one.entry.score,
    "paper": lambda one: one.paper.number,
    "affinity": lambda one: one.entry.affinity,
    "topic": lambda one: one.entry.topic,
    "cost": lambda one: one.cost,
}


def _asked(one: Suited, query: SuitedQuery) -> bool:
    if "missing" in query.chosen("look") and not one.paper.missing:
        return False
    words = fold(query.q).split()
    return all(word in one.paper.search or word.removeprefix("#") == str(one.paper.number) for word in words)


def _ordered(rows: list[Suited], sort: str) -> list[Suited]:
    """Whoever has no value comes last, whichever way the order goes."""
    value = ORDERS[sort.removeprefix("-")]
    known = sorted((row for row in rows if value(row) is not None), key=value, reverse=sort.startswith("-"))
    return known + [row for row in rows if value(row) is None]
