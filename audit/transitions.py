"""States move by table: one conditional UPDATE that must hit exactly one row."""

from collections.abc import Mapping, Set
from typing import Any

from django.db.models import Model

from audit.errors import StaleState

Moves = Mapping[str, Set[str]]


class IllegalMove(Exception):
    """The table has no such move: a mistake of the program, not of the person."""


def move(row: Model, to: str, moves: Moves, **changes: Any) -> None:
    """Move ``row.status`` to ``to`` and write ``changes`` in the same UPDATE.

    Raises IllegalMove when the table has no such move, StaleState when the row is no longer where we read it.
    """
    origin = str(getattr(row, "status"))  # noqa: B009 (every row with a table has a status)
    if to not in moves.get(origin, frozenset()):
        raise IllegalMove(f"{type(row).__name__}: {origin} → {to}")
    changes["status"] = to
    if type(row)._default_manager.filter(pk=row.pk, status=origin).update(**changes) != 1:
        raise StaleState
    for name, value in changes.items():
        setattr(row, name, value)
