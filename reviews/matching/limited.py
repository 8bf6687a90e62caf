"""Solve in a process of its own, with limits, so that a huge or odd problem cannot harm the one that asks.

Safe to import in a web process: numpy and scipy are loaded in the subprocess alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviews.matching.result import Infeasible, ProblemError, Solution, SolverFailed

if TYPE_CHECKING:
    from reviews.matching.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")
# How Python, C++, the loader of shared libraries and the system say that memory ran out.
OUT_OF_MEMORY = ("MemoryError", "bad_alloc", "failed to map segment", "Cannot allocate memory")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


def solve_limited(
    problem: Problem | Mapping[str, Any], *, seed: int = 0, seconds: int = 50, megabytes: int = 1500
) -> Solution | Infeasible:
    """Like `reviews.matching.solve`, for a Problem or its JSON form, within this time and address space.

    Raises ProblemError for a problem that contradicts itself, and SolverFailed, whose `reason` is a sentence, when
    the limits do not suffice or the solver breaks down.
    """
    data = problem if isinstance(problem, Mapping) else problem.to_dict()
    done = _run(json.dumps(data), seed=seed, seconds=seconds, megabytes=megabytes)
    return _answer(done, seconds=seconds, megabytes=megabytes)


def _run(text: str, *, seed: int, seconds: int, megabytes: int) -> subprocess.CompletedProcess[str]:
    limits = ["--seed", str(seed), "--seconds", str(seconds), "--megabytes", str(megabytes)]
    try:
        return subprocess.run(
            [sys.executable, "-m", "reviews.matching.worker", *limits],
            input=text,
            capture_output=True,
            encoding="utf-8",
            cwd=ROOT,
            env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ} | ONE_THREAD,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SolverFailed(_too_slow(seconds)) from None


def _answer(done: subprocess.CompletedProcess[str], *, seconds: int, megabytes: int) -> Solution | Infeasible:
    if done.returncode == -signal.SIGXCPU:
        raise SolverFailed(_too_slow(seconds))
    try:
        data = json.loads(done.stdout)
        outcome = data["outcome"]
    except (ValueError, KeyError, TypeError):
        raise SolverFailed(_broken(done, megabytes)) from None
    if outcome == "solved":
        return Solution.from_dict(data)
    if outcome == "infeasible":
        return Infeasible.from_dict(data)
    if outcome == "bad_input":
        raise ProblemError(data["reason"])
    if outcome == "out_of_memory":
        raise SolverFailed(_too_big(megabytes))
    raise SolverFailed(data["reason"])


def _broken(done: subprocess.CompletedProcess[str], megabytes: int) -> str:
    if any(sign in done.stderr for sign in OUT_OF_MEMORY):
        return _too_big(megabytes)
    last = done.stderr.strip().rsplit("\n", 1)[-1][:200]
    return f"The solver stopped without an answer (exit status {done.returncode}){f': {last}' if last else '.'}"


def _too_slow(seconds: int) -> str:
    return f"The solver did not finish within {seconds} seconds. Allow it more time, or forbid or lock more pairs."


def _too_big(megabytes: int) -> str:
    return f"The solver needs more than the {megabytes} MB of memory it is allowed. Allow it more."
