"""Read a problem as JSON on standard input, write the solution as JSON on standard output.

    python -m reviews.matching.worker [--seed N] [--seconds N] [--megabytes N] < PROBLEM.json > SOLUTION.json

Exit status: 0 solved, 2 infeasible (with its reasons), 1 bad input, 3 failed. The limits are set on this very process
before anything large is loaded or read, so they hold even when the caller is gone.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Sequence
from typing import Any

STATUS = {"solved": 0, "bad_input": 1, "infeasible": 2}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m reviews.matching.worker")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=int, help="limit of CPU time")
    parser.add_argument("--megabytes", type=int, help="limit of address space")
    options = parser.parse_args(arguments)
    limit(seconds=options.seconds, megabytes=options.megabytes)
    try:
        answer = _solve(sys.stdin.read(), seed=options.seed)
    except MemoryError:
        answer = {"outcome": "out_of_memory"}
    json.dump(answer, sys.stdout)
    return STATUS.get(answer["outcome"], 3)


def limit(*, seconds: int | None, megabytes: int | None) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    if megabytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))


def _solve(text: str, *, seed: int) -> dict[str, Any]:
    from reviews.matching import ProblemError, SolverFailed, solve
    from reviews.matching.problem import Problem

    try:
        return solve(Problem.from_dict(json.loads(text)), seed=seed).to_dict()
    except json.JSONDecodeError as error:
        return {"outcome": "bad_input", "reason": f"This is not JSON: {error}."}
    except ProblemError as error:
        return {"outcome": "bad_input", "reason": str(error)}
    except SolverFailed as error:
        return {"outcome": "failed", "reason": error.reason}


if __name__ == "__main__":
    sys.exit(main())
