"""Early signs that a reviewer may not deliver, from what they have done with the papers they have.

The reviewing time of a paper runs from when it was given to when its review is due. Two looks are taken:

- after a third of it, somebody who has acknowledged, opened and begun nothing may never have read the mail;
- after two thirds of it, somebody who has written nothing will hardly write all of it in the last third.

Who has submitted one review, or writes one, is at work and shows no sign. Plain functions: no database, no clock.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from reviews.work import Work


class Task(NamedTuple):
    """One paper that somebody has to review.

    ``acknowledged``: they said that they can review it; ``opened``: they have opened the form; ``written``: a word of
    the review is saved, or it is submitted.
    """

    given_at: datetime
    due_at: datetime | None
    acknowledged: bool = False
    opened: bool = False
    written: bool = False


@dataclass(frozen=True)
class Sign:
    """``step``: 1 after a third of the time, 2 after two thirds. ``reason``: a sentence for the organizers."""

    step: int
    reason: str


def no_show_sign(tasks: Iterable[Task], now: datetime) -> Sign | None:
    """The sign that these papers of one person show now; None where there is none."""
    dated = [task for task in tasks if task.due_at is not None and task.due_at > task.given_at]
    if any(task.written for task in dated):
        return None
    late = [task for task in dated if _passed(task, now) >= 2 / 3]
    if late:
        return Sign(2, f"{_of(late, 'nothing is written')} and two thirds of the time are over.")
    begun = [task for task in dated if _passed(task, now) >= 1 / 3]
    if begun and not any(task.acknowledged or task.opened for task in dated):
        return Sign(1, f"{_of(begun, 'nothing is acknowledged or opened')} and a third of the time is over.")
    return None


def signs_of(work: Iterable[Work], now: datetime) -> dict[int, Sign]:
    """The signs of everybody who shows one, by the key of the person, from what is to do and what is done."""
    by_person: dict[int, list[Work]] = defaultdict(list)
    for one in work:
        if one.is_awaited or one.is_done:
            by_person[one.user].append(one)
    waits = {user: mine for user, mine in by_person.items() if not any(one.is_done for one in mine)}
    signs = {user: no_show_sign(map(_task, mine), now) for user, mine in waits.items()}
    return {user: sign for user, sign in signs.items() if sign is not None}


def _task(one: Work) -> Task:
    return Task(
        given_at=one.given_at,
        due_at=one.due_at,
        acknowledged=one.acknowledged,
        opened=one.review is not None,
        written=one.is_done or one.saved_at is not None,
    )


def _passed(task: Task, now: datetime) -> float:
    """Which part of the reviewing time is over."""
    assert task.due_at is not None
    return (now - task.given_at) / (task.due_at - task.given_at)


def _of(tasks: list[Task], what: str) -> str:
    if len(tasks) == 1:
        return f"Of one paper {what},"
    opened = sum(task.opened for task in tasks)
    more = f", {opened} opened" if opened else ""
    return f"Of {len(tasks)} papers {what}{more},"
