"""The best exchanges of one pair: its reviewer goes to another paper, and somebody of that paper comes in turn.

No demand and no load changes, so only bars, locks and rules can stand against one. Every other pair of the proposal is
looked at, and the rules are asked of the best: plain Python without a solver, cheap enough for a web request.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviews.matching.edits import Board, PairIds, price_edit

COUNT = 5
TRIES = 200  # of the best, where bars and rules may forbid many
SLIGHT = 1e-9


@dataclass(frozen=True)
class Exchange:
    """``paper_id``: where the reviewer goes; ``reviewer_id``: who comes from there.

    ``here`` and ``there`` are the totals of the two papers, before and after; ``worst`` is that of the paper that has
    the lowest one. ``change``: of the total over all papers.
    """

    paper_id: str
    reviewer_id: str
    here: tuple[float, float]
    there: tuple[float, float]
    worst: tuple[float, float]

    @property
    def change(self) -> float:
        return self.here[1] - self.here[0] + self.there[1] - self.there[0]

    @property
    def lowers_worst(self) -> bool:
        return self.worst[1] < self.worst[0] - SLIGHT


def best_exchanges(
    board: Board, scores: Mapping[PairIds, float], pair: PairIds, *, count: int = COUNT
) -> tuple[Exchange, ...]:
    """The best exchanges of this pair that break nothing: first those that leave the worst paper no worse, and among
    these the largest total.

    ``scores``: of the pairs that could come; one that is not there is not offered. Empty for a pair that is locked or
    not on the board.
    """
    if pair not in board.pairs or pair in board.locked:
        return ()
    found = sorted(_possible(board, scores, pair), key=_order)
    chosen: list[Exchange] = []
    for one in found[:TRIES]:
        if not breaks(board, scores, pair, one):
            chosen.append(one)
        if len(chosen) == count:
            break
    return tuple(chosen)


def breaks(board: Board, scores: Mapping[PairIds, float], pair: PairIds, one: Exchange) -> bool:
    """Would this exchange break anything that is not broken already?"""
    paper, reviewer = pair
    goes, comes = (one.paper_id, reviewer), (paper, one.reviewer_id)
    add = {goes: scores[goes], comes: scores[comes]}
    return bool(price_edit(board, add=add, remove=[pair, (one.paper_id, one.reviewer_id)]).breaks)


def _order(one: Exchange) -> tuple[bool, float, str, str]:
    """Of equal ones, which sums of decimals only nearly are, the first paper comes first."""
    return one.lowers_worst, round(-one.change, 9), one.paper_id, one.reviewer_id


def _possible(board: Board, scores: Mapping[PairIds, float], pair: PairIds) -> Iterator[Exchange]:
    """Those that no bar, no lock and no pair that is there already stand against."""
    paper, reviewer = pair
    totals = _totals(board)
    lowest = heapq.nsmallest(3, totals, key=lambda one: totals[one])
    for (other, comer), score in board.pairs.items():
        goes, comes = (other, reviewer), (paper, comer)
        if other == paper or (other, comer) in board.locked or not _may(board, scores, goes, comes):
            continue
        here = (totals[paper], totals[paper] - board.pairs[pair] + scores[comes])
        there = (totals[other], totals[other] - score + scores[goes])
        rest = [totals[one] for one in lowest if one not in (paper, other)]
        yield Exchange(other, comer, here, there, (totals[lowest[0]], min(here[1], there[1], *rest)))


def _may(board: Board, scores: Mapping[PairIds, float], *pairs: PairIds) -> bool:
    return all(pair in scores and pair not in board.barred and pair not in board.pairs for pair in pairs)


def _totals(board: Board) -> dict[str, float]:
    totals: dict[str, float] = defaultdict(float)
    for (paper, _), score in board.pairs.items():
        totals[paper] += score
    return totals
