"""Holes filled while everything else stays, with alternates and what they cost."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.matching import Infeasible, ProblemError, Repair, Solution, repair, solve
from reviews.matching.problem import Problem
from tests.reviews.matching.build import problem, workshop
from tests.reviews.matching.oracle import best_total, ruled_problems, scores_of

Pairs = list[tuple[str, str]]


def ids(found: Solution | Infeasible) -> Pairs:
    assert isinstance(found, Solution)
    return [(pair.paper_id, pair.reviewer_id) for pair in found.pairs]


def repaired(given_problem: Problem, pairs: Pairs, holes: Pairs) -> Repair:
    found = repair(given_problem, pairs, holes)
    assert isinstance(found, Repair)
    return found


def test_a_hole_is_filled_by_the_best_with_room_and_the_next_are_priced() -> None:
    given_problem = problem([[0.9, 0.8, 0.7, 0.6, 0.5], [0.1, 0.9, 0.2, 0.1, 0.1]], most=1)
    found = repaired(given_problem, [("p0", "r0"), ("p1", "r1")], [("p0", "r0")])
    (filled,) = found.filled
    assert (filled.hole, filled.pair.reviewer_id) == (("p0", "r0"), "r2")
    assert [(one.reviewer_id, one.cost) for one in filled.alternates] == [
        ("r3", pytest.approx(0.1)),
        ("r4", pytest.approx(0.2)),
    ]
    assert found.total == pytest.approx(1.6)


def test_an_alternate_who_is_needed_elsewhere_costs_what_that_loses() -> None:
    # r2 fills p0's hole; were r3 to do it, p1's hole would fall to r2 for 0.1.
    given_problem = problem([[0.9, 0.9, 0.8, 0.7], [0.9, 0.9, 0.1, 0.7]], most=1)
    pairs = [("p0", "r0"), ("p1", "r1")]
    found = repaired(given_problem, pairs, pairs)
    assert [(one.hole.paper_id, one.pair.reviewer_id) for one in found.filled] == [("p0", "r1"), ("p1", "r0")]
    barred = problem([[0.9, 0.9, 0.8, 0.7], [0.9, 0.9, 0.1, 0.7]], most=1, forbidden=[(0, 1), (1, 0)])
    first, _ = repaired(barred, pairs, pairs).filled
    assert (first.pair.reviewer_id, first.alternates[0].reviewer_id) == ("r2", "r3")
    assert first.alternates[0].cost == pytest.approx(0.7)


def test_everything_else_stays_and_many_holes_of_one_reviewer_are_filled_at_once() -> None:
    given_problem = workshop(40, 30)
    pairs = ids(solve(given_problem, mode="total"))
    gone = max({one for _, one in pairs}, key=lambda one: [r for _, r in pairs].count(one))
    holes = [pair for pair in pairs if pair[1] == gone]
    found = repaired(given_problem, pairs, holes)
    assert len(holes) > 3
    assert sorted(one.hole for one in found.filled) == sorted(holes)
    new = {(one.pair.paper_id, one.pair.reviewer_id) for one in found.filled}
    assert not new & set(pairs)
    assert all(len(one.alternates) == 3 for one in found.filled)
    assert found.certificate.gap <= 1e-6


@given(ruled_problems(), st.data())
@settings(max_examples=50, deadline=None)
def test_a_repair_is_the_best_there_is_with_everything_else_locked(given_problem: Problem, data: st.DataObject) -> None:
    solved = solve(given_problem, mode="total")
    if not isinstance(solved, Solution) or not solved.pairs:
        return
    pairs = ids(solved)
    holes = data.draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=3, unique=True))
    found = repair(given_problem, pairs, holes)
    rest = locked_without(given_problem, pairs, holes)
    best = best_total(rest)
    if best is None:
        assert isinstance(found, Infeasible)
        assert found.reasons
    else:
        assert isinstance(found, Repair)
        assert found.total == pytest.approx(best, abs=1e-6)
        for filled in found.filled:
            for one in filled.alternates:
                forced = locked_without(
                    given_problem, pairs, holes, (filled.hole.paper_id, one.reviewer_id), filled.pair[:2]
                )
                assert found.total - (best_total(forced) or 0.0) == pytest.approx(one.cost, abs=1e-6)


def locked_without(
    given_problem: Problem,
    pairs: Pairs,
    holes: Pairs,
    forced: tuple[str, str] | None = None,
    closed: tuple[str, str] | None = None,
) -> Problem:
    """The problem with all pairs but the holes locked and the holes forbidden; without minimum loads."""
    data = replace(given_problem, scores=scores_of(given_problem)).to_dict()
    for one in data["reviewers"]:
        one["min"] = 0
    data["rules"]["papers_per_author"] = 0
    data["locks"] = [list(pair) for pair in pairs if pair not in holes] + ([list(forced)] if forced else [])
    data["forbidden"] += [list(pair) for pair in [*holes, *([closed] if closed else [])]]
    return Problem.from_dict(data)


def test_an_unknown_score_stays_what_it_was_when_somebody_leaves() -> None:
    found = repaired(problem([[0.2, 0.6, None]]), [("p0", "r1")], [("p0", "r1")])
    (filled,) = found.filled
    assert (filled.pair.reviewer_id, filled.pair.score, filled.pair.unknown) == ("r2", pytest.approx(0.4), True)


def test_a_minimum_load_that_the_holes_leave_unmet_is_no_obstacle() -> None:
    given_problem = problem([[0.9, 0.5]], least=[1, 0], most=1)
    found = repaired(given_problem, [("p0", "r0")], [("p0", "r0")])
    assert [one.pair.reviewer_id for one in found.filled] == ["r1"]


def test_a_hole_that_nobody_can_fill_is_told_with_its_reason() -> None:
    found = repair(problem([[0.9, 0.5]], demand=2), [("p0", "r0"), ("p0", "r1")], [("p0", "r0")])
    assert isinstance(found, Infeasible)
    assert found.reasons[0].sentence == (
        "This paper needs 1 more review; no other reviewer may review it: 1 is missing."
    )


def test_as_many_holes_as_can_be_are_filled_and_the_rest_is_told_with_its_reason() -> None:
    # Three holes, and one place left, with r3: it goes where it is worth most.
    given_problem = problem([[0.9, 0, 0, 0.3], [0, 0.9, 0, 0.8], [0, 0, 0.9, 0.5]], most=1)
    pairs = [("p0", "r0"), ("p1", "r1"), ("p2", "r2")]
    barred = replace(given_problem, bars=given_problem.bars.copy())
    barred.bars[:, :3] = 1
    assert isinstance(repair(barred, pairs, pairs), Infeasible)

    found = repair(barred, pairs, pairs, partial=True)

    assert isinstance(found, Repair)
    assert [(one.hole, one.pair.reviewer_id, one.alternates) for one in found.filled] == [(("p1", "r1"), "r3", ())]
    assert (found.left, found.total) == ((("p0", "r0"), ("p2", "r2")), pytest.approx(0.8))
    assert found.why is not None
    assert sum(reason.missing for reason in found.why.reasons) == 2
    assert Repair.from_dict(found.to_dict()) == found


def test_where_no_hole_can_be_filled_there_is_only_the_reason() -> None:
    found = repair(problem([[0.9, 0.5]], demand=2), [("p0", "r0"), ("p0", "r1")], [("p0", "r0")], partial=True)
    assert isinstance(found, Infeasible)


@given(ruled_problems(), st.data())
@settings(max_examples=40, deadline=None)
def test_a_partial_repair_fills_most_spreads_the_rest_and_is_the_best_of_these_ways(
    given_problem: Problem, data: st.DataObject
) -> None:
    solved = solve(given_problem, mode="total")
    if not isinstance(solved, Solution) or not solved.pairs:
        return
    pairs = ids(solved)
    holes = data.draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=3, unique=True))
    found = repair(given_problem, pairs, holes, partial=True)
    filled, total = (len(found.filled), found.total) if isinstance(found, Repair) else (0, 0.0)
    most, best = most_filled(given_problem, pairs, holes)
    if given_problem.rules.seniors_per_paper:  # a place that stays open may be the senior's
        assert filled >= most
    else:
        assert filled == most
        assert not most or total == pytest.approx(best, abs=1e-6)


def most_filled(given_problem: Problem, pairs: Pairs, holes: Pairs) -> tuple[int, float]:
    """By trying every set of holes that stay open: the fewest, then those that share papers least."""
    for count in range(len(holes) + 1):
        totals: list[tuple[int, float]] = []
        for open_ones in combinations(holes, count):
            crowded = sum(one[0] == other[0] for one, other in combinations(open_ones, 2))
            rest = locked_without(given_problem, pairs, holes).to_dict()
            for paper in rest["papers"]:
                paper["demand"] -= sum(paper["id"] == one for one, _ in open_ones)
            total = best_total(Problem.from_dict(rest))
            if total is not None:
                totals.append((-crowded, total))
        if totals:
            return len(holes) - count, max(totals)[1]
    return 0, 0.0


def test_places_that_stay_open_are_spread_over_the_papers() -> None:
    """Two papers lose both of their reviewers, and only two others are there: each paper gets one of them."""
    given_problem = problem([[0, 0, 1, 1], [0, 0, 0, 0]], most=1, demand=2, forbidden=[(0, 0), (0, 1), (1, 0), (1, 1)])
    wider = replace(
        given_problem,
        reviewers=[replace(one, max=2) for one in given_problem.reviewers[:2]] + list(given_problem.reviewers[2:]),
    )
    pairs = [("p0", "r0"), ("p0", "r1"), ("p1", "r0"), ("p1", "r1")]

    found = repair(wider, pairs, pairs, partial=True)

    assert isinstance(found, Repair)
    assert sorted(one.hole.paper_id for one in found.filled) == ["p0", "p1"]


@pytest.mark.parametrize(
    ("pairs", "holes", "sentence"),
    [
        ([("p0", "r0")], [("p0", "r1")], "The hole of paper “p0” and reviewer “r1” is none of the pairs."),
        ([("p9", "r0")], [], "pairs: there is no paper with the id 'p9'."),
        ([("p0", "r0")], [("p0", "r9")], "holes: there is no reviewer with the id 'r9'."),
    ],
)
def test_a_hole_that_is_no_pair_is_refused(pairs: Pairs, holes: Pairs, sentence: str) -> None:
    with pytest.raises(ProblemError) as error:
        repair(problem([[0.5, 0.5]]), pairs, holes)
    assert str(error.value) == sentence
