"""The assignment with the largest total score, with a proof over all pairs.

Without rules, or with senior reviewers as the only one, the linear program has a whole vertex: its matrix is that of a
network (Hoffman & Kruskal 1956). Rules on institutions and mutual reviews may leave fractions; then an integer program
decides over all pairs that could still matter, those whose reduced cost lies within the gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from reviews.matching.feasibility import is_short
from reviews.matching.market import Market
from reviews.matching.problem import Ints
from reviews.matching.program import GAP, Duals, Goal, Taken, best_pairs, integral, near, optimise
from reviews.matching.result import SolverFailed

TOTAL = Goal()
ALL_PAIRS = 2_000_000  # so many open pairs still fit into one integer program
SECONDS = 30.0  # for an integer program, where rules leave fractions


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


def fitting(market: Market, goal: Goal, keys: Ints) -> Taken | None:
    """`optimise`, from keys that may not suffice: others are looked for until all fits; None when nothing does."""
    taken = optimise(market, goal, keys)
    if taken is not None:
        return taken
    fit = optimise(market, Goal("fit", most=goal.most), keys)
    if fit is None or fit.lacks > GAP:
        return None
    return optimise(market, goal, fit.keys, fit.rows)


def _whole(market: Market, taken: Taken) -> Optimum | None:
    if taken.whole:
        return Optimum(taken.chosen, score_of(market, taken.chosen), taken.bound, taken)
    found = integral(market, TOTAL, taken.keys, taken.rows, seconds=SECONDS)
    if found is None:
        return _over_all(market, taken)
    chosen, _, rows = found
    total = score_of(market, chosen)
    if taken.bound - total <= GAP:
        return Optimum(chosen, total, taken.bound, taken)
    wider = integral(market, TOTAL, near(market, TOTAL, taken, taken.bound - total), rows, seconds=SECONDS)
    return _better(market, taken, wider, Optimum(chosen, total, taken.bound, taken))


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
