"""Swaps that raise the worst paper, one at a time, within a budget of the total. For problems of any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reviews.matching.market import Market
from reviews.matching.problem import Floats, Ints

TRIES = 20  # of the best swaps, where rules may forbid some
MOST_SWAPS = 20_000


def raise_worst(market: Market, chosen: Ints, least_total: float) -> Ints:
    """Pairs as good or better for the worst paper, whose total with the locked pairs is at least `least_total`.

    The worst paper gives up one of its reviewers for somebody with room, or for somebody of another paper that takes
    hers in turn and stays above the worst. Ends when the worst paper cannot be helped so.
    """
    state = _State.of(market, chosen)
    for _ in range(MOST_SWAPS):
        if not state.help_worst(least_total):
            break
    return state.papers * market.width + state.reviewers


@dataclass(eq=False)
class _State:
    market: Market
    papers: Ints  # of each place
    reviewers: Ints
    totals: Floats  # of each paper, infinite for those that need no review
    loads: Ints
    free: np.ndarray  # open pairs that are not taken

    @classmethod
    def of(cls, market: Market, chosen: Ints) -> _State:
        papers, reviewers = chosen // market.width, chosen % market.width
        given = np.bincount(papers, market.value[papers, reviewers], minlength=len(market.demand))
        totals = np.where(market.demand > 0, given + market.locked_value, np.inf)
        free = market.open.copy()
        free.ravel()[chosen] = False
        loads = np.bincount(reviewers, minlength=len(market.most))
        return cls(market, papers.copy(), reviewers.copy(), totals, loads, free)

    @property
    def total(self) -> float:
        return float(self.market.value[self.papers, self.reviewers].sum() + self.market.locked_value.sum())

    def help_worst(self, least_total: float) -> bool:
        if not self.papers.size:
            return False
        worst = int(self.totals.argmin())
        spare = self.total - least_total
        options = [
            option
            for place in np.flatnonzero(self.papers == worst).tolist()
            for option in (*self._replacements(place, worst, spare), *self._exchanges(place, worst, spare))
        ]
        options.sort(key=lambda option: (-option[0], -option[1], option[2:]))
        return any(self._do(place, other, new) for _, _, place, other, new in options[:TRIES])

    def _replacements(self, place: int, paper: int, spare: float) -> list[tuple[float, float, int, int, int]]:
        """Somebody with room instead: (the lower of the new totals, change of the sum, place, −1, reviewer)."""
        market, old = self.market, self.reviewers[place]
        if self.loads[old] <= market.least[old]:
            return []
        gain = market.value[paper] - market.value[paper, old]
        fit = np.flatnonzero(self.free[paper] & (self.loads < market.most) & (gain > 1e-9) & (gain >= -spare))
        best = fit[np.argsort(-gain[fit], kind="stable")[:TRIES]]
        return [(float(self.totals[paper] + gain[one]), float(gain[one]), place, -1, int(one)) for one in best.tolist()]

    def _exchanges(self, place: int, paper: int, spare: float) -> list[tuple[float, float, int, int, int]]:
        """A reviewer of another paper instead, who is replaced there by the one given up."""
        market, old = self.market, self.reviewers[place]
        mine = market.value[paper, self.reviewers] - market.value[paper, old]
        theirs = market.value[self.papers, old] - market.value[self.papers, self.reviewers]
        lower = np.minimum(self.totals[paper] + mine, self.totals[self.papers] + theirs)
        able = self.free[paper, self.reviewers] & self.free[self.papers, old]
        fit = np.flatnonzero(able & (lower > self.totals[paper] + 1e-9) & (mine + theirs >= -spare))
        best = fit[np.argsort(-lower[fit], kind="stable")[:TRIES]]
        return [
            (float(lower[one]), float(mine[one] + theirs[one]), place, int(one), int(self.reviewers[one]))
            for one in best.tolist()
        ]

    def _do(self, place: int, other: int, new: int) -> bool:
        old = int(self.reviewers[place])
        self._put(place, new)
        if other >= 0:
            self._put(other, old)
        if self._allowed([place] if other < 0 else [place, other]):
            return True
        self._put(place, old)
        if other >= 0:
            self._put(other, new)
        return False

    def _put(self, place: int, new: int) -> None:
        paper, old = int(self.papers[place]), int(self.reviewers[place])
        self.totals[paper] += self.market.value[paper, new] - self.market.value[paper, old]
        self.loads[old] -= 1
        self.loads[new] += 1
        self.free[paper, old], self.free[paper, new] = True, False
        self.reviewers[place] = new

    def _allowed(self, places: list[int]) -> bool:
        """Whether the rules hold for the papers of these places."""
        market = self.market
        for paper in self.papers[places].tolist():
            if market.senior[self.reviewers[self.papers == paper]].sum() < market.seniors[paper]:
                return False
        if not market.problem.rules.one_per_institution and not market.problem.rules.no_mutual_review:
            return True
        keys = self.papers * market.width + self.reviewers
        return not market.clashes(keys, np.ones(len(keys)))
