"""The cheapest changes that make a problem solvable, each found by an integer program and so known to suffice.

Everything that may give way has a variable with a cost: maxima, minima, demands, required seniors, locks, barred pairs
(never an author's own), rules. One kind at a time gives the remedies; all together, weighed by how much each asks of
people, the mixed one, which is told where no kind suffices alone or where it takes fewer changes.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from reviews.matching import reasons
from reviews.matching.market import Market
from reviews.matching.optimum import is_possible
from reviews.matching.problem import Bar, Bools, Floats, Ints, Problem
from reviews.matching.program import best_pairs
from reviews.matching.result import Change, ProblemError, Reason, Remedy, RemedyKind, SolverFailed

# What each kind costs beside the others: what takes work from nobody is dear, an organizer's own settings are cheap.
WEIGHTS: dict[RemedyKind, float] = {
    "raise_maximum": 1.0,
    "settle_suspected": 1.0,
    "allow_forbidden": 1.0,
    "remove_locks": 1.0,
    "lower_minimum": 1.0,
    "lower_author_minimum": 1.0,
    "lower_seniors": 1.5,
    "allow_same_institution": 1.5,
    "allow_mutual_review": 1.5,
    "waive_conflicts": 2.0,
    "lower_demand": 2.5,
}
LIFTS: dict[Bar, RemedyKind] = {
    Bar.SUSPECTED: "settle_suspected",
    Bar.FORBIDDEN: "allow_forbidden",
    Bar.CONFLICT: "waive_conflicts",
}
STEEP = 0.01  # each further place of the same reviewer or paper costs so much more, so that changes are spread
STEPS = 3
MANY_PAIRS = 60_000  # above, only the best pairs are looked at; a remedy still suffices, but may not be the cheapest
SECONDS = 10.0  # for all kinds together
ROUNDS = 60


def remedies(problem: Problem, found: tuple[Reason, ...]) -> tuple[Remedy, ...]:
    """Remedies that each mend the whole problem, the fewest changes first; empty when none was found in time.

    Those of the reasons are put together first, kind by kind, and kept where that suffices.
    """
    relaxed = _Relaxed(problem)
    end = time.monotonic() + SECONDS
    ways = [way for kind in WEIGHTS if (way := _together(problem, found, kind))]
    for kind in relaxed.kinds():
        if all(way.kind != kind for way in ways) and (changes := relaxed.cheapest({kind}, end)):
            ways += _of(kind, changes)
    fewest = min((_size(one) for one in ways), default=None)
    if fewest is not None and fewest <= 2:  # a mixture takes two changes at least
        return tuple(sorted(ways, key=lambda one: (_size(one), one.kind)))
    mixed = relaxed.cheapest(set(WEIGHTS), end)
    if len({change.kind for change in mixed}) > 1:
        ways += [way for way in _of("mixed", mixed) if fewest is None or _size(way) < fewest]
    elif mixed and all(way.kind != mixed[0].kind for way in ways):
        ways += _of(mixed[0].kind, mixed)
    return tuple(sorted(ways, key=lambda one: (_size(one), one.kind)))


def _of(kind: RemedyKind, changes: list[Change]) -> list[Remedy]:
    way = reasons.remedy(kind, changes)
    return [way] if way else []


def _together(problem: Problem, found: tuple[Reason, ...], kind: RemedyKind) -> Remedy | None:
    """The remedies of this kind of all reasons as one, if each reason has one and together they suffice."""
    parts = [next((way for way in reason.remedies if way.kind == kind), None) for reason in found]
    changes = [change for part in parts if part for change in part.changes]
    if not parts or not all(parts):
        return None
    try:
        mended = Market.of(apply(problem, changes), seed=0)
        return reasons.remedy(kind, changes) if is_possible(mended) else None
    except (ProblemError, SolverFailed):
        return None


def apply(problem: Problem, changes: Iterable[Change]) -> Problem:
    """The problem with these changes made; the probability is the caller's own."""
    papers = {paper.id: paper for paper in problem.papers}
    reviewers = {one.id: one for one in problem.reviewers}
    rows = {paper.id: row for row, paper in enumerate(problem.papers)}
    columns = {one.id: column for column, one in enumerate(problem.reviewers)}
    bars, rules, locked = problem.bars.copy(), problem.rules, set(problem.locked)
    seniors = dict(zip(rows, problem.seniors().tolist(), strict=True))
    for change in sorted(changes, key=lambda one: one.kind == "lower_seniors"):  # counted after lower demands
        paper, reviewer = change.paper_id or "", change.reviewer_id or ""
        if change.kind in LIFTS.values():
            bars[rows[paper], columns[reviewer]] = Bar.OPEN
        elif change.kind == "remove_locks":
            locked -= _unlocked(locked, rows.get(paper), columns.get(reviewer), change.by)
        elif change.kind == "raise_maximum":
            reviewers[reviewer] = replace(reviewers[reviewer], max=reviewers[reviewer].max + change.by)
        elif change.kind == "lower_minimum":
            reviewers[reviewer] = replace(reviewers[reviewer], min=reviewers[reviewer].min - change.by)
        elif change.kind == "lower_demand":
            papers[paper] = replace(papers[paper], demand=papers[paper].demand - change.by)
        elif change.kind == "lower_seniors":
            wanted = min(seniors[paper], papers[paper].demand)
            papers[paper] = replace(papers[paper], seniors=wanted - change.by)
        elif change.kind == "lower_author_minimum":
            rules = replace(rules, papers_per_author=min(rules.papers_per_author, _asked(problem, change)))
        elif change.kind == "allow_same_institution":
            rules = replace(rules, one_per_institution=False)
        elif change.kind == "allow_mutual_review":
            rules = replace(rules, no_mutual_review=False)
    return replace(
        problem,
        papers=list(papers.values()),
        reviewers=list(reviewers.values()),
        bars=bars,
        locked=frozenset(locked),
        rules=rules,
    )


def _asked(problem: Problem, change: Change) -> int:
    return max(0, problem.rules.papers_per_author - change.by)


def _unlocked(locked: set[tuple[int, int]], row: int | None, column: int | None, by: int) -> set[tuple[int, int]]:
    """So many locks of this paper, this reviewer or this pair, the first ones."""
    fit = [pair for pair in sorted(locked) if row in (None, pair[0]) and column in (None, pair[1])]
    return set(fit[:by])


def _size(remedy: Remedy) -> float:
    return sum(change.by * WEIGHTS[change.kind] for change in remedy.changes)


@dataclass(frozen=True, eq=False)
class _Slack:
    """One variable that may give way: what it means, how far it goes, and what a unit costs."""

    kind: RemedyKind
    paper: int | None
    reviewer: int | None
    most: float
    cost: float


class _Relaxed:
    """The problem with everything that may give way. Indexes are the solver's."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.whole = Market.of(replace(problem, locked=frozenset()), seed=0)
        order = self.whole.order
        self.bars = problem.bars[np.ix_(order.papers, order.reviewers)]
        self.locks = problem.lock_mask()[np.ix_(order.papers, order.reviewers)]
        own = np.array([one.min for one in problem.reviewers], dtype=np.int64)[order.reviewers]
        self.own_least = own
        self.author_least = _author_least(problem)[order.reviewers]

    def kinds(self) -> list[RemedyKind]:
        rules = self.problem.rules
        having: dict[RemedyKind, bool] = {
            "raise_maximum": True,
            "lower_demand": True,
            "settle_suspected": bool((self.bars == Bar.SUSPECTED).any()),
            "allow_forbidden": bool((self.bars == Bar.FORBIDDEN).any()),
            "waive_conflicts": bool((self.bars == Bar.CONFLICT).any()),
            "remove_locks": bool(self.locks.any()),
            "lower_minimum": bool(self.own_least.any()),
            "lower_author_minimum": bool(self.author_least.any()),
            "lower_seniors": bool(self.whole.seniors.any()),
            "allow_same_institution": rules.one_per_institution,
            "allow_mutual_review": rules.no_mutual_review,
        }
        return [kind for kind, has in having.items() if has]

    @cached_property
    def best(self) -> Bools:
        """The pairs to look at, where there are too many to look at all."""
        if self.bars.size <= MANY_PAIRS:
            return np.ones(self.bars.shape, dtype=bool)
        mask = np.zeros(self.bars.shape, dtype=bool)
        mask.ravel()[best_pairs(replace(self.whole, open=self.bars != Bar.AUTHOR))] = True
        return mask

    def cheapest(self, kinds: set[RemedyKind], end: float) -> list[Change]:
        """The changes of these kinds that cost least; empty when none suffice, or when time is up."""
        lifted = [bar for bar, kind in LIFTS.items() if kind in kinds]
        usable = np.isin(self.bars, [Bar.OPEN, *lifted]) & self.best
        usable |= self.locks & np.isin(self.bars, [Bar.OPEN, *lifted])
        keys = np.flatnonzero(usable)
        market = replace(self.whole, open=usable)
        rows = _crowds(market)
        for _ in range(ROUNDS):
            if time.monotonic() > end:
                return []
            model = _Model(self, keys, rows, kinds)
            found = model.solve(max(0.5, end - time.monotonic()))
            if found is None:
                return []
            broken = [row for row in market.clashes(keys, found[: len(keys)]) if not model.knows(row)]
            if not broken:
                return model.changes(found)
            rows += broken
        return []


def _author_least(problem: Problem) -> Ints:
    """What the rule alone asks of each reviewer."""
    return replace(problem, reviewers=[replace(one, min=0) for one in problem.reviewers]).least_load()


def _crowds(market: Market) -> list[Ints]:
    """The pairs of each paper with each institution, of which one may be taken."""
    rows = [
        paper * market.width + members[market.open[paper, members]]
        for members in market.clubs
        for paper in range(len(market.demand))
    ]
    return [row for row in rows if len(row) > 1]


class _Model:
    def __init__(self, relaxed: _Relaxed, keys: Ints, rows: list[Ints], kinds: set[RemedyKind]) -> None:
        self.relaxed, self.keys, self.rows, self.kinds = relaxed, keys, rows, kinds
        self.market = relaxed.whole
        self.papers, self.reviewers = keys // self.market.width, keys % self.market.width
        self.slacks: list[_Slack] = []
        self.tails: list[Ints] = []
        self.heads: list[Ints] = []
        self.data: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.known = {tuple(row.tolist()) for row in rows}
        self._demands()
        self._loads()
        self._seniors()
        self._locks()
        self._rules()

    def knows(self, row: Ints) -> bool:
        return tuple(row.tolist()) in self.known

    def _row(self, columns: list[int] | Ints, values: list[float] | Floats, low: float, high: float) -> None:
        self.tails.append(np.full(len(columns), len(self.low)))
        self.heads.append(np.asarray(columns, dtype=np.int64))
        self.data.append(np.asarray(values, dtype=np.float64))
        self.low.append(low)
        self.high.append(high)

    def _slack(self, kind: RemedyKind, paper: int | None, reviewer: int | None, most: float) -> list[int]:
        """Columns that give way: the first units cheapest. None when this kind is not asked for."""
        if kind not in self.kinds or most <= 0:
            return []
        columns = []
        for step in range(STEPS):
            part = min(1.0, most - step) if step < STEPS - 1 else most - step
            if part > 0:
                cost = WEIGHTS[kind] * (1 + STEEP * step)
                self.slacks.append(_Slack(kind, paper, reviewer, part, cost))
                columns.append(len(self.keys) + len(self.slacks) - 1)
        return columns

    def _groups(self, nodes: Ints, count: int) -> list[Ints]:
        order = np.argsort(nodes, kind="stable")
        return np.split(order, np.searchsorted(nodes[order], np.arange(1, count)))

    def _demands(self) -> None:
        self.lowered: dict[int, list[int]] = {}
        for paper, columns in enumerate(self._groups(self.papers, len(self.market.demand))):
            demand = float(self.market.demand[paper])
            less = self._slack("lower_demand", paper, None, demand)
            self.lowered[paper] = less
            self._row([*columns.tolist(), *less], [1.0] * (len(columns) + len(less)), demand, demand)

    def _loads(self) -> None:
        papers = float(len(self.market.demand))
        for reviewer, columns in enumerate(self._groups(self.reviewers, self.market.width)):
            most = float(self.market.most[reviewer])
            more = self._slack("raise_maximum", None, reviewer, papers)
            self._row([*columns.tolist(), *more], [1.0] * len(columns) + [-1.0] * len(more), -np.inf, most)
            asked: list[tuple[float, RemedyKind]] = [
                (float(self.relaxed.own_least[reviewer]), "lower_minimum"),
                (float(self.relaxed.author_least[reviewer]), "lower_author_minimum"),
            ]
            for least, kind in asked:
                if least:
                    less = self._slack(kind, None, reviewer, least)
                    self._row([*columns.tolist(), *less], [1.0] * (len(columns) + len(less)), least, np.inf)

    def _seniors(self) -> None:
        chosen = self.market.senior[self.reviewers]
        for paper, columns in enumerate(self._groups(self.papers, len(self.market.demand))):
            needed = float(self.market.seniors[paper])
            if not needed:
                continue
            inside = columns[chosen[columns]].tolist()
            less = self._slack("lower_seniors", paper, None, needed)
            spared = self._spared(paper, needed)
            every = [*inside, *less, *spared]
            self._row(every, [1.0] * len(every), needed, np.inf)

    def _spared(self, paper: int, needed: float) -> list[int]:
        """A paper that gets fewer reviews than it must have seniors is excused from as many: one column, one switch."""
        lowered = self.lowered[paper]
        if not lowered:
            return []
        others = float(self.market.demand[paper]) - needed
        for most in (needed, 1.0):
            self.slacks.append(_Slack("lower_demand", None, None, most, 0.0))
        excused, switch = len(self.keys) + len(self.slacks) - 2, len(self.keys) + len(self.slacks) - 1
        self._row([excused, switch], [1.0, -needed], -np.inf, 0.0)
        self._row([excused, switch, *lowered], [1.0, others, *[-1.0] * len(lowered)], -np.inf, 0.0)
        return [excused]

    def _locks(self) -> None:
        place = {key: column for column, key in enumerate(self.keys.tolist())}
        for key in np.flatnonzero(self.relaxed.locks).tolist():
            paper, reviewer = divmod(key, self.market.width)
            columns = [place[key]] if key in place else []
            columns += self._slack("remove_locks", paper, reviewer, 1.0)
            self._row(columns, [1.0] * len(columns), 1.0, np.inf)

    def _rules(self) -> None:
        for row in self.rows:
            columns = np.searchsorted(self.keys, row).tolist()  # the rows are of these keys alone
            paper, reviewer = divmod(int(row[0]), self.market.width)
            alone = bool((row // self.market.width == paper).all())
            kind: RemedyKind = "allow_same_institution" if alone else "allow_mutual_review"
            slack = self._slack(kind, paper, None if alone else reviewer, float(len(row)) - 1)
            self._row([*columns, *slack], [1.0] * len(columns) + [-1.0] * len(slack), -np.inf, 1.0)

    def _pair_costs(self) -> Floats:
        bars = self.relaxed.bars.ravel()[self.keys]
        costs = np.zeros(len(self.keys))
        for bar, kind in LIFTS.items():
            costs[bars == bar] = WEIGHTS[kind]
        return costs

    def solve(self, seconds: float) -> Floats | None:
        count = len(self.keys) + len(self.slacks)
        if not count:
            return None
        matrix = coo_array(
            (np.concatenate(self.data), (np.concatenate(self.tails), np.concatenate(self.heads))),
            shape=(len(self.low), count),
        ).tocsr()
        result = milp(
            np.concatenate([self._pair_costs(), [slack.cost for slack in self.slacks]]),
            integrality=np.ones(count),
            bounds=Bounds(np.zeros(count), np.concatenate([np.ones(len(self.keys)), [s.most for s in self.slacks]])),
            constraints=[LinearConstraint(matrix, self.low, self.high)],
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )
        return None if result.x is None else np.rint(result.x)

    def changes(self, found: Floats) -> list[Change]:
        market, order = self.market, self.market.order
        papers = [market.problem.papers[p].id for p in order.papers.tolist()]
        reviewers = [market.problem.reviewers[r].id for r in order.reviewers.tolist()]
        steps: dict[tuple[RemedyKind, int | None, int | None], int] = defaultdict(int)
        for key in self.keys[found[: len(self.keys)] > 0].tolist():
            paper, reviewer = divmod(key, market.width)
            if bar := Bar(self.relaxed.bars[paper, reviewer]):
                steps[LIFTS[bar], paper, reviewer] += 1
        for slack, amount in zip(self.slacks, found[len(self.keys) :].tolist(), strict=True):
            if amount and (slack.paper, slack.reviewer) != (None, None):
                steps[slack.kind, slack.paper, slack.reviewer] += int(amount)
        changes = [
            Change(None if p is None else papers[p], None if r is None else reviewers[r], by, kind)
            for (kind, p, r), by in steps.items()
        ]
        return sorted(changes, key=lambda one: (one.kind, one.paper_id or "", one.reviewer_id or ""))
