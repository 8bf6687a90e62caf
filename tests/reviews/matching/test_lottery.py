"""Random mode: probabilities below the bound, kept exactly by the draws, every draw a proper assignment."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.matching import Infeasible, Solution, SolverFailed, solve
from reviews.matching.lottery import best_odds, draw
from reviews.matching.market import Market
from reviews.matching.problem import Problem, Rules
from tests.reviews.matching.build import problem, workshop
from tests.reviews.matching.oracle import check, ruled_problems

DRAWS = 2000


@pytest.mark.parametrize("rules", [Rules(), Rules(seniors_per_paper=1), Rules(one_per_institution=True)])
def test_draws_keep_every_probability(rules: Rules) -> None:
    plain = workshop(8, 8, most=4, seed=3)
    reviewers = [
        replace(one, senior=r % 3 == 0, institutions=("x.edu",) if r < 3 else (one.id,))
        for r, one in enumerate(plain.reviewers)
    ]
    market = Market.of(replace(plain, reviewers=reviewers, rules=rules), seed=0)
    odds = best_odds(market, 0.5)
    assert odds
    assert odds.amounts.max() <= 0.5 + 1e-9
    drawn: Counter[int] = Counter()
    for seed in range(DRAWS):
        keys = draw(odds, seed)
        drawn.update(keys.tolist())
        assert np.bincount(keys // market.width).tolist() == [3] * 8
        assert (np.bincount(keys % market.width) <= 4).all()
        if rules.seniors_per_paper:
            assert (np.bincount(keys // market.width, market.senior[keys % market.width]) >= 1).all()
        assert not market.clashes(keys, np.ones(len(keys)))
    seen = np.array([drawn[key] / DRAWS for key in odds.keys.tolist()])
    deviation = np.sqrt(odds.amounts * (1 - odds.amounts) / DRAWS)
    assert (np.abs(seen - odds.amounts) <= 4.5 * deviation + 1e-9).all()


@given(ruled_problems(), st.sampled_from([0.5, 0.7, 1.0]))
@settings(max_examples=50, deadline=None)
def test_every_draw_keeps_demands_loads_locks_and_rules(given_problem: Problem, most: float) -> None:
    try:
        found = solve(given_problem, mode="random", max_probability=most, seed=1)
    except SolverFailed as failure:
        assert "no lottery was found" in failure.reason  # noqa: PT017  the sentence is the answer
        return
    if isinstance(found, Infeasible):
        assert found.reasons
        return
    check(given_problem, found)
    assert found.lottery
    locked = {(given_problem.papers[p].id, given_problem.reviewers[r].id) for p, r in given_problem.locked}
    assert all(chance <= most + 1e-7 or (paper, one) in locked for paper, one, chance in found.lottery.marginals)
    assert found.lottery.expected_total <= found.certificate.bound + 1e-6


def test_the_seed_draws_and_is_told() -> None:
    given_problem = workshop(10, 10)
    first, same, other = (solve(given_problem, mode="random", seed=seed) for seed in (4, 4, 5))
    assert isinstance(first, Solution)
    assert isinstance(other, Solution)
    assert first == same
    assert first.pairs != other.pairs
    assert first.lottery
    assert (first.seed, first.lottery.seed) == (4, 4)


def test_the_expected_total_falls_with_the_highest_probability_and_is_the_best_for_it() -> None:
    found = [solve(problem([[0.9, 0.5, 0.1]]), mode="random", max_probability=most) for most in (1.0, 0.5, 0.4)]
    lotteries = [one.lottery for one in found if isinstance(one, Solution) and one.lottery]
    assert [lottery.expected_total for lottery in lotteries] == pytest.approx([0.9, 0.7, 0.58])
    assert lotteries[2].marginals == (
        ("p0", "r0", pytest.approx(0.4)),
        ("p0", "r1", pytest.approx(0.4)),
        ("p0", "r2", pytest.approx(0.2)),
    )


def test_too_few_reviewers_for_the_probability_are_told_with_the_one_that_suffices() -> None:
    found = solve(problem([[0.9, 0.5, 0.1]], demand=2), mode="random", max_probability=0.5)
    assert isinstance(found, Infeasible)
    (reason,) = found.reasons
    assert (reason.kind, reason.papers) == ("probability", ("p0",))
    assert reason.sentence == "With no pair more likely than 50 %, 1 paper cannot have every review."
    assert [remedy.sentence for remedy in found.remedies] == ["Raise the highest probability to 67 %."]
