"""The problem as it is given: papers, reviewers, scores and what is fixed, checked before anything is solved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviews.matching.result import ProblemError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LARGEST_NEED = 1_000  # of a demand or a minimum; what a maximum may be is bounded by the number of papers anyway
LARGEST_MAXIMUM = 1_000_000


Bars = NDArray[np.int8]


class Bar(IntEnum):
    """Why a pair may not be. Only authorship can never be lifted."""

    OPEN = 0
    FORBIDDEN = 1
    SUSPECTED = 2
    CONFLICT = 3
    AUTHOR = 4


@dataclass(frozen=True)
class Paper:
    """`authors` are ids of reviewers who wrote it (for the rules; they are barred by `Problem.bars`); `seniors` takes
    the place of the rule's number for this paper."""

    id: str
    demand: int
    authors: tuple[str, ...] = ()
    seniors: int | None = None


@dataclass(frozen=True)
class Reviewer:
    id: str
    min: int
    max: int
    senior: bool = False
    institutions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """What must hold beside demands and loads.

    `seniors_per_paper`: so many senior reviewers at least (all of them, for a paper that needs fewer reviews);
    `one_per_institution`: two reviewers of a paper share no institution; `no_mutual_review`: no two people review
    each other's papers; `papers_per_author`: reviewers who are authors get at least so many papers.
    """

    seniors_per_paper: int = 0
    one_per_institution: bool = False
    no_mutual_review: bool = False
    papers_per_author: int = 0


@dataclass(frozen=True, eq=False)
class Problem:
    """`scores` is papers × reviewers in [0, 1], NaN where unknown; `bars`, of the same shape, holds a `Bar` a pair.

    A boolean array of bars forbids where it is true. `locked` holds (paper index, reviewer index) pairs that are kept
    whatever they score. Raises ProblemError, naming the place, when the parts do not fit together.
    """

    papers: Sequence[Paper]
    reviewers: Sequence[Reviewer]
    scores: Floats
    bars: Bars
    locked: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    rules: Rules = field(default_factory=Rules)

    def __post_init__(self) -> None:
        object.__setattr__(self, "papers", tuple(self.papers))
        object.__setattr__(self, "reviewers", tuple(self.reviewers))
        object.__setattr__(self, "scores", np.asarray(self.scores, dtype=np.float64))
        object.__setattr__(self, "bars", np.asarray(self.bars, dtype=np.int8))
        object.__setattr__(self, "locked", frozenset((int(p), int(r)) for p, r in self.locked))
        _check_rows(self)
        _check_rules(self.rules)
        _check_arrays(self)
        _check_locks(self)

    @property
    def forbidden(self) -> Bools:
        return self.bars != Bar.OPEN

    def seniors(self) -> Ints:
        """How many senior reviewers each paper must have."""
        rule = self.rules.seniors_per_paper
        wanted = [min(rule if one.seniors is None else one.seniors, one.demand) for one in self.papers]
        return np.array(wanted, dtype=np.int64)

    def least_load(self) -> Ints:
        """The least load of each reviewer, for authors what the rules ask of them."""
        least = np.array([one.min for one in self.reviewers], dtype=np.int64)
        if self.rules.papers_per_author:
            authors = {author for paper in self.papers for author in paper.authors}
            writes = np.array([one.id in authors for one in self.reviewers], dtype=bool)
            least[writes] = np.maximum(least[writes], self.rules.papers_per_author)
        return least

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, folder: Path | None = None) -> Problem:
        """Read the JSON form; a file of scores that it names is looked for in `folder`.

        {"papers": [{"id", "demand", "authors": [reviewer, …]?, "seniors"?}], "reviewers": [{"id", "min"?, "max",
        "senior"?, "institutions"?}], "scores": [[paper, reviewer, score], …], {"rows": [[score or null, …] a paper]} or
        {"dense": "scores.npy"}, "conflicts", "suspected", "forbidden", "locks": [[paper, reviewer], …], "rules":
        {"seniors_per_paper", "one_per_institution", "no_mutual_review", "papers_per_author"}}.
        Nobody is given a paper of their own.
        """
        from reviews.matching.reading import read

        return read(data, folder)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; `Problem.from_dict` gives the same problem back."""
        rows = [[None if np.isnan(score) else score for score in row] for row in self.scores.tolist()]
        return {
            "papers": [_paper(one) for one in self.papers],
            "reviewers": [{**asdict(one), "institutions": list(one.institutions)} for one in self.reviewers],
            "scores": {"rows": rows},
            "forbidden": self._barred(Bar.FORBIDDEN),
            "suspected": self._barred(Bar.SUSPECTED),
            "conflicts": self._barred(Bar.CONFLICT),
            "locks": [self._ids(p, r) for p, r in sorted(self.locked)],
            "rules": asdict(self.rules),
        }

    def _barred(self, bar: Bar) -> list[list[str]]:
        return [self._ids(p, r) for p, r in np.argwhere(self.bars == bar).tolist()]

    def _ids(self, paper: int, reviewer: int) -> list[str]:
        return [self.papers[paper].id, self.reviewers[reviewer].id]

    def lock_mask(self) -> Bools:
        mask = np.zeros(self.scores.shape, dtype=bool)
        for paper, reviewer in self.locked:
            mask[paper, reviewer] = True
        return mask


def _paper(paper: Paper) -> dict[str, Any]:
    row = {"id": paper.id, "demand": paper.demand, "authors": list(paper.authors)}
    return row if paper.seniors is None else {**row, "seniors": paper.seniors}


def input_hash(problem: Problem) -> str:
    """SHA-256 of everything that decides the outcome but the seed; the order of papers and reviewers does not count."""
    papers = sorted(range(len(problem.papers)), key=lambda p: problem.papers[p].id)
    reviewers = sorted(range(len(problem.reviewers)), key=lambda r: problem.reviewers[r].id)
    grid = np.ix_(papers, reviewers)
    scores = problem.scores[grid] + 0.0  # −0.0 becomes 0.0
    scores[np.isnan(scores)] = -1.0
    digest = hashlib.sha256()
    chosen = [problem.papers[p] for p in papers]
    digest.update(repr([(one.id, int(one.demand), sorted(one.authors), one.seniors) for one in chosen]).encode())
    rows = [problem.reviewers[r] for r in reviewers]
    digest.update(repr([(o.id, int(o.min), int(o.max), o.senior, sorted(o.institutions)) for o in rows]).encode())
    digest.update(repr(problem.rules).encode())
    digest.update(scores.astype("<f8").tobytes())
    digest.update(problem.bars[grid].tobytes())
    digest.update(np.packbits(problem.lock_mask()[grid]).tobytes())
    return digest.hexdigest()


def _check_rows(problem: Problem) -> None:
    check_unique("papers", [paper.id for paper in problem.papers])
    check_unique("reviewers", [reviewer.id for reviewer in problem.reviewers])
    for index, paper in enumerate(problem.papers):
        _check_count(f"The demand of paper “{paper.id}”", paper.demand, LARGEST_NEED, ("papers", index, "demand"))
        if paper.seniors is not None:
            path = ("papers", index, "seniors")
            _check_count(f"The number of seniors of paper “{paper.id}”", paper.seniors, LARGEST_NEED, path)
    for index, one in enumerate(problem.reviewers):
        _check_count(f"The minimum of reviewer “{one.id}”", one.min, LARGEST_NEED, ("reviewers", index, "min"))
        _check_count(f"The maximum of reviewer “{one.id}”", one.max, LARGEST_MAXIMUM, ("reviewers", index, "max"))
        if one.min > one.max:
            sentence = f"Reviewer “{one.id}” has a minimum of {one.min}, above the maximum of {one.max}."
            raise ProblemError(sentence, ("reviewers", index, "min"))


def _check_rules(rules: Rules) -> None:
    for name in ("seniors_per_paper", "papers_per_author"):
        _check_count(f"rules.{name}", getattr(rules, name), LARGEST_NEED, ("rules", name))
    for name in ("one_per_institution", "no_mutual_review"):
        if not isinstance(getattr(rules, name), bool):
            raise ProblemError(f"rules.{name} must be true or false, not {getattr(rules, name)!r}.", ("rules", name))


def check_unique(place: str, ids: Sequence[object]) -> None:
    seen: set[str] = set()
    for index, value in enumerate(ids):
        if not isinstance(value, str) or not value:
            path = (place, index, "id")
            raise ProblemError(f"{place}[{index}].id must be a text that is not empty, not {value!r}.", path)
        if value in seen:
            path = (place, index, "id")
            raise ProblemError(f"{place}[{index}].id: “{value}” is already taken by an earlier row.", path)
        seen.add(value)


def _check_count(what: str, value: object, largest: int, path: tuple[str | int, ...]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value <= largest:
        raise ProblemError(f"{what} must be a whole number from 0 to {largest:,}, not {value!r}.", path)


def _check_arrays(problem: Problem) -> None:
    shape = (len(problem.papers), len(problem.reviewers))
    for name, array in (("scores", problem.scores), ("bars", problem.bars)):
        if array.shape != shape:
            raise ProblemError(f"{name} has the shape {array.shape}, but papers × reviewers is {shape}.")
    if problem.scores.size and (
        np.fmin.reduce(problem.scores, axis=None) < 0 or np.fmax.reduce(problem.scores, axis=None) > 1
    ):
        p, r = np.argwhere((problem.scores < 0) | (problem.scores > 1))[0]
        pair = f"paper “{problem.papers[p].id}” and reviewer “{problem.reviewers[r].id}”"
        raise ProblemError(f"The score of {pair} is {problem.scores[p, r]:g}; scores go from 0 to 1.")


def _check_locks(problem: Problem) -> None:
    papers, reviewers = problem.scores.shape
    for p, r in sorted(problem.locked):
        if not (0 <= p < papers and 0 <= r < reviewers):
            raise ProblemError(f"The lock ({p}, {r}) lies outside the {papers} papers and {reviewers} reviewers.")
