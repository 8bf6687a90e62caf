"""The JSON form of a problem, read with errors that name the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reviews.matching.problem import Floats, Paper, Problem, Reviewer, check_unique
from reviews.matching.result import ProblemError

KNOWN_FIELDS = {"papers", "reviewers", "scores", "conflicts", "forbidden", "locks"}


def read(data: Mapping[str, Any]) -> Problem:
    if not isinstance(data, Mapping):
        raise ProblemError("The problem must be a JSON object with papers, reviewers and scores.")
    if strange := sorted(set(data) - KNOWN_FIELDS):
        raise ProblemError(f"{strange[0]}: this field is not known; known are {', '.join(sorted(KNOWN_FIELDS))}.")
    papers = [Paper(row["id"], row["demand"]) for row in _rows(data, "papers", ("id", "demand"))]
    reviewers = [Reviewer(row["id"], row.get("min", 0), row["max"]) for row in _rows(data, "reviewers", ("id", "max"))]
    check_unique("papers", [paper.id for paper in papers])
    check_unique("reviewers", [reviewer.id for reviewer in reviewers])
    names = _Names({one.id: p for p, one in enumerate(papers)}, {one.id: r for r, one in enumerate(reviewers)})
    forbidden = np.zeros((len(papers), len(reviewers)), dtype=bool)
    for place in ("conflicts", "forbidden"):
        for pair in names.pairs(data, place):
            forbidden[pair] = True
    for p, row in enumerate(data["papers"]):
        forbidden[p, [names.reviewers[one] for one in _authors(row, p) if one in names.reviewers]] = True
    scores = _scores(data.get("scores", []), names)
    return Problem(papers, reviewers, scores, forbidden, frozenset(names.pairs(data, "locks")))


def _authors(row: Mapping[str, Any], index: int) -> list[str]:
    authors = row.get("authors", [])
    if not isinstance(authors, list) or not all(isinstance(one, str) for one in authors):
        raise ProblemError(f"papers[{index}].authors must be a list of reviewer ids.")
    return authors


def _rows(data: Mapping[str, Any], place: str, fields: Iterable[str]) -> list[Mapping[str, Any]]:
    rows = _list(data.get(place), place)
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise ProblemError(f"{place}[{index}] must be an object with {' and '.join(fields)}.")
        for name in fields:
            if name not in row:
                raise ProblemError(f"{place}[{index}].{name} is missing.")
    return rows


def _list(value: object, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise ProblemError(f"{place} must be a list.")
    return value


@dataclass(frozen=True)
class _Names:
    """Where each id stands, to read pairs of ids."""

    papers: dict[str, int]
    reviewers: dict[str, int]

    def pairs(self, data: Mapping[str, Any], place: str) -> list[tuple[int, int]]:
        rows = _list(data.get(place, []), place)
        return [self.pair(row, f"{place}[{index}]", 2) for index, row in enumerate(rows)]

    def pair(self, row: object, place: str, length: int) -> tuple[int, int]:
        if not isinstance(row, list) or len(row) != length:
            raise ProblemError(f"{place} must be [paper, reviewer{', score' if length == 3 else ''}], not {row!r}.")
        paper, reviewer = row[0], row[1]
        if not isinstance(paper, str) or paper not in self.papers:
            raise ProblemError(f"{place}: there is no paper with the id {paper!r}.")
        if not isinstance(reviewer, str) or reviewer not in self.reviewers:
            raise ProblemError(f"{place}: there is no reviewer with the id {reviewer!r}.")
        return self.papers[paper], self.reviewers[reviewer]


def _scores(value: object, names: _Names) -> Floats:
    if isinstance(value, Mapping) and set(value) == {"rows"}:
        return _score_rows(value["rows"], names)
    if not isinstance(value, list):
        raise ProblemError('scores must be a list of [paper, reviewer, score] or {"rows": [[score, …], …]}.')
    scores = np.full((len(names.papers), len(names.reviewers)), np.nan)
    for index, row in enumerate(value):
        pair = names.pair(row, f"scores[{index}]", 3)
        if not np.isnan(scores[pair]):
            raise ProblemError(f"scores[{index}]: the pair {row[0]!r}, {row[1]!r} already has a score above.")
        scores[pair] = _score(row[2], f"scores[{index}]")
    return scores


def _score_rows(rows: Any, names: _Names) -> Floats:
    shape = (len(names.papers), len(names.reviewers))
    if len(_list(rows, "scores.rows")) != shape[0]:
        raise ProblemError(f"scores.rows has {len(rows)} rows; there are {shape[0]} papers.")
    for index, row in enumerate(rows):
        for column, value in enumerate(_list(row, f"scores.rows[{index}]")):
            if value is not None:
                _score(value, f"scores.rows[{index}][{column}]")
        if len(row) != shape[1]:
            raise ProblemError(f"scores.rows[{index}] has {len(row)} scores; there are {shape[1]} reviewers.")
    return np.array(rows, dtype=np.float64).reshape(shape)  # None becomes NaN


def _score(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ProblemError(f"{place}: the score must be a number from 0 to 1, not {value!r}.")
    return float(value)
