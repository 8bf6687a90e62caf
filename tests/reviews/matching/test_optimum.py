"""The best assignment: against an exhaustive integer program, with its certificate, locks, loads and ties."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.matching import Infeasible, Solution, solve
from reviews.matching.problem import Problem
from reviews.matching.program import BEST_PER_PAPER
from tests.reviews.matching.build import problem, workshop
from tests.reviews.matching.oracle import best_total, check

SCORES = st.sampled_from([None, 0.0, 0.25, 0.3, 0.5, 0.9, 1.0])


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to 5 papers and 5 reviewers with gaps, conflicts, locks and minimum loads, feasible or not."""
    papers, reviewers = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    cells = [(p, r) for p in range(papers) for r in range(reviewers)]
    forbidden = draw(st.sets(st.sampled_from(cells), max_size=len(cells) // 2))
    free = sorted(set(cells) - forbidden)
    locked = draw(st.sets(st.sampled_from(free), max_size=2)) if free else set()
    most = draw(st.lists(st.integers(0, 4), min_size=reviewers, max_size=reviewers))
    return problem(
        draw(st.lists(st.lists(SCORES, min_size=reviewers, max_size=reviewers), min_size=papers, max_size=papers)),
        demand=draw(st.lists(st.integers(0, 3), min_size=papers, max_size=papers)),
        least=[draw(st.integers(0, min(one, 2))) for one in most],
        most=most,
        forbidden=forbidden,
        locked=locked,
    )


@given(problems())
@settings(max_examples=80, deadline=None)
def test_solve_finds_what_an_integer_program_over_all_pairs_finds(given_problem: Problem) -> None:
    best, found = best_total(given_problem), solve(given_problem, mode="total")
    if best is None:
        assert isinstance(found, Infeasible)
        assert found.reasons
        return
    assert isinstance(found, Solution)
    assert found.total == pytest.approx(best, abs=1e-6)
    check(given_problem, found)


@pytest.mark.parametrize("least", [0, 4])
def test_a_workshop_of_300_papers_and_150_reviewers_is_solved_and_certified(least: int) -> None:
    given_problem = workshop(300, 150, least=least)
    found = solve(given_problem, mode="total")
    assert isinstance(found, Solution)
    assert len(found.pairs) == 900
    assert found.certificate.pairs_priced == int((~given_problem.forbidden).sum())
    assert found.certificate.bound - found.total == pytest.approx(found.certificate.gap)
    check(given_problem, found)


def test_pairs_outside_the_first_candidates_are_found_by_pricing() -> None:
    reviewers = 4 * BEST_PER_PAPER
    # Every paper prefers the same reviewers, so most must go beyond its best ones.
    scores = np.tile(np.linspace(1, 0, reviewers), (reviewers, 1)) ** np.linspace(0.5, 2, reviewers)[:, None]
    given_problem = problem(scores, demand=1, most=1)
    found = solve(given_problem, mode="total")
    assert isinstance(found, Solution)
    assert found.certificate.rounds > 1
    assert found.total == pytest.approx(best_total(given_problem), abs=1e-6)


def test_nobody_is_given_the_same_paper_twice_where_one_reviewer_is_best_by_far() -> None:
    found = solve(problem([[1.0, 0.1, 0.0]], demand=2, most=2), mode="total")
    assert isinstance(found, Solution)
    assert [(pair.reviewer_id, pair.score) for pair in found.pairs] == [("r0", 1.0), ("r1", 0.1)]


def test_a_locked_pair_is_kept_where_it_lowers_the_total() -> None:
    found = solve(problem([[0.9, 0.1], [0.8, 0.2]], locked=[(0, 1)]), mode="total")
    assert isinstance(found, Solution)
    assert [(pair.paper_id, pair.reviewer_id) for pair in found.pairs] == [("p0", "r1"), ("p1", "r0")]
    assert found.total == pytest.approx(0.9)


def test_a_minimum_load_is_filled_where_it_lowers_the_total() -> None:
    found = solve(problem([[0.9, 0.1], [0.8, 0.3]], least=[0, 1], most=2), mode="total")
    assert isinstance(found, Solution)
    assert found.loads == {"r0": 1, "r1": 1}
    assert found.total == pytest.approx(1.2)


def test_an_unknown_score_counts_as_the_median_of_its_paper_and_is_flagged() -> None:
    found = solve(problem([[0.2, 0.4, 0.9, None]], demand=3, most=1, forbidden=[(0, 2)]), mode="total")
    assert isinstance(found, Solution)
    assert [(pair.reviewer_id, pair.score, pair.unknown) for pair in found.pairs] == [
        ("r1", 0.4, False),
        ("r3", pytest.approx(0.3), True),
        ("r0", 0.2, False),
    ]


def test_a_paper_without_any_score_takes_the_median_of_all_papers() -> None:
    found = solve(problem([[0.2, 0.4], [None, None]], most=1), mode="total")
    assert isinstance(found, Solution)
    assert found.pairs[1].score == pytest.approx(0.3)
    assert found.pairs[1].unknown


def test_rank_counts_only_allowed_reviewers_and_shares_ties() -> None:
    found = solve(problem([[0.9, 0.5, 0.5, 0.1]], demand=3, forbidden=[(0, 0)]), mode="total")
    assert isinstance(found, Solution)
    assert [(pair.reviewer_id, pair.rank) for pair in found.pairs] == [("r1", 1), ("r2", 1), ("r3", 3)]
    assert found.allowed == {"p0": 3}


def test_the_same_seed_gives_the_same_assignment_whatever_the_order_of_the_rows() -> None:
    first = problem(np.full((6, 9), 0.5), demand=2, most=2)
    turned = Problem(first.papers[::-1], first.reviewers[::-1], first.scores, first.bars)
    found = solve(first, mode="total", seed=7)
    assert isinstance(found, Solution)
    assert solve(first, mode="total", seed=7) == found
    again = solve(turned, mode="total", seed=7)
    assert isinstance(again, Solution)
    assert again.pairs == found.pairs


def test_seeds_decide_between_equal_assignments_only() -> None:
    given_problem = problem(np.full((6, 9), 0.5), demand=2, most=2)
    results = [solve(given_problem, mode="total", seed=seed) for seed in range(5)]
    solutions = [result for result in results if isinstance(result, Solution)]
    assert [solution.total for solution in solutions] == [6.0] * 5
    assert any(one.pairs != other.pairs for one, other in pairwise(solutions))
