"""Read a task as JSON on standard input, write the answer as JSON on standard output.

    python -m reviews.matching.worker [--seconds N] [--megabytes N] < TASK.json > ANSWER.json

TASK.json: {"task": "solve" | "frontier" | "repair", "problem": the JSON form of a problem, "options": {…}}, the options
being the keyword arguments of the function of that name in `reviews.matching`. How far it is goes to standard error, a
line of JSON a step. Exit status: 0 solved, 2 infeasible (with its reasons), 1 bad input, 3 failed. The limits are set
on this very process before anything large is loaded or read, so they hold even when the caller is gone.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Mapping, Sequence
from typing import Any

STATUS = {"solved": 0, "frontier": 0, "repaired": 0, "bad_input": 1, "infeasible": 2}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m reviews.matching.worker")
    parser.add_argument("--seconds", type=int, help="limit of CPU time")
    parser.add_argument("--megabytes", type=int, help="limit of address space")
    options = parser.parse_args(arguments)
    limit(seconds=options.seconds, megabytes=options.megabytes)
    try:
        answer = _answer(sys.stdin.read())
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


def _answer(text: str) -> dict[str, Any]:
    from reviews.matching import ProblemError, SolverFailed

    try:
        return _do(json.loads(text))
    except json.JSONDecodeError as error:
        return {"outcome": "bad_input", "reason": f"This is not JSON: {error}."}
    except ProblemError as error:
        return {"outcome": "bad_input", "reason": str(error)}
    except SolverFailed as error:
        return {"outcome": "failed", "reason": error.reason}


def _do(task: Mapping[str, Any]) -> dict[str, Any]:
    from reviews.matching import Infeasible, frontier, repair, solve
    from reviews.matching.problem import Problem

    problem, options = Problem.from_dict(task["problem"]), task["options"]
    if task["task"] == "repair":
        return repair(problem, **options).to_dict()
    if task["task"] == "frontier":
        points = frontier(problem, **options, tell=_tell)
        if isinstance(points, Infeasible):
            return points.to_dict()
        return {"outcome": "frontier", "points": [point._asdict() for point in points]}
    return solve(problem, **options, tell=_tell).to_dict()


def _tell(phase: str, done: int, total: int) -> None:
    """A line of standard error, which the process that waits reads."""
    sys.stderr.write(json.dumps({"phase": phase, "done": done, "total": total}) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
