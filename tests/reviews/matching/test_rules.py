"""Side rules, against an integer program over every pair, and one by one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from reviews.matching import Infeasible, Solution, solve
from reviews.matching.problem import Bar, Paper, Problem, Reviewer, Rules
from reviews.matching.remedies import apply
from tests.reviews.matching.build import problem
from tests.reviews.matching.oracle import best_total, check, ruled_problems


@given(ruled_problems())
@settings(max_examples=120, deadline=None)
def test_the_largest_total_under_rules_is_that_of_an_integer_program_over_all_pairs(given_problem: Problem) -> None:
    best, found = best_total(given_problem), solve(given_problem, mode="total")
    if best is None:
        assert isinstance(found, Infeasible)
        assert found.reasons
        return
    assert isinstance(found, Solution)
    assert found.total == pytest.approx(best, abs=1e-7)
    assert found.certificate.gap <= 1e-6
    check(given_problem, found)


def test_rules_too_hard_for_the_time_still_give_an_assignment_with_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.matching.optimum.SECONDS", 0.0)
    given_problem = tight(papers=80, reviewers=40)
    found = solve(given_problem, mode="total")
    assert isinstance(found, Solution)
    check(given_problem, found)
    assert 0 <= found.certificate.gap < 0.05 * found.total


def tight(*, papers: int, reviewers: int) -> Problem:
    """Every place is needed, two reviewers in three wrote papers, and every rule holds: fractions everywhere."""
    rng = np.random.default_rng(3)
    shape = (papers, reviewers)
    bars = np.where(rng.random(shape) < 0.05, Bar.CONFLICT, Bar.OPEN)
    rows = []
    for place in range(papers):
        authors = rng.choice(reviewers * 2 // 3, 2, replace=False)
        bars[place, authors] = Bar.AUTHOR
        rows.append(Paper(f"p{place}", 3, tuple(f"r{author}" for author in authors)))
    people = [Reviewer(f"r{r}", 0, 8, r % 3 == 0, (f"i{r % 15}",)) for r in range(reviewers)]
    rules = Rules(seniors_per_paper=1, one_per_institution=True, no_mutual_review=True, papers_per_author=1)
    return Problem(rows, people, np.where(rng.random(shape) < 0.3, rng.random(shape), 0.0), bars, rules=rules)


@given(ruled_problems())
@settings(max_examples=40, deadline=None)
def test_each_remedy_of_the_whole_makes_the_problem_solvable(given_problem: Problem) -> None:
    found = solve(given_problem, mode="total")
    if isinstance(found, Infeasible):
        assert found.remedies
        for remedy in found.remedies:
            assert isinstance(solve(apply(given_problem, remedy.changes), mode="total"), Solution)


def ruled(given_problem: Problem, rules: Rules, **reviewers: Reviewer) -> Problem:
    """The problem with rules, and with some of its reviewers replaced."""
    rows = [reviewers.get(one.id, one) for one in given_problem.reviewers]
    return replace(given_problem, reviewers=rows, rules=rules)


def team(found: Solution | Infeasible, paper: str) -> list[str]:
    assert isinstance(found, Solution)
    return sorted(pair.reviewer_id for pair in found.pairs if pair.paper_id == paper)


def test_each_paper_has_a_senior_reviewer_where_that_lowers_the_total() -> None:
    plain = problem([[0.9, 0.8, 0.1]], demand=2)
    found = solve(ruled(plain, Rules(seniors_per_paper=1), r2=Reviewer("r2", 0, 1, senior=True)), mode="total")
    assert team(found, "p0") == ["r0", "r2"]


def test_a_paper_asks_for_no_more_seniors_than_reviews() -> None:
    found = solve(ruled(problem([[0.9, 0.1]]), Rules(seniors_per_paper=3), r1=Reviewer("r1", 0, 1, True)), mode="total")
    assert team(found, "p0") == ["r1"]


def test_two_reviewers_of_a_paper_share_no_institution() -> None:
    one, other = (Reviewer(name, 0, 1, institutions=("x.edu", "lab")) for name in ("r0", "r1"))
    found = solve(
        ruled(problem([[0.9, 0.8, 0.1]], demand=2), Rules(one_per_institution=True), r0=one, r1=other), mode="total"
    )
    assert team(found, "p0") == ["r0", "r2"]


def mutual(rules: Rules) -> Problem:
    """r0 wrote p0 and r1 wrote p1; each is the best for the other's paper."""
    bars = np.array([[Bar.AUTHOR, 0, 0], [0, Bar.AUTHOR, 0]])
    papers = [Paper("p0", 1, ("r0",)), Paper("p1", 1, ("r1",))]
    reviewers = [Reviewer(f"r{r}", 0, 2) for r in range(3)]
    return Problem(papers, reviewers, np.array([[0, 0.9, 0.5], [0.8, 0, 0.6]]), bars, rules=rules)


def test_no_two_people_review_each_others_papers() -> None:
    free, ruled_out = (solve(mutual(Rules(no_mutual_review=on)), mode="total") for on in (False, True))
    assert (team(free, "p0"), team(free, "p1")) == (["r1"], ["r0"])
    assert (team(ruled_out, "p0"), team(ruled_out, "p1")) == (["r1"], ["r2"])


def test_a_locked_pair_closes_what_a_rule_forbids_beside_it() -> None:
    found = solve(replace(mutual(Rules(no_mutual_review=True)), locked={(1, 0)}), mode="total")
    assert (team(found, "p0"), team(found, "p1")) == (["r2"], ["r0"])


def test_authors_get_as_many_papers_as_the_rules_ask() -> None:
    found = solve(replace(mutual(Rules(papers_per_author=1)), scores=np.array([[0, 0, 1], [0, 0, 1.0]])), mode="total")
    assert isinstance(found, Solution)
    assert found.loads == {"r0": 1, "r1": 1, "r2": 0}


def test_too_few_senior_places_are_named_with_who_has_them() -> None:
    plain = ruled(problem(np.full((3, 4), 0.5), most=3), Rules(seniors_per_paper=1), r0=Reviewer("r0", 0, 2, True))
    found = solve(plain, mode="total")
    assert isinstance(found, Infeasible)
    (reason,) = found.reasons
    assert (reason.kind, reason.papers, reason.reviewers) == ("rule", ("p0", "p1", "p2"), ("r0",))
    assert reason.sentence == (
        "These 3 papers need 3 senior reviews; the senior reviewer who may review them has 2 places left for them: "
        "1 is missing."
    )
    assert {remedy.kind for remedy in found.remedies} == {"raise_maximum", "lower_seniors", "lower_demand"}


def test_a_paper_whose_reviewers_are_of_one_institution_is_named() -> None:
    three = {f"r{r}": Reviewer(f"r{r}", 0, 1, institutions=("x.edu",)) for r in range(3)}
    found = solve(
        ruled(problem(np.full((1, 3), 0.5), demand=2), Rules(one_per_institution=True), **three), mode="total"
    )
    assert isinstance(found, Infeasible)
    (reason,) = found.reasons
    assert (reason.kind, reason.papers) == ("rule", ("p0",))
    assert reason.sentence == (
        "1 paper cannot have every review with at most one reviewer of an institution: 1 is missing."
    )
    assert {remedy.kind for remedy in found.remedies} == {"allow_same_institution", "lower_demand"}


def test_locks_that_break_a_rule_are_named() -> None:
    two = {f"r{r}": Reviewer(f"r{r}", 0, 1, institutions=("x.edu",)) for r in range(2)}
    plain = problem(np.full((1, 3), 0.5), demand=2, locked=[(0, 0), (0, 1)])
    found = solve(ruled(plain, Rules(one_per_institution=True), **two), mode="total")
    assert isinstance(found, Infeasible)
    assert [reason.sentence for reason in found.reasons] == ["2 locked reviewers share an institution."]
    assert {remedy.kind for remedy in found.remedies} == {"remove_locks", "allow_same_institution"}


@pytest.mark.parametrize(
    ("bar", "sentence", "ways"),
    [
        (Bar.CONFLICT, "has a conflict with it", {"remove_locks", "waive_conflicts"}),
        (Bar.SUSPECTED, "may have a conflict with it", {"remove_locks", "settle_suspected"}),
        (Bar.FORBIDDEN, "the pair is forbidden", {"remove_locks", "allow_forbidden"}),
        (Bar.AUTHOR, "is one of its authors", {"remove_locks"}),
    ],
)
def test_a_lock_on_a_pair_that_may_not_be_is_named(bar: Bar, sentence: str, ways: set[str]) -> None:
    found = solve(problem([[0.5, 0.4]], forbidden=[(0, 0)], bar=bar, locked=[(0, 0)]))
    assert isinstance(found, Infeasible)
    (reason,) = found.reasons
    assert (reason.kind, reason.papers, reason.reviewers) == ("lock_on_conflict", ("p0",), ("r0",))
    assert reason.sentence == f"This reviewer is locked to this paper but {sentence}."
    assert {remedy.kind for remedy in found.remedies} == ways
