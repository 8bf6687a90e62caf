"""CPU time and peak memory of the assignment, against HiGHS on the whole linear program, in one run.

    python -m benchmarks.assignment [--sizes 300x150 1000x1000]

Every measurement runs in a process of its own, so that peak memory is its own. Absolute numbers depend on the
machine; the ratios are what to compare.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from reviews.matching import Solution, solve
from reviews.matching.problem import Floats, Paper, Problem, Reviewer

ROOT = Path(__file__).resolve().parents[1]


def generate(papers: int, reviewers: int, *, seed: int = 0) -> Problem:
    """Three reviews a paper, at most six a reviewer, 15 % of the pairs with a score, 5 % conflicts."""
    rng = np.random.default_rng(seed)
    shape = (papers, reviewers)
    return Problem(
        [Paper(f"p{index}", 3) for index in range(papers)],
        [Reviewer(f"r{index}", 0, 6) for index in range(reviewers)],
        np.where(rng.random(shape) < 0.15, rng.random(shape), 0.0),
        rng.random(shape) < 0.05,
    )


def ours(problem: Problem) -> float:
    found = solve(problem, mode="total")
    if not isinstance(found, Solution):
        raise SystemExit("The generated problem has no assignment.")
    return found.total


def dense(problem: Problem) -> float:
    """HiGHS over every allowed pair at once."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    rows, columns = np.nonzero(~problem.forbidden)
    ones: Floats = np.ones(len(rows))
    pairs = np.arange(len(rows))
    result = linprog(
        -problem.scores[rows, columns],
        A_eq=csr_array((ones, (rows, pairs)), shape=(len(problem.papers), len(rows))),
        b_eq=[paper.demand for paper in problem.papers],
        A_ub=csr_array((ones, (columns, pairs)), shape=(len(problem.reviewers), len(rows))),
        b_ub=[one.max for one in problem.reviewers],
        bounds=(0, 1),
        method="highs-ds",
    )
    return float(-result.fun)


METHODS = {"ours": ours, "dense": dense}


def measure(method: str, size: str) -> None:
    """Print one measurement as JSON; imports and the generation of the problem do not count as time."""
    import scipy.optimize
    import scipy.sparse.csgraph  # noqa: F401  loaded before the clock starts

    problem = generate(*map(int, size.split("x")))
    before = time.process_time()
    total = METHODS[method](problem)
    seconds = time.process_time() - before
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"total": total, "seconds": seconds, "megabytes": megabytes}))


def measured(method: str, size: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.assignment", "--measure", method, size]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def compare(size: str) -> None:
    one, other = measured("ours", size), measured("dense", size)
    print(f"{size} papers × reviewers, total {one['total']:.6f} (difference {one['total'] - other['total']:.1e})")
    for name, unit, digits in (("seconds", "s of CPU", 2), ("megabytes", "MB at most", 0)):
        ratio = one[name] / other[name]
        print(f"  {one[name]:8.{digits}f} against {other[name]:8.{digits}f} {unit}: ratio {ratio:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["300x150", "1000x1000"], metavar="PAPERSxREVIEWERS")
    parser.add_argument("--measure", nargs=2, metavar=("METHOD", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure)
        return
    for size in options.sizes:
        compare(size)


if __name__ == "__main__":
    main()
