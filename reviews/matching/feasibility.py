"""Is there an assignment at all? A maximum flow answers; where it falls short, its minimum cut says why.

Papers must get all their reviews, reviewers at least their minimum and at most their maximum. Both sides can be
looked at apart: if the papers can be served within the maxima, and the minima can be filled within the demands, then
one assignment does both (Mendelsohn & Dulmage 1958). `explain` asks the same question twice, the second time with
papers and reviewers exchanged.

The minimum cut is Hall's condition (Hall 1935) with its numbers: the set X of papers that an unserved paper can reach
by exchanging reviewers, and the reviewers who may review them. Each of those is full, or already has every paper of X
that they may review. So their places are counted as min(places left, papers of X), and what is missing is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reviews.matching import reasons
from reviews.matching.flow import Flow
from reviews.matching.problem import Bar, Bars, Bools, Ints, Problem
from reviews.matching.result import Reason, RemedyKind

# What lifts a bar, the easiest first.
LIFTS: dict[Bar, RemedyKind] = {
    Bar.SUSPECTED: "settle_suspected",
    Bar.FORBIDDEN: "allow_forbidden",
    Bar.CONFLICT: "waive_conflicts",
}
FEW_PAIRS = 100_000  # so many are one flow
SOME_PAIRS = 24  # of a paper or reviewer, to begin with and in each further round
Lifts = list[tuple[int, int, Bar]]


@dataclass(frozen=True, eq=False)
class Remaining:
    """What is left to decide once the locked pairs are kept."""

    demand: Ints
    least: Ints
    most: Ints
    open: Bools  # pairs that are neither forbidden nor locked


def remaining(problem: Problem) -> Remaining:
    locks = problem.lock_mask()
    per_paper, per_reviewer = locks.sum(axis=1), locks.sum(axis=0)
    least = problem.least_load()
    most = np.array([one.max for one in problem.reviewers], dtype=np.int64)
    return Remaining(
        demand=np.array([paper.demand for paper in problem.papers], dtype=np.int64) - per_paper,
        least=np.maximum(least - per_reviewer, 0),
        most=most - per_reviewer,
        open=~problem.forbidden & ~locks,
    )


def explain(problem: Problem) -> tuple[Reason, ...]:
    """The reasons why no assignment exists; empty when one does. Call it when no paper or reviewer is over-locked."""
    rest = remaining(problem)
    papers, reviewers = [one.id for one in problem.papers], [one.id for one in problem.reviewers]
    locks = problem.lock_mask()
    service = _Side(papers, reviewers, rest.demand, rest.most, rest.open, problem.bars, locks)
    loads = _Side(reviewers, papers, rest.least, rest.demand, rest.open.T, problem.bars.T, locks.T)
    return tuple(
        [reasons.too_few_places(gap) for gap in _gaps(service)] + [reasons.too_few_papers(gap) for gap in _gaps(loads)]
    )


def explain_seniors(problem: Problem) -> tuple[Reason, ...]:
    """The reasons why the papers cannot all have their senior reviewers, looked at apart from everything else."""
    rest, locks = remaining(problem), problem.lock_mask()
    senior = np.array([one.senior for one in problem.reviewers], dtype=bool)
    need = np.maximum(problem.seniors() - locks[:, senior].sum(axis=1), 0)
    names = [one.id for one in problem.papers], [one.id for one in problem.reviewers if one.senior]
    side = _Side(*names, need, rest.most[senior], rest.open[:, senior], problem.bars[:, senior], locks[:, senior])
    return tuple(reasons.too_few_seniors(gap) for gap in _gaps(side))


def is_short(demand: Ints, least: Ints, most: Ints, free: Bools) -> bool:
    """Whether demands, minima and maxima alone, without rules, rule out every assignment over these pairs."""
    if demand.min(initial=0) < 0 or most.min(initial=0) < 0:
        return True
    service = _widest(demand, most, free)
    return bool(service.unmet().any() or (least.any() and _widest(least, demand, free.T).unmet().any()))


def _widest(need: Ints, room: Ints, free: Bools, start: Callable[[Ints, Ints, Bools], Flow] = Flow) -> Flow:
    """The maximum flow over the open pairs, found over few of them where there are many.

    A flow over some pairs whose short side has no further open pair to the rest is maximal over all of them, and its
    cut is a cut of all. Such pairs are added until there are none.
    """
    if free.size <= FEW_PAIRS:
        return start(need, room, free)
    used = _some(free)
    while True:
        flow = start(need, room, used)
        if not flow.unmet().any():
            return flow
        short_left, short_right = flow.short_side()
        more = _some(free[short_left] & ~short_right)
        if not more.any():
            return flow
        used[short_left] |= more


def _some(mask: Bools) -> Bools:
    """At most so many of each row, spread over the columns by where a row begins to look."""
    rows, columns = mask.shape
    kept = np.zeros_like(mask)
    for row in range(rows):
        found = np.flatnonzero(mask[row])
        if len(found):
            first = int(np.searchsorted(found, row * columns // rows))
            kept[row, np.take(found, np.arange(first, first + min(SOME_PAIRS, len(found))), mode="wrap")] = True
    return kept


@dataclass(frozen=True, eq=False)
class _Side:
    """One of the two questions: can every left node have its need within the room of the right nodes?"""

    left: list[str]
    right: list[str]
    need: Ints
    room: Ints
    open: Bools
    bars: Bars
    locked: Bools


def _gaps(side: _Side) -> list[reasons.Gap]:
    flow = _widest(side.need, side.room, side.open, Flow.levelled)
    unmet = flow.unmet()
    if not unmet.any():
        return []
    short_left, short_right = flow.short_side()
    gaps = []
    # Lifts of several gaps share the room outside them, so each starts where the last one ended; the places that the
    # short ones have there stay theirs, so that each missing place costs one lifted pair.
    lifting = flow.copy()
    lifting.settle(*lifting.used_between(short_left, ~short_right))
    for left in _groups(side.open, short_left, short_right):
        right = np.flatnonzero(side.open[left].any(axis=0))
        missing = int(unmet[left].sum())
        lifted, lifting = _lifted(lifting, side, left, np.flatnonzero(~short_right), missing)
        widened = _widened(flow.copy(), right[short_right[right]], missing)
        gaps.append(_gap(side, left, right, unmet, widened, lifted))
    return gaps


def _gap(side: _Side, left: Ints, right: Ints, unmet: Ints, widened: dict[int, int], lifted: Lifts) -> reasons.Gap:
    open_pairs = side.open[np.ix_(left, right)].sum(axis=0)
    return reasons.Gap(
        left=tuple(side.left[index] for index in left),
        right=tuple(side.right[index] for index in right),
        needed=int(side.need[left].sum()),
        available=int(np.minimum(side.room[right], open_pairs).sum()),
        locked=bool(side.locked[left].any()),
        cut=tuple((side.left[index], int(unmet[index])) for index in left if unmet[index]),
        widened=tuple((side.right[index], by) for index, by in widened.items()),
        lifted=tuple((side.left[one], side.right[other], LIFTS[bar]) for one, other, bar in lifted),
    )


def _groups(allowed: Bools, left: Bools, right: Bools) -> list[Ints]:
    """The short left nodes, apart where they share no full right node: each group is a shortage of its own."""
    rows, columns = np.flatnonzero(left), np.flatnonzero(right)
    tails, heads = np.nonzero(allowed[np.ix_(rows, columns)])
    size = len(rows) + len(columns)
    graph = coo_array((np.ones(len(tails)), (tails, heads + len(rows))), shape=(size, size)).tocsr()
    labels = connected_components(graph, directed=False)[1][: len(rows)]
    return [rows[labels == label] for label in dict.fromkeys(labels.tolist())]


def _widened(flow: Flow, full: Ints, missing: int) -> dict[int, int]:
    """By how much more room the full nodes take all that is missing, spread evenly; empty when they cannot."""
    before, target, more_left = flow.loads(), flow.sent + missing, True
    while full.size and flow.sent < target and more_left:
        sent = flow.sent
        flow.widen(full, np.ones(len(full), dtype=int))
        more_left = flow.sent > sent
    more = flow.loads() - before
    return {int(index): int(more[index]) for index in full if more[index]} if flow.sent == target else {}


def _lifted(flow: Flow, side: _Side, left: Ints, free: Ints, missing: int) -> tuple[Lifts, Flow]:
    """Barred pairs that, once allowed, serve all that is missing, and the flow that uses them; or no pairs.

    Of one kind of bar if that suffices, those first that are lifted most easily; never an author's own paper.
    """
    bars = side.bars[np.ix_(left, free)]
    for kinds in [(kind,) for kind in LIFTS] + [tuple(LIFTS)]:
        rows, columns = np.nonzero(np.isin(bars, kinds))
        if len(rows) < missing:
            continue
        ones, others = left[rows], free[columns]
        lifted = flow.copy()
        used = lifted.lend(ones, others)
        if lifted.sent >= flow.sent + missing:
            pairs = zip(ones[used].tolist(), others[used].tolist(), strict=True)
            return [(one, other, Bar(side.bars[one, other])) for one, other in pairs], lifted
    return [], flow
