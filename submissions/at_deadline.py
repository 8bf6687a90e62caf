"""What happens around the deadline for papers. Modules of services register it; submissions/tasks.py imports them.

Each function is called in a transaction of its own, exactly once for a track and an instant, however often the worker
looks and however long it was down. One that fails is tried again a minute later and keeps no other from its turn. When
the deadline is moved to another instant, that is a deadline of its own.

    @after_submission_deadline
    def receipts(*, workshop: Workshop, track: Track, deadline: Deadline) -> None:
        \"""The deadline and its grace time are over. Papers with an extension are still open: leave them to
        after_extension by `Submission.objects.not_extended(now)`.\"""

    @after_extension
    def receipt(*, submission: Submission, extension: Extension) -> None:
        \"""The extension of a paper is over (or was ended), and so is its deadline.\"""

    @before_submission_deadline(72, 24)
    def reminders(*, workshop: Workshop, track: Track, deadline: Deadline, hours: int) -> None:
        \"""So many hours are left. After a time of standing still only the step that fits is made up for.\"""
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Step = TypeVar("Step", bound=Callable[..., None])


@dataclass(frozen=True)
class Before:
    """A function that is called when so many hours are left; ``until_hours`` are left when it is too late for it."""

    function: Callable[..., None]
    hours: int
    until_hours: int


_AFTER: list[Callable[..., None]] = []
_AFTER_EXTENSION: list[Callable[..., None]] = []
_BEFORE: list[tuple[Callable[..., None], tuple[int, ...]]] = []


def after_submission_deadline(function: Step) -> Step:
    """Have ``function(workshop=, track=, deadline=)`` called for each track whose deadline has passed."""
    _AFTER.append(function)
    return function


def after_extension(function: Step) -> Step:
    """Have ``function(submission=, extension=)`` called for each paper whose extension is over after its deadline."""
    _AFTER_EXTENSION.append(function)
    return function


def before_submission_deadline(*hours: int) -> Callable[[Step], Step]:
    """Have ``function(workshop=, track=, deadline=, hours=)`` called that many hours before the deadline."""

    def keep(function: Step) -> Step:
        _BEFORE.append((function, tuple(sorted(hours, reverse=True))))
        return function

    return keep


def steps_after() -> tuple[Callable[..., None], ...]:
    """In the order of their registration."""
    return tuple(_AFTER)


def steps_after_extension() -> tuple[Callable[..., None], ...]:
    return tuple(_AFTER_EXTENSION)


def steps_before() -> list[Before]:
    """Each function at each of its hours, the earliest first."""
    return [
        Before(function, each, later)
        for function, hours in _BEFORE
        for each, later in zip(hours, [*hours[1:], 0], strict=True)
    ]


def name_of(function: Callable[..., None]) -> str:
    """What a step is remembered by."""
    return f"{function.__module__}.{function.__qualname__}"
