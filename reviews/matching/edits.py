"""What a change of a proposal by hand costs and breaks, at once: plain Python, cheap enough for a web request.

The run has stored its shadow prices (`Solution.prices`); with them and the pairs at hand each edit is priced without
solving anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from reviews.matching.result import Prices

PairIds = tuple[str, str]  # paper id, reviewer id


@dataclass(frozen=True)
class Board:
    """A proposal as it stands: `pairs` (paper id, reviewer id) with their scores, and what bounds them.

    `barred` gives the reason of each pair that may not be; missing keys are open. `authors` (paper id → reviewer ids),
    `seniors` and `institutions` (reviewer id → names) are needed for the rules that are on, and for no other.
    """

    pairs: Mapping[PairIds, float]
    demand: Mapping[str, int]
    least: Mapping[str, int]
    most: Mapping[str, int]
    prices: Prices = field(default_factory=Prices)
    barred: Mapping[PairIds, str] = field(default_factory=dict)
    locked: frozenset[PairIds] = frozenset()
    seniors_per_paper: int = 0
    one_per_institution: bool = False
    no_mutual_review: bool = False
    authors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    seniors: frozenset[str] = frozenset()
    institutions: Mapping[str, Sequence[str]] = field(default_factory=dict)


BreakKind = Literal[
    "barred", "twice", "absent", "locked", "over_demand", "under_demand", "over_maximum", "under_minimum",
    "senior", "institution", "mutual",
]  # fmt: skip


class Break(NamedTuple):
    """One thing that an edit breaks: which kind, whom it concerns, and the numbers or the reason in `detail`."""

    kind: BreakKind
    paper_id: str | None
    reviewer_id: str | None
    detail: str


@dataclass(frozen=True)
class Priced:
    """`change` of the total by the edit itself. `regret`: how far, at least, the best assignment that has the added
    pairs stays below the best there is (the largest of their reduced costs). `breaks` are new ones only: what was
    broken before the edit and is no worse after it is not told again."""

    change: float
    regret: float
    breaks: tuple[Break, ...]


def price_edit(board: Board, *, add: Mapping[PairIds, float] | None = None, remove: Iterable[PairIds] = ()) -> Priced:
    """Price adding these pairs (with their scores) and removing those; a swap is both at once."""
    added, removed = dict(add or {}), set(remove)
    after = {pair: score for pair, score in board.pairs.items() if pair not in removed} | added
    costs = [
        board.prices.cost(paper, reviewer, score, senior=reviewer in board.seniors)
        for (paper, reviewer), score in added.items()
    ]
    gone = sum(board.pairs[pair] for pair in removed if pair in board.pairs)
    return Priced(sum(added.values()) - gone, max(costs, default=0.0), tuple(_breaks(board, added, removed, after)))


def check(board: Board) -> tuple[Break, ...]:
    """Everything that the proposal as it stands breaks."""
    papers, reviewers = set(board.demand), set(board.most)
    barred = [Break("barred", *pair, board.barred[pair]) for pair in board.pairs if pair in board.barred]
    return tuple(barred + _state(board, board.pairs, papers, reviewers))


def _breaks(
    board: Board, added: Mapping[PairIds, float], removed: set[PairIds], after: Mapping[PairIds, float]
) -> list[Break]:
    found = [Break("barred", *pair, board.barred[pair]) for pair in added if pair in board.barred]
    found += [Break("twice", *pair, "") for pair in added if pair in board.pairs and pair not in removed]
    found += [Break("absent", *pair, "") for pair in removed if pair not in board.pairs]
    found += [Break("locked", *pair, "") for pair in removed & board.locked]
    papers = {paper for paper, _ in [*added, *removed]}
    reviewers = {reviewer for _, reviewer in [*added, *removed]}
    before = set(_state(board, board.pairs, papers, reviewers))
    return found + [one for one in _state(board, after, papers, reviewers) if one not in before]


def _state(board: Board, pairs: Mapping[PairIds, float], papers: set[str], reviewers: set[str]) -> list[Break]:
    """What is broken at these papers and these reviewers."""
    near = [(paper, reviewer) for paper, reviewer in pairs if paper in papers or reviewer in reviewers]
    served, loads = Counter(paper for paper, _ in near), Counter(reviewer for _, reviewer in near)
    found = []
    for paper in sorted(papers):
        have, needed = served[paper], board.demand.get(paper, 0)
        if have != needed:
            found.append(Break("over_demand" if have > needed else "under_demand", paper, None, f"{have} of {needed}"))
    for one in sorted(reviewers):
        load, least, most = loads[one], board.least.get(one, 0), board.most.get(one, 0)
        if load > most:
            found.append(Break("over_maximum", None, one, f"{load} of {most}"))
        if load < least:
            found.append(Break("under_minimum", None, one, f"{load} of {least}"))
    return found + _rules(board, pairs, papers, near)


def _rules(board: Board, pairs: Mapping[PairIds, float], papers: set[str], near: Sequence[PairIds]) -> list[Break]:
    """``near``: the pairs of these papers, and of the reviewers whom it is about."""
    found: list[Break] = []
    teams: dict[str, list[str]] = {paper: [] for paper in papers}
    for paper, reviewer in near:
        if paper in teams:
            teams[paper].append(reviewer)
    for paper, team in sorted(teams.items()):
        needed = min(board.seniors_per_paper, board.demand.get(paper, 0))
        have = sum(one in board.seniors for one in team)
        if have < needed:
            found.append(Break("senior", paper, None, f"{have} of {needed}"))
        if board.one_per_institution:
            shared = Counter(name for one in team for name in set(board.institutions.get(one, ())))
            found += [Break("institution", paper, None, name) for name, count in sorted(shared.items()) if count > 1]
    if board.no_mutual_review:
        found += _mutual(board, pairs, near)
    return found


def _mutual(board: Board, pairs: Mapping[PairIds, float], near: Sequence[PairIds]) -> list[Break]:
    """Pairs whose reviewer has a paper that one of the pair's authors reviews in turn."""
    papers_of: dict[str, set[str]] = {}
    for paper, authors in board.authors.items():
        for author in authors:
            papers_of.setdefault(author, set()).add(paper)
    found = []
    for paper, reviewer in sorted(near):
        for author in board.authors.get(paper, ()):
            own_papers = papers_of.get(reviewer, set()) if author != reviewer else set()
            back = sorted(own for own in own_papers if (own, author) in pairs)
            found += [Break("mutual", paper, reviewer, own) for own in back]
    return found
