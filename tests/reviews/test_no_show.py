"""Early signs that a reviewer may not deliver: plain questions about times."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reviews.no_show import Sign, Task, no_show_sign

GIVEN = datetime(2026, 9, 1, tzinfo=UTC)
DUE = GIVEN + timedelta(days=18)
A_THIRD, TWO_THIRDS = GIVEN + timedelta(days=6), GIVEN + timedelta(days=12)
MINUTE = timedelta(minutes=1)


def task(**known: Any) -> Task:
    return Task(**{"given_at": GIVEN, "due_at": DUE, **known})


def step(*tasks: Task, at: datetime) -> int:
    sign = no_show_sign(tasks, at)
    return sign.step if sign else 0


def test_silence_is_a_sign_after_a_third_and_a_stronger_one_after_two_thirds() -> None:
    moments = (A_THIRD - MINUTE, A_THIRD, TWO_THIRDS - MINUTE, TWO_THIRDS, DUE + MINUTE)

    assert [step(task(), task(), at=at) for at in moments] == [0, 1, 1, 2, 2]


@pytest.mark.parametrize("known", [{"acknowledged": True}, {"opened": True}])
def test_who_has_acknowledged_or_opened_one_paper_is_silent_only_after_two_thirds(known: dict[str, bool]) -> None:
    tasks = (task(), task(**known))

    assert [step(*tasks, at=at) for at in (A_THIRD, TWO_THIRDS)] == [0, 2]


def test_who_has_written_anything_shows_no_sign() -> None:
    assert step(task(), task(written=True), at=DUE + MINUTE) == 0


def test_paper_that_came_later_has_its_own_time() -> None:
    late = task(given_at=TWO_THIRDS, due_at=TWO_THIRDS + timedelta(days=18))

    assert [step(late, at=at) for at in (DUE, late.given_at + timedelta(days=6))] == [1, 1]
    assert step(late, at=late.given_at + timedelta(days=5)) == 0


@pytest.mark.parametrize("known", [{"due_at": None}, {"due_at": GIVEN}, {"due_at": GIVEN - MINUTE}])
def test_paper_without_reviewing_time_tells_nothing(known: dict[str, Any]) -> None:
    assert no_show_sign([task(**known)], DUE) is None


def test_nobody_without_papers_shows_a_sign() -> None:
    assert no_show_sign([], DUE) is None


def test_reason_is_said_in_plain_words() -> None:
    assert no_show_sign([task()], A_THIRD) == Sign(
        1, "Of one paper nothing is acknowledged or opened, and a third of the time is over."
    )
    assert no_show_sign([task(), task(opened=True), task()], TWO_THIRDS) == Sign(
        2, "Of 3 papers nothing is written, 1 opened, and two thirds of the time are over."
    )
