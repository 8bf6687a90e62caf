"""Fill holes of an assignment while everything else stays, and say who else could and at what cost.

Where not all holes can be filled, "nobody" may fill any of them, for a price that exceeds all scores together, and a
second time on the same paper for a higher one: the same program then leaves as few open as there can be, spreads these
over the papers, and among these ways finds the largest total.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from reviews.matching.explaining import Names
from reviews.matching.infeasible import explain
from reviews.matching.market import Market, fill
from reviews.matching.optimum import Optimum, largest_total
from reviews.matching.problem import Bar, Bools, Floats, Ints, Problem, Reviewer
from reviews.matching.result import Alternate, Certificate, Filled, Hole, Infeasible, ProblemError, Repair

PairIds = tuple[str, str]
TRIED = 12  # alternates that are priced by solving, at most, beyond those asked for


def run_repair(
    problem: Problem, pairs: Iterable[PairIds], holes: Iterable[PairIds], *, alternates: int, seed: int, partial: bool
) -> Repair | Infeasible:
    had, gone = _indexes(problem, pairs, "pairs"), _indexes(problem, holes, "holes")
    if strange := sorted(gone - had):
        names = problem.papers[strange[0][0]].id, problem.reviewers[strange[0][1]].id
        raise ProblemError(f"The hole of paper “{names[0]}” and reviewer “{names[1]}” is none of the pairs.")
    scores = problem.scores.copy()
    unknown = fill(scores, problem.bars)  # as before: that somebody left changes nobody's score
    rest = _with_holes(replace(problem, scores=scores), had, gone)
    market = _market(rest, unknown, seed)
    why: Infeasible | None = None
    optimum = largest_total(market.only(_open_papers(market)))
    if optimum is None:
        why = explain(market)
        if not partial:
            return why
        market = _with_nobody(rest, unknown, seed, count=int(market.demand.max()))
        optimum = largest_total(market.only(_open_papers(market)))
        if optimum is None:
            return why
    filled, left = _read(market, optimum, gone, alternates)
    if not filled and why:
        return why
    stays = math.fsum(market.value.ravel()[market.locked].tolist())
    total = math.fsum([stays, *(one.pair.score for one in filled)])
    gap = max(optimum.bound - optimum.total, 0.0)
    priced = int(np.count_nonzero(market.only(_open_papers(market)).open))
    proof = Certificate(total, total + gap, gap, optimum.taken.rounds, priced)
    return Repair(tuple(sorted(filled, key=lambda one: one.hole)), total, proof, tuple(sorted(left)), why)


def _market(problem: Problem, unknown: Bools, seed: int) -> Market:
    market = Market.of(problem, seed)
    return replace(market, unknown=unknown[np.ix_(market.order.papers, market.order.reviewers)])


def _open_papers(market: Market) -> Ints:
    return np.flatnonzero(market.demand)


def _with_nobody(problem: Problem, unknown: Bools, seed: int, *, count: int) -> Market:
    """The market in which ``count`` more "reviewers", of negative value, take whatever nobody else can."""
    more = [Reviewer(f" nobody {n}", 0, len(problem.papers), senior=True) for n in range(count)]
    blank = np.zeros((len(problem.papers), count))
    wider = replace(
        problem,
        reviewers=[*problem.reviewers, *more],
        scores=np.hstack([problem.scores, blank]),
        bars=np.hstack([problem.bars, blank.astype(np.int8)]),
    )
    market = _market(wider, np.hstack([unknown, blank.astype(bool)]), seed)
    holes = int(market.demand.sum())
    again = holes + 1  # more than all scores
    prices = holes * count * again + again + again * np.arange(count)
    value = market.value.copy()
    nobody = market.order.reviewers >= len(problem.reviewers)
    value[:, nobody] = -prices[market.order.reviewers[nobody] - len(problem.reviewers)]
    return replace(market, value=value)


def _read(
    market: Market, optimum: Optimum, gone: set[tuple[int, int]], alternates: int
) -> tuple[list[Filled], list[Hole]]:
    """The holes with who fills them, and those that nobody does."""
    papers = _open_papers(market)
    open_part = market.only(papers)
    filled: list[Filled] = []
    left: list[Hole] = []
    for place, paper in enumerate(papers.tolist()):
        leavers = _leavers(market.problem, market, gone, paper)
        some = _fill(open_part, optimum, place, leavers, alternates)
        filled += some
        left += [Hole(Names(open_part).papers[place], leaver) for leaver in leavers[len(some) :]]
    return filled, left


def _indexes(problem: Problem, pairs: Iterable[PairIds], what: str) -> set[tuple[int, int]]:
    papers = {paper.id: index for index, paper in enumerate(problem.papers)}
    reviewers = {one.id: index for index, one in enumerate(problem.reviewers)}
    found: set[tuple[int, int]] = set()
    for paper, reviewer in pairs:
        if paper not in papers:
            raise ProblemError(f"{what}: there is no paper with the id {paper!r}.")
        if reviewer not in reviewers:
            raise ProblemError(f"{what}: there is no reviewer with the id {reviewer!r}.")
        found.add((papers[paper], reviewers[reviewer]))
    return found


def _with_holes(problem: Problem, had: set[tuple[int, int]], gone: set[tuple[int, int]]) -> Problem:
    """The problem of the holes: what stays is locked, and no bar, maximum or minimum of today speaks against it."""
    bars, loads = problem.bars.copy(), np.zeros(len(problem.reviewers), dtype=int)
    served = np.zeros(len(problem.papers), dtype=int)
    for pair in had:
        served[pair[0]] += 1
        if pair in gone:
            bars[pair] = max(bars[pair], Bar.FORBIDDEN)
        else:
            bars[pair] = Bar.OPEN
            loads[pair[1]] += 1
    reviewers = [
        replace(one, min=0, max=max(one.max, load)) for one, load in zip(problem.reviewers, loads.tolist(), strict=True)
    ]
    seniors = problem.seniors().tolist()
    papers = [
        replace(paper, demand=count, seniors=wanted)
        for paper, count, wanted in zip(problem.papers, served.tolist(), seniors, strict=True)
    ]
    rules = replace(problem.rules, papers_per_author=0)
    return replace(problem, papers=papers, reviewers=reviewers, bars=bars, locked=frozenset(had - gone), rules=rules)


def _leavers(problem: Problem, market: Market, gone: set[tuple[int, int]], paper: int) -> list[str]:
    index = int(market.order.papers[paper])
    return sorted(problem.reviewers[r].id for p, r in gone if p == index)


def _fill(market: Market, optimum: Optimum, paper: int, leavers: list[str], count: int) -> list[Filled]:
    """The holes of one paper, each with one of those chosen for it, as far as somebody is."""
    names = Names(market)
    chosen = optimum.chosen[optimum.chosen // market.width == paper]
    pairs = {key: names.pair(key) for key in chosen.tolist() if market.value.ravel()[key] >= 0}
    ordered = sorted(pairs, key=lambda key: (pairs[key].rank, pairs[key].reviewer_id))
    name = names.papers[paper]
    return [
        Filled(Hole(name, leaver), pairs[key], _alternates(names, optimum, key, chosen, count))
        for leaver, key in zip(leavers, ordered, strict=False)
    ]


def _alternates(names: Names, optimum: Optimum, key: int, chosen: Ints, count: int) -> tuple[Alternate, ...]:
    """The cheapest to take the place of this pair, each priced by solving with them in it.

    Their reduced costs are lower bounds, so the search ends when the next one cannot be among the cheapest.
    """
    market = names.market
    paper = key // market.width
    free = market.open[paper] & (market.most > 0) & (market.value[paper] >= 0)
    free[chosen % market.width] = False
    able = np.flatnonzero(free)
    least = _least_costs(market, optimum, paper)
    found: list[tuple[float, int]] = []
    for reviewer in able[np.argsort(least[able], kind="stable")][: count + TRIED].tolist():
        if len(found) >= count and least[reviewer] >= sorted(found)[count - 1][0]:
            break
        cost = _cost(market, optimum, key, paper * market.width + reviewer)
        if cost is not None:
            found.append((cost, reviewer))
    return tuple(_alternate(names, paper, reviewer, cost) for cost, reviewer in sorted(found)[:count])


def _least_costs(market: Market, optimum: Optimum, paper: int) -> Floats:
    duals = optimum.duals
    gain = market.value[paper] - duals.papers[paper] - duals.high + duals.low
    gain = gain + np.where(market.senior, duals.seniors[paper], 0.0)
    return np.asarray(np.maximum(-gain, 0.0))


def _cost(market: Market, optimum: Optimum, old: int, new: int) -> float | None:
    forced = largest_total(market.without(np.array([old])).lock(np.array([new])))
    if forced is None:
        return None
    cost = max(0.0, optimum.total - forced.total - float(market.value.ravel()[new]))
    return None if cost > market.demand.sum() else cost  # more than all scores: another hole would stay open


def _alternate(names: Names, paper: int, reviewer: int, cost: float) -> Alternate:
    pair = names.pair(paper * names.market.width + reviewer)
    return Alternate(pair.reviewer_id, pair.score, pair.unknown, pair.rank, cost)
