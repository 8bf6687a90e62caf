"""The linear program of an assignment over few pairs, priced over all of them.

Most pairs never matter: a program starts with some (`best_pairs`), all others are priced with its duals, those that
would improve it are added, until there are none (column generation, Dantzig & Wolfe 1960). Rules that bind few pairs
are added when they are broken. Any duals give an upper bound over *all* pairs by weak duality; where that bound meets
the objective, the program is solved, whatever the solver's tolerances.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, vstack

from reviews.matching.market import Market
from reviews.matching.problem import Floats, Ints
from reviews.matching.result import SolverFailed

BEST_PER_PAPER = 20
BEST_PER_REVIEWER = 18
GAP = 1e-6
LEAST_SECONDS = 0.2  # of an integer program
MAX_ROUNDS = 400
BLOCK = 2_000_000  # pairs looked at together, to bound the memory of pricing
ADDED_PER_PAPER = 20  # pairs that one round adds at most, on average
# What a unit of score counts in each objective. In ``fit`` it decides between ways to lack as little, so that rules are
# seldom met, and weighs too little for anything to be lacking for its sake.
WORTH = {"total": 1.0, "floor": 0.0, "fit": 1e-5}
EXACT = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}


class OutOfTime(SolverFailed):
    """No whole assignment was found in the time allowed, which does not say that there is none."""


@dataclass(frozen=True, eq=False)
class Goal:
    """What to maximise, and within which bounds beside the market's own.

    ``total``: the total score. ``floor``: the least total of a paper. ``fit``: minus what demands, minima and seniors
    lack. `floors` bound each paper's total from below (locked pairs included), `least_total` the sum of all; no pair is
    taken more than `most` times.
    """

    of: Literal["total", "floor", "fit"] = "total"
    floors: Floats | None = None
    least_total: float | None = None
    most: float = 1.0


@dataclass(frozen=True, eq=False)
class Duals:
    """The price of a paper's review, of a reviewer's place, of a required senior, of a floor, of the least total, and
    of each rule. All but the papers' are of one sign; reviewers' may be negative where a minimum binds."""

    papers: Floats
    high: Floats
    low: Floats
    seniors: Floats
    floors: Floats
    total: float
    rows: Floats


@dataclass(frozen=True, eq=False)
class Taken:
    """A solved program: `amounts` of the pairs `keys`, the objective, its bound over all open pairs."""

    keys: Ints
    amounts: Floats
    objective: float
    bound: float
    duals: Duals
    rows: list[Ints]
    rounds: int
    lacking: dict[str, Floats] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return bool(np.abs(self.amounts - np.rint(self.amounts)).max(initial=0) <= 1e-6)

    @property
    def lacks(self) -> float:
        return sum(float(part.sum()) for part in self.lacking.values())

    @property
    def chosen(self) -> Ints:
        return self.keys[np.rint(self.amounts).astype(bool)]


def best_pairs(market: Market, per_paper: int = BEST_PER_PAPER, per_reviewer: int = BEST_PER_REVIEWER) -> Ints:
    """Keys of the best open pairs of every paper and of every reviewer, senior ones of every paper too."""
    found = [_best(market, per_paper, 0), _best(market, per_reviewer, 1)]
    if market.seniors.any() and not market.senior.all():
        found.append(_best(replace(market, open=market.open & market.senior), per_paper // 2, 0))
    return np.unique(np.concatenate(found))


def _best(market: Market, count: int, axis: int) -> Ints:
    value, free = (market.value, market.open) if axis == 0 else (market.value.T, market.open.T)
    length = value.shape[1]
    step = max(1, BLOCK // max(1, length))
    found = [np.empty(0, dtype=np.int64)]
    for start in range(0, value.shape[0], step):
        block = slice(start, start + step)
        if count >= length:
            rows, columns = np.nonzero(free[block])
        else:
            score = np.where(free[block], value[block], -1.0)
            columns = np.argpartition(-score, count, axis=1)[:, :count]
            kept = np.take_along_axis(score, columns, axis=1) >= 0
            rows, columns = np.nonzero(kept)[0], columns[kept]
        rows = rows + start
        found.append(rows * market.width + columns if axis == 0 else columns * market.width + rows)
    return np.concatenate(found)


def optimise(
    market: Market, goal: Goal, keys: Ints, rows: list[Ints] | None = None, *, heed: int = MAX_ROUNDS
) -> Taken | None:
    """Solve, price, add, until the bound over all open pairs meets the objective. None: nothing fits these pairs.

    Rules that are broken are added in the first `heed` rounds; where only the bound counts a few suffice, since
    leaving a rule out keeps it valid.
    """
    rows, keys = list(rows or []), np.unique(keys)
    for rounds in range(1, MAX_ROUNDS + 1):
        program = _Program(market, goal, keys, rows)
        found = program.relaxed()
        if found is None:
            return None
        amounts, objective, duals, lacking = found
        if rounds <= heed and (broken := market.clashes(keys, amounts)):
            rows += broken
            continue
        bound, better = _price(market, goal, keys, rows, duals)
        if bound - objective <= GAP / 2:
            return Taken(keys, amounts, objective, max(bound, objective), duals, rows, rounds, lacking)
        if not better.size:
            raise SolverFailed(f"The solver stopped {bound - objective:.2g} below its own bound.")
        keys = np.union1d(keys, better)
    raise SolverFailed(f"The solver did not prove its result within {MAX_ROUNDS} rounds.")


def integral(
    market: Market, goal: Goal, keys: Ints, rows: list[Ints], *, seconds: float, gap: float = 0.0
) -> tuple[Ints, float, list[Ints]] | None:
    """Whole pairs among these keys: the best found in that time, an upper bound of the objective over these keys, and
    the rules met on the way. None: there are none. Raises OutOfTime when it cannot say."""
    rows, end = list(rows), time.monotonic() + seconds
    left = max(LEAST_SECONDS, seconds)
    while left > 0:
        program = _Program(market, goal, keys, rows)
        found = program.whole(seconds=left / 2, gap=gap)  # what it finds may break rules that were not met yet
        if found is None:
            return None
        amounts, bound = found
        broken = market.clashes(keys, amounts)
        if not broken:
            return keys[amounts > 0.5], bound, rows
        rows += broken
        left = end - time.monotonic()
    raise OutOfTime(f"HiGHS found no whole assignment within {seconds:.0f} seconds.")


def in_part(market: Market, goal: Goal, taken: Taken, *, seconds: float) -> Ints | None:
    """Keep the papers that the program serves whole and decide the others; None where that is too narrow, or
    takes too long."""
    split = np.abs(taken.amounts - np.rint(taken.amounts)) > 1e-6
    papers = taken.keys // market.width
    kept = taken.keys[(taken.amounts > 0.5) & ~np.isin(papers, papers[split])]
    rest = market.lock(kept)
    keys = taken.keys[rest.open.ravel()[taken.keys] & (rest.demand[papers] > 0)]
    try:
        found = integral(rest, goal, keys, taken.rows, seconds=seconds, gap=1e-3)
    except OutOfTime:
        return None
    return None if found is None else np.concatenate([kept, found[0]])


def near(market: Market, goal: Goal, taken: Taken, within: float) -> Ints:
    """All open pairs that a whole solution less than `within` below the program's bound may use."""
    _, keys = _price(market, goal, np.empty(0, dtype=np.int64), taken.rows, taken.duals, least=-within - GAP, cap=False)
    return np.union1d(taken.keys, keys)


class _Program:
    """The program over these pairs as matrices. Variables: the pairs, then the floor or what is lacking."""

    def __init__(self, market: Market, goal: Goal, keys: Ints, rows: list[Ints]) -> None:
        self.market, self.goal, self.keys, self.rows = market, goal, keys, rows
        self.papers, self.reviewers = keys // market.width, keys % market.width
        self.scores = market.value.ravel()[keys]
        self.bounded = np.flatnonzero(market.least)
        self.needing = np.flatnonzero(market.seniors)
        self.reviewed = np.flatnonzero(market.demand + market.locked_counts)
        blocks, bounds = self._upper()
        self.sizes = [block.shape[0] for block in blocks]
        self.upper, self.limits = vstack(blocks, format="csr"), np.concatenate(bounds)
        self.equal = _incidence(self.papers, len(market.demand))
        self.costs = -WORTH[goal.of] * self.scores
        if goal.of == "floor":
            self._add_floor()
        if goal.of == "fit":
            self._add_lack()

    def _upper(self) -> tuple[list[csr_array], list[Floats]]:
        market, goal, count = self.market, self.goal, len(self.keys)
        load = _incidence(self.reviewers, len(market.most))
        blocks: list[csr_array] = [load, -load[self.bounded]]
        limits: list[Floats | Ints] = [market.most, -market.least[self.bounded]]
        senior = _incidence(self.papers, len(market.demand), market.senior[self.reviewers].astype(float))
        blocks.append(-senior[self.needing])
        limits.append(-market.seniors[self.needing])
        worth = _incidence(self.papers, len(market.demand), self.scores)
        if goal.of == "floor" or goal.floors is not None:
            floors = np.zeros(len(market.demand)) if goal.floors is None else goal.floors
            blocks.append(-worth[self.reviewed])
            limits.append(market.locked_value[self.reviewed] - floors[self.reviewed])
        else:
            blocks.append(csr_array((0, count)))
            limits.append(np.empty(0))
        whole = goal.least_total is not None
        blocks.append(csr_array(-self.scores[None, :]) if whole else csr_array((0, count)))
        limits.append(np.array([market.locked_value.sum() - (goal.least_total or 0.0)] if whole else []))
        blocks.append(self._rules())
        limits.append(np.ones(len(self.rows)))
        return blocks, [np.asarray(one, dtype=np.float64) for one in limits]

    def _rules(self) -> csr_array:
        if not self.rows or not len(self.keys):
            return csr_array((len(self.rows), len(self.keys)))
        members, lines = np.concatenate(self.rows), np.repeat(np.arange(len(self.rows)), list(map(len, self.rows)))
        places = np.searchsorted(self.keys, members)  # which are sorted
        places[places == len(self.keys)] = 0
        here = self.keys[places] == members
        shape = (len(self.rows), len(self.keys))
        return csr_array((np.ones(here.sum()), (lines[here], places[here])), shape=shape)

    def _add_floor(self) -> None:
        """One more variable, below every reviewed paper's total."""
        column = np.zeros((self.upper.shape[0], 1))
        start = sum(self.sizes[:3])
        column[start : start + self.sizes[3]] = 1.0
        self.upper = hstack([self.upper, csr_array(column)], format="csr")
        self.equal = hstack([self.equal, csr_array((self.equal.shape[0], 1))], format="csr")
        self.costs = np.append(self.costs, -1.0)

    def _add_lack(self) -> None:
        """What each paper lacks, each reviewer with a minimum, each paper that needs seniors."""
        papers, sizes = len(self.market.demand), self.sizes
        lacks = [papers, len(self.bounded), len(self.needing)]
        rows = np.concatenate([sizes[0] + np.arange(sizes[1]), sizes[0] + sizes[1] + np.arange(sizes[2])])
        columns = papers + np.arange(len(rows))
        extra = csr_array((-np.ones(len(rows)), (rows, columns)), shape=(self.upper.shape[0], sum(lacks)))
        self.upper = hstack([self.upper, extra], format="csr")
        equal = csr_array((np.ones(papers), (np.arange(papers), np.arange(papers))), shape=(papers, sum(lacks)))
        self.equal = hstack([self.equal, equal], format="csr")
        self.costs = np.append(self.costs, np.ones(sum(lacks)))

    def _ceilings(self) -> Floats:
        ceilings = np.full(len(self.costs), np.inf)
        ceilings[: len(self.keys)] = self.goal.most
        return ceilings

    def relaxed(self) -> tuple[Floats, float, Duals, dict[str, Floats]] | None:
        """The amounts of the pairs, the objective and the duals; None where nothing fits."""
        market, count = self.market, len(self.keys)
        if not len(self.costs):
            return (np.empty(0), 0.0, self._no_duals(), {}) if self._nothing_to_do() else None
        result = linprog(
            self.costs,
            A_eq=self.equal,
            b_eq=market.demand,
            A_ub=self.upper,
            b_ub=self.limits,
            bounds=np.column_stack([np.zeros(len(self.costs)), self._ceilings()]),
            method="highs-ds",
            options=EXACT,
        )
        if result.status == 2:
            return None
        if result.status != 0:
            raise SolverFailed(f"HiGHS found no optimum: {result.message}")
        amounts = result.x[:count]
        self._check(amounts)
        lacking = result.x[count:] if self.goal.of == "fit" else np.empty(0)
        return amounts, self._objective(result.x), self._duals(result), self._lacking(lacking)

    def _nothing_to_do(self) -> bool:
        market = self.market
        return not (market.demand.any() or market.least.any() or market.seniors.any())

    def _objective(self, x: Floats) -> float:
        if self.goal.of == "total":
            return math.fsum((self.scores * x[: len(self.keys)]).tolist())
        return -math.fsum((self.costs * x).tolist())

    def _lacking(self, lack: Floats) -> dict[str, Floats]:
        if not lack.size:
            return {}
        parts = np.split(lack, np.cumsum([len(self.market.demand), len(self.bounded)]))
        return dict(zip(("papers", "reviewers", "seniors"), parts, strict=True))

    def _check(self, amounts: Floats) -> None:
        """Trust no tolerance: where the pairs are whole, they must meet every demand and load exactly."""
        if self.goal.of == "fit" or np.abs(amounts - np.rint(amounts)).max(initial=0) > 1e-6:
            return
        taken = np.rint(amounts).astype(bool)
        market = self.market
        loads = np.bincount(self.reviewers[taken], minlength=len(market.most))
        served = np.array_equal(np.bincount(self.papers[taken], minlength=len(market.demand)), market.demand)
        if not served or (loads > market.most).any() or (loads < market.least).any():
            raise SolverFailed("HiGHS returned an assignment that misses a demand or a load.")

    def _duals(self, result: object) -> Duals:
        upper = np.maximum(-result.ineqlin.marginals, 0.0)  # type: ignore[attr-defined]  # scipy's result has no stubs
        high, low, seniors, floors, total, rows = np.split(upper, np.cumsum(self.sizes)[:-1])
        duals = self._no_duals()
        duals.low[self.bounded], duals.seniors[self.needing] = low, seniors
        if len(floors):
            duals.floors[self.reviewed] = floors
        papers = -result.eqlin.marginals  # type: ignore[attr-defined]  # scipy's result has no stubs
        return replace(duals, papers=papers, high=high, total=float(total.sum()), rows=rows)

    def _no_duals(self) -> Duals:
        papers, reviewers = self.market.value.shape
        zeros = np.zeros
        return Duals(
            zeros(papers), zeros(reviewers), zeros(reviewers), zeros(papers), zeros(papers), 0.0, zeros(len(self.rows))
        )

    def whole(self, *, seconds: float, gap: float) -> tuple[Floats, float] | None:
        """Whole amounts, and HiGHS's upper bound of the objective; None where there are none."""
        market, count = self.market, len(self.keys)
        if not len(self.costs):
            return (np.empty(0), 0.0) if self._nothing_to_do() else None
        integrality = np.zeros(len(self.costs))
        integrality[:count] = 1
        result = milp(
            self.costs,
            integrality=integrality,
            bounds=Bounds(np.zeros(len(self.costs)), self._ceilings()),
            constraints=[
                LinearConstraint(self.equal, market.demand, market.demand),
                LinearConstraint(self.upper, -np.inf, self.limits),
            ],
            options={"time_limit": seconds, "mip_rel_gap": gap},
        )
        if result.status == 2:
            return None
        if result.x is None:
            raise OutOfTime(f"HiGHS found no whole assignment within {seconds:.0f} seconds.")
        amounts = np.rint(result.x[:count])
        self._check(amounts)
        return amounts, -float(result.mip_dual_bound)


def _incidence(nodes: Ints, count: int, weights: Floats | None = None) -> csr_array:
    data = np.ones(len(nodes)) if weights is None else weights
    return csr_array((data, (nodes, np.arange(len(nodes)))), shape=(count, len(nodes)))


def _price(
    market: Market,
    goal: Goal,
    keys: Ints,
    rows: list[Ints],
    duals: Duals,
    *,
    least: float = 1e-12,
    cap: bool = True,
) -> tuple[float, Ints]:
    """The bound of these duals over all open pairs, and the open pairs outside `keys` that gain more than `least`."""
    weight = duals.floors + duals.total + WORTH[goal.of]
    taxes, taxed = _taxes(rows, duals.rows)
    parts = [_fixed(market, goal, duals)]
    found, gains = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    price, width = duals.high - duals.low, market.width
    step = max(1, BLOCK // max(1, width))
    for start in range(0, len(market.demand), step):
        block = slice(start, start + step)
        gain = market.value[block] * weight[block, None]
        gain -= duals.papers[block, None]
        gain -= price
        if market.seniors.any():
            gain += np.outer(duals.seniors[block], market.senior)
        inside = slice(*np.searchsorted(taxes, [start * width, (start + step) * width]))
        gain.ravel()[taxes[inside] - start * width] -= taxed[inside]
        gain[~market.open[block]] = -np.inf
        parts.append(goal.most * float(gain.sum(where=gain > 0)))
        better = np.flatnonzero(gain > least) + start * width
        found.append(better)
        gains.append(gain.ravel()[better - start * width])
    better, gain = np.concatenate(found), np.concatenate(gains)
    fresh = ~np.isin(better, keys, assume_unique=True)
    better, gain = better[fresh], gain[fresh]
    limit = ADDED_PER_PAPER * len(market.demand)
    if cap and len(better) > limit:
        better = better[np.argpartition(-gain, limit)[:limit]]
    return math.fsum(parts), better


def _taxes(rows: list[Ints], prices: Floats) -> tuple[Ints, Floats]:
    """What the rules take from each pair that they bind, by key."""
    if not rows:
        return np.empty(0, dtype=np.int64), np.empty(0)
    keys, places = np.unique(np.concatenate(rows), return_inverse=True)
    taxes = np.bincount(places, np.repeat(prices, [len(row) for row in rows]), minlength=len(keys))
    return keys, taxes.astype(np.float64)


def _fixed(market: Market, goal: Goal, duals: Duals) -> float:
    """The part of the bound that no pair changes."""
    parts = [
        float(duals.papers @ market.demand),
        float(duals.high @ market.most),
        -float(duals.low @ market.least),
        -float(duals.seniors @ market.seniors),
        float(duals.rows.sum()),
        float(duals.floors @ market.locked_value),
    ]
    if goal.floors is not None:
        parts.append(-float(duals.floors @ goal.floors))
    if goal.least_total is not None:
        parts.append(duals.total * (float(market.locked_value.sum()) - goal.least_total))
    if goal.of == "floor":  # weights that do not add up to 1 leave some of the floor unbounded but by what it can be
        parts.append(max(0.0, 1.0 - float(duals.floors.sum())) * float(market.demand.max(initial=0)))
    return math.fsum(parts)
