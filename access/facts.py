"""What a viewer is to which rows, as sets of keys: the workshops they organize, the papers they wrote, review, handle.

Grants are made of these facts. Read inside every statement, as nested subqueries, they cost most of a page's CPU time
(120 ms for a list of papers); read once, in one statement, they make each grant a flat ``pk IN (…)``.
"""

from collections.abc import Callable

from django.db.models import CharField, QuerySet, Value

Reader = Callable[[int], QuerySet]

_READERS: dict[str, tuple[Reader, str]] = {}


def fact(name: str, reader: Reader, *, key: str) -> None:
    """Register a fact: ``reader(user_id)`` gives the rows whose column ``key`` holds the keys."""
    _READERS[name] = (reader, key)


def read_facts(user_id: int) -> dict[str, frozenset[int]]:
    """All facts about one person, in one statement."""
    found: dict[str, set[int]] = {name: set() for name in _READERS}
    parts = [_part(name, reader(user_id), key) for name, (reader, key) in _READERS.items()]
    if parts:
        for name, key in parts[0].union(*parts[1:], all=True):
            found[name].add(key)
    return {name: frozenset(keys) for name, keys in found.items()}


def _part(name: str, rows: QuerySet, key: str) -> QuerySet:
    return rows.order_by().annotate(fact=Value(name, CharField())).values_list("fact", key)
