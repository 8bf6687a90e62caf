"""Scores as numbers, whatever a file had in their place."""

import pytest

from reviews.scores import number_in


@pytest.mark.parametrize(
    ("answer", "number"),
    [(5, 5), ("5", 5), ("-5", -5), ("--5", None), ("5: accept", None), ("9" * 5000, None), (True, None), (None, None)],
)
def test_answer_is_a_number_or_none(answer: object, number: int | None) -> None:
    assert number_in(answer) == number
