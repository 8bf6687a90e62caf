"""What a run gives back: a solution with its certificate, or the reasons why there is none. No numpy here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple


class ProblemError(ValueError):
    """The problem contradicts itself or cannot be read; the message names the place."""


class SolverFailed(Exception):
    """The solver gave no answer; `reason` is a sentence for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pair(NamedTuple):
    """A reviewer given to a paper. `unknown`: the score is a stand-in, the median of the paper's known scores.

    `rank` is the reviewer's place among those allowed for the paper, 1 for the highest score, ties sharing a place.
    """

    paper_id: str
    reviewer_id: str
    score: float
    unknown: bool
    rank: int


@dataclass(frozen=True)
class Certificate:
    """Why no other assignment is better: `bound` is an upper bound over all allowed pairs, `gap` = bound − optimum.

    `rounds` counts the linear programs solved, `pairs_priced` the pairs the bound was checked over.
    """

    optimum: float
    bound: float
    gap: float
    rounds: int
    pairs_priced: int


@dataclass(frozen=True)
class Solution:
    """`loads` counts the papers of each reviewer, `allowed` the reviewers allowed for each paper ("2nd of 143")."""

    pairs: tuple[Pair, ...]
    total: float
    certificate: Certificate
    loads: dict[str, int]
    allowed: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        return {"outcome": "solved", **asdict(self), "pairs": [list(pair) for pair in self.pairs]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Solution:
        return cls(
            pairs=tuple(Pair(*pair) for pair in data["pairs"]),
            total=data["total"],
            certificate=Certificate(**data["certificate"]),
            loads=dict(data["loads"]),
            allowed=dict(data["allowed"]),
        )


RemedyKind = Literal["raise_maximum", "lower_demand", "lift_pairs", "lower_minimum", "remove_locks"]
ReasonKind = Literal["too_few_places", "too_few_papers", "locks_over_demand", "locks_over_maximum"]


class Change(NamedTuple):
    """One step of a remedy: this paper's demand or this reviewer's load by so many, or this pair lifted."""

    paper_id: str | None
    reviewer_id: str | None
    by: int


@dataclass(frozen=True)
class Remedy:
    """One way out of one reason, complete by itself; the remedies of a reason are alternatives."""

    kind: RemedyKind
    changes: tuple[Change, ...]
    sentence: str


@dataclass(frozen=True)
class Reason:
    """Why no assignment exists: these papers and reviewers, `needed` − `available` = `missing` places."""

    kind: ReasonKind
    papers: tuple[str, ...]
    reviewers: tuple[str, ...]
    needed: int
    available: int
    missing: int
    sentence: str
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True)
class Infeasible:
    reasons: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"outcome": "infeasible", "reasons": [asdict(reason) for reason in self.reasons]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Infeasible:
        return cls(tuple(_reason(reason) for reason in data["reasons"]))


def _reason(data: Mapping[str, Any]) -> Reason:
    remedies = tuple(
        Remedy(one["kind"], tuple(Change(*change) for change in one["changes"]), one["sentence"])
        for one in data["remedies"]
    )
    lists = {"papers": tuple(data["papers"]), "reviewers": tuple(data["reviewers"])}
    return Reason(**{**data, **lists, "remedies": remedies})
