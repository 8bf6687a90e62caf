"""One act on many lines of a list: what it would do to which, which are left out and why, and then all of it or
nothing. What the acts on people (people_acts.py) and on reviews (reviews_acts.py) have in common.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from access.rights import require
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, StaleState
from notifications.models import Batch
from workshops.models import Workshop

MOST = 2000


@dataclass(frozen=True)
class Take:
    """``key``: of the line; ``notes``: what is to be known before it is done."""

    key: Any
    words: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    words: str
    why: str


@dataclass(frozen=True)
class Plan:
    takes: list[Take]
    left_out: list[LeftOut]


@dataclass(frozen=True)
class Done:
    """``batch``: the bulk mail that was written; ``before``: what undo needs, by the key of the line as text."""

    count: int
    batch: Batch | None = None
    before: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """On what an act is played. ``given``: what its form asks for."""

    workshop: Workshop
    viewer: Viewer
    by: User
    keys: Sequence[Any]
    given: dict[str, Any]


@dataclass(frozen=True)
class Act:
    """``look`` says what it would do and changes nothing; ``do`` does it to the keys that were taken."""

    look: Callable[[Stage], Plan]
    do: Callable[[Stage], Done]
    undo: Callable[[Stage, dict[str, Any]], int] | None = None


def plan(act: Act, stage: Stage) -> Plan:
    """What the act would do now. The same number of queries for any number of lines."""
    require(stage.viewer, "staff", stage.workshop)
    return act.look(stage)


@transaction.atomic
def apply(act: Act, stage: Stage, *, seen: int | None) -> Done:
    """Do it to every line of the plan, in one transaction. ``seen``: to how many the page said that it would be done.

    Raises StaleState when that is another number by now, and Refused when one of them cannot be; then nothing is done.
    """
    require(stage.viewer, "staff", stage.workshop)
    Workshop.objects.select_for_update().get(pk=stage.workshop.pk)
    found = act.look(stage)
    if seen is not None and seen != len(found.takes):
        raise StaleState(
            f"This would be done to {len(found.takes)} by now, not to {seen}. Look at the list below again."
        )
    if not found.takes:
        raise Refused("There is nobody and nothing to which this can be done; see below why.")
    taken = [one.key for one in found.takes]
    return act.do(Stage(stage.workshop, stage.viewer, stage.by, taken, stage.given))


@transaction.atomic
def undo(act: Act, stage: Stage, before: dict[str, Any]) -> int:
    """Take it back as far as it still can be; returns for how many it was."""
    require(stage.viewer, "staff", stage.workshop)
    if act.undo is None:
        raise Refused("This cannot be taken back.")
    return act.undo(stage, before)
