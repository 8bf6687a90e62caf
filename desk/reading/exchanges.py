"""The best exchanges of somebody with another paper of a proposal: who goes, who comes, what both papers have then.

Over the papers that the viewer is free on. What the whole proposal gains or loses is there for whoever is free on all.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from desk.reading.run_entries import Bars, RunPaperLine
from desk.reading.run_lines import PairLine, Signed
from reviews.board import ids
from reviews.matching.edits import Board
from reviews.matching.exchanging import Exchange, best_exchanges


@dataclass(frozen=True)
class ExchangeLine(Signed):
    """``user`` comes from the paper to which the other goes. ``here`` and ``there``: the totals of both papers, before
    and after; ``change`` of the total, and ``worst``, that of the lowest paper: None for who does not see the whole.
    """

    user: int
    name: str
    paper: int
    number: int
    title: str
    here: tuple[float, float]
    there: tuple[float, float]
    change: float | None
    worst: tuple[float, float] | None

    @property
    def worst_words(self) -> str:
        if self.worst is None:
            return ""
        before, after = self.worst
        return "stays" if abs(after - before) < 0.0005 else f"{after - before:+.3f}"


def read_exchanges(
    board: Board,
    bars: Bars,
    out: PairLine,
    papers: Mapping[int, RunPaperLine],
    fit: Mapping[int, float | None],
    gone: Collection[tuple[int, int]],
    past: Mapping[int, str],
    pairs: list[PairLine],
    *,
    whole: bool,
) -> list[ExchangeLine]:
    """``papers``: as they stand to whoever goes; ``past``: what whoever goes had to do with papers; ``fit``: the scores
    on this paper of those who may come; ``gone``: pairs that are taken out or forbidden by hand.
    """
    scores = {ids((out.paper, user)): score for user, score in fit.items() if score is not None}
    for pk, paper in papers.items():
        key = (pk, out.user)
        barred = key in bars.why or key in bars.suspected or key in gone or pk in past
        if paper.entry is not None and not barred and out.user not in paper.board.authors:
            scores[ids(key)] = paper.entry.score
    names = {pair.user: pair.name for pair in pairs}
    found = best_exchanges(board, scores, ids((out.paper, out.user)))
    return [_line(one, names, papers, whole=whole) for one in found]


def _line(one: Exchange, names: Mapping[int, str], papers: Mapping[int, RunPaperLine], *, whole: bool) -> ExchangeLine:
    user, paper = int(one.reviewer_id), papers[int(one.paper_id)]
    return ExchangeLine(
        user=user,
        name=names[user],
        paper=paper.pk,
        number=paper.number,
        title=paper.title,
        here=one.here,
        there=one.there,
        change=one.change if whole else None,
        worst=one.worst if whole else None,
    )
