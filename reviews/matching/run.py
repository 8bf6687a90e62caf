"""A run from the problem to the answer: checks of the parameters, then feasibility, optimum and the mode's own part."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from reviews.matching.explaining import Names
from reviews.matching.fair import Fair, fairest, frontier_of
from reviews.matching.infeasible import explain, explain_probability, lock_reasons
from reviews.matching.lottery import best_odds, draw
from reviews.matching.market import Market
from reviews.matching.optimum import Optimum, largest_total
from reviews.matching.problem import Ints, Problem
from reviews.matching.program import Taken
from reviews.matching.result import (
    MODES,
    Certificate,
    FrontierPoint,
    Infeasible,
    Lottery,
    Mode,
    ProblemError,
    Solution,
    Tell,
)

STEPS = 4
LEAST_PROBABILITY = 0.01


def run(
    problem: Problem,
    *,
    mode: Mode,
    epsilon: float,
    max_probability: float,
    seed: int,
    seconds: float,
    tell: Tell | None,
) -> Solution | Infeasible:
    _check(mode=mode, epsilon=epsilon, max_probability=max_probability)
    say = tell or _silent
    found = _begin(problem, seed, say)
    if isinstance(found, Infeasible):
        return found
    market = found
    if mode == "random":
        return _random(market, max_probability, seed, say)
    say("Finding the largest total", 1, STEPS)
    optimum = largest_total(market)
    if optimum is None:
        return _why(market, say)
    fair = None
    if mode == "fair":
        say("Raising the worst paper", 2, STEPS)
        fair = fairest(market, optimum, epsilon=epsilon, seconds=seconds)
    say("Explaining", 3, STEPS)
    solution = _solution(market, optimum, fair, seed)
    say("Done", STEPS, STEPS)
    return solution


def run_frontier(
    problem: Problem, *, epsilons: tuple[float, ...], seed: int, seconds: float, tell: Tell | None
) -> tuple[FrontierPoint, ...] | Infeasible:
    for epsilon in epsilons:
        _check(epsilon=epsilon)
    say = tell or _silent
    market = _begin(problem, seed, say)
    if isinstance(market, Infeasible):
        return market
    say("Finding the largest total", 1, STEPS)
    optimum = largest_total(market)
    if optimum is None:
        return _why(market, say)
    say("Raising the worst paper", 2, STEPS)
    points = frontier_of(market, optimum, epsilons=epsilons, seconds=seconds)
    say("Done", STEPS, STEPS)
    return points


def _check(*, mode: Mode = "total", epsilon: float = 0.0, max_probability: float = 1.0) -> None:
    if mode not in MODES:
        raise ProblemError(f"The mode must be {', '.join(MODES[:-1])} or {MODES[-1]}, not {mode!r}.")
    if not 0 <= epsilon <= 1:
        raise ProblemError(f"Epsilon must be a share from 0 to 1, not {epsilon!r}.")
    if not LEAST_PROBABILITY <= max_probability <= 1:
        raise ProblemError(f"The highest probability must be from {LEAST_PROBABILITY} to 1, not {max_probability!r}.")


def _silent(phase: str, done: int, total: int) -> None:
    """Nobody listens."""


def _begin(problem: Problem, seed: int, say: Tell) -> Market | Infeasible:
    say("Checking what is locked", 0, STEPS)
    broken = lock_reasons(problem)
    return broken if broken else Market.of(problem, seed)


def _why(market: Market, say: Tell) -> Infeasible:
    say("Finding out why there is none", 2, STEPS)
    return explain(market)


def _random(market: Market, most: float, seed: int, say: Tell) -> Solution | Infeasible:
    say("Finding the best probabilities", 1, STEPS)
    odds = best_odds(market, most)
    if odds is None:
        say("Finding out why there is none", 2, STEPS)
        return explain(market) if largest_total(market) is None else explain_probability(market, most)
    say("Drawing", 2, STEPS)
    names, locked = Names(market), market.locked
    chosen = draw(odds, seed)
    base = float(market.locked_value.sum())
    sure = [(names.pair(key), 1.0) for key in locked.tolist()]
    marginals = sure + [(names.pair(k), a) for k, a in zip(odds.keys.tolist(), odds.amounts.tolist(), strict=True)]
    lottery = Lottery(
        max_probability=most,
        expected_total=odds.expected + base,
        marginals=tuple(sorted((pair.paper_id, pair.reviewer_id, amount) for pair, amount in marginals)),
        seed=seed,
    )
    say("Explaining", 3, STEPS)
    certificate = _certificate(market, odds.expected, odds.first.bound, odds.first)
    solution = _written(market, chosen, certificate, odds.first, "random", seed)
    say("Done", STEPS, STEPS)
    return replace(solution, lottery=lottery)


def _solution(market: Market, optimum: Optimum, fair: Fair | None, seed: int) -> Solution:
    certificate = _certificate(market, optimum.total, optimum.bound, optimum.taken)
    chosen, mode = (optimum.chosen, "total") if fair is None else (fair.chosen, "fair")
    solution = _written(market, chosen, certificate, optimum.taken, "total" if mode == "total" else "fair", seed)
    return replace(solution, fairness=fair.fairness if fair else None)


def _certificate(market: Market, total: float, bound: float, taken: Taken) -> Certificate:
    locks = market.value.ravel()[market.locked].tolist()
    optimum, bound = math.fsum([total, *locks]), math.fsum([max(bound, total), *locks])
    priced = int(np.count_nonzero(market.open))
    return Certificate(optimum, max(bound, optimum), max(bound - optimum, 0.0), taken.rounds, priced)


def _written(market: Market, chosen: Ints, certificate: Certificate, taken: Taken, mode: Mode, seed: int) -> Solution:
    names = Names(market)
    every = np.concatenate([chosen, market.locked])
    pairs = names.pairs(every)
    loads = np.bincount(every % market.width, minlength=market.width)
    by_id = dict(zip(names.reviewers, loads.tolist(), strict=True))
    total = math.fsum(pair.score for pair in pairs)
    if mode == "total":  # one sum of the same scores, to the last digit
        certificate = replace(certificate, optimum=total, bound=max(certificate.bound, total))
    return Solution(
        pairs=pairs,
        total=total,
        certificate=certificate,
        loads={one.id: int(by_id[one.id]) for one in market.problem.reviewers},
        allowed=names.allowed(),
        mode=mode,
        seed=seed,
        prices=names.prices(taken.duals),
        others=names.others(every, taken.duals),
    )
