"""The JSON form of a problem, read with errors that name the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from reviews.matching.problem import Bar, Floats, Paper, Problem, Reviewer, Rules, check_unique
from reviews.matching.result import ProblemError

KNOWN_FIELDS = {"papers", "reviewers", "scores", "conflicts", "suspected", "forbidden", "locks", "rules"}
# The later a list stands here, the more its bar weighs: a conflict that is also forbidden stays a conflict.
BARS = {"forbidden": Bar.FORBIDDEN, "suspected": Bar.SUSPECTED, "conflicts": Bar.CONFLICT}


def read(data: Mapping[str, Any], folder: Path | None = None) -> Problem:
    """The problem of `Problem.from_dict`. Raises ProblemError, with the path to the field."""
    if not isinstance(data, Mapping):
        raise ProblemError("The problem must be a JSON object with papers, reviewers and scores.")
    if strange := sorted(set(data) - KNOWN_FIELDS):
        sentence = f"{strange[0]}: this field is not known; known are {', '.join(sorted(KNOWN_FIELDS))}."
        raise ProblemError(sentence, (strange[0],))
    papers = [_paper(row, index) for index, row in enumerate(_rows(data, "papers", ("id", "demand")))]
    reviewers = [_reviewer(row, index) for index, row in enumerate(_rows(data, "reviewers", ("id", "max")))]
    check_unique("papers", [paper.id for paper in papers])
    check_unique("reviewers", [reviewer.id for reviewer in reviewers])
    names = _Names({one.id: p for p, one in enumerate(papers)}, {one.id: r for r, one in enumerate(reviewers)})
    bars = np.zeros((len(papers), len(reviewers)), dtype=np.int8)
    for place, bar in BARS.items():
        for pair in names.pairs(data, place):
            bars[pair] = bar
    for p, paper in enumerate(papers):
        bars[p, [names.reviewers[one] for one in paper.authors if one in names.reviewers]] = Bar.AUTHOR
    scores = _scores(data.get("scores", []), names, folder)
    return Problem(papers, reviewers, scores, bars, frozenset(names.pairs(data, "locks")), _rules(data))


def _paper(row: Mapping[str, Any], index: int) -> Paper:
    authors = _texts(row, "authors", ("papers", index), "reviewer ids")
    return Paper(row["id"], row["demand"], authors, row.get("seniors"))


def _reviewer(row: Mapping[str, Any], index: int) -> Reviewer:
    senior = row.get("senior", False)
    if not isinstance(senior, bool):
        path = ("reviewers", index, "senior")
        raise ProblemError(f"reviewers[{index}].senior must be true or false, not {senior!r}.", path)
    institutions = _texts(row, "institutions", ("reviewers", index), "texts")
    return Reviewer(row["id"], row.get("min", 0), row["max"], senior, institutions)


def _texts(row: Mapping[str, Any], name: str, place: tuple[str, int], what: str) -> tuple[str, ...]:
    values = row.get(name, [])
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise ProblemError(f"{place[0]}[{place[1]}].{name} must be a list of {what}.", (*place, name))
    return tuple(values)


def _rules(data: Mapping[str, Any]) -> Rules:
    rules = data.get("rules", {})
    if not isinstance(rules, Mapping):
        raise ProblemError("rules must be an object.", ("rules",))
    known = [one.name for one in fields(Rules)]
    if strange := sorted(set(rules) - set(known)):
        sentence = f"rules.{strange[0]}: this rule is not known; known are {', '.join(known)}."
        raise ProblemError(sentence, ("rules", strange[0]))
    return Rules(**rules)


def _rows(data: Mapping[str, Any], place: str, needed: Iterable[str]) -> list[Mapping[str, Any]]:
    rows = _list(data.get(place), place, (place,))
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise ProblemError(f"{place}[{index}] must be an object with {' and '.join(needed)}.", (place, index))
        for name in needed:
            if name not in row:
                raise ProblemError(f"{place}[{index}].{name} is missing.", (place, index))
    return rows


def _list(value: object, place: str, path: tuple[str | int, ...]) -> list[Any]:
    if not isinstance(value, list):
        raise ProblemError(f"{place} must be a list.", path)
    return value


@dataclass(frozen=True)
class _Names:
    """Where each id stands, to read pairs of ids."""

    papers: dict[str, int]
    reviewers: dict[str, int]

    def pairs(self, data: Mapping[str, Any], place: str) -> list[tuple[int, int]]:
        rows = _list(data.get(place, []), place, (place,))
        return [self.pair(row, place, index, 2) for index, row in enumerate(rows)]

    def pair(self, row: object, name: str, index: int, length: int) -> tuple[int, int]:
        place, path = f"{name}[{index}]", (name, index)
        if not isinstance(row, list) or len(row) != length:
            shape = f"[paper, reviewer{', score' if length == 3 else ''}]"
            raise ProblemError(f"{place} must be {shape}, not {row!r}.", path)
        paper, reviewer = row[0], row[1]
        if not isinstance(paper, str) or paper not in self.papers:
            raise ProblemError(f"{place}: there is no paper with the id {paper!r}.", path)
        if not isinstance(reviewer, str) or reviewer not in self.reviewers:
            raise ProblemError(f"{place}: there is no reviewer with the id {reviewer!r}.", path)
        return self.papers[paper], self.reviewers[reviewer]


def _scores(value: object, names: _Names, folder: Path | None) -> Floats:
    if isinstance(value, Mapping) and set(value) == {"rows"}:
        return _score_rows(value["rows"], names)
    if isinstance(value, Mapping) and set(value) == {"dense"}:
        return _dense(value["dense"], names, folder)
    if not isinstance(value, list):
        shapes = '[paper, reviewer, score], {"rows": [[score, …], …]} or {"dense": "scores.npy"}'
        raise ProblemError(f"scores must be a list of {shapes}.", ("scores",))
    scores = np.full((len(names.papers), len(names.reviewers)), np.nan)
    for index, row in enumerate(value):
        pair = names.pair(row, "scores", index, 3)
        if not np.isnan(scores[pair]):
            sentence = f"scores[{index}]: the pair {row[0]!r}, {row[1]!r} already has a score above."
            raise ProblemError(sentence, ("scores", index))
        scores[pair] = _score(row[2], f"scores[{index}]", ("scores", index))
    return scores


def _score_rows(rows: Any, names: _Names) -> Floats:
    shape = (len(names.papers), len(names.reviewers))
    if len(_list(rows, "scores.rows", ("scores", "rows"))) != shape[0]:
        raise ProblemError(f"scores.rows has {len(rows)} rows; there are {shape[0]} papers.", ("scores", "rows"))
    for index, row in enumerate(rows):
        path = ("scores", "rows", index)
        for column, value in enumerate(_list(row, f"scores.rows[{index}]", path)):
            if value is not None:
                _score(value, f"scores.rows[{index}][{column}]", (*path, column))
        if len(row) != shape[1]:
            sentence = f"scores.rows[{index}] has {len(row)} scores; there are {shape[1]} reviewers."
            raise ProblemError(sentence, path)
    return np.array(rows, dtype=np.float64).reshape(shape)  # None becomes NaN


def _dense(name: object, names: _Names, folder: Path | None) -> Floats:
    """The scores of a file of numpy, papers × reviewers in the order of the lists, NaN where unknown."""
    path, shape = ("scores", "dense"), (len(names.papers), len(names.reviewers))
    if not isinstance(name, str) or folder is None:
        raise ProblemError("scores.dense must name a file beside the problem.", path)
    try:
        scores = np.load(folder / name, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ProblemError(f"scores.dense: {name} cannot be read as an array of numpy ({error}).", path) from error
    if not isinstance(scores, np.ndarray) or scores.dtype.kind not in "fiu":
        raise ProblemError(f"scores.dense: {name} holds no array of numbers.", path)
    if scores.shape != shape:
        sentence = f"scores.dense: {name} has the shape {scores.shape}, but papers × reviewers is {shape}."
        raise ProblemError(sentence, path)
    return scores.astype(np.float64, copy=False)


def _score(value: object, place: str, path: tuple[str | int, ...]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ProblemError(f"{place}: the score must be a number from 0 to 1, not {value!r}.", path)
    return float(value)
