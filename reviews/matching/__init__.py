"""Who reviews what: the assignment of reviewers to papers, as plain Python with numpy and scipy.

Nothing heavy is imported here, so that a web process may import `reviews.matching.limited` and `reviews.matching.edits`
and stay small: numpy and scipy come in with `reviews.matching.problem` and with the first call of a function below.
A site calls their twins of `reviews.matching.limited`, which run in a process of their own with limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reviews.matching.result import (
    MODES,
    Alternate,
    Certificate,
    Change,
    Fairness,
    Filled,
    FrontierPoint,
    Hole,
    Infeasible,
    Lottery,
    Mode,
    Other,
    Pair,
    Prices,
    ProblemError,
    Reason,
    Remedy,
    Repair,
    Solution,
    SolverFailed,
    Tell,
)

if TYPE_CHECKING:
    from reviews.matching.problem import Problem

__all__ = [
    "MODES",
    "Alternate",
    "Certificate",
    "Change",
    "Fairness",
    "Filled",
    "FrontierPoint",
    "Hole",
    "Infeasible",
    "Lottery",
    "Mode",
    "Other",
    "Pair",
    "Prices",
    "ProblemError",
    "Reason",
    "Remedy",
    "Repair",
    "Solution",
    "SolverFailed",
    "Tell",
    "frontier",
    "repair",
    "solve",
]

EPSILON = 0.01
MAX_PROBABILITY = 0.5
FRONTIER = (0.0, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05)


def solve(
    problem: Problem,
    *,
    mode: Mode = "fair",
    epsilon: float = EPSILON,
    max_probability: float = MAX_PROBABILITY,
    seed: int = 0,
    seconds: float = 30.0,
    tell: Tell | None = None,
) -> Solution | Infeasible:
    """An assignment with its certificate, or the reasons why there is none.

    ``total``: the largest total score. ``fair``: the largest floor under every paper's total, then the best worst
    pair, then the largest total, among assignments whose total is at least (1 − `epsilon`) of the largest; `seconds`
    bound the search beyond a good answer. ``random``: no pair has a probability above `max_probability`, the expected
    total is the largest there is, and the seed draws.

    Where several assignments are equally good, the seed decides between them; the same problem and seed give the same
    assignment, in whatever order the papers and reviewers are listed. Raises ProblemError when the parameters make no
    sense, and SolverFailed, whose `reason` is a sentence, when no answer was found.
    """
    from reviews.matching.run import run

    return run(
        problem,
        mode=mode,
        epsilon=epsilon,
        max_probability=max_probability,
        seed=seed,
        seconds=seconds,
        tell=tell,
    )


def frontier(
    problem: Problem,
    *,
    epsilons: Sequence[float] = FRONTIER,
    seed: int = 0,
    seconds: float = 30.0,
    tell: Tell | None = None,
) -> tuple[FrontierPoint, ...] | Infeasible:
    """What a floor under every paper costs: a point for each share of the optimum that may be given away.

    Along the points, in the order of `epsilons`, the floor never falls where more may be given away.
    """
    from reviews.matching.run import run_frontier

    return run_frontier(problem, epsilons=tuple(epsilons), seed=seed, seconds=seconds, tell=tell)


def repair(
    problem: Problem,
    pairs: Iterable[tuple[str, str]],
    holes: Iterable[tuple[str, str]],
    *,
    alternates: int = 3,
    seed: int = 0,
    partial: bool = False,
) -> Repair | Infeasible:
    """Fill holes with the largest total there is, everything else staying as it is.

    `pairs` are the (paper id, reviewer id) of the assignment as it was, `holes` those among them whose reviewer no
    longer reviews the paper (and is not given it again). A minimum load that the holes leave unmet is no obstacle.
    Each hole comes with the next best `alternates` and what each would cost. `partial`: where not all holes can be
    filled, as many as can be are, and the answer says which are left and why; Infeasible only where none can. Raises
    ProblemError when a hole is no pair or when the pairs that stay break the problem.
    """
    from reviews.matching.repairing import run_repair

    return run_repair(problem, pairs, holes, alternates=alternates, seed=seed, partial=partial)
