"""The assignment with the largest total score, with a proof over all pairs.

Without rules, or with senior reviewers as the only one, the linear program has a whole vertex: its matrix is that of a
network (Hoffman & Kruskal 1956). Rules on institutions and mutual reviews may leave fractions; then an integer program
decides over all pairs that could still matter, those whose reduced cost lies within the gap. It is given some seconds;
what it has not decided by then stands in the certificate as a gap.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from reviews.matching.feasibility import is_short
from reviews.matching.market import Market
from reviews.matching.problem import Ints
from reviews.matching.program import (
    GAP,
    MAX_ROUNDS,
    Duals,
    Goal,
    OutOfTime,
    Taken,
    best_pairs,
    in_part,
    integral,
    near,
    optimise,
)
from reviews.matching.result import SolverFailed

TOTAL = Goal()
ALL_PAIRS = 2_000_000  # so many open pairs still fit into one integer program
SECONDS = 12.0  # for integer programs, where rules leave fractions
DIVES = 60


@dataclass(frozen=True, eq=False)
class Optimum:
    """The largest total (`total` and `bound` without the locked pairs), the pairs that reach it, and the program."""

    chosen: Ints
    total: float
    bound: float
    taken: Taken

    @property
    def duals(self) -> Duals:
        return self.taken.duals


def largest_total(market: Market) -> Optimum | None:
    """The optimum, or None when there is no assignment. Raises SolverFailed when HiGHS gives up."""
    if is_short(market.demand, market.least, market.most, market.open):
        return None  # the simplex method would take its time to say so
    taken = fitting(market, TOTAL, best_pairs(market))
    return None if taken is None else _whole(market, taken)


def is_possible(market: Market) -> bool:
    """Whether there is an assignment."""
    if is_short(market.demand, market.least, market.most, market.open):
        return False
    ruled = market.seniors.any() or market.clubs or market.written[1]
    return not ruled or largest_total(market) is not None


def fitting(market: Market, goal: Goal, keys: Ints, *, heed: int = MAX_ROUNDS) -> Taken | None:
    """`optimise`, from keys that may not suffice: others are looked for until all fits; None when nothing does."""
    taken = optimise(market, goal, keys, heed=heed)
    if taken is not None:
        return taken
    fit = optimise(market, Goal("fit", most=goal.most), keys, heed=heed)
    if fit is None or fit.lacks > GAP:
        return None
    return optimise(market, goal, fit.keys, fit.rows, heed=heed)


def _whole(market: Market, taken: Taken) -> Optimum | None:
    """Whole pairs that reach the program's bound, or come as near to it as the time allows."""
    if taken.whole:
        return Optimum(taken.chosen, score_of(market, taken.chosen), taken.bound, taken)
    end = time.monotonic() + SECONDS
    tries = [_dive(market, taken), in_part(market, TOTAL, taken, seconds=SECONDS / 2)]
    found = [chosen for chosen in tries if chosen is not None]
    if not found:
        return _among(market, taken)
    chosen = max(found, key=lambda keys: score_of(market, keys))
    known = Optimum(chosen, score_of(market, chosen), taken.bound, taken)
    return known if known.bound - known.total <= GAP else _nearer(market, known, end)


def _among(market: Market, taken: Taken) -> Optimum | None:
    found = integral(market, TOTAL, taken.keys, taken.rows, seconds=SECONDS / 2)
    if found is None:
        return _over_all(market, taken)
    return Optimum(found[0], score_of(market, found[0]), taken.bound, taken)


def _dive(market: Market, taken: Taken) -> Ints | None:
    """Whole pairs that keep every rule, within some per cent of the optimum; None where this leads nowhere.

    Without rules the program is whole. Of each rule that it then breaks, all pairs but the best are closed, and so on
    until none is broken.
    """
    narrowed, keys = market, taken.keys
    for _ in range(DIVES):
        found = fitting(narrowed, TOTAL, keys, heed=0)
        if found is None:
            return None
        broken = narrowed.clashes(found.keys, found.amounts)
        if not broken:
            return found.chosen if found.whole else None
        used = found.keys[found.amounts > GAP]
        worse = [_all_but_best(market, np.intersect1d(row, used)) for row in broken]
        narrowed = narrowed.without(np.unique(np.concatenate(worse)))
        keys = found.keys[narrowed.open.ravel()[found.keys]]
    return None


def _all_but_best(market: Market, keys: Ints) -> Ints:
    return np.delete(keys, np.argmax(market.value.ravel()[keys]))


def _nearer(market: Market, known: Optimum, end: float) -> Optimum | None:
    """Something better than what is known, among the pairs that could be part of it; what is known where time ends."""
    taken = known.taken
    keys = near(market, TOTAL, taken, known.bound - known.total)
    try:
        found = integral(market, TOTAL, keys, taken.rows, seconds=end - time.monotonic())
    except OutOfTime:
        return known
    return _better(market, taken, found, known)


def _over_all(market: Market, taken: Taken) -> Optimum | None:
    """No whole assignment among the pairs of the program: ask over every pair."""
    keys = market.open.ravel().nonzero()[0]
    if len(keys) > ALL_PAIRS:
        raise SolverFailed("The rules allow no whole assignment among the best pairs. Ease a rule or lock fewer pairs.")
    return _better(market, taken, integral(market, TOTAL, keys, taken.rows, seconds=SECONDS), None)


def _better(
    market: Market, taken: Taken, found: tuple[Ints, float, list[Ints]] | None, known: Optimum | None
) -> Optimum | None:
    if found is None:
        return known
    chosen, bound, _ = found
    total = score_of(market, chosen)
    if known is not None and known.total > total:
        chosen, total = known.chosen, known.total
    return Optimum(chosen, total, min(taken.bound, max(bound, total)), taken)


def score_of(market: Market, chosen: Ints) -> float:
    return math.fsum(market.value.ravel()[chosen].tolist())
