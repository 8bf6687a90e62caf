"""Where no assignment exists: who is short, by how much, and remedies that do what they say."""

import numpy as np
import pytest
from hypothesis import assume, given, settings

from reviews.matching import Infeasible, Reason, Solution, solve
from reviews.matching.problem import Problem
from reviews.matching.remedies import apply
from tests.reviews.matching.build import problem, workshop
from tests.reviews.matching.test_optimum import problems


def reasons(given_problem: Problem) -> tuple[Reason, ...]:
    found = solve(given_problem)
    assert isinstance(found, Infeasible)
    return found.reasons


@given(problems())
@settings(max_examples=50, deadline=None)
def test_one_remedy_a_reason_makes_the_problem_solvable(given_problem: Problem) -> None:
    found = solve(given_problem)
    assume(isinstance(found, Infeasible))
    assert isinstance(found, Infeasible)
    kinds = {reason.kind for reason in found.reasons}
    assume(len(kinds) == 1 and not kinds & {"locks_over_demand", "locks_over_maximum"})
    for preferred in ("lower_demand", "raise_maximum", "lower_minimum", "allow_forbidden"):
        mended = given_problem
        for reason in found.reasons:
            assert reason.needed - reason.available == reason.missing > 0
            remedy = next((one for one in reason.remedies if one.kind == preferred), reason.remedies[-1])
            assert sum(change.by for change in remedy.changes) == reason.missing
            mended = apply(mended, remedy.changes)
        # Fewer papers to give may leave minima unfilled, which is a reason of another kind.
        assert isinstance(again := solve(mended), Solution) or {one.kind for one in again.reasons} == {"too_few_papers"}


def test_papers_that_share_too_few_reviewers_are_named_with_them() -> None:
    # p0 to p6 may be reviewed by r0 to r3 alone; the others are well served.
    outside = [(paper, reviewer) for paper in range(7) for reviewer in range(4, 20)]
    (reason,) = reasons(problem(np.full((10, 20), 0.5), demand=3, most=3, forbidden=outside))
    assert reason.kind == "too_few_places"
    assert reason.papers == ("p0", "p1", "p2", "p3", "p4", "p5", "p6")
    assert reason.reviewers == ("r0", "r1", "r2", "r3")
    assert (reason.needed, reason.available, reason.missing) == (21, 12, 9)
    assert reason.sentence == (
        "These 7 papers need 21 reviews; the 4 reviewers who may review them have 12 places left for them: "
        "9 are missing."
    )
    assert [(remedy.kind, sum(change.by for change in remedy.changes)) for remedy in reason.remedies] == [
        ("raise_maximum", 9),
        ("lower_demand", 9),
        ("allow_forbidden", 9),
    ]
    assert reason.remedies[0].sentence == "Raise the maximum of 4 reviewers by 9 places in all."


def test_a_paper_with_too_few_allowed_reviewers_cannot_be_mended_by_higher_maxima() -> None:
    (reason,) = reasons(problem(np.full((2, 4), 0.5), demand=[3, 1], most=5, forbidden=[(0, 2), (0, 3)]))
    assert (reason.papers, reason.reviewers, reason.missing) == (("p0",), ("r0", "r1"), 1)
    assert reason.sentence == (
        "This paper needs 3 reviews; the 2 reviewers who may review it have 2 places left for it: 1 is missing."
    )
    assert [remedy.kind for remedy in reason.remedies] == ["lower_demand", "allow_forbidden"]


def test_two_separate_shortages_are_two_reasons() -> None:
    barred = [(0, 1), (0, 2), (1, 1), (1, 2), (2, 0), (2, 2), (3, 0), (3, 2)]
    first, second = reasons(problem(np.full((4, 3), 0.5), forbidden=barred))
    assert (first.papers, first.reviewers) == (("p0", "p1"), ("r0",))
    assert (second.papers, second.reviewers) == (("p2", "p3"), ("r1",))


def test_a_paper_nobody_may_review_is_told_so() -> None:
    (reason,) = reasons(problem([[0.5, 0.5], [0.5, 0.5]], forbidden=[(1, 0), (1, 1)]))
    assert reason.sentence == "This paper needs 1 review; no reviewer may review it: 1 is missing."
    assert (reason.papers, reason.reviewers) == (("p1",), ())


def test_too_few_places_in_all_are_spread_evenly_over_reviewers_or_papers() -> None:
    (reason,) = reasons(workshop(40, 20, most=4))
    raised, lowered = reason.remedies[:2]
    assert reason.missing == 40
    assert (raised.kind, {change.by for change in raised.changes}) == ("raise_maximum", {2})
    assert (lowered.kind, {change.by for change in lowered.changes}) == ("lower_demand", {1})


def test_minimum_loads_above_what_can_be_given_name_the_reviewers() -> None:
    # r2 may review p0 alone and is to have two papers.
    (reason,) = reasons(problem(np.full((3, 3), 0.5), least=[0, 0, 2], most=2, forbidden=[(1, 2), (2, 2)]))
    assert reason.kind == "too_few_papers"
    assert (reason.papers, reason.reviewers, reason.missing) == (("p0",), ("r2",), 1)
    assert reason.sentence == (
        "This reviewer needs at least 2 papers; the papers that this reviewer may review offer 1 place: 1 is missing."
    )
    assert [remedy.kind for remedy in reason.remedies] == ["lower_minimum", "allow_forbidden"]


def test_locked_reviewers_are_taken_off_before_counting() -> None:
    barred = [(0, 1), (0, 2)]
    (reason,) = reasons(problem(np.full((1, 3), 0.5), demand=2, forbidden=barred, locked=[(0, 0)]))
    assert reason.sentence == "This paper needs 1 more review; no other reviewer may review it: 1 is missing."


@pytest.mark.parametrize(
    ("demand", "most", "kind", "sentence"),
    [
        (1, 2, "locks_over_demand", "This paper needs 1 review but has 2 locked reviewers: 1 too many."),
        (2, [0, 2], "locks_over_maximum", "This reviewer may have 0 papers but has 1 locked paper: 1 too many."),
    ],
)
def test_more_locks_than_places_are_named(demand: int, most: int | list[int], kind: str, sentence: str) -> None:
    (reason,) = reasons(problem([[0.5, 0.5]], demand=demand, most=most, locked=[(0, 0), (0, 1)]))
    assert (reason.kind, reason.sentence) == (kind, sentence)
