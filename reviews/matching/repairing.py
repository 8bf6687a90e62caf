"""Fill holes of an assignment while everything else stays, and say who else could and at what cost."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from reviews.matching.explaining import Names
from reviews.matching.infeasible import explain
from reviews.matching.market import Market, fill
from reviews.matching.optimum import Optimum, largest_total
from reviews.matching.problem import Bar, Floats, Ints, Problem
from reviews.matching.result import Alternate, Certificate, Filled, Hole, Infeasible, ProblemError, Repair

PairIds = tuple[str, str]
TRIED = 12  # alternates that are priced by solving, at most, beyond those asked for


def run_repair(
    problem: Problem, pairs: Iterable[PairIds], holes: Iterable[PairIds], *, alternates: int, seed: int
) -> Repair | Infeasible:
    had, gone = _indexes(problem, pairs, "pairs"), _indexes(problem, holes, "holes")
    if strange := sorted(gone - had):
        names = problem.papers[strange[0][0]].id, problem.reviewers[strange[0][1]].id
        raise ProblemError(f"The hole of paper “{names[0]}” and reviewer “{names[1]}” is none of the pairs.")
    scores = problem.scores.copy()
    unknown = fill(scores, problem.bars)  # as before: that somebody left changes nobody's score
    market = Market.of(_with_holes(replace(problem, scores=scores), had, gone), seed)
    market = replace(market, unknown=unknown[np.ix_(market.order.papers, market.order.reviewers)])
    papers = np.sort(np.flatnonzero(market.demand))
    open_part = market.only(papers)
    optimum = largest_total(open_part)
    if optimum is None:
        return explain(market)
    stays = math.fsum(market.value.ravel()[market.locked].tolist())
    filled = [
        one
        for place, paper in enumerate(papers.tolist())
        for one in _fill(open_part, optimum, place, _leavers(problem, market, gone, paper), alternates)
    ]
    total, bound = math.fsum([stays, optimum.total]), math.fsum([stays, optimum.bound])
    priced = int(np.count_nonzero(open_part.open))
    proof = Certificate(total, max(bound, total), max(bound - total, 0.0), optimum.taken.rounds, priced)
    return Repair(tuple(sorted(filled, key=lambda one: one.hole)), total, proof)


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
    """The holes of one paper, each with one of those chosen for it."""
    names = Names(market)
    chosen = optimum.chosen[optimum.chosen // market.width == paper]
    pairs = {key: names.pair(key) for key in chosen.tolist()}
    ordered = sorted(pairs, key=lambda key: (pairs[key].rank, pairs[key].reviewer_id))
    name = names.papers[paper]
    return [
        Filled(Hole(name, leaver), pairs[key], _alternates(names, optimum, key, chosen, count))
        for leaver, key in zip(leavers, ordered, strict=True)
    ]


def _alternates(names: Names, optimum: Optimum, key: int, chosen: Ints, count: int) -> tuple[Alternate, ...]:
    """The cheapest to take the place of this pair, each priced by solving with them in it.

    Their reduced costs are lower bounds, so the search ends when the next one cannot be among the cheapest.
    """
    market = names.market
    paper = key // market.width
    free = market.open[paper] & (market.most > 0)
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
    return max(0.0, optimum.total - forced.total - float(market.value.ravel()[new]))


def _alternate(names: Names, paper: int, reviewer: int, cost: float) -> Alternate:
    pair = names.pair(paper * names.market.width + reviewer)
    return Alternate(pair.reviewer_id, pair.score, pair.unknown, pair.rank, cost)
