"""A solution in words that people can check: pairs with their ranks, shadow prices, and who was not chosen and why."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from reviews.matching.market import Market
from reviews.matching.problem import Bar, Floats, Ints
from reviews.matching.program import Duals
from reviews.matching.result import Other, Pair, Prices, Why

OTHERS = 3
BARRED: dict[int, Why] = {Bar.FORBIDDEN: "forbidden", Bar.SUSPECTED: "suspected", Bar.CONFLICT: "conflict"}


class Names:
    """Ids, bars and ranks by the solver's own indexes."""

    def __init__(self, market: Market) -> None:
        problem, order = market.problem, market.order
        self.market = market
        self.papers = [problem.papers[p].id for p in order.papers.tolist()]
        self.reviewers = [problem.reviewers[r].id for r in order.reviewers.tolist()]

    def bars(self, paper: int) -> np.ndarray:
        order = self.market.order
        return self.market.problem.bars[order.papers[paper]][order.reviewers]

    def pair(self, key: int) -> Pair:
        paper, reviewer = divmod(int(key), self.market.width)
        score = float(self.market.value[paper, reviewer])
        return Pair(
            self.papers[paper],
            self.reviewers[reviewer],
            score,
            bool(self.market.unknown[paper, reviewer]),
            self.rank(paper, score),
        )

    def rank(self, paper: int, score: float) -> int:
        better = (self.market.value[paper] > score) & (self.bars(paper) == Bar.OPEN)
        return 1 + int(better.sum())

    def pairs(self, keys: Ints) -> tuple[Pair, ...]:
        found = [self.pair(key) for key in keys.tolist()]
        return tuple(sorted(found, key=lambda pair: (pair.paper_id, pair.rank, pair.reviewer_id)))

    def allowed(self) -> dict[str, int]:
        counts = (self.market.problem.bars == Bar.OPEN).sum(axis=1)
        return {paper.id: int(count) for paper, count in zip(self.market.problem.papers, counts, strict=True)}

    def prices(self, duals: Duals) -> Prices:
        """Only what is not 0 for seniors, so that nothing is stored for nothing."""
        return Prices(
            papers=dict(zip(self.papers, duals.papers.tolist(), strict=True)),
            reviewers=dict(zip(self.reviewers, (duals.high - duals.low).tolist(), strict=True)),
            seniors={
                paper: price for paper, price in zip(self.papers, duals.seniors.tolist(), strict=True) if price > 0
            },
        )

    def others(self, chosen: Ints, duals: Duals) -> dict[str, tuple[Other, ...]]:
        """For each paper the three who score highest without having it, its authors left out."""
        market = self.market
        teams: dict[int, list[int]] = defaultdict(list)
        holders: dict[int, list[str]] = defaultdict(list)
        for paper, reviewer in zip((chosen // market.width).tolist(), (chosen % market.width).tolist(), strict=True):
            teams[paper].append(reviewer)
            holders[reviewer].append(self.papers[paper])
        most = np.array([one.max for one in market.problem.reviewers])[market.order.reviewers]
        loads = np.bincount(chosen % market.width, minlength=market.width)
        full = set(np.flatnonzero(loads >= most).tolist())
        found = {}
        for paper, name in enumerate(self.papers):
            bars = self.bars(paper)
            score = np.where(bars == Bar.AUTHOR, -1.0, market.value[paper])
            score[teams[paper]] = -1.0
            best = _largest(score, OTHERS)
            found[name] = tuple(self._other(paper, one, int(bars[one]), one in full, holders, duals) for one in best)
        return found

    def _other(self, paper: int, one: int, bar: int, full: bool, holders: dict[int, list[str]], duals: Duals) -> Other:
        market = self.market
        score = float(market.value[paper, one])
        why: Why = "full" if full else "worse"
        if bar:
            why = BARRED[bar]
        elif not market.open[paper, one]:
            why = "rule"
        gain = score - duals.papers[paper] - duals.high[one] + duals.low[one]
        gain += duals.seniors[paper] if market.senior[one] else 0.0
        return Other(
            reviewer_id=self.reviewers[one],
            score=score,
            unknown=bool(market.unknown[paper, one]),
            rank=None if bar else self.rank(paper, score),
            why=why,
            cost=0.0 if bar else max(0.0, -float(gain)),
            holders=tuple(sorted(holders[one])) if why == "full" else (),
        )


def _largest(scores: Floats, count: int) -> list[int]:
    best = np.argpartition(-scores, count)[:count] if len(scores) > count else np.arange(len(scores))
    kept = best[scores[best] >= 0]
    return [int(one) for one in kept[np.lexsort((kept, -scores[kept]))]]
