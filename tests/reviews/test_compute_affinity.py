"""The command that computes affinities of files."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reviews.affinity.files import read_named, score
from tests.house.floors import ROOT
from tests.reviews.test_affinity import PAPERS, REVIEWERS, RIGHT


def line(key: object, title: str, abstract: str = "") -> str:
    return json.dumps({"id": key, "title": title, "abstract": abstract})


@pytest.fixture
def files(tmp_path: Path) -> Path:
    papers = [line(f"p{n}", title) for n, title in enumerate(PAPERS)]
    (tmp_path / "papers.jsonl").write_text("\n".join([*papers, ""]))
    (tmp_path / "archives").mkdir()
    for name, texts in REVIEWERS.items():
        rows = [line(n, text) for n, text in enumerate(texts) if text.strip()]
        (tmp_path / "archives" / f"~{name}1.jsonl").write_text("\n".join(rows))
    return tmp_path


def run(files: Path, *more: str) -> list[dict[str, str]]:
    output = files / "scores.csv"
    call_command(
        "compute_affinity",
        f"--papers={files / 'papers.jsonl'}",
        f"--archives={files / 'archives'}",
        f"--output={output}",
        *more,
    )
    with output.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("method", ["tfidf", "semantic"])
def test_scores_are_written_for_every_pair_of_which_something_is_known(files: Path, method: str) -> None:
    rows = run(files, f"--method={method}")

    best = [
        max((row for row in rows if row["paper"] == f"p{n}"), key=lambda row: float(row["score"]))["reviewer"]
        for n in range(3)
    ]
    assert best == [f"~{name}1" for name in RIGHT]
    assert (len(rows), {row["reviewer"] for row in rows}) == (9, {"~sphere1", "~brain1", "~market1"})


def test_reviewers_without_a_document_are_named(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(files)

    told = capsys.readouterr().err
    assert "3 papers, 5 reviewers, 6 documents: 9 scores" in told
    assert "Nothing is known of 2 reviewers, who have no score: ~blank1, ~nobody1." in told


def test_lines_of_other_data_sets_are_read_as_they_are(files: Path) -> None:
    """Title and abstract within “content”, and each within “value”."""
    content = {"title": {"value": "Grid cells"}, "abstract": {"value": "A torus."}}
    (files / "papers.jsonl").write_text(json.dumps({"id": "x", "content": content, "mdate": 1}))

    named = read_named(files / "papers.jsonl", files / "archives")

    assert (named.papers, named.shelf.papers) == (["x"], ["Grid cells A torus."])


BAD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no file": (lambda at: (at / "papers.jsonl").unlink(), "papers.jsonl: it cannot be read (No such file"),
    "no paper": (lambda at: (at / "papers.jsonl").write_text("\n\n"), "papers.jsonl: there is no paper in it"),
    "no folder": (lambda at: (at / "archives").rename(at / "gone"), "archives: this is no folder"),
    "no JSON": (
        lambda at: (at / "papers.jsonl").write_text(line(1, "A") + "\n{oops\n"),
        "papers.jsonl, line 2: this is no JSON (column 2",
    ),
    "no object": (lambda at: (at / "papers.jsonl").write_text("[1]"), "line 1: a line is an object"),
    "no id": (lambda at: (at / "papers.jsonl").write_text('{"title": "A"}'), 'line 1: "id" is missing'),
    "twice": (
        lambda at: (at / "papers.jsonl").write_text(line("a", "A") + "\n" + line("a", "B")),
        "line 2: the id “a” is that of line 1 already",
    ),
    "no text": (lambda at: (at / "papers.jsonl").write_text(line("a", " ")), "line 1: “title”"),
    "a number": (lambda at: (at / "papers.jsonl").write_text('{"id": 1, "title": 3}'), "is a text, not a number"),
    "an archive": (
        lambda at: (at / "archives" / "~brain1.jsonl").write_text(line(1, "A") + "\n\n" + "null"),
        "~brain1.jsonl, line 3: a line is an object",
    ),
    "not UTF-8": (
        lambda at: (at / "archives" / "~brain1.jsonl").write_bytes(line(1, "A").encode() + b'\n{"id": "\xff"}'),
        "~brain1.jsonl, line 2: this is not UTF-8",
    ),
    "no place": (lambda at: (at / "scores.csv").mkdir(), "scores.csv: it cannot be written"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_names_file_and_line_and_writes_nothing(files: Path, what: str) -> None:
    spoil, words = BAD[what]
    spoil(files)

    with pytest.raises(CommandError) as said:
        run(files)

    assert words.replace("“title”", '"title"') in str(said.value)
    assert not (files / "scores.csv").is_file()


def test_command_needs_no_database_and_no_settings_of_a_site(files: Path) -> None:
    output = files / "scores.csv"
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    command = [sys.executable, "manage.py", "compute_affinity", "--papers", files / "papers.jsonl"]
    done = subprocess.run(
        [*map(str, command), "--archives", str(files / "archives"), "--output", str(output)],
        cwd=ROOT,
        env=clean | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "DATA_DIR": str(files / "none")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, output.read_text().splitlines()[0]) == (0, "paper,reviewer,score")


def test_both_methods_agree_on_which_pairs_are_known(files: Path) -> None:
    named = read_named(files / "papers.jsonl", files / "archives")

    known = [(score(named, method) == score(named, method)).tolist() for method in ("tfidf", "semantic")]

    assert known[0] == known[1]
