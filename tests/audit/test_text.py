"""Numbers as people, browsers and attackers type them."""

import pytest

from audit.text import whole_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("17", 17),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("", None),
        (None, None),
        ("-1", None),
        (" 1", None),
        ("²", None),
        ("١٢", None),
        ("1\x00", None),
    ],
)
def test_only_plain_digits_that_fit_a_column_are_a_number(typed: str | None, number: int | None) -> None:
    assert whole_number(typed) == number


def test_a_number_may_have_fewer_digits() -> None:
    assert [whole_number(text, digits=2) for text in ("99", "100")] == [99, None]
