"""Fair mode: the largest floor under every paper's total, then the best worst pair, then the largest total.

All within a budget: the total stays at least (1 − ε) of the optimum. The floor's linear program gives an upper bound
over all pairs and all assignments. Whole assignments are looked for from that bound downwards: with the floor fixed,
the program of the largest total has few fractions, so the papers that it serves whole are kept and the others decided
by an integer program (Danna, Rothberg & Le Pape 2005; Berthold 2014), over everything where that fails.
Where the integer program would take too long, swaps that raise the worst paper within the budget begin or end the
search. Maximising the worst paper: Stelmakh, Shah & Singh 2019 (PeerReview4All).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reviews.matching.market import Market
from reviews.matching.optimum import Optimum, score_of
from reviews.matching.problem import Floats, Ints
from reviews.matching.program import GAP, Goal, OutOfTime, Taken, in_part, integral, near, optimise
from reviews.matching.result import Fairness, FrontierPoint
from reviews.matching.swaps import raise_worst

EXACT_PAPERS = 2_000  # above, whole assignments are looked for in parts and by swaps only
HEED = 3  # rounds in which the bound of the floor takes up rules
FIRST_STEP = 2e-4  # of the bound; how far below it the second floor to be tried lies
NEAR_PAIRS = 100_000  # so many pairs at most in an integer program that proves a floor
SLACK = 1e-8  # below a floor or a budget that was computed with rounding
UNITS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 100)  # scores in such parts leave few totals possible


@dataclass(frozen=True, eq=False)
class Fair:
    """The assignment found, without the locked pairs, and what is known of it."""

    chosen: Ints
    fairness: Fairness


def fairest(market: Market, optimum: Optimum, *, epsilon: float, seconds: float, known: Ints | None = None) -> Fair:
    """The fairest assignment found within the budget and the time; at least as fair as the optimum and `known`."""
    search = _Search.begin(market, optimum, epsilon, seconds, known)
    search.raise_floor()
    search.raise_worst_pair()
    search.raise_total()
    return search.result()


def frontier_of(
    market: Market, optimum: Optimum, *, epsilons: Sequence[float], seconds: float
) -> tuple[FrontierPoint, ...]:
    """A point for each share of the optimum that may be given away, in the order of `epsilons`."""
    points: dict[float, FrontierPoint] = {}
    known: Ints | None = None
    whole = optimum.total + float(market.locked_value.sum())
    for epsilon in sorted(set(epsilons)):
        search = _Search.begin(market, optimum, epsilon, seconds / max(1, len(epsilons)), known)
        search.raise_floor()
        known, fair = search.best, search.result().fairness
        total = score_of(market, known) + float(market.locked_value.sum())
        share = total / whole if whole else 1.0
        points[epsilon] = FrontierPoint(epsilon, fair.floor, fair.floor_bound, total, share, fair.worst_pair)
    return tuple(points[epsilon] for epsilon in epsilons)


@dataclass(eq=False)
class _Search:
    market: Market
    optimum: Optimum
    least_total: float
    end: float
    best: Ints
    bound: float
    keys: Ints
    rows: list[Ints]
    unit: float | None
    pair: float = 0.0  # no pair below it is given
    doubtful: bool = False  # a floor was given up without a proof that it cannot be

    @classmethod
    def begin(cls, market: Market, optimum: Optimum, epsilon: float, seconds: float, known: Ints | None) -> _Search:
        whole = optimum.total + float(market.locked_value.sum())
        least_total = (1 - epsilon) * whole - SLACK
        end = time.monotonic() + seconds
        search = cls(
            market, optimum, least_total, end, optimum.chosen, math.inf, optimum.taken.keys, optimum.taken.rows, None
        )
        if known is not None and search.floor_of(known) > search.floor_of(search.best):
            search.best = known
        if search.reviewed.any():
            search._bound()
        return search

    @property
    def reviewed(self) -> np.ndarray:
        return self.market.demand + self.market.locked_counts > 0

    def totals(self, chosen: Ints) -> Floats:
        market = self.market
        given = np.bincount(chosen // market.width, market.value.ravel()[chosen], minlength=len(market.demand))
        return np.asarray(given + market.locked_value)

    def floor_of(self, chosen: Ints) -> float:
        return float(self.totals(chosen)[self.reviewed].min(initial=math.inf))

    def left(self) -> float:
        return self.end - time.monotonic()

    def _bound(self) -> None:
        goal = Goal("floor", least_total=self.least_total)
        relaxed = optimise(self.market, goal, self.keys, self.rows, heed=HEED)
        if relaxed is None:  # the optimum itself is within the budget
            return
        self.bound, self.keys, self.rows = relaxed.bound, np.union1d(relaxed.keys, self.best), relaxed.rows
        self.unit = _unit(self.market.value.ravel()[self.keys])

    def goal(self, floor: float) -> Goal:
        return Goal(floors=np.where(self.reviewed, floor - SLACK, 0.0), least_total=self.least_total)

    def raise_floor(self) -> None:
        """Try the bound itself, then ever further below it, then halve what lies between a floor that can be had and
        one that cannot."""
        if not self.reviewed.any():
            return
        self.best = raise_worst(self.market, self.best, self.least_total)
        low, high = self.floor_of(self.best), self.bound
        step, target = max(FIRST_STEP * high, self.unit or 0.0), self._below(high)
        while target > low + GAP and self.left() > 0:
            found = self.attempt(target)
            if found is not None:
                self.best, low, step = found, self.floor_of(found), math.inf
            else:
                high = target - (self.unit or 0.0)
            target = self._below(max(high - step, self._middle(low, high)))
            step *= 4
        self.doubtful |= target > low + GAP

    def _below(self, floor: float) -> float:
        """The largest total not above this that a paper can have, where scores come in parts."""
        return floor if self.unit is None else math.floor(floor / self.unit + 1e-6) * self.unit

    def _middle(self, low: float, high: float) -> float:
        if self.unit is None:
            return (low + high) / 2
        return low + self.unit * math.ceil((high - low) / self.unit / 2 - 1e-6)

    def attempt(self, floor: float) -> Ints | None:
        """An assignment with this floor, within the budget and with no pair below `pair`."""
        market = self.market.above(self.pair) if self.pair else self.market
        goal, keys = self.goal(floor), self.keys[market.open.ravel()[self.keys]]
        taken = optimise(market, goal, keys, self.rows)
        if taken is None:
            return None
        self.keys, self.rows = np.union1d(self.keys, taken.keys), taken.rows
        try:
            return self._whole(market, goal, taken)
        except OutOfTime:
            self.doubtful = True
            return None

    def _whole(self, market: Market, goal: Goal, taken: Taken) -> Ints | None:
        if taken.whole:
            return taken.chosen
        found = in_part(market, goal, taken, seconds=max(1.0, self.left() / 6))
        if found is not None:
            return found
        if len(market.demand) > EXACT_PAPERS:
            self.doubtful = True
            return None
        answer = integral(market, goal, taken.keys, taken.rows, seconds=max(1.0, self.left() / 3), gap=1e-3)
        if answer is None:
            every = near(market, goal, taken, taken.bound + float(market.locked_value.sum()) - self.least_total)
            if len(every) > NEAR_PAIRS:
                self.doubtful = True
                return None
            answer = integral(market, goal, every, taken.rows, seconds=max(1.0, self.left() / 3), gap=1e-3)
        return None if answer is None else answer[0]

    def raise_worst_pair(self) -> None:
        """Halve what lies between the worst pair given and the best that every paper could have."""
        value = self.market.value.ravel()
        if not self.best.size:
            return
        floor = self.floor_of(self.best)
        highest = _highest_pair(self.market)
        low = float(value[self.best].min())
        levels = np.unique(value[self.keys])
        levels = levels[(levels > low + SLACK) & (levels <= highest + SLACK)]
        first, last = 0, len(levels)  # levels before `first` can be had, those from `last` on cannot
        trial = last - 1
        while first < last and self.left() > 0:
            self.pair = float(levels[trial])
            found = self.attempt(floor)
            if found is None:
                last = trial
            else:
                self.best, first = found, int(np.searchsorted(levels, value[found].min() + SLACK))
            trial = (first + last) // 2
        self.pair = float(value[self.best].min())

    def raise_total(self) -> None:
        """The largest total that has this floor and no worse pair."""
        if not self.best.size or len(self.market.demand) > EXACT_PAPERS or self.left() <= 0:
            return
        market, goal = self.market.above(self.pair), self.goal(self.floor_of(self.best))
        taken = optimise(market, goal, np.union1d(self.keys[market.open.ravel()[self.keys]], self.best), self.rows)
        if taken is None or taken.bound - score_of(market, self.best) <= GAP:
            return
        try:
            found = integral(market, goal, taken.keys, taken.rows, seconds=max(0.5, self.left()))
        except OutOfTime:
            return
        if found is not None and score_of(market, found[0]) > score_of(market, self.best):
            self.best = found[0]

    def result(self) -> Fair:
        floor = self.floor_of(self.best) if self.reviewed.any() else 0.0
        bound = max(self.bound, floor) if self.reviewed.any() else 0.0
        given = np.concatenate([self.best, self.market.locked])
        worst = float(self.market.value.ravel()[given].min(initial=1.0)) if given.size else 0.0
        proved = bound - floor <= GAP or not self.doubtful
        return Fair(self.best, Fairness(floor, bound, worst, max(self.least_total, 0.0), proved))


def _highest_pair(market: Market) -> float:
    """No assignment's worst pair is better: some paper has not enough pairs above."""
    demanding = np.flatnonzero(market.demand)
    highest = math.inf
    for paper in demanding.tolist():
        scores = market.value[paper, market.open[paper]]
        count = int(market.demand[paper])
        highest = min(highest, float(np.partition(scores, len(scores) - count)[len(scores) - count]))
    return highest


def _unit(scores: Floats) -> float | None:
    """The part of 1 that all these scores are multiples of, if there is a coarse one."""
    for parts in UNITS:
        if np.abs(scores * parts - np.rint(scores * parts)).max(initial=0.0) < 1e-9:
            return 1 / parts
    return None
