"""Solve in a process of its own, with limits, so that a huge or odd problem cannot harm the one that asks.

Safe to import in a web process: numpy and scipy are loaded in the subprocess alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from reviews.matching import EPSILON, FRONTIER, MAX_PROBABILITY
from reviews.matching.result import (
    FrontierPoint,
    Infeasible,
    Mode,
    ProblemError,
    Repair,
    Solution,
    SolverFailed,
    Tell,
)

if TYPE_CHECKING:
    from reviews.matching.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")
# How Python, C++, the loader of shared libraries and the system say that memory ran out.
OUT_OF_MEMORY = ("MemoryError", "bad_alloc", "failed to map segment", "Cannot allocate memory")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
BEAT = 1.0  # seconds between two calls of `tell`, so that whoever asked can cancel
SEARCH = 0.6  # share of the time that fair mode may search beyond a good answer, so that the rest suffices to end


def solve_limited(
    problem: Problem | Mapping[str, Any],
    *,
    mode: Mode = "fair",
    epsilon: float = EPSILON,
    max_probability: float = MAX_PROBABILITY,
    seed: int = 0,
    seconds: int = 50,
    megabytes: int = 1500,
    tell: Tell | None = None,
) -> Solution | Infeasible:
    """Like `reviews.matching.solve`, for a Problem or its JSON form, within this time and address space.

    `tell` is called with the phase at every step and once a second; what it raises stops the subprocess and comes out.
    Raises ProblemError for a problem that contradicts itself, and SolverFailed, whose `reason` is a sentence, when
    the limits do not suffice or the solver breaks down.
    """
    options = {
        "mode": mode,
        "epsilon": epsilon,
        "max_probability": max_probability,
        "seed": seed,
        "seconds": min(30.0, SEARCH * seconds),
    }
    limits = Limits(seconds, megabytes)
    data = _ask("solve", problem, options, limits, tell)
    return Infeasible.from_dict(data) if data["outcome"] == "infeasible" else Solution.from_dict(data)


def frontier_limited(
    problem: Problem | Mapping[str, Any],
    *,
    epsilons: Sequence[float] = FRONTIER,
    seed: int = 0,
    seconds: int = 50,
    megabytes: int = 1500,
    tell: Tell | None = None,
) -> tuple[FrontierPoint, ...] | Infeasible:
    """Like `reviews.matching.frontier`, in limits; raises as `solve_limited` does."""
    options = {"epsilons": list(epsilons), "seed": seed, "seconds": min(30.0, SEARCH * seconds)}
    data = _ask("frontier", problem, options, Limits(seconds, megabytes), tell)
    if data["outcome"] == "infeasible":
        return Infeasible.from_dict(data)
    return tuple(FrontierPoint(**point) for point in data["points"])


def repair_limited(
    problem: Problem | Mapping[str, Any],
    pairs: Iterable[tuple[str, str]],
    holes: Iterable[tuple[str, str]],
    *,
    alternates: int = 3,
    seed: int = 0,
    partial: bool = False,
    seconds: int = 50,
    megabytes: int = 1500,
    tell: Tell | None = None,
) -> Repair | Infeasible:
    """Like `reviews.matching.repair`, in limits; raises as `solve_limited` does."""
    rows = {"pairs": [list(pair) for pair in pairs], "holes": [list(hole) for hole in holes]}
    options = {**rows, "alternates": alternates, "seed": seed, "partial": partial}
    data = _ask("repair", problem, options, Limits(seconds, megabytes), tell)
    return Infeasible.from_dict(data) if data["outcome"] == "infeasible" else Repair.from_dict(data)


@dataclass(frozen=True)
class Limits:
    seconds: int
    megabytes: int


def _ask(
    task: str, problem: Problem | Mapping[str, Any], options: dict[str, Any], limits: Limits, tell: Tell | None
) -> dict[str, Any]:
    data = problem if isinstance(problem, Mapping) else problem.to_dict()
    return _answer(_run(json.dumps({"task": task, "problem": data, "options": options}), limits, tell), limits)


@dataclass
class _Heard:
    """What the subprocess has said so far: its answer, its steps and its errors."""

    answer: str = ""
    errors: list[str] = field(default_factory=list)
    step: tuple[str, int, int] = ("Starting", 0, 1)
    changed: threading.Event = field(default_factory=threading.Event)

    def listen(self, stream: IO[str]) -> None:
        for line in stream:
            try:
                step = json.loads(line)
                self.step = (step["phase"], step["done"], step["total"])
                self.changed.set()
            except (ValueError, KeyError, TypeError):
                self.errors.append(line)

    def read(self, stream: IO[str]) -> None:
        self.answer = stream.read()
        self.changed.set()


def _run(text: str, limits: Limits, tell: Tell | None) -> subprocess.CompletedProcess[str]:
    child = subprocess.Popen(
        [sys.executable, "-m", "reviews.matching.worker", *_arguments(limits)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=ROOT,
        env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ} | ONE_THREAD,
    )
    heard = _Heard()
    threads = [
        threading.Thread(target=_write, args=(child.stdin, text), daemon=True),
        threading.Thread(target=heard.read, args=(child.stdout,), daemon=True),
        threading.Thread(target=heard.listen, args=(child.stderr,), daemon=True),
    ]
    try:
        for thread in threads:
            thread.start()
        _wait(child, heard, limits, tell)
    finally:
        child.kill()  # nothing, where it has ended
        status = child.wait()
        for thread in threads:
            thread.join()
    return subprocess.CompletedProcess(child.args, status, heard.answer, "".join(heard.errors))


def _arguments(limits: Limits) -> list[str]:
    return ["--seconds", str(limits.seconds), "--megabytes", str(limits.megabytes)]


def _wait(child: subprocess.Popen[str], heard: _Heard, limits: Limits, tell: Tell | None) -> None:
    end = time.monotonic() + limits.seconds
    while child.poll() is None:
        if time.monotonic() > end:
            raise SolverFailed(_too_slow(limits.seconds))
        if tell:
            tell(*heard.step)
        heard.changed.wait(BEAT)
        if heard.answer:  # all that is left to it is to end
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=BEAT)
        heard.changed.clear()


def _write(stream: IO[str], text: str) -> None:
    try:
        with stream:
            stream.write(text)
    except OSError:  # it ended before it had read everything; its exit status says why
        return


def _answer(done: subprocess.CompletedProcess[str], limits: Limits) -> dict[str, Any]:
    if done.returncode == -signal.SIGXCPU:
        raise SolverFailed(_too_slow(limits.seconds))
    try:
        data: dict[str, Any] = json.loads(done.stdout)
        outcome = data["outcome"]
    except (ValueError, KeyError, TypeError):
        raise SolverFailed(_broken(done, limits.megabytes)) from None
    if outcome == "bad_input":
        raise ProblemError(data["reason"])
    if outcome == "out_of_memory":
        raise SolverFailed(_too_big(limits.megabytes))
    if outcome == "failed":
        raise SolverFailed(data["reason"])
    return data


def _broken(done: subprocess.CompletedProcess[str], megabytes: int) -> str:
    if any(sign in done.stderr for sign in OUT_OF_MEMORY):
        return _too_big(megabytes)
    last = done.stderr.strip().rsplit("\n", 1)[-1][:200]
    return f"The solver stopped without an answer (exit status {done.returncode}){f': {last}' if last else '.'}"


def _too_slow(seconds: int) -> str:
    return f"The solver did not finish within {seconds} seconds. Allow it more time, or forbid or lock more pairs."


def _too_big(megabytes: int) -> str:
    return f"The solver needs more than the {megabytes} MB of memory it is allowed. Allow it more."
