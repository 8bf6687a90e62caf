"""`solve_assignment`: files in, files out, and what the exit status says."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command

from reviews.matching.limited import ROOT
from reviews.matching.lines import line_of

PROBLEM: dict[str, Any] = {
    "papers": [{"id": "p1", "demand": 1, "authors": ["r3"]}, {"id": "p2", "demand": 1}],
    "reviewers": [{"id": "r1", "max": 1}, {"id": "r2", "max": 1, "senior": True}, {"id": "r3", "max": 1}],
    "scores": [["p1", "r1", 1.0], ["p1", "r2", 0.55], ["p2", "r1", 0.54], ["p2", "r2", 0.1], ["p2", "r3", 0.0]],
}


def written(folder: Path, problem: dict[str, Any] | str) -> Path:
    path = folder / "problem.json"
    path.write_text(problem if isinstance(problem, str) else json.dumps(problem, indent=1), encoding="utf-8")
    return path


def run(folder: Path, problem: dict[str, Any] | str, *options: str) -> subprocess.CompletedProcess[str]:
    """The command as a shell would call it, with a database that cannot be reached."""
    path = written(folder, problem)
    return subprocess.run(
        [sys.executable, "manage.py", "solve_assignment", str(path), *options],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"},
        check=False,
    )


def test_a_solved_problem_is_written_with_its_report(tmp_path: Path) -> None:
    output, report = tmp_path / "out.csv", tmp_path / "out.json"
    done = run(tmp_path, PROBLEM, "--output", str(output), "--report", str(report))
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.reader(output.open(encoding="utf-8")))
    assert rows == [["paper", "reviewer", "score"], ["p1", "r2", "0.55"], ["p2", "r1", "0.54"]]
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["outcome"] == "solved"
    assert told["parameters"] == {"mode": "fair", "epsilon": 0.01, "max_probability": 0.5, "seed": 0}
    assert told["certificate"]["optimum"] == pytest.approx(1.1)
    assert told["fairness"]["floor"] == 0.54
    assert [row["paper"] for row in told["worst_papers"]] == ["p2", "p1"]
    assert "Solved (fair): 2 reviews of 2 papers, total 1.09." in done.stdout


def test_dense_scores_are_read_beside_the_problem(tmp_path: Path) -> None:
    np.save(tmp_path / "scores.npy", np.array([[1.0, 0.55, np.nan], [0.54, 0.1, 0.0]]))
    output = tmp_path / "out.csv"
    dense = {**PROBLEM, "scores": {"dense": "scores.npy"}}
    done = run(tmp_path, dense, "--mode", "total", "--output", str(output))
    assert done.returncode == 0
    assert output.read_text(encoding="utf-8") == "paper,reviewer,score\np1,r1,1.0\np2,r2,0.1\n"


def test_an_infeasible_problem_ends_with_2_and_its_reasons(tmp_path: Path) -> None:
    report = tmp_path / "out.json"
    scarce = {**PROBLEM, "papers": [{"id": "p1", "demand": 3, "authors": ["r3"]}], "scores": PROBLEM["scores"][:2]}
    done = run(tmp_path, scarce, "--report", str(report))
    assert (done.returncode, done.stdout) == (2, "")
    assert "This paper needs 3 reviews; the 2 reviewers who may review it have 2 places left" in done.stderr
    assert "papers: p1" in done.stderr
    assert "Lower the demand of 1 paper by 1 review in all. (p1 by 1)" in done.stderr
    assert json.loads(report.read_text(encoding="utf-8"))["outcome"] == "infeasible"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"papers": [{"id": "p1", "demand": 1}, {"id": "p2", "demand": -1}]},
            "line 9: The demand of paper “p2” must be a whole number from 0 to 1,000, not -1.",
        ),
        ({"locks": [["p1", "r9"]]}, "locks[0]: there is no reviewer with the id 'r9'."),
        ({"scores": {"dense": "nowhere.npy"}}, "scores.dense: nowhere.npy cannot be read as an array of numpy"),
    ],
)
def test_a_bad_field_ends_with_1_and_its_line(
    tmp_path: Path, change: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, which is quicker; the other tests call the command as a shell does."""
    path = written(tmp_path, {**PROBLEM, **change})
    with pytest.raises(SystemExit) as ended:
        call_command("solve_assignment", str(path))
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (1, "")
    assert message in said.err


def test_what_is_no_json_ends_with_1_and_its_line(tmp_path: Path) -> None:
    done = run(tmp_path, '{"papers": [],\n "reviewers": [}\n')
    assert done.returncode == 1
    assert "line 2, column 16: this is not JSON (Expecting value)." in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_mode_is_bad_input_and_no_infeasible_problem(tmp_path: Path) -> None:
    done = run(tmp_path, PROBLEM, "--mode", "best")
    assert done.returncode == 1
    assert "invalid choice: 'best'" in done.stderr


def test_the_line_of_a_field_is_found_whatever_stands_before_it() -> None:
    text = '{"a": {"b": [1,\n "]}",\n {"c": [2, 3]}]},\n "d":\n [[],\n 5]}'
    places = [(), ("a", "b", 1), ("a", "b", 2, "c", 1), ("d",), ("d", 1), ("d", 7), ("e",)]
    assert [line_of(text, place) for place in places] == [1, 2, 3, 5, 6, 5, 1]
