"""Time and memory of the assignment in every mode, against HiGHS on the whole linear program, in one run.

    python -m benchmarks.assignment [--quick] [--sizes 300x150 1000x600 …] [--modes total fair random] [--rules]
           [--json]

Random problems: three reviews a paper, at most six a reviewer, 15 % of the pairs with a score, 5 % conflicts. With
--rules every side rule holds as well: one reviewer in three is senior and each paper needs one, sixty institutions of
which no paper gets one twice, each paper has one author among two thirds of the reviewers, authors review at least one
paper, and nobody reviews for whoever reviews for them. The dense program knows no rules. Every
measurement runs in a process of its own, so that peak memory is its own; imports and the generation of the problem do
not count as time. Wall time depends on what else the machine does, CPU time less so; the ratios to the dense program,
measured in the same run, are what to compare. Random mode's total is the expected one.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from reviews.matching import Mode, Solution, solve
from reviews.matching.problem import Bar, Floats, Paper, Problem, Reviewer, Rules

ROOT = Path(__file__).resolve().parents[1]
EVERY_MODE = ["300x150", "1000x600", "1000x1000"]
TOTAL_ONLY = ["5000x5000", "10000x10000"]
EVERY_RULE = Rules(seniors_per_paper=1, one_per_institution=True, no_mutual_review=True, papers_per_author=1)
INSTITUTIONS = 60
DENSE_PAIRS = 1_000_000  # above, the dense program takes gigabytes


def generate(papers: int, reviewers: int, *, seed: int = 0) -> Problem:
    """Three reviews a paper, at most six a reviewer, 15 % of the pairs with a score, 5 % conflicts."""
    rng = np.random.default_rng(seed)
    shape = (papers, reviewers)
    known = rng.random(shape) < 0.15
    scores = rng.random(shape)
    scores *= known
    return Problem(
        [Paper(f"p{index}", 3) for index in range(papers)],
        [Reviewer(f"r{index}", 0, 6) for index in range(reviewers)],
        scores,
        rng.random(shape, dtype=np.float32) < 0.05,
    )


def generate_with_rules(papers: int, reviewers: int, *, seed: int = 0) -> Problem:
    """The same with every side rule, and what the rules speak of: seniors, institutions, authors."""
    plain, rng = generate(papers, reviewers, seed=seed), np.random.default_rng(seed + 1)
    authors = [f"r{index}" for index in range(reviewers * 2 // 3)]
    writers = [(str(rng.choice(authors)),) for _ in range(papers)]
    bars = plain.bars.copy()
    for index, names in enumerate(writers):
        bars[index, [int(name[1:]) for name in names]] = Bar.AUTHOR
    places = rng.integers(INSTITUTIONS, size=reviewers)
    return Problem(
        [Paper(f"p{index}", 3, names) for index, names in enumerate(writers)],
        [Reviewer(f"r{index}", 0, 6, index % 3 == 0, (f"i{place}",)) for index, place in enumerate(places)],
        plain.scores,
        bars,
        rules=EVERY_RULE,
    )


def ours(problem: Problem, mode: Mode) -> dict[str, Any]:
    found = solve(problem, mode=mode)
    if not isinstance(found, Solution):
        raise SystemExit("The generated problem has no assignment.")
    proof, fair, lottery = found.certificate, found.fairness, found.lottery
    told: dict[str, Any] = {"total": found.total, "optimum": proof.optimum, "gap": proof.gap, "rounds": proof.rounds}
    if fair:
        told |= {"floor": fair.floor, "floor_bound": fair.floor_bound, "worst_pair": fair.worst_pair}
    return told | ({"total": lottery.expected_total} if lottery else {})


def dense(problem: Problem) -> dict[str, Any]:
    """HiGHS over every allowed pair at once, as one would write it down."""
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
    return {"total": float(-result.fun)}


def measure(method: str, size: str, rules: bool) -> None:
    """Print one measurement as JSON."""
    import scipy.optimize
    import scipy.sparse.csgraph  # noqa: F401  loaded before the clock starts

    solve(generate(4, 4), mode="fair")  # so are our own modules
    problem = (generate_with_rules if rules else generate)(*map(int, size.split("x")))
    cpu, wall = time.process_time(), time.perf_counter()
    told = dense(problem) if method == "dense" else ours(problem, method)  # type: ignore[arg-type]  # a mode by name
    told |= {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    told["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))


def measured(method: str, size: str, rules: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.assignment", "--measure", method, size, *["--rules"][:rules]]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def line(method: str, told: dict[str, Any], whole: dict[str, Any] | None) -> str:
    parts = [f"  {method:6} {told['wall']:7.2f} s {told['cpu']:7.2f} s of CPU {told['megabytes']:6.0f} MB"]
    parts.append(f"total {told['total']:.4f}")
    if "gap" in told:
        parts.append(f"{100 * told['total'] / best_of(told, whole):.3f} % of the optimum, gap {told['gap']:.1e}")
    if "floor" in told:
        share = 100 * told["floor"] / told["floor_bound"]
        parts.append(
            f"worst paper {told['floor']:.4f}, {share:.2f} % of its bound, worst pair {told['worst_pair']:.3f}"
        )
    if whole and method != "dense":
        parts.append(
            f"CPU {told['cpu'] / whole['cpu']:.3f}, memory {told['megabytes'] / whole['megabytes']:.2f} of dense"
        )
    return ", ".join(parts)


def best_of(told: dict[str, Any], whole: dict[str, Any] | None) -> float:
    """The largest total of any whole assignment, for random mode, whose own optimum is a bounded one, too."""
    return float(whole["total"] if whole else told["optimum"])


def _sizes(*, quick: bool, rules: bool) -> list[str]:
    if quick:
        return EVERY_MODE[:1]
    return EVERY_MODE if rules else EVERY_MODE + TOTAL_ONLY


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", metavar="PAPERSxREVIEWERS", help="in every mode of --modes")
    parser.add_argument("--modes", nargs="+", default=["total", "fair", "random"], choices=["total", "fair", "random"])
    parser.add_argument("--rules", action="store_true", help="with every side rule")
    parser.add_argument("--quick", action="store_true", help="300x150 alone")
    parser.add_argument("--json", action="store_true", help="a line of JSON a measurement")
    parser.add_argument("--measure", nargs=2, metavar=("METHOD", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure, options.rules)
        return
    sizes = options.sizes or _sizes(quick=options.quick, rules=options.rules)
    for size in sizes:
        papers, reviewers = map(int, size.split("x"))
        modes = ["total"] if size in TOTAL_ONLY and not options.sizes else options.modes
        whole = measured("dense", size, options.rules) if papers * reviewers <= DENSE_PAIRS else None
        if not options.json:
            print(f"{size} papers × reviewers")
        rows = ([("dense", whole)] if whole else []) + [(mode, measured(mode, size, options.rules)) for mode in modes]
        for method, told in rows:
            text = json.dumps({"size": size, "method": method} | told) if options.json else line(method, told, whole)
            print(text, flush=True)


if __name__ == "__main__":
    main()
