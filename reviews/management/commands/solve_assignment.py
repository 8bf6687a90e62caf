"""Solve an assignment that stands in a file. Needs no database."""

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from audit.text import counted
from reviews.matching import EPSILON, MAX_PROBABILITY, Infeasible, ProblemError, Solution, SolverFailed, solve
from reviews.matching.lines import line_of
from reviews.matching.result import MODES

if TYPE_CHECKING:
    from reviews.matching.problem import Problem

BAD_INPUT, INFEASIBLE, FAILED = 1, 2, 3
WORST = 10
NAMED = 12  # ids listed in a reason before “…”


class Command(BaseCommand):
    help = (
        "Assign reviewers to the papers of PROBLEM.json. "
        "Exit status: 0 solved, 2 infeasible (the reasons on standard error), 1 bad input, 3 the solver gave up."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        def refuse(message: str) -> NoReturn:
            parser.exit(BAD_INPUT, f"{message}\n")  # argparse's own 2 would say “infeasible”

        parser.error = refuse  # type: ignore[method-assign]  # there is no option for the exit status
        parser.add_argument("problem", type=Path, metavar="PROBLEM.json")
        parser.add_argument("--mode", choices=MODES, default="fair", help="default: %(default)s")
        given_away = "share of the largest total that fair mode may give away, default: %(default)s"
        parser.add_argument("--epsilon", type=float, default=EPSILON, help=given_away)
        most = "of a pair in random mode, default: %(default)s"
        parser.add_argument("--max-probability", type=float, default=MAX_PROBABILITY, help=most)
        parser.add_argument("--seed", type=int, default=0, help="decides between equally good assignments, and draws")
        parser.add_argument("--output", type=Path, metavar="OUT.csv", help="paper,reviewer,score")
        parser.add_argument("--report", type=Path, metavar="OUT.json", help="certificate, loads, prices, reasons")

    def handle(self, *args: Any, **options: Any) -> None:
        for place in (options["output"], options["report"]):
            if place and not place.resolve().parent.is_dir():
                self._refuse(f"There is no folder {place.resolve().parent} to write {place.name} to.")
        problem = self._read(options["problem"])
        names = ("mode", "epsilon", "max_probability", "seed")
        try:
            answer = solve(problem, **{name: options[name] for name in names}, tell=self._tell(options["verbosity"]))
        except ProblemError as error:
            self._refuse(str(error))
        except SolverFailed as error:
            self._end(FAILED, error.reason)
        if options["report"]:
            report = {"parameters": {name: options[name] for name in names}, **answer.to_dict()}
            if isinstance(answer, Solution):
                report["worst_papers"] = worst_papers(problem, answer)
            self._write(options["report"], json.dumps(report, indent=1, ensure_ascii=False) + "\n")
        if isinstance(answer, Infeasible):
            self._end(INFEASIBLE, "\n".join(_reasons(answer)))
        if options["output"]:
            self._write_csv(options["output"], answer)
        self.stdout.write("\n".join(_summary(problem, answer)))

    def _read(self, path: Path) -> "Problem":
        from reviews.matching.problem import Problem

        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            self._refuse(f"{path} cannot be read: {error}.")
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            self._refuse(f"{path}, line {error.lineno}, column {error.colno}: this is not JSON ({error.msg}).")
        except RecursionError:
            self._refuse(f"{path}: this JSON is nested too deeply to be a problem.")
        try:
            return Problem.from_dict(data, folder=path.resolve().parent)
        except ProblemError as error:
            self._refuse(f"{path}, line {line_of(text, error.path)}: {error}")

    def _tell(self, verbosity: int) -> Any:
        return (lambda phase, done, total: self.stderr.write(f"{phase} ({done}/{total})")) if verbosity > 1 else None

    def _write(self, path: Path, text: str) -> None:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            self._refuse(f"{path} cannot be written: {error}.")

    def _write_csv(self, path: Path, answer: Solution) -> None:
        try:
            with path.open("w", newline="", encoding="utf-8") as file:
                rows = csv.writer(file, lineterminator="\n")
                rows.writerow(["paper", "reviewer", "score"])
                rows.writerows([pair.paper_id, pair.reviewer_id, pair.score] for pair in answer.pairs)
        except OSError as error:
            self._refuse(f"{path} cannot be written: {error}.")

    def _refuse(self, message: str) -> NoReturn:
        self._end(BAD_INPUT, message)

    def _end(self, status: int, message: str) -> NoReturn:
        self.stderr.write(message)
        sys.exit(status)


def worst_papers(problem: "Problem", answer: Solution) -> list[dict[str, Any]]:
    """The papers with the lowest totals, of those that need reviews, the worst first."""
    totals = {paper.id: 0.0 for paper in problem.papers if paper.demand}
    for pair in answer.pairs:
        totals[pair.paper_id] += pair.score
    return [{"paper": paper, "total": totals[paper]} for paper in sorted(totals, key=lambda p: (totals[p], p))[:WORST]]


def _summary(problem: "Problem", answer: Solution) -> list[str]:
    proof, counts = (
        answer.certificate,
        f"{counted(len(answer.pairs), 'review')} of {counted(len(problem.papers), 'paper')}",
    )
    over = f"{proof.bound:.10g} over all {proof.pairs_priced} allowed pairs"
    lines = [
        f"Solved ({answer.mode}): {counts}, total {answer.total:.10g}.",
        f"Largest total {proof.optimum:.10g}, bound {over}, gap {proof.gap:.2g}, {counted(proof.rounds, 'round')}.",
    ]
    if fair := answer.fairness:
        share = answer.total / proof.optimum if proof.optimum else 1.0
        proved = "the largest there is" if fair.proved else "not proved to be the largest"
        floor = f"Worst paper {fair.floor:.10g} ({proved}; bound {fair.floor_bound:.10g})"
        lines.append(f"{floor}, worst pair {fair.worst_pair:.10g}, {100 * share:.2f} % of the largest total.")
    if lottery := answer.lottery:
        highest = max((chance for _, _, chance in lottery.marginals), default=0.0)
        expected = f"Expected total {lottery.expected_total:.10g}"
        lines.append(f"{expected}; likeliest pair {highest:.4g}; seed {lottery.seed}.")
    if unknown := sum(pair.unknown for pair in answer.pairs):
        lines.append(f"{counted(unknown, 'pair')} without a score, counted as the paper's median.")
    return lines


def _reasons(answer: Infeasible) -> list[str]:
    lines = ["There is no assignment."]
    for reason in answer.reasons:
        lines.append(f"- {reason.sentence}")
        concerned = (("papers", reason.papers), ("reviewers", reason.reviewers))
        lines += [f"  {what}: {_ids(ids)}" for what, ids in concerned if ids]
        lines += [f"  could: {_remedy(remedy)}" for remedy in reason.remedies]
    if answer.remedies:
        lines.append("Each of these mends it all, the least first:")
        lines += [f"- {_remedy(remedy)}" for remedy in answer.remedies]
    return lines


def _remedy(remedy: Any) -> str:
    steps = [
        "/".join(one for one in (change.paper_id, change.reviewer_id) if one) + f" by {change.by}"
        for change in remedy.changes
        if change.paper_id or change.reviewer_id
    ]
    return f"{remedy.sentence} ({_ids(tuple(steps))})" if steps else str(remedy.sentence)


def _ids(ids: tuple[str, ...]) -> str:
    return ", ".join(ids[:NAMED]) + (f" … and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
