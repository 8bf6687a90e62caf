"""The problem as it is given: papers, reviewers, scores and what is fixed, checked before anything is solved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviews.matching.result import ProblemError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LARGEST_NEED = 1_000  # of a demand or a minimum; what a maximum may be is bounded by the number of papers anyway
LARGEST_MAXIMUM = 1_000_000
NEUTRAL_SCORE = 0.5  # stands in only where not one score of the whole problem is known


@dataclass(frozen=True)
class Paper:
    id: str
    demand: int


@dataclass(frozen=True)
class Reviewer:
    id: str
    min: int
    max: int


@dataclass(frozen=True, eq=False)
class Problem:
    """`scores` is papers × reviewers in [0, 1], NaN where unknown; `forbidden`, of the same shape, bars a pair.

    `locked` holds (paper index, reviewer index) pairs that are kept whatever they score.
    Raises ProblemError, naming the place, when the parts do not fit together.
    """

    papers: Sequence[Paper]
    reviewers: Sequence[Reviewer]
    scores: Floats
    forbidden: Bools
    locked: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        object.__setattr__(self, "papers", tuple(self.papers))
        object.__setattr__(self, "reviewers", tuple(self.reviewers))
        object.__setattr__(self, "scores", np.asarray(self.scores, dtype=np.float64))
        object.__setattr__(self, "forbidden", np.asarray(self.forbidden, dtype=bool))
        object.__setattr__(self, "locked", frozenset((int(p), int(r)) for p, r in self.locked))
        _check_rows(self)
        _check_arrays(self)
        _check_locks(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Problem:
        """Read the JSON form.

        {"papers": [{"id", "demand", "authors": [reviewer, …]?}], "reviewers": [{"id", "min"?, "max"}],
        "scores": [[paper, reviewer, score], …] or {"rows": [[score or null, …] a paper]},
        "conflicts", "forbidden", "locks": [[paper, reviewer], …]}. Nobody is given a paper of their own.
        """
        from reviews.matching.reading import read

        return read(data)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; `Problem.from_dict` gives the same problem back."""
        rows = [[None if np.isnan(score) else score for score in row] for row in self.scores.tolist()]
        return {
            "papers": [{"id": paper.id, "demand": paper.demand} for paper in self.papers],
            "reviewers": [{"id": one.id, "min": one.min, "max": one.max} for one in self.reviewers],
            "scores": {"rows": rows},
            "forbidden": [self._ids(p, r) for p, r in np.argwhere(self.forbidden).tolist()],
            "locks": [self._ids(p, r) for p, r in sorted(self.locked)],
        }

    def _ids(self, paper: int, reviewer: int) -> list[str]:
        return [self.papers[paper].id, self.reviewers[reviewer].id]

    def filled_scores(self) -> tuple[Floats, Bools]:
        """The scores without gaps, and where they had them.

        A gap takes the median of the paper's known scores over the reviewers allowed for it; a paper without any
        takes the median of all papers. A gap is never taken for a score of 0.
        """
        unknown = np.isnan(self.scores)
        filled = self.scores.copy()
        gappy = np.flatnonzero(unknown.any(axis=1))
        overall = _median(self.scores[~unknown & ~self.forbidden], NEUTRAL_SCORE) if gappy.size else NEUTRAL_SCORE
        for paper in gappy:
            known = self.scores[paper, ~unknown[paper] & ~self.forbidden[paper]]
            filled[paper, unknown[paper]] = _median(known, overall)
        return filled, unknown

    def lock_mask(self) -> Bools:
        mask = np.zeros(self.scores.shape, dtype=bool)
        for paper, reviewer in self.locked:
            mask[paper, reviewer] = True
        return mask


def input_hash(problem: Problem) -> str:
    """SHA-256 of everything that decides the outcome but the seed; the order of papers and reviewers does not count."""
    papers = sorted(range(len(problem.papers)), key=lambda p: problem.papers[p].id)
    reviewers = sorted(range(len(problem.reviewers)), key=lambda r: problem.reviewers[r].id)
    grid = np.ix_(papers, reviewers)
    scores = problem.scores[grid] + 0.0  # −0.0 becomes 0.0
    scores[np.isnan(scores)] = -1.0
    digest = hashlib.sha256()
    digest.update(repr([(problem.papers[p].id, int(problem.papers[p].demand)) for p in papers]).encode())
    rows = [problem.reviewers[r] for r in reviewers]
    digest.update(repr([(one.id, int(one.min), int(one.max)) for one in rows]).encode())
    digest.update(scores.astype("<f8").tobytes())
    digest.update(np.packbits(problem.forbidden[grid]).tobytes())
    digest.update(np.packbits(problem.lock_mask()[grid]).tobytes())
    return digest.hexdigest()


def _median(values: Floats, otherwise: float) -> float:
    return float(np.median(values)) if values.size else otherwise


def _check_rows(problem: Problem) -> None:
    check_unique("papers", [paper.id for paper in problem.papers])
    check_unique("reviewers", [reviewer.id for reviewer in problem.reviewers])
    for paper in problem.papers:
        _check_count(f"The demand of paper “{paper.id}”", paper.demand, LARGEST_NEED)
    for one in problem.reviewers:
        _check_count(f"The minimum of reviewer “{one.id}”", one.min, LARGEST_NEED)
        _check_count(f"The maximum of reviewer “{one.id}”", one.max, LARGEST_MAXIMUM)
        if one.min > one.max:
            raise ProblemError(f"Reviewer “{one.id}” has a minimum of {one.min}, above the maximum of {one.max}.")


def check_unique(place: str, ids: Sequence[object]) -> None:
    seen: set[str] = set()
    for index, value in enumerate(ids):
        if not isinstance(value, str) or not value:
            raise ProblemError(f"{place}[{index}].id must be a text that is not empty, not {value!r}.")
        if value in seen:
            raise ProblemError(f"{place}[{index}].id: “{value}” is already taken by an earlier row.")
        seen.add(value)


def _check_count(what: str, value: object, largest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value <= largest:
        raise ProblemError(f"{what} must be a whole number from 0 to {largest:,}, not {value!r}.")


def _check_arrays(problem: Problem) -> None:
    shape = (len(problem.papers), len(problem.reviewers))
    for name, array in (("scores", problem.scores), ("forbidden", problem.forbidden)):
        if array.shape != shape:
            raise ProblemError(f"{name} has the shape {array.shape}, but papers × reviewers is {shape}.")
    wrong = np.argwhere((problem.scores < 0) | (problem.scores > 1))
    if len(wrong):
        p, r = wrong[0]
        pair = f"paper “{problem.papers[p].id}” and reviewer “{problem.reviewers[r].id}”"
        raise ProblemError(f"The score of {pair} is {problem.scores[p, r]:g}; scores go from 0 to 1.")


def _check_locks(problem: Problem) -> None:
    papers, reviewers = problem.scores.shape
    for p, r in sorted(problem.locked):
        if not (0 <= p < papers and 0 <= r < reviewers):
            raise ProblemError(f"The lock ({p}, {r}) lies outside the {papers} papers and {reviewers} reviewers.")
        if problem.forbidden[p, r]:
            pair = f"paper “{problem.papers[p].id}” and reviewer “{problem.reviewers[r].id}”"
            raise ProblemError(f"The pair of {pair} is both locked and forbidden; remove one of the two.")
