"""Who reviews what: the assignment of reviewers to papers, as plain Python with numpy and scipy.

Nothing heavy is imported here, so that a web process may import `reviews.matching.limited` and stay small:
numpy and scipy come in with `reviews.matching.problem` and with the first call of `solve`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviews.matching.result import (
    Certificate,
    Change,
    Infeasible,
    Pair,
    ProblemError,
    Reason,
    Remedy,
    Solution,
    SolverFailed,
)

if TYPE_CHECKING:
    from reviews.matching.problem import Problem

__all__ = [
    "Certificate",
    "Change",
    "Infeasible",
    "Pair",
    "ProblemError",
    "Reason",
    "Remedy",
    "Solution",
    "SolverFailed",
    "solve",
]


def solve(problem: Problem, *, seed: int = 0) -> Solution | Infeasible:
    """The assignment with the largest total score, with its certificate, or the reasons why there is none.

    Where several assignments share the largest total, the seed decides between them; the same problem and seed
    always give the same assignment, in whatever order the papers and reviewers are listed.
    Runs in this process without limits: a site calls `reviews.matching.limited.solve_limited`.
    """
    from reviews.matching.optimum import maximise
    from reviews.matching.reasons import too_many_locks

    over_locked = too_many_locks(problem)
    return Infeasible(over_locked) if over_locked else maximise(problem, seed=seed)
