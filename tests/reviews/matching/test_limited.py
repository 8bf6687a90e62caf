"""The solver in a process of its own: the same answers, and a sentence when a limit is hit."""

import json
import subprocess
import sys

import pytest

from reviews.matching import Infeasible, ProblemError, SolverFailed, solve
from reviews.matching.limited import ROOT, solve_limited
from reviews.matching.problem import Problem
from tests.reviews.matching.build import problem, workshop


def task(given_problem: Problem) -> str:
    return json.dumps({"task": "solve", "problem": given_problem.to_dict(), "options": {}})


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], input=text, capture_output=True, text=True, cwd=ROOT, check=False
    )


def test_the_subprocess_answers_as_this_process_does() -> None:
    given_problem = workshop(30, 20)
    assert solve_limited(given_problem, seed=3) == solve(given_problem, seed=3)
    assert solve_limited(given_problem.to_dict(), seed=3) == solve(given_problem, seed=3)


def test_the_subprocess_hands_the_reasons_over_whole() -> None:
    given_problem = workshop(30, 20, most=3)
    found = solve_limited(given_problem)
    assert isinstance(found, Infeasible)
    assert found == solve(given_problem)


def test_bad_input_is_refused_with_its_place() -> None:
    with pytest.raises(ProblemError, match=r"^papers\[0\]\.demand is missing\.$"):
        solve_limited({"papers": [{"id": "p"}], "reviewers": []})


@pytest.mark.parametrize(("given_problem", "megabytes"), [(problem([[0.5]]), 60), (workshop(1000, 1000), 260)])
def test_a_problem_too_big_for_its_memory_fails_with_a_sentence(given_problem: Problem, megabytes: int) -> None:
    with pytest.raises(SolverFailed) as error:
        solve_limited(given_problem, megabytes=megabytes)
    assert (
        error.value.reason == f"The solver needs more than the {megabytes} MB of memory it is allowed. Allow it more."
    )


def test_a_problem_too_big_for_its_time_fails_with_a_sentence() -> None:
    with pytest.raises(SolverFailed) as error:
        solve_limited(workshop(1500, 1500), seconds=1)
    assert error.value.reason.startswith("The solver did not finish within 1 seconds.")


def test_importing_the_caller_loads_neither_numpy_nor_scipy_nor_django() -> None:
    code = "import sys, reviews.matching.limited; print(sorted({'numpy', 'scipy', 'django'} & set(sys.modules)))"
    assert run("-c", code).stdout == "[]\n"


def test_solving_loads_no_django() -> None:
    code = "import sys; from reviews.matching import worker; worker.main([]); print('django' in sys.modules)"
    assert run("-c", code, text=task(problem([[0.5]]))).stdout.endswith("}False\n")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (task(problem([[0.5]])), 0),
        (task(problem([[0.5]], demand=2)), 2),
        ("{", 1),
    ],
)
def test_the_worker_tells_the_outcome_by_its_exit_status(text: str, status: int) -> None:
    assert run("-m", "reviews.matching.worker", text=text).returncode == status
