"""Random mode: no pair is so likely that anybody can count on it.

The probabilities are the optimum of the linear program with every pair bounded by Q (Jecmen et al. 2020). A draw keeps
them exactly: fractions are rounded along cycles, up on one side and down on the other with the odds that leave each
mean as it was, until all are whole (dependent rounding, Gandhi et al. 2006). Papers, reviewers and what a rule counts
within a paper are nodes where the flow balances, so every demand, load and such rule holds in every draw (Budish et
al. 2013). Rules that are no such tree are kept by closing pairs until they cannot be broken, which costs some of the
expected total; the bound is that of the rules themselves.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reviews.matching.market import Market
from reviews.matching.optimum import fitting
from reviews.matching.problem import Floats, Ints
from reviews.matching.program import Goal, Taken, best_pairs
from reviews.matching.result import SolverFailed

WHOLE = 1e-7  # so near to a whole number is one
NO_LOTTERY = "With these rules and this highest probability no lottery was found. Raise the one or ease the others."
Node = tuple[str, int, int]
SINK: Node = ("sink", 0, 0)


@dataclass(frozen=True, eq=False)
class Odds:
    """The probabilities `amounts` of the pairs `keys`, and the program whose bound holds for every other lottery."""

    keys: Ints
    amounts: Floats
    first: Taken
    market: Market  # with the pairs closed that would break a rule

    @property
    def expected(self) -> float:
        return math.fsum((self.market.value.ravel()[self.keys] * self.amounts).tolist())


def best_odds(market: Market, most: float) -> Odds | None:
    """The probabilities with the largest expected total, none above `most`; None when there are none."""
    goal = Goal(most=most)
    first = taken = fitting(market, goal, best_pairs(market))
    if first is None or taken is None:
        return None
    while (close := _breakable(market, taken)).size:
        market = market.without(close)
        taken = fitting(market, goal, taken.keys[market.open.ravel()[taken.keys]])
        if taken is None:
            raise SolverFailed(NO_LOTTERY)
    used = taken.amounts > WHOLE
    return Odds(taken.keys[used], _snapped(taken.amounts[used]), first, market)


def _snapped(amounts: Floats) -> Floats:
    near = np.rint(amounts)
    return np.where(np.abs(amounts - near) < WHOLE, near, amounts)


def _breakable(market: Market, taken: Taken) -> Ints:
    """Pairs to close so that no draw can break a rule: the less likely ones of those that clash."""
    used = taken.amounts > WHOLE
    amounts = dict(zip(taken.keys[used].tolist(), taken.amounts[used].tolist(), strict=True))
    clashes = market.clashes(taken.keys, np.where(used, 1.0, 0.0))
    if _counts_institutions(market):
        crowded = {tuple(row.tolist()) for row in market.clashes(taken.keys, taken.amounts)}
        clashes = [row for row in clashes if len(row) == 2 and not _same_paper(market, row)]
        clashes += [np.array(row) for row in crowded if _same_paper(market, np.array(row))]
    closed: set[int] = set()
    for row in clashes:
        alive = [key for key in row.tolist() if key in amounts and key not in closed]
        if alive:
            likeliest = max(alive, key=lambda key: (amounts[key], -key))
            closed |= {key for key in row.tolist() if key != likeliest}
    return np.array(sorted(closed), dtype=np.int64)


def _same_paper(market: Market, row: Ints) -> bool:
    return bool((row // market.width == row[0] // market.width).all())


def _counts_institutions(market: Market) -> bool:
    """Whether institutions are counted as nodes: nobody has two of them, and seniors are not counted."""
    return not market.problem.rules.seniors_per_paper and all(len(one) == 1 for one in market.clubs_of.values())


def draw(odds: Odds, seed: int) -> Ints:
    """The keys of the pairs of one draw."""
    rng = np.random.default_rng(seed)
    flow = _Flow(*_edges(odds))
    flow.round(rng)
    return odds.keys[np.array([flow.value[edge] > 0.5 for edge in range(len(odds.keys))], dtype=bool)]


def _edges(odds: Odds) -> tuple[list[tuple[Node, Node]], list[float]]:
    """Reviewer → what a rule counts within the paper → paper → sink, and reviewer → sink for what is not given."""
    market = odds.market
    ends: list[tuple[Node, Node]] = []
    values: list[float] = odds.amounts.tolist()
    sums: Mapping[tuple[Node, Node], list[float]] = defaultdict(list)
    for key, amount in zip(odds.keys.tolist(), values, strict=True):
        paper, reviewer = divmod(key, market.width)
        group: Node = ("group", paper, _group(market, paper, reviewer))
        ends.append((("reviewer", reviewer, 0), group))
        sums[group, ("paper", paper, 0)].append(amount)
        sums[SINK, ("reviewer", reviewer, 0)].append(amount)
    for edge, amounts in sums.items():
        ends.append(edge)
        total = math.fsum(amounts)
        values.append(round(total) if abs(total - round(total)) < WHOLE else total)
    return ends, values


def _group(market: Market, paper: int, reviewer: int) -> int:
    """Which of the paper's counts this reviewer is in: the seniors, an institution, or nobody's."""
    if market.seniors[paper]:
        return -1 if market.senior[reviewer] else 0
    groups = market.clubs_of.get(reviewer)
    return 1 + groups[0] if groups and _counts_institutions(market) else 0


class _Flow:
    """A flow with fractions that balances at every node; `round` makes it whole."""

    def __init__(self, ends: Sequence[tuple[Node, Node]], values: Sequence[float]) -> None:
        self.ends, self.value = ends, list(values)
        self.at: dict[Node, dict[int, None]] = defaultdict(dict)  # the edges with fractions, in the order given
        for edge, (tail, head) in enumerate(ends):
            if not _whole(self.value[edge]):
                self.at[tail][edge] = None
                self.at[head][edge] = None

    def round(self, rng: np.random.Generator) -> None:
        for start in list(self.at):
            while self.at[start]:
                self._turn(self._cycle(start), rng)

    def _cycle(self, start: Node) -> list[tuple[int, bool]]:
        """Edges of a cycle, each with whether it is walked from tail to head; or a path where rounding lost a digit."""
        path: list[tuple[int, bool]] = []
        seen: dict[Node, int] = {start: 0}
        node, last = start, -1
        while True:
            edge = next((one for one in self.at[node] if one != last), None)
            if edge is None:
                return path
            tail, head = self.ends[edge]
            path.append((edge, node == tail))
            node, last = (head if node == tail else tail), edge
            if node in seen:
                return path[seen[node] :]
            seen[node] = len(path)

    def _turn(self, cycle: list[tuple[int, bool]], rng: np.random.Generator) -> None:
        up = min(self._room(edge, forward) for edge, forward in cycle)
        down = min(self._room(edge, not forward) for edge, forward in cycle)
        step = up if rng.random() * (up + down) < down else -down
        for edge, forward in cycle:
            self.value[edge] += step if forward else -step
            if _whole(self.value[edge]):
                self.value[edge] = round(self.value[edge])
                for node in self.ends[edge]:
                    self.at[node].pop(edge, None)

    def _room(self, edge: int, upward: bool) -> float:
        value = self.value[edge]
        return math.ceil(value) - value if upward else value - math.floor(value)


def _whole(value: float) -> bool:
    return abs(value - round(value)) < WHOLE
