"""Bring in people, assignments and reviews from a file: first what it would do, then do it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.errors import Refused, StaleState
from notifications.models import Batch
from reviews.importing.assignments import read_assignments
from reviews.importing.people import read_people
from reviews.importing.records import Read
from reviews.importing.reviews import read_reviews
from reviews.services.import_assignments import import_assignments
from reviews.services.import_people import import_people
from reviews.services.import_review_rows import import_review_rows
from reviews.services.import_rows import PROBLEM, SAME, Done
from workshops.models import Workshop

READERS: dict[str, Callable[[bytes, str], Read[Any]]] = {
    "people": read_people,
    "assignments": read_assignments,
    "reviews": read_reviews,
}


@dataclass(frozen=True)
class Answer:
    """What the file does, a line a row: problems first, then what is done, then what is left as it is."""

    problems: list[Done] = field(default_factory=list)
    does: list[Done] = field(default_factory=list)
    left: list[Done] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    batch: Batch | None = None


def foresee(*, kind: str, workshop: Workshop, by: User, content: bytes, name: str, mail: bool) -> Answer:
    """What ``bring_in`` would do: it is done, and undone before anybody sees it. Nothing is written, nobody mailed."""
    with transaction.atomic():
        answer = _do(kind, workshop, by, content, name, mail)
        transaction.set_rollback(True)
    return answer


@transaction.atomic
def bring_in(
    *, kind: str, workshop: Workshop, by: User, content: bytes, name: str, mail: bool, seen: int, rest: bool
) -> Answer:
    """Do what the file says, in one transaction. ``seen``: to how many rows the person was told that it would be done.

    Raises StaleState when that is another number by now, Refused while rows are wrong, unless ``rest`` says to go on
    with the others; then nothing is done.
    """
    answer = _do(kind, workshop, by, content, name, mail)
    if answer.problems and not rest:
        count = len(answer.problems)
        problems = "1 problem" if count == 1 else f"{count} problems"
        raise Refused(f"There is {problems}. Mend the file, or say below that the rest is to be brought in.")
    if len(answer.does) != seen:
        raise StaleState(f"This would change {len(answer.does)} rows by now, not {seen}. Look at them again.")
    if not answer.does:
        raise Refused("There is nothing in the file that is not here already.")
    return answer


def _do(kind: str, workshop: Workshop, by: User, content: bytes, name: str, mail: bool) -> Answer:
    read = READERS[kind](content, name)
    batch: Batch | None = None
    notes: list[str] = []
    if kind == "people":
        done, batch = import_people(workshop=workshop, by=by, people=read.rows, ask=mail)
    elif kind == "assignments":
        done, batch = import_assignments(workshop=workshop, by=by, rows=read.rows, tell=mail)
    else:
        done, columns = import_review_rows(workshop=workshop, by=by, rows=read.rows)
        notes = [f"No form asks “{column}”; this column is left out." for column in columns]
    errors = [one for one in read.problems if one.severity == "error"]
    notes += [f"{one.what} {one.how_to_mend}".strip() for one in read.problems if one.severity != "error"]
    return Answer(
        problems=[
            *(Done(one.line, one.where, PROBLEM, one.what, one.how_to_mend) for one in errors),
            *(one for one in done if one.what == PROBLEM),
        ],
        does=[one for one in done if one.what not in (PROBLEM, SAME)],
        left=[one for one in done if one.what == SAME],
        notes=notes,
        batch=batch,
    )
