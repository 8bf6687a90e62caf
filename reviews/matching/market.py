"""A problem made ready to be solved: shuffled by the seed, gaps filled, what is locked taken off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from reviews.matching.problem import Bar, Bools, Floats, Ints, Problem

NEUTRAL_SCORE = 0.5  # stands in only where not one score of the whole problem is known
TOLERANCE = 1e-7  # of a sum of fractions that a rule bounds


@dataclass(frozen=True, eq=False)
class Order:
    """The order in which the solver sees papers and reviewers: by id, then shuffled with the seed.

    It decides between assignments that are equally good, without touching a score.
    """

    papers: Ints
    reviewers: Ints

    @classmethod
    def shuffled(cls, problem: Problem, seed: int) -> Order:
        rng = np.random.default_rng(seed)
        papers = sorted(range(len(problem.papers)), key=lambda p: problem.papers[p].id)
        reviewers = sorted(range(len(problem.reviewers)), key=lambda r: problem.reviewers[r].id)
        return cls(rng.permutation(np.array(papers, dtype=int)), rng.permutation(np.array(reviewers, dtype=int)))


@dataclass(frozen=True, eq=False)
class Market:
    """What is left to decide once the locked pairs are kept, in the order of the solver.

    `value` (papers × reviewers) has no gaps, `unknown` says where it had; `open` are the pairs still to choose from:
    not barred, not locked, and not against a rule together with a lock. `demand`, `least`, `most` and `seniors` (the
    senior reviewers that each paper still must have) are what the locks leave; `locked` are the keys of the locked
    pairs. A pair's key is paper · reviewers + reviewer.
    """

    problem: Problem
    order: Order
    value: Floats
    unknown: Bools
    open: Bools
    locked: Ints
    demand: Ints
    least: Ints
    most: Ints
    seniors: Ints
    senior: Bools

    @classmethod
    def of(cls, problem: Problem, seed: int) -> Market:
        order = Order.shuffled(problem, seed)
        grid = np.ix_(order.papers, order.reviewers)
        value, bars = problem.scores[grid], problem.bars[grid]
        unknown = fill(value, bars)
        demand = np.array([paper.demand for paper in problem.papers], dtype=np.int64)[order.papers]
        market = cls(
            problem=problem,
            order=order,
            value=value,
            unknown=unknown,
            open=bars == Bar.OPEN,
            locked=np.empty(0, dtype=np.int64),
            demand=demand,
            least=problem.least_load()[order.reviewers],
            most=np.array([one.max for one in problem.reviewers], dtype=np.int64)[order.reviewers],
            seniors=problem.seniors()[order.papers],
            senior=np.array([one.senior for one in problem.reviewers], dtype=bool)[order.reviewers],
        )
        rows, columns = _locks(problem, order)
        return market.lock(rows * market.width + columns)

    def lock(self, keys: Ints) -> Market:
        """The same with these pairs decided: off what is left, and with what a rule forbids beside them closed."""
        papers, reviewers = keys // self.width, keys % self.width
        free = self.open.copy()
        free.ravel()[keys] = False
        senior = papers[self.senior[reviewers]]
        held = np.bincount(reviewers, minlength=len(self.most))
        market = replace(
            self,
            open=free,
            locked=np.append(self.locked, keys),
            demand=self.demand - np.bincount(papers, minlength=len(self.demand)),
            least=np.maximum(self.least - held, 0),
            most=self.most - held,
            seniors=np.maximum(self.seniors - np.bincount(senior, minlength=len(self.demand)), 0),
        )
        market._close(papers.tolist(), reviewers.tolist())
        return market

    def only(self, papers: Ints) -> Market:
        """The same for these papers alone; what is locked at others still counts for loads and rules."""
        inside = np.isin(self.locked // self.width, papers)
        locked = self.locked[inside]
        places = np.searchsorted(papers, locked // self.width)
        return replace(
            self,
            order=Order(self.order.papers[papers], self.order.reviewers),
            value=self.value[papers],
            unknown=self.unknown[papers],
            open=self.open[papers],
            locked=places * self.width + locked % self.width,
            demand=self.demand[papers],
            seniors=self.seniors[papers],
        )

    def without(self, keys: Ints) -> Market:
        """The same with these pairs closed."""
        free = self.open.copy()
        free.ravel()[keys] = False
        return replace(self, open=free)

    def _close(self, papers: Iterable[int], reviewers: Iterable[int]) -> None:
        for paper, reviewer in zip(papers, reviewers, strict=True):
            for group in self.clubs_of.get(reviewer, ()):
                self.open[paper, self.clubs[group]] = False
            for other, author in self.returns(paper, reviewer):
                self.open[other, author] = False

    @property
    def width(self) -> int:
        return self.value.shape[1]

    @cached_property
    def locked_value(self) -> Floats:
        """What the locked pairs score, for each paper."""
        return np.bincount(
            self.locked // self.width, self.value.ravel()[self.locked], minlength=len(self.demand)
        ).astype(np.float64)

    @cached_property
    def locked_counts(self) -> Ints:
        return np.bincount(self.locked // self.width, minlength=len(self.demand))

    @cached_property
    def clubs(self) -> list[Ints]:
        """The reviewers of each institution that has at least two, where the rule is on."""
        if not self.problem.rules.one_per_institution:
            return []
        members: dict[str, list[int]] = defaultdict(list)
        for place, reviewer in enumerate(self.order.reviewers.tolist()):
            for name in sorted(set(self.problem.reviewers[reviewer].institutions)):
                members[name].append(place)
        return [np.array(one) for _, one in sorted(members.items()) if len(one) > 1]

    @cached_property
    def clubs_of(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for group, members in enumerate(self.clubs):
            for one in members.tolist():
                found[one].append(group)
        return dict(found)

    @cached_property
    def written(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """The reviewers who wrote each paper, and the papers of each reviewer, where mutual reviews are ruled out."""
        authors: dict[int, list[int]] = {}
        papers: dict[int, list[int]] = defaultdict(list)
        if self.problem.rules.no_mutual_review:
            places = {self.problem.reviewers[r].id: place for place, r in enumerate(self.order.reviewers.tolist())}
            for place, paper in enumerate(self.order.papers.tolist()):
                names = [places[one] for one in self.problem.papers[paper].authors if one in places]
                if names:
                    authors[place] = names
                for one in names:
                    papers[one].append(place)
        return authors, dict(papers)

    def returns(self, paper: int, reviewer: int) -> list[tuple[int, int]]:
        """The pairs in which an author of this paper reviews a paper of this reviewer."""
        authors, papers = self.written
        own = papers.get(reviewer)
        return [(other, author) for author in authors.get(paper, ()) for other in own] if own else []

    def clashes(self, keys: Ints, amounts: Floats) -> list[Ints]:
        """Rules that these amounts of these pairs break: for each the keys of the open pairs that may sum to 1 only."""
        used = np.flatnonzero(amounts > TOLERANCE)
        found = dict(zip(keys[used].tolist(), amounts[used].tolist(), strict=True))
        return [*self._crowded(found), *self._mutual(found)]

    def _crowded(self, used: dict[int, float]) -> list[Ints]:
        sums: dict[tuple[int, int], float] = defaultdict(float)
        for key, amount in used.items() if self.clubs else ():
            paper, reviewer = divmod(key, self.width)
            for group in self.clubs_of.get(reviewer, ()):
                sums[paper, group] += amount
        crowded = [pair for pair, amount in sums.items() if amount > 1 + TOLERANCE]
        rows = []
        for paper, group in crowded:
            members = self.clubs[group]
            rows.append(paper * self.width + members[self.open[paper, members]])
        return rows

    def _mutual(self, used: dict[int, float]) -> list[Ints]:
        rows = []
        for key, amount in used.items() if self.written[1] else ():
            for paper, reviewer in self.returns(*divmod(key, self.width)):
                back = paper * self.width + reviewer
                if key < back and amount + used.get(back, 0.0) > 1 + TOLERANCE:
                    rows.append(np.array([key, back]))
        return rows

    def above(self, least: float) -> Market:
        """The same with the pairs closed that score less."""
        return replace(self, open=self.open & (self.value >= least))


def _locks(problem: Problem, order: Order) -> tuple[Ints, Ints]:
    rows, columns = np.argsort(order.papers), np.argsort(order.reviewers)
    pairs = np.array(sorted(problem.locked), dtype=np.int64).reshape(-1, 2)
    return rows[pairs[:, 0]], columns[pairs[:, 1]]


def fill(scores: Floats, bars: np.ndarray) -> Bools:
    """Fill the gaps in place and return where they were.

    A gap takes the median of the paper's known scores over the reviewers allowed for it; a paper without any takes the
    median of all papers. A gap is never taken for a score of 0.
    """
    unknown = np.isnan(scores)
    gappy = np.flatnonzero(unknown.any(axis=1))
    if not gappy.size:
        return unknown
    known = ~unknown & (bars == Bar.OPEN)
    overall = _median(scores[known], NEUTRAL_SCORE)
    for paper in gappy:
        scores[paper, unknown[paper]] = _median(scores[paper, known[paper]], overall)
    return unknown


def _median(values: Floats, otherwise: float) -> float:
    return float(np.median(values)) if values.size else otherwise
