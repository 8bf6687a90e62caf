"""Fair mode: the largest floor within the budget, the best worst pair, and what a floor costs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.matching import Infeasible, ProblemError, Solution, frontier, solve
from reviews.matching.market import Market
from reviews.matching.optimum import largest_total
from reviews.matching.problem import Problem
from reviews.matching.swaps import raise_worst
from tests.reviews.matching.build import problem, workshop
from tests.reviews.matching.oracle import best_floor, best_total, check, ruled_problems, totals


@given(ruled_problems(), st.sampled_from([0.0, 0.01, 0.1, 0.5]))
@settings(max_examples=60, deadline=None)
def test_the_floor_is_the_largest_that_an_integer_program_finds_within_the_budget(
    given_problem: Problem, epsilon: float
) -> None:
    best, found = best_total(given_problem), solve(given_problem, epsilon=epsilon)
    if best is None:
        assert isinstance(found, Infeasible)
        return
    assert isinstance(found, Solution)
    check(given_problem, found)
    assert found.fairness
    assert found.fairness.proved
    assert found.total >= (1 - epsilon) * best - 1e-6
    assert found.certificate.optimum == pytest.approx(best, abs=1e-7)
    if any(paper.demand for paper in given_problem.papers):
        assert found.fairness.floor == pytest.approx(best_floor(given_problem, (1 - epsilon) * best - 1e-8), abs=1e-6)


def test_a_weak_paper_is_raised_at_a_small_loss_of_the_total() -> None:
    # p1 gets 0.1 where the total alone counts; giving up 0.01 of 1.1 it gets 0.54.
    given_problem = problem([[1.0, 0.55], [0.54, 0.1]])
    total, fair = solve(given_problem, mode="total"), solve(given_problem, epsilon=0.01)
    assert isinstance(total, Solution)
    assert isinstance(fair, Solution)
    assert min(totals(total).values()) == 0.1
    assert min(totals(fair).values()) == 0.54
    assert fair.fairness
    assert (fair.fairness.floor, fair.fairness.worst_pair) == (0.54, 0.54)
    assert (fair.total, fair.certificate.optimum) == (pytest.approx(1.09), pytest.approx(1.1))


def test_nothing_is_given_away_when_epsilon_is_0() -> None:
    fair = solve(problem([[1.0, 0.55], [0.54, 0.1]]), epsilon=0.0)
    assert isinstance(fair, Solution)
    assert fair.total == fair.certificate.optimum


def test_the_worst_pair_is_raised_where_the_floor_allows_it() -> None:
    # p1 has 1.0 in any case. p0 and p2 share r0 and r1: the largest total gives r1 to p2, for 0.1.
    barred = [(0, 3), (0, 4), (0, 5), (1, 0), (1, 1), (1, 2), (1, 3), (2, 2), (2, 4), (2, 5)]
    scores = [[1.0, 0.5, 1.0, 0, 0, 0], [0, 0, 0, 0, 0.5, 0.5], [0.5, 0.1, 0, 1.0, 0, 0]]
    total, fair = (solve(problem(scores, demand=2, forbidden=barred), epsilon=share) for share in (0.0, 0.05))
    assert isinstance(total, Solution)
    assert isinstance(fair, Solution)
    assert total.fairness
    assert fair.fairness
    assert (total.fairness.floor, total.fairness.worst_pair, total.total) == (1.0, 0.1, pytest.approx(4.1))
    assert (fair.fairness.floor, fair.fairness.worst_pair, fair.total) == (1.0, 0.5, pytest.approx(4.0))


def test_a_workshop_reaches_its_bound_at_hardly_any_loss() -> None:
    fair = solve(workshop(150, 80))
    assert isinstance(fair, Solution)
    assert fair.fairness
    assert fair.fairness.floor >= 0.99 * fair.fairness.floor_bound
    assert fair.total >= 0.999 * fair.certificate.optimum


def test_swaps_raise_the_worst_paper_within_the_budget_and_keep_every_load() -> None:
    scores = np.random.default_rng(1).random((60, 30)) ** 2
    given_problem = problem(scores, demand=3, least=2, most=6, forbidden=[(p, p % 30) for p in range(60)])
    market = Market.of(given_problem, 0)
    optimum = largest_total(market)
    assert optimum
    given_up = raise_worst(market, optimum.chosen, 0.98 * optimum.total)
    before, after = (
        np.bincount(keys // market.width, market.value.ravel()[keys]) for keys in (optimum.chosen, given_up)
    )
    assert after.min() > before.min()
    assert after.sum() >= 0.98 * optimum.total
    assert len(np.unique(given_up)) == len(optimum.chosen)
    loads = np.bincount(given_up % market.width, minlength=market.width)
    assert ((loads >= 2) & (loads <= 6)).all()
    assert market.open.ravel()[given_up].all()


def test_the_frontier_never_falls_where_more_may_be_given_away() -> None:
    points = frontier(workshop(60, 30), epsilons=(0.05, 0.0, 0.01))
    assert not isinstance(points, Infeasible)
    assert [point.epsilon for point in points] == [0.05, 0.0, 0.01]
    wide, none, some = points
    assert none.floor <= some.floor <= wide.floor
    assert none.share == pytest.approx(1.0)
    assert all(point.floor <= point.floor_bound + 1e-9 for point in points)
    assert all(point.share >= 1 - point.epsilon - 1e-9 for point in points)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"mode": "best"}, "The mode must be total, fair or random, not 'best'."),
        ({"epsilon": 1.5}, "Epsilon must be a share from 0 to 1, not 1.5."),
        ({"max_probability": 0}, "The highest probability must be from 0.01 to 1, not 0."),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(ProblemError) as error:
        solve(problem([[0.5]]), **options)  # type: ignore[arg-type]  # what a caller might pass
    assert str(error.value) == sentence
