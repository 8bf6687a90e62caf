import pytest

from submissions.importing.ratings import NotOnScale, leading_number, overall


@pytest.mark.parametrize(
    ("rating", "step"),
    [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 4), (7, 5), (8, 5), (9, 6), (10, 6), ("8", 5), (6.5, 4), (5.0, 3)],
)
def test_a_bare_number_is_placed_by_the_table(rating: object, step: int) -> None:
    assert overall(rating) == step


@pytest.mark.parametrize(
    ("rating", "step"),
    [
        ("6: marginally above the acceptance threshold", 4),
        ("5: marginally below the acceptance threshold", 3),
        ("8: accept, good paper", 5),
        ("10: strong accept, should be highlighted at the conference", 6),
        ("1: strong reject", 1),
        ("3: reject, not good enough", 2),
        ("4: Borderline reject: reasons to reject outweigh reasons to accept", 3),
        ("5: Borderline accept: reasons to accept outweigh reasons to reject", 4),
        ("6: Weak Accept: solid, with moderate impact", 4),
        ("7: Accept: solid, with high impact", 5),
        ("4 - Ok but not good enough - rejection", 2),
        ("Rating: 8 / 10", 5),
        ("7: Good paper, accept", 5),
    ],
)
def test_a_label_says_what_its_number_means(rating: str, step: int) -> None:
    assert overall(rating) == step


def test_the_number_stays_as_it_stood() -> None:
    assert [leading_number(value) for value in (6, 6.5, "6: label", "7.0")] == [6, 6.5, 6, 7]


@pytest.mark.parametrize(
    "rating", [None, "", "good", 0, 11, "12: beyond", True, [], float("nan"), float("inf"), 10**400]
)
def test_what_is_not_on_the_scale_is_refused(rating: object) -> None:
    with pytest.raises(NotOnScale):
        overall(rating)
