"""Exchanges of two people between two papers: all that are possible, priced by what both papers and the worst have."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.matching.edits import Board, check
from reviews.matching.exchanging import Exchange, best_exchanges

PAIRS = {("p0", "r0"): 0.4, ("p1", "r1"): 0.5, ("p2", "r2"): 0.3}
SCORES = {("p1", "r0"): 0.9, ("p0", "r1"): 0.6, ("p2", "r0"): 0.2, ("p0", "r2"): 0.8}
BOARD = Board(
    pairs=PAIRS, demand=dict.fromkeys(("p0", "p1", "p2"), 1), least={}, most=dict.fromkeys(("r0", "r1", "r2"), 1)
)
PAIR = ("p0", "r0")


def found(board: Board, scores: dict[tuple[str, str], float] = SCORES) -> list[tuple[str, str]]:
    return [(one.paper_id, one.reviewer_id) for one in best_exchanges(board, scores, PAIR)]


def test_an_exchange_says_what_both_papers_and_the_worst_have_before_and_after() -> None:
    first, second = best_exchanges(BOARD, SCORES, PAIR)
    assert (first.paper_id, first.reviewer_id, first.here, first.there) == ("p1", "r1", (0.4, 0.6), (0.5, 0.9))
    assert (first.change, first.worst, first.lowers_worst) == (pytest.approx(0.6), (0.3, 0.3), False)
    assert (second.paper_id, second.change, second.worst) == ("p2", pytest.approx(0.3), (0.3, 0.2))


def test_what_lowers_the_worst_paper_comes_last_however_much_the_total_gains() -> None:
    scores = {("p1", "r0"): 0.5, ("p0", "r1"): 0.4, ("p2", "r0"): 0.29, ("p0", "r2"): 1.0}
    assert found(BOARD, scores) == [("p1", "r1"), ("p2", "r2")]


def test_of_two_that_are_worth_the_same_the_first_paper_comes_first() -> None:
    """0.9 - 0.2 and 0.8 - 0.1 are not the same number to a computer."""
    pairs = {PAIR: 0.0, ("p2", "r1"): 0.8, ("p3", "r4"): 0.9}
    board = replace(BOARD, pairs=pairs, demand=dict.fromkeys(("p0", "p2", "p3"), 1), most={})
    scores = {("p0", "r1"): 0.0, ("p0", "r4"): 0.0, ("p2", "r0"): 0.1, ("p3", "r0"): 0.2}
    assert found(board, scores) == [("p2", "r1"), ("p3", "r4")]


@pytest.mark.parametrize(
    "changes",
    [
        {"locked": frozenset({("p1", "r1")})},
        {"barred": {("p1", "r0"): "Same institution"}},
        {"barred": {("p0", "r1"): "Same institution"}},
        {"pairs": PAIRS | {("p0", "r1"): 0.6}, "demand": {"p0": 2, "p1": 1, "p2": 1}, "most": {"r1": 2}},
        {"authors": {"p0": ["r2"], "p2": ["r1"]}, "no_mutual_review": True},
        {"seniors_per_paper": 1, "seniors": frozenset({"r0", "r2"})},
        {
            "pairs": PAIRS | {("p0", "r3"): 0.1},
            "demand": {"p0": 2, "p1": 1, "p2": 1},
            "one_per_institution": True,
            "institutions": {"r1": ["x.edu"], "r3": ["x.edu"]},
        },
    ],
    ids=["a lock", "a bar there", "a bar here", "who is there already", "mutual reviews", "seniors", "an institution"],
)
def test_no_exchange_is_offered_that_something_stands_against(changes: dict[str, object]) -> None:
    assert ("p1", "r1") not in found(replace(BOARD, **changes))


def test_a_locked_pair_and_one_that_is_not_there_are_not_exchanged() -> None:
    assert best_exchanges(replace(BOARD, locked=frozenset({PAIR})), SCORES, PAIR) == ()
    assert best_exchanges(BOARD, SCORES, ("p0", "r1")) == ()


@st.composite
def boards(draw: st.DrawFn) -> tuple[Board, dict[tuple[str, str], float]]:
    """Some pairs of few papers and people, with rules, and a score of every other pair."""
    papers, people = [f"p{n}" for n in range(4)], [f"r{n}" for n in range(5)]
    every = [(paper, one) for paper in papers for one in people]
    scores = {pair: draw(st.integers(0, 10)) / 10 for pair in every}
    chosen = draw(st.sets(st.sampled_from(every), max_size=9)) | {PAIR}
    board = Board(
        pairs={pair: scores[pair] for pair in sorted(chosen)},
        demand={paper: sum(pair[0] == paper for pair in chosen) for paper in papers},
        least={},
        most=dict.fromkeys(people, len(papers)),
        seniors_per_paper=draw(st.integers(0, 1)),
        one_per_institution=draw(st.booleans()),
        no_mutual_review=draw(st.booleans()),
        authors={paper: draw(st.lists(st.sampled_from(people), max_size=1)) for paper in papers},
        seniors=frozenset(draw(st.sets(st.sampled_from(people)))),
        institutions={one: draw(st.lists(st.sampled_from(["x.edu", "y.edu"]), max_size=1)) for one in people},
    )
    return board, {pair: score for pair, score in scores.items() if pair not in chosen}


@given(boards())
@settings(max_examples=100, deadline=None)
def test_the_best_are_those_that_trying_every_exchange_finds(world: tuple[Board, dict[tuple[str, str], float]]) -> None:
    board, scores = world
    broken = set(check(board))
    tried: list[tuple[bool, float, str, str]] = []
    for other, comer in board.pairs:
        goes, comes = (other, PAIR[1]), (PAIR[0], comer)
        if other == PAIR[0] or goes not in scores or comes not in scores:
            continue
        kept = {pair: score for pair, score in board.pairs.items() if pair not in (PAIR, (other, comer))}
        after = replace(board, pairs=kept | {goes: scores[goes], comes: scores[comes]})
        if set(check(after)) <= broken:
            lower = _worst(after) < _worst(board) - 1e-9
            change = sum(after.pairs.values()) - sum(board.pairs.values())
            tried.append((lower, round(-change, 9), other, comer))

    ours = best_exchanges(board, scores, PAIR, count=100)

    assert [_key(one) for one in ours] == sorted(tried)


def _key(one: Exchange) -> tuple[bool, float, str, str]:
    return one.lowers_worst, round(-one.change, 9), one.paper_id, one.reviewer_id


def _worst(board: Board) -> float:
    papers = {paper for paper, _ in board.pairs}
    return min(sum(score for (paper, _), score in board.pairs.items() if paper == each) for each in papers)
