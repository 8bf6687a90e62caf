"""What a viewer is to which rows, as sets of keys: the workshops they organize, the papers they wrote, review, handle.

Grants are made of these facts. Read inside every statement, as nested subqueries, they cost most of a page's CPU time
(120 ms for a list of papers); read once, in one statement, they make each grant a flat ``pk IN (…)``.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import CharField, QuerySet, Value
from django.utils import timezone

Reader = Callable[[int], QuerySet]

SOMEBODY = -(2**31)
"""Stands for the person in the statement; no row has this key."""

NOW = datetime(1900, 1, 1, tzinfo=UTC)
"""Stands for the instant of reading, in a reader whose rows hold for a while."""

_READERS: dict[str, tuple[Reader, str]] = {}


def fact(name: str, reader: Reader, *, key: str) -> None:
    """Register a fact: ``reader(user_id)`` gives the rows whose column ``key`` holds the keys. It asks no query, and
    depends on nothing but the person and, written as ``NOW``, the instant.
    """
    _READERS[name] = (reader, key)


def read_facts(user_id: int) -> dict[str, frozenset[int]]:
    """All facts about one person, in one statement."""
    found: dict[str, set[int]] = {name: set() for name in _READERS}
    if _READERS:
        sql, params = _statement(connection.vendor)
        with connection.cursor() as cursor:
            cursor.execute(sql, _filled(params, user_id))
            for name, key in cursor.fetchall():
                found[name].add(key)
    return {name: frozenset(keys) for name, keys in found.items()}


@cache
def _statement(vendor: str) -> tuple[str, tuple[Any, ...]]:
    """The statement and its parameters, SOMEBODY and NOW among them: it differs between people and instants by nothing
    else, and putting it together takes longer than running it.
    """
    parts = [_part(name, reader(SOMEBODY), key) for name, (reader, key) in _READERS.items()]
    sql, params = parts[0].union(*parts[1:], all=True).query.sql_with_params()
    return sql, tuple(params)


def _filled(params: tuple[Any, ...], user_id: int) -> list[Any]:
    """With the person and this instant in place of what stands for them, as the database takes an instant."""
    adapted = connection.ops.adapt_datetimefield_value
    stands_for = {SOMEBODY: user_id, adapted(NOW): adapted(timezone.now())}
    return [stands_for.get(value, value) for value in params]


def _part(name: str, rows: QuerySet, key: str) -> QuerySet:
    return rows.order_by().annotate(fact=Value(name, CharField())).values_list("fact", key)
