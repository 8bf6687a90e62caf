"""What all imports of rows share: each is done by itself, or is a problem, and what was done is said row by row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction

from audit.errors import Refused

Row = TypeVar("Row")
NEW, CHANGED, SAME, PROBLEM = "new", "changed", "same", "problem"


@dataclass(frozen=True)
class Done:
    """One row of the file: what was done with it, or what is wrong (``sentence``) and how to mend it."""

    line: int | None
    who: str
    what: str
    sentence: str
    mend: str = ""


def each(rows: Iterable[Row], who: Callable[[Row], str], do: Callable[[Row], tuple[str, str]]) -> list[Done]:
    """Do every row in a savepoint of its own. ``do`` answers what it was and its words; a Refused undoes the row."""
    found = []
    for row in rows:
        line: Any = getattr(row, "line", None)
        try:
            with transaction.atomic():
                what, sentence = do(row)
        except Refused as refusal:
            found.append(Done(line, who(row), PROBLEM, refusal.sentence))
        else:
            found.append(Done(line, who(row), what, sentence))
    return found
