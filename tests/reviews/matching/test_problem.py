"""What a problem may look like, its JSON form, and the hash of what decides its outcome."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reviews.matching.problem import Paper, Problem, Reviewer, input_hash
from reviews.matching.result import ProblemError
from tests.reviews.matching.build import problem


def readable() -> dict[str, Any]:
    return {
        "papers": [{"id": "p1", "demand": 1, "authors": ["r2", "someone else"]}, {"id": "p2", "demand": 2}],
        "reviewers": [{"id": "r1", "max": 2}, {"id": "r2", "min": 1, "max": 3}],
        "scores": [["p1", "r1", 0.25], ["p2", "r2", 1]],
        "conflicts": [],
        "forbidden": [["p2", "r1"]],
        "locks": [["p2", "r2"]],
    }


def test_the_json_form_is_read_with_gaps_as_unknown_and_authors_barred_from_their_own_paper() -> None:
    found = Problem.from_dict(readable())
    assert found.papers == (Paper("p1", 1, ("r2", "someone else")), Paper("p2", 2))
    assert found.reviewers == (Reviewer("r1", 0, 2), Reviewer("r2", 1, 3))
    np.testing.assert_array_equal(found.scores, [[0.25, np.nan], [np.nan, 1.0]])
    assert found.forbidden.tolist() == [[False, True], [True, False]]
    assert found.locked == {(1, 1)}


def test_a_problem_comes_back_the_same_through_json() -> None:
    first = problem([[0.1, None, 1 / 3], [None, 0.0, 1.0]], demand=2, forbidden=[(0, 1)], locked=[(1, 2)])
    second = Problem.from_dict(json.loads(json.dumps(first.to_dict())))
    np.testing.assert_array_equal(second.scores, first.scores)
    assert second.to_dict() == first.to_dict()
    assert input_hash(second) == input_hash(first)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"papers": None}, "papers must be a list."),
        ({"papers": [{"demand": 1}]}, "papers[0].id is missing."),
        ({"papers": [{"id": "", "demand": 1}]}, "papers[0].id must be a text that is not empty, not ''."),
        (
            {"papers": [{"id": "p", "demand": 1}, {"id": "p", "demand": 1}]},
            "papers[1].id: “p” is already taken by an earlier row.",
        ),
        ({"reviewers": [{"id": "r1"}]}, "reviewers[0].max is missing."),
        ({"scores": [["p1", "r9", 0.5]]}, "scores[0]: there is no reviewer with the id 'r9'."),
        ({"scores": [["p1", "r1", 1.5]]}, "scores[0]: the score must be a number from 0 to 1, not 1.5."),
        ({"scores": [["p1", "r1"]]}, "scores[0] must be [paper, reviewer, score], not ['p1', 'r1']."),
        (
            {"scores": [["p1", "r1", 0.5], ["p1", "r1", 0.6]]},
            "scores[1]: the pair 'p1', 'r1' already has a score above.",
        ),
        ({"scores": {"rows": [[0.5, 0.5]]}}, "scores.rows has 1 rows; there are 2 papers."),
        ({"scores": {"rows": [[0.5, 0.5], [0.5]]}}, "scores.rows[1] has 1 scores; there are 2 reviewers."),
        ({"locks": [["p9", "r1"]]}, "locks[0]: there is no paper with the id 'p9'."),
        (
            {"rule": {}},
            (
                "rule: this field is not known; known are "
                "conflicts, forbidden, locks, papers, reviewers, rules, scores, suspected."
            ),
        ),
    ],
)
def test_a_bad_field_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError) as error:
        Problem.from_dict(readable() | change)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"papers": [Paper("p0", -1)]},
            "The demand of paper “p0” must be a whole number from 0 to 1,000, not -1.",
        ),
        ({"reviewers": [Reviewer("r0", 3, 2)]}, "Reviewer “r0” has a minimum of 3, above the maximum of 2."),
        ({"scores": np.array([[1.5]])}, "The score of paper “p0” and reviewer “r0” is 1.5; scores go from 0 to 1."),
        ({"scores": np.array([[0.5, 0.5]])}, "scores has the shape (1, 2), but papers × reviewers is (1, 1)."),
        ({"locked": {(0, 1)}}, "The lock (0, 1) lies outside the 1 papers and 1 reviewers."),
    ],
)
def test_a_contradiction_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError) as error:
        replace(problem([[0.5]]), **change)
    assert str(error.value) == message


def test_the_hash_ignores_the_order_of_rows() -> None:
    first = problem([[0.1, None], [0.3, 0.4]], most=2, forbidden=[(0, 1)], locked=[(1, 0)])
    turned = Problem(
        first.papers[::-1], first.reviewers[::-1], first.scores[::-1, ::-1], first.bars[::-1, ::-1], {(0, 1)}
    )
    assert input_hash(turned) == input_hash(first)


@pytest.mark.parametrize(
    "change",
    [
        {"papers": [Paper("p0", 2)]},
        {"reviewers": [Reviewer("r0", 0, 1), Reviewer("r1", 0, 2)]},
        {"scores": np.array([[0.5, np.nan]])},
        {"bars": np.array([[False, True]])},
        {"locked": {(0, 0)}},
    ],
)
def test_the_hash_changes_with_everything_that_decides(change: dict[str, Any]) -> None:
    first = problem([[0.5, 0.0]])
    assert input_hash(replace(first, **change)) != input_hash(first)
