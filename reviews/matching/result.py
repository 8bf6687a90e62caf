"""What a run gives back: a solution with its certificate, or the reasons why there is none. No numpy here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

Mode = Literal["total", "fair", "random"]
"""Largest total; largest floor under every paper at a small loss of the total; probabilities against collusion."""
MODES: tuple[Mode, ...] = ("total", "fair", "random")


class ProblemError(ValueError):
    """The problem contradicts itself or cannot be read; the message names the place.

    `path` leads to the field in the JSON form, where there is one: ("papers", 0, "demand").
    """

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.path = path


class SolverFailed(Exception):
    """The solver gave no answer; `reason` is a sentence for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Tell(Protocol):
    """How a run says how far it is. What it raises (a cancellation) ends the run and comes out of it."""

    def __call__(self, phase: str, done: int, total: int, /) -> object: ...


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
    """Why no other assignment has a larger total: `bound` holds over all allowed pairs, `gap` = bound − optimum.

    `optimum` is the largest total there is (of expected totals, in random mode), whatever the mode then gives away.
    `rounds` counts the programs solved, `pairs_priced` the pairs the bound was checked over.
    """

    optimum: float
    bound: float
    gap: float
    rounds: int
    pairs_priced: int


@dataclass(frozen=True)
class Prices:
    """Shadow prices at the optimum: of one more review of a paper, of one more place of a reviewer, and of one
    senior reviewer less among those a paper must have.

    A pair that is not chosen lowers the total, when it is forced in, by at least `cost` (never below 0).
    """

    papers: dict[str, float] = field(default_factory=dict)
    reviewers: dict[str, float] = field(default_factory=dict)
    seniors: dict[str, float] = field(default_factory=dict)

    def cost(self, paper_id: str, reviewer_id: str, score: float, *, senior: bool = False) -> float:
        price = self.papers.get(paper_id, 0.0) + self.reviewers.get(reviewer_id, 0.0)
        return max(0.0, price - score - (self.seniors.get(paper_id, 0.0) if senior else 0.0))


class FrontierPoint(NamedTuple):
    """What a floor under every paper costs: at most `epsilon` of the optimum was allowed to be given away.

    `floor` is the worst paper's total, `floor_bound` what no assignment within that budget can exceed, `share` the
    total as a share of the optimum, `worst_pair` the lowest score given to anybody.
    """

    epsilon: float
    floor: float
    floor_bound: float
    total: float
    share: float
    worst_pair: float


@dataclass(frozen=True)
class Fairness:
    """`floor`: the worst paper's total; `floor_bound`: an upper bound of it over all pairs and all assignments whose
    total is at least `least_total`; `worst_pair`: the lowest score given to anybody.

    `proved`: no floor larger by more than 1e-6 exists within that budget. Papers that need no review do not count.
    """

    floor: float
    floor_bound: float
    worst_pair: float
    least_total: float
    proved: bool


@dataclass(frozen=True)
class Lottery:
    """The draw of random mode: the probability of every pair that had one, and what was drawn with which seed.

    `expected_total` is the mean over all draws. Locked pairs are certain.
    """

    max_probability: float
    expected_total: float
    marginals: tuple[tuple[str, str, float], ...]
    seed: int


Why = Literal["conflict", "suspected", "forbidden", "full", "rule", "worse"]


class Other(NamedTuple):
    """Somebody who was not given a paper although they score high on it, and why.

    `rank` is None for those who may not review it; `cost` is by how much, at least, having them lowers the total;
    `holders` are the papers that have a full reviewer's places.
    """

    reviewer_id: str
    score: float
    unknown: bool
    rank: int | None
    why: Why
    cost: float
    holders: tuple[str, ...]


@dataclass(frozen=True)
class Solution:
    """`loads` counts the papers of each reviewer, `allowed` the reviewers allowed for each paper ("2nd of 143").

    `others`: for each paper the best three who were not given it. `frontier` is filled when it was asked for.
    """

    pairs: tuple[Pair, ...]
    total: float
    certificate: Certificate
    loads: dict[str, int]
    allowed: dict[str, int]
    mode: Mode = "total"
    seed: int = 0
    fairness: Fairness | None = None
    lottery: Lottery | None = None
    prices: Prices = field(default_factory=Prices)
    others: dict[str, tuple[Other, ...]] = field(default_factory=dict)
    frontier: tuple[FrontierPoint, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        lists = {
            "pairs": [list(pair) for pair in self.pairs],
            "others": {paper: [list(other) for other in others] for paper, others in self.others.items()},
            "frontier": [point._asdict() for point in self.frontier],
        }
        return {"outcome": "solved", **asdict(self), **lists}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Solution:
        fairness, lottery = data["fairness"], data["lottery"]
        return cls(
            pairs=tuple(Pair(*pair) for pair in data["pairs"]),
            total=data["total"],
            certificate=Certificate(**data["certificate"]),
            loads=dict(data["loads"]),
            allowed=dict(data["allowed"]),
            mode=data["mode"],
            seed=data["seed"],
            fairness=Fairness(**fairness) if fairness else None,
            lottery=_lottery(lottery) if lottery else None,
            prices=Prices(**data["prices"]),
            others={paper: tuple(_other(one) for one in others) for paper, others in data["others"].items()},
            frontier=tuple(FrontierPoint(**point) for point in data["frontier"]),
        )


def _lottery(data: Mapping[str, Any]) -> Lottery:
    return Lottery(**{**data, "marginals": tuple((p, r, x) for p, r, x in data["marginals"])})


def _other(row: list[Any]) -> Other:
    return Other._make([*row[:-1], tuple(row[-1])])


class Alternate(NamedTuple):
    """Who else could fill a hole. `cost`: by how much the total of the repair falls if they do."""

    reviewer_id: str
    score: float
    unknown: bool
    rank: int
    cost: float


class Hole(NamedTuple):
    """One place to fill again: this reviewer no longer reviews this paper."""

    paper_id: str
    reviewer_id: str


@dataclass(frozen=True)
class Filled:
    """A hole with who fills it, and the next best, the cheapest first."""

    hole: Hole
    pair: Pair
    alternates: tuple[Alternate, ...]


@dataclass(frozen=True)
class Repair:
    """Every hole filled with the largest total there is while all other pairs stay. `total` is over all pairs.

    Where not all can be filled, `left` are the others, as few as there can be, and `why` says what is short.
    """

    filled: tuple[Filled, ...]
    total: float
    certificate: Certificate
    left: tuple[Hole, ...] = ()
    why: Infeasible | None = None

    def to_dict(self) -> dict[str, Any]:
        rows = [[list(one.hole), list(one.pair), [list(other) for other in one.alternates]] for one in self.filled]
        left = [list(hole) for hole in self.left]
        return {"outcome": "repaired", **asdict(self), "filled": rows, "left": left}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Repair:
        filled = [
            Filled(Hole(*hole), Pair(*pair), tuple(Alternate(*one) for one in others))
            for hole, pair, others in data["filled"]
        ]
        left = tuple(Hole(*hole) for hole in data["left"])
        why = Infeasible.from_dict(data["why"]) if data["why"] else None
        return cls(tuple(filled), data["total"], Certificate(**data["certificate"]), left, why)


RemedyKind = Literal[
    "raise_maximum",
    "lower_demand",
    "waive_conflicts",  # conflicts that are not authorship
    "settle_suspected",
    "allow_forbidden",
    "lower_minimum",
    "remove_locks",
    "lower_seniors",
    "lower_author_minimum",
    "allow_same_institution",
    "allow_mutual_review",
    "raise_probability",
    "mixed",
]
ReasonKind = Literal[
    "too_few_places",
    "too_few_papers",
    "locks_over_demand",
    "locks_over_maximum",
    "lock_on_conflict",
    "rule",
    "probability",
]


class Change(NamedTuple):
    """One step of a remedy: this paper's demand or this reviewer's load by so many, or this pair.

    `kind` says which, so that the steps of a mixed remedy can be applied one by one. A rule on institutions or mutual
    reviews is eased for these papers; a higher probability is `by` percent.
    """

    paper_id: str | None
    reviewer_id: str | None
    by: int
    kind: RemedyKind


@dataclass(frozen=True)
class Remedy:
    """One way out, complete by itself; remedies beside it are alternatives."""

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
    """`reasons` say what is short, each with remedies for itself; each of `remedies` mends all, cheapest first."""

    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"outcome": "infeasible", **asdict(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Infeasible:
        return cls(tuple(_reason(reason) for reason in data["reasons"]), _remedies(data["remedies"]))


def _reason(data: Mapping[str, Any]) -> Reason:
    lists = {"papers": tuple(data["papers"]), "reviewers": tuple(data["reviewers"])}
    return Reason(**{**data, **lists, "remedies": _remedies(data["remedies"])})


def _remedies(rows: list[Mapping[str, Any]]) -> tuple[Remedy, ...]:
    return tuple(
        Remedy(one["kind"], tuple(Change(*change) for change in one["changes"]), one["sentence"]) for one in rows
    )
