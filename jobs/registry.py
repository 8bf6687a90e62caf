"""Which function does which kind of job."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs.services.run import Progress

Runner = Callable[["Progress"], None]
Failure = Callable[[int, str], None]

_RUNNERS: dict[str, Runner] = {}
_FAILURES: dict[str, Failure] = {}


def runner(kind: str, *, on_failure: Failure | None = None) -> Callable[[Runner], Runner]:
    """Register the function that does jobs of this kind. It must be safe to run twice.

    ``on_failure(job_id, reason)`` is told when the last attempt has failed.
    """

    def register(function: Runner) -> Runner:
        _RUNNERS[kind] = function
        if on_failure is not None:
            _FAILURES[kind] = on_failure
        return function

    return register


def runner_of(kind: str) -> Runner:
    return _RUNNERS[kind]


def failure_of(kind: str) -> Failure | None:
    return _FAILURES.get(kind)
