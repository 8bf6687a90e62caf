"""The workbench of one proposal: two linked lists, papers and people, and its figures. A fixed number of queries."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from access.viewer import Viewer
from accounts.addresses import fold
from desk.reading.run_figures import Figures, figures
from desk.reading.run_lines import PaperLine, Rows, RunLine, Seat, read_rows, run_line
from desk.reading.run_query import PAPER_LOOKS, PERSON_LOOKS, RunQuery
from desk.reading.run_reasons import ReasonLine, reasons
from reviews.models import AssignmentRun
from reviews.states import RunOutcome, RunPurpose, RunStatus

PAGE = 50
WORST = 10


@dataclass(frozen=True)
class PersonLine:
    """``papers``: the numbers and titles that are proposed. ``mean``: of the scores that are known."""

    seat: Seat
    papers: list[tuple[int, str]]
    mean: float | None


@dataclass(frozen=True)
class Certificate:
    """Numbers over the whole run, for whoever is free on all of it."""

    total: float
    optimum: float
    bound: float
    gap: float
    rounds: int
    floor: float | None
    floor_bound: float | None
    proved: bool
    expected: float | None

    @property
    def share(self) -> float:
        return 100 * self.total / self.optimum if self.optimum else 100.0


@dataclass(frozen=True)
class Bench:
    line: RunLine
    whole: bool
    papers: list[PaperLine]
    people: list[PersonLine]
    total: int
    pages: int
    counts: dict[str, int]
    tracks: dict[str, tuple[str, int]]
    pairs: int
    missing: int
    unknown: int
    edited: int
    certificate: Certificate | None
    figures: Figures | None
    reasons: list[ReasonLine]
    is_pending: bool
    is_open: bool
    is_complete: bool
    is_published: bool
    is_repair: bool
    left: list[str]
    """The places of a repair that nobody fills: the keys of their assignments."""
    shown: list[int]
    """The papers whose people are named on the page."""


def read_bench(run: AssignmentRun, viewer: Viewer, query: RunQuery, *, everything: bool = False) -> Bench:
    rows = read_rows(run, viewer)
    names = {pk: seat.name for pk, seat in rows.seats.items()}
    marks = _marks(rows.papers)
    people = _people(rows)
    tracks: dict[str, tuple[str, int]] = {}
    for paper in rows.papers:
        tracks[paper.track_slug] = (paper.track, tracks.get(paper.track_slug, ("", 0))[1] + 1)
    found_papers = found_people = 0
    papers: list[PaperLine] = []
    chosen: list[PersonLine] = []
    if query.side == "papers":
        ordered = _ordered(PAPER_ORDERS, [p for p in rows.papers if _asked(p, query, marks)], query.sort or "paper")
        found_papers, papers = len(ordered), ordered
    elif query.side == "people":
        chosen = _ordered(PERSON_ORDERS, [p for p in people if _wanted(p, query)], query.sort or "name")
        found_people = len(chosen)
    total = found_papers + found_people
    pages = max(-(-total // PAGE), 1)
    first = (min(query.page, pages) - 1) * PAGE
    if not everything:
        papers, chosen = papers[first : first + PAGE], chosen[first : first + PAGE]
    if query.side == "people":
        counts = {look: sum(PERSON_MARKS[look](one) for one in people) for look in PERSON_LOOKS}
    else:
        counts = {look: len(marks[look]) for look in PAPER_LOOKS}
    return Bench(
        line=run_line(run, {paper.pk for paper in rows.papers}, viewer),
        whole=rows.whole,
        papers=papers,
        people=chosen,
        total=total,
        pages=pages,
        counts=counts,
        tracks=tracks,
        pairs=sum(len(paper.pairs) for paper in rows.papers),
        missing=sum(paper.missing for paper in rows.papers),
        unknown=sum(pair.unknown for paper in rows.papers for pair in paper.pairs),
        edited=len(marks["edited"]),
        certificate=_certificate(run) if rows.whole else None,
        figures=figures(run, rows) if query.side == "figures" else None,
        reasons=reasons(run, rows, names),
        is_pending=run.outcome == RunOutcome.PENDING and run.status == RunStatus.OPEN,
        is_open=run.status == RunStatus.OPEN and run.outcome in (RunOutcome.COMPLETE, RunOutcome.INFEASIBLE),
        is_complete=run.outcome == RunOutcome.COMPLETE,
        is_published=run.status == RunStatus.PUBLISHED,
        is_repair=run.purpose == RunPurpose.REPAIR,
        left=_left(run, rows) if run.outcome in (RunOutcome.COMPLETE, RunOutcome.INFEASIBLE) else [],
        shown=[paper.pk for paper in (papers or rows.papers) if paper.pairs],
    )


def _left(run: AssignmentRun, rows: Rows) -> list[str]:
    """Of papers that the viewer is free on."""
    filled = {str(pair.replaces) for paper in rows.papers for pair in paper.pairs if pair.replaces}
    free = {paper.pk for paper in rows.papers}
    return [key for paper, _, key in run.params.get("holes", []) if paper in free and key not in filled]


def _certificate(run: AssignmentRun) -> Certificate | None:
    if run.total is None or run.bound is None or run.gap is None:
        return None
    fair, lottery = run.facts.get("fairness") or {}, run.facts.get("lottery") or {}
    return Certificate(
        total=run.total,
        optimum=run.facts.get("optimum", run.total),
        bound=run.bound,
        gap=run.gap,
        rounds=run.rounds or 0,
        floor=fair.get("floor"),
        floor_bound=fair.get("floor_bound"),
        proved=bool(fair.get("proved")),
        expected=lottery.get("expected_total"),
    )


def lowest(papers: list[PaperLine], most: int = WORST) -> list[PaperLine]:
    """The papers with the lowest totals, the lowest first."""
    scored = [paper for paper in papers if paper.is_scored]
    return sorted(scored, key=lambda paper: (paper.total, paper.number))[:most]


def _marks(papers: list[PaperLine]) -> dict[str, set[int]]:
    return {
        "worst": {paper.pk for paper in lowest(papers)},
        "missing": {paper.pk for paper in papers if paper.missing},
        "unknown": {paper.pk for paper in papers if paper.is_unknown},
        "edited": {paper.pk for paper in papers if paper.is_edited},
        "over": {paper.pk for paper in papers if paper.is_over},
    }


def _asked(paper: PaperLine, query: RunQuery, marks: dict[str, set[int]]) -> bool:
    if query.track and paper.track_slug != query.track:
        return False
    if not all(paper.pk in marks[look] for look in query.chosen("look")):
        return False
    words = fold(query.q).split()
    return all(word in paper.search or word.removeprefix("#") == str(paper.number) for word in words)


def _people(rows: Rows) -> list[PersonLine]:
    papers: dict[int, list[tuple[int, str]]] = {}
    scores: dict[int, list[float]] = {}
    for paper in rows.papers:
        for pair in paper.pairs:
            papers.setdefault(pair.user, []).append((paper.number, paper.title))
            if pair.score is not None:
                scores.setdefault(pair.user, []).append(pair.score)
    found = []
    for seat in rows.seats.values():
        known = scores.get(seat.pk, [])
        found.append(PersonLine(seat, papers.get(seat.pk, []), sum(known) / len(known) if known else None))
    return found


PERSON_MARKS: dict[str, Callable[[PersonLine], bool]] = {
    "none": lambda one: not one.seat.have,
    "full": lambda one: one.seat.is_full,
    "over": lambda one: one.seat.is_over,
}


def _wanted(one: PersonLine, query: RunQuery) -> bool:
    if not all(PERSON_MARKS[look](one) for look in query.chosen("look")):
        return False
    text = fold(one.seat.name)
    return all(word in text for word in fold(query.q).split())


PAPER_ORDERS: dict[str, Callable[[PaperLine], Any]] = {
    "paper": lambda paper: paper.number,
    "total": lambda paper: paper.total if paper.is_scored else None,
    "lowest": lambda paper: paper.lowest,
}
PERSON_ORDERS: dict[str, Callable[[PersonLine], Any]] = {
    "name": lambda one: None,
    "load": lambda one: one.seat.have,
    "mean": lambda one: one.mean,
    "price": lambda one: one.seat.price,
}


def _ordered(orders: dict[str, Callable[[Any], Any]], rows: list[Any], sort: str) -> list[Any]:
    """Whoever has no value comes last, whichever way the order goes; an order of the other list is none."""
    value = orders.get(sort.removeprefix("-"), lambda row: None)
    known = sorted((row for row in rows if value(row) is not None), key=value, reverse=sort.startswith("-"))
    return known + [row for row in rows if value(row) is None]


def loads_of(rows: Rows) -> Counter[int]:
    """How many people have how many papers."""
    return Counter(seat.have for seat in rows.seats.values())
