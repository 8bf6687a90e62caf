"""What an edit by hand costs and breaks, without solving anything; and the prices that a run stores."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from reviews.matching import Other, Prices, Solution, solve
from reviews.matching.edits import Board, Break, check, price_edit
from reviews.matching.problem import Bar, Problem
from tests.reviews.matching.build import problem
from tests.reviews.matching.oracle import best_total, ruled_problems

BOARD = Board(
    pairs={("p0", "r0"): 0.9, ("p0", "r1"): 0.5, ("p1", "r1"): 0.4},
    demand={"p0": 2, "p1": 1},
    least={"r1": 2},
    most={"r0": 1, "r1": 2, "r2": 1},
    prices=Prices({"p0": 0.6, "p1": 0.3}, {"r0": 0.2, "r2": 0.05}),
    barred={("p1", "r2"): "Same institution"},
    locked=frozenset({("p0", "r0")}),
)


def test_a_swap_is_priced_by_its_own_change_and_by_what_the_best_loses() -> None:
    priced = price_edit(BOARD, add={("p0", "r2"): 0.45}, remove=[("p0", "r1")])
    assert priced.change == pytest.approx(-0.05)
    assert priced.regret == pytest.approx(0.2)  # 0.6 + 0.05 − 0.45
    assert priced.breaks == (Break("under_minimum", None, "r1", "1 of 2"),)


@pytest.mark.parametrize(
    ("add", "remove", "breaks"),
    [
        ({("p1", "r2"): 0.3}, [("p1", "r1")], {("barred", "Same institution"), ("under_minimum", "1 of 2")}),
        ({("p1", "r0"): 0.3}, [], {("over_demand", "2 of 1"), ("over_maximum", "2 of 1")}),
        ({("p0", "r1"): 0.5}, [], {("twice", "")}),
        ({}, [("p0", "r0")], {("locked", ""), ("under_demand", "1 of 2")}),
        ({}, [("p1", "r0")], {("absent", "")}),
    ],
)
def test_what_an_edit_breaks_is_named(
    add: dict[tuple[str, str], float], remove: list[tuple[str, str]], breaks: set[tuple[str, str]]
) -> None:
    assert {(one.kind, one.detail) for one in price_edit(BOARD, add=add, remove=remove).breaks} == breaks


def test_rules_are_checked_too() -> None:
    ruled = replace(
        BOARD,
        seniors_per_paper=1,
        one_per_institution=True,
        no_mutual_review=True,
        authors={"p0": ["r2"], "p1": ["r0"]},
        seniors=frozenset({"r0"}),
        institutions={"r1": ["x.edu"], "r2": ["x.edu"]},
        barred={},
        locked=frozenset(),
        least={},
    )
    assert check(ruled) == (Break("senior", "p1", None, "0 of 1"),)
    priced = price_edit(ruled, add={("p1", "r2"): 0.4}, remove=[("p1", "r1")])
    assert priced.breaks == (Break("mutual", "p1", "r2", "p0"),)
    priced = price_edit(ruled, add={("p0", "r2"): 0.4}, remove=[("p0", "r0")])
    assert {one.kind for one in priced.breaks} == {"senior", "institution"}


@given(ruled_problems())
@settings(max_examples=50, deadline=None)
def test_a_reduced_cost_is_never_more_than_what_forcing_the_pair_loses(given_problem: Problem) -> None:
    found = solve(given_problem, mode="total")
    if not isinstance(found, Solution):
        return
    papers = {paper.id: p for p, paper in enumerate(given_problem.papers)}
    reviewers = {one.id: r for r, one in enumerate(given_problem.reviewers)}
    for paper, others in found.others.items():
        for other in others:
            if other.why in ("full", "worse"):
                pair = papers[paper], reviewers[other.reviewer_id]
                forced = best_total(replace(given_problem, locked=given_problem.locked | {pair}))
                assert forced is None or other.cost <= found.certificate.bound - forced + 1e-6


def test_the_best_who_were_not_chosen_are_told_with_their_reason() -> None:
    given_problem = problem([[0.9, 0.8, 0.7, 0.2], [0.95, 0.1, 0.1, 0.1]], most=1, forbidden=[(0, 1)], bar=Bar.CONFLICT)
    found = solve(given_problem, mode="total")
    assert isinstance(found, Solution)
    assert [(pair.paper_id, pair.reviewer_id) for pair in found.pairs] == [("p0", "r2"), ("p1", "r0")]
    first, second, third = found.others["p0"]
    assert (first.reviewer_id, first.why, first.rank, first.holders) == ("r0", "full", 1, ("p1",))
    assert 0 <= first.cost <= 0.65
    assert second == Other("r1", 0.8, False, None, "conflict", 0.0, ())
    assert (third.reviewer_id, third.why, third.cost) == ("r3", "worse", pytest.approx(0.5))
