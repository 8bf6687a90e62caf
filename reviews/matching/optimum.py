"""The assignment with the largest total score, with a proof over all pairs.

The linear program of the assignment has an integral vertex (its matrix is an incidence matrix of a bipartite graph,
hence totally unimodular: Hoffman & Kruskal 1956), so the simplex method returns whole pairs. Most pairs never matter:
we start with the best few of every paper and every reviewer, price all others with the duals, add those that would
improve the total, and repeat (column generation, Dantzig & Wolfe 1960). Any duals give an upper bound over *all*
pairs by weak duality; when that bound meets the total, the assignment is proved best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from reviews.matching.feasibility import Remaining, explain, find_pairs, remaining
from reviews.matching.problem import Bools, Floats, Ints, Problem
from reviews.matching.result import Certificate, Infeasible, Pair, Solution, SolverFailed

BEST_PER_PAPER = 20
BEST_PER_REVIEWER = 18
GAP = 1e-6
MAX_ROUNDS = 200
BLOCK = 2_000_000  # pairs looked at together, to bound the memory of pricing


def maximise(problem: Problem, *, seed: int = 0) -> Solution | Infeasible:
    """The largest total score and its certificate (gap ≤ 1e-6), or the reasons why there is no assignment.

    Raises SolverFailed when HiGHS gives up or the gap cannot be closed.
    """
    rest = remaining(problem)
    scores, unknown = problem.filled_scores()
    order = _Order.shuffled(problem, seed)
    shuffled, value = order.of_rest(rest), order.of(scores)
    candidates = _best_pairs(value, shuffled)
    pairs = find_pairs(shuffled, candidates)
    if pairs is None:
        pairs = find_pairs(shuffled, shuffled.open)
    if pairs is None:
        return Infeasible(explain(problem))
    candidates[pairs] = True
    chosen, certificate = _generate(value, shuffled, candidates)
    assigned = problem.lock_mask()
    assigned[order.papers[chosen[0]], order.reviewers[chosen[1]]] = True
    return _solution(problem, scores, unknown, assigned, certificate)


@dataclass(frozen=True, eq=False)
class _Order:
    """The order in which the solver sees papers and reviewers: by id, then shuffled with the seed.

    It decides between assignments of the same total, without touching a score.
    """

    papers: Ints
    reviewers: Ints

    @classmethod
    def shuffled(cls, problem: Problem, seed: int) -> _Order:
        rng = np.random.default_rng(seed)
        papers = sorted(range(len(problem.papers)), key=lambda p: problem.papers[p].id)
        reviewers = sorted(range(len(problem.reviewers)), key=lambda r: problem.reviewers[r].id)
        return cls(rng.permutation(np.array(papers, dtype=int)), rng.permutation(np.array(reviewers, dtype=int)))

    def of(self, array: Floats) -> Floats:
        return array[np.ix_(self.papers, self.reviewers)]

    def of_rest(self, rest: Remaining) -> Remaining:
        return Remaining(
            demand=rest.demand[self.papers],
            least=rest.least[self.reviewers],
            most=rest.most[self.reviewers],
            open=rest.open[np.ix_(self.papers, self.reviewers)],
        )


def _best_pairs(value: Floats, rest: Remaining) -> Bools:
    """The best open pairs of every paper and of every reviewer."""
    open_value = np.where(rest.open, value, -1.0)
    chosen = np.zeros(value.shape, dtype=bool)
    for axis, count in ((1, BEST_PER_PAPER), (0, BEST_PER_REVIEWER)):
        if count >= value.shape[axis]:
            return rest.open.copy()
        best = np.argpartition(-open_value, count, axis=axis).take(range(count), axis=axis)
        np.put_along_axis(chosen, best, True, axis=axis)
    return chosen & rest.open


def _generate(value: Floats, rest: Remaining, candidates: Bools) -> tuple[tuple[Ints, Ints], Certificate]:
    """Solve, price, add, until the bound over all open pairs meets the total."""
    for rounds in range(1, MAX_ROUNDS + 1):
        chosen, prices = _solve_program(value, rest, candidates)
        total = math.fsum(value[chosen].tolist())
        bound, better = _price(value, rest, candidates, prices)
        if bound - total <= GAP / 2:
            priced = int(rest.open.sum())
            return chosen, Certificate(total, max(bound, total), max(bound - total, 0.0), rounds, priced)
        if not len(better[0]):
            raise SolverFailed(f"The solver stopped {bound - total:.2g} below its own bound.")
        candidates[better] = True
    raise SolverFailed(f"The solver did not prove its result within {MAX_ROUNDS} rounds.")


@dataclass(frozen=True, eq=False)
class _Prices:
    """Duals: what one review of a paper, and one place of a reviewer, is worth."""

    papers: Floats
    reviewers: Floats


def _solve_program(value: Floats, rest: Remaining, candidates: Bools) -> tuple[tuple[Ints, Ints], _Prices]:
    """The linear program over the candidates: an integral vertex and its duals."""
    rows, columns = np.nonzero(candidates)
    if not len(rows):  # nothing left to decide
        return (rows, columns), _Prices(np.zeros(len(rest.demand)), np.zeros(len(rest.most)))
    demand = _incidence(rows, len(rest.demand))
    load = _incidence(columns, len(rest.most))
    bounded = np.flatnonzero(rest.least)
    result = linprog(
        -value[rows, columns],
        A_eq=demand,
        b_eq=rest.demand,
        A_ub=vstack([load, -load[bounded]], format="csr"),
        b_ub=np.concatenate([rest.most, -rest.least[bounded]]),
        bounds=(0, 1),
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9},
    )
    if result.status != 0:
        raise SolverFailed(f"HiGHS found no optimum: {result.message}")
    taken = np.rint(result.x).astype(bool)
    if np.abs(result.x - taken).max(initial=0) > 1e-6:
        raise SolverFailed("HiGHS returned half pairs, which a vertex of this program never has.")
    _check_loads(rest, rows[taken], columns[taken])
    upper = result.ineqlin.marginals
    reviewers = -upper[: len(rest.most)]
    reviewers[bounded] += upper[len(rest.most) :]
    return (rows[taken], columns[taken]), _Prices(-result.eqlin.marginals, reviewers)


def _check_loads(rest: Remaining, rows: Ints, columns: Ints) -> None:
    """Trust no tolerance: the rounded pairs must meet every demand and bound exactly."""
    loads = np.bincount(columns, minlength=len(rest.most))
    served = np.array_equal(np.bincount(rows, minlength=len(rest.demand)), rest.demand)
    if not served or (loads > rest.most).any() or (loads < rest.least).any():
        raise SolverFailed("HiGHS returned an assignment that misses a demand or a load.")


def _incidence(nodes: Ints, count: int) -> csr_array:
    return csr_array((np.ones(len(nodes)), (nodes, np.arange(len(nodes)))), shape=(count, len(nodes)))


def _price(value: Floats, rest: Remaining, candidates: Bools, prices: _Prices) -> tuple[float, tuple[Ints, Ints]]:
    """The bound of these prices over all open pairs, and the open pairs outside the candidates that would improve.

    By weak duality no assignment beats Σ price·demand + Σ price·load bound + Σ max(0, score − both prices).
    """
    high, low = np.maximum(prices.reviewers, 0), np.minimum(prices.reviewers, 0)
    parts = [float(prices.papers @ rest.demand), float(high @ rest.most), float(low @ rest.least)]
    better: list[tuple[Ints, Ints]] = []
    step = max(1, BLOCK // max(1, value.shape[1]))
    for start in range(0, value.shape[0], step):
        block = slice(start, start + step)
        gain = value[block] - prices.papers[block, None] - prices.reviewers
        gain[~rest.open[block]] = 0
        parts.append(float(np.maximum(gain, 0).sum()))
        rows, columns = np.nonzero((gain > 1e-12) & ~candidates[block])
        better.append((rows + start, columns))
    return math.fsum(parts), (
        np.concatenate([rows for rows, _ in better] or [np.empty(0, dtype=int)]),
        np.concatenate([columns for _, columns in better] or [np.empty(0, dtype=int)]),
    )


def _solution(problem: Problem, scores: Floats, unknown: Bools, assigned: Bools, certificate: Certificate) -> Solution:
    locks = [float(scores[pair]) for pair in problem.locked]
    pairs = [_pair(problem, scores, unknown, p, r) for p, r in np.argwhere(assigned).tolist()]
    total = math.fsum(pair.score for pair in pairs)
    bound = math.fsum([certificate.bound, *locks])
    gap = max(bound - total, 0.0)
    return Solution(
        pairs=tuple(sorted(pairs, key=lambda pair: (pair.paper_id, pair.rank, pair.reviewer_id))),
        total=total,
        certificate=Certificate(total, max(bound, total), gap, certificate.rounds, certificate.pairs_priced),
        loads={one.id: int(load) for one, load in zip(problem.reviewers, assigned.sum(axis=0), strict=True)},
        allowed={
            one.id: int(count) for one, count in zip(problem.papers, (~problem.forbidden).sum(axis=1), strict=True)
        },
    )


def _pair(problem: Problem, scores: Floats, unknown: Bools, paper: int, reviewer: int) -> Pair:
    score = scores[paper, reviewer]
    better = (scores[paper] > score) & ~problem.forbidden[paper]
    return Pair(
        problem.papers[paper].id,
        problem.reviewers[reviewer].id,
        float(score),
        bool(unknown[paper, reviewer]),
        1 + int(better.sum()),
    )
