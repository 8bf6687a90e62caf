"""Statements that are put together once for the whole process, and then only filled in.

Putting a statement of rights together takes Django ten times as long as the database takes to answer it. It differs
between two requests by nothing but keys: who looks, which workshop, which papers. So the function that makes it is
called once, with stand-ins for them, and whatever stood for them is filled in afterwards:

    @prepared
    def _titles(viewer: Viewer, workshop_id: int) -> QuerySet:
        return visible_to(viewer, "title", Submission.objects.of(workshop_id)).values_list("number", "title")

    rows = _titles(viewer, workshop.pk)     # a list, asked anew each time

Where the function returns several querysets by name, all are read by one statement, and come as lists by these names,
**in no order**: sort what has one.

What is kept is the text of the statement. Rows are never kept, so that nobody sees what another may.
"""

import copy
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Expression, QuerySet

from access.viewer import Viewer

Build = Callable[..., QuerySet | dict[str, QuerySet]]
Slot = tuple[int, str]
"""Which argument, and which of its facts (of a viewer: "" is their key)."""

MOST = 500
LARGEST = 2**63 - 1
"""Of the whole numbers that a database keeps."""
THROUGH = "through "
"""Begins the facts of whoever looks as another person."""
A_DAY = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d|$)")
"""How SQLite keeps a day, or an instant."""
PLACES = re.compile("%%|%s")
"""A sign of percent, and where a parameter goes."""


class Prepared:
    """Calls of one function that makes a statement.

    Its positional arguments are filled in: viewers, keys, instants, texts, and lists of whole numbers. ``how`` is what
    the statement is put together by, and another one is made for each. The function may hand its positional arguments
    to filters and do nothing else with them: it sees stand-ins.
    """

    def __init__(self, build: Build) -> None:
        self.build = build
        self.__doc__ = build.__doc__
        self.__name__ = build.__name__

    def __call__(self, *values: Any, **how: Any) -> Any:
        """The rows, as the queryset would give them: a list, or lists by name."""
        if any(isinstance(value, Viewer) and not _is_somebody(value) for value in values):
            found = self.build(*values, **how)
            return {name: list(rows) for name, rows in found.items()} if isinstance(found, dict) else list(found)
        kinds = tuple(_kind(value) for value in values)
        return _statement(self.build, connection.vendor, kinds, tuple(how.items())).rows(values)


def prepared(build: Build) -> Prepared:
    """Have ``build`` called once for each kind of arguments, and its statement filled in from then on."""
    return Prepared(build)


def _is_somebody(viewer: Viewer) -> bool:
    """A person, be it as another sees: the others are few, and their rights are put together differently."""
    return viewer.person is not None and not viewer.system and not viewer.keys


# --- stand-ins --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Somebody:
    """Stands for a person. What tells people apart other than their key makes a statement of its own."""

    pk: int
    is_superuser: bool
    is_active: bool


@dataclass(frozen=True)
class _SomeViewer(Viewer):
    place: int = 0
    prefix: str = ""

    @property
    def sides(self) -> tuple[Viewer, Viewer]:
        looking = _SomeViewer(self.through, place=self.place, prefix=THROUGH)
        return _SomeViewer(self.person, place=self.place), looking

    def fact(self, name: str) -> Any:
        return _Keys((self.place, f"{self.prefix}{name}"))

    @property
    def now(self) -> datetime:
        return _instant(self.place)


class _Keys(Expression):
    """Stands for a set of whole numbers, behind ``__in``. The statement holds each set once, as a table beside it."""

    def __init__(self, *slots: Slot) -> None:
        super().__init__()
        self.slots = slots

    def __or__(self, other: Any) -> "_Keys":  # type: ignore[override]  # sets are united, not conditions
        return _Keys(*self.slots, *other.slots)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "(SELECT key FROM %s)", [_Set(self.slots)]


@dataclass(frozen=True)
class _Set:
    slots: tuple[Slot, ...]


def _kind(value: Any) -> Any:
    """What of a value a statement depends on."""
    if isinstance(value, Viewer):
        return Viewer, _kind_of_person(value.person), value.through and _kind_of_person(value.through)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | str | datetime | UUID):
        return type(value)
    if isinstance(value, Iterable):
        return list
    raise TypeError(f"A prepared statement takes no {type(value).__name__}: {value!r}")


def _kind_of_person(person: Any) -> tuple[bool, bool]:
    return bool(getattr(person, "is_superuser", False)), bool(getattr(person, "is_active", False))


def _stand_in(kind: Any, place: int) -> Any:
    if kind is None or isinstance(kind, bool):
        return kind
    if isinstance(kind, tuple):
        person, through = kind[1:]
        looking = _Somebody(_number_through(place), *through) if through else None
        return _SomeViewer(_Somebody(_number(place), *person), through=looking, place=place)
    if kind is list:
        return _Keys((place, ""))
    makers: dict[Any, Callable[[int], Any]] = {
        int: _number,
        str: lambda place: f"\N{EM DASH}{_number(place)}",
        datetime: _instant,
        UUID: lambda place: UUID(int=_number(place)),
    }
    return makers[kind](place)


def _number(place: int) -> int:
    """No row has this key, and every column that holds keys could."""
    return 2**31 - 1 - place


def _number_through(place: int) -> int:
    return _number(place) - 1000


def _instant(place: int) -> datetime:
    return datetime(1, 1, 1, 1, place, tzinfo=UTC)


# --- statements -------------------------------------------------------------------------------------------------------


class _Sets:
    """The sets of keys of a statement, each a table of one column that stands before the rest of it."""

    def __init__(self) -> None:
        self.names: dict[tuple[Slot, ...], str] = {}

    def name(self, found: _Set) -> str:
        return self.names.setdefault(found.slots, f"keys{len(self.names)}")

    def tables(self) -> list[str]:
        rows = "unnest(%s::bigint[])" if connection.vendor == "postgresql" else "value FROM json_each(%s)"
        return [f"{name}(key) AS (SELECT {rows})" for name in self.names.values()]

    def filled(self, values: tuple[Any, ...]) -> list[str]:
        return [_array(set().union(*(_keys(values[place], name) for place, name in slots))) for slots in self.names]


def _array(keys: set[int]) -> str:
    """As the database reads it, without what no column holds."""
    written = ",".join(str(int(key)) for key in keys if -LARGEST <= key <= LARGEST)
    return f"{{{written}}}" if connection.vendor == "postgresql" else f"[{written}]"


class _Statement:
    """A compiled queryset, and at which of its parameters which argument goes."""

    def __init__(self, queryset: QuerySet, places: dict[Any, Slot], sets: _Sets) -> None:
        self.queryset, self.sets = queryset, sets
        self.compiler: Any = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        try:
            self.sql, params = self.compiler.as_sql()
        except EmptyResultSet:  # no row can ever be found
            self.sql, params = "", ()
        self._write_constants(list(params), places)
        self.holes: list[tuple[int, Slot]] = []
        for index, param in enumerate(self.params):
            if isinstance(param, str | int | datetime | UUID) and (slot := places.get(param)):
                self.holes.append((index, slot))
            elif isinstance(param, date) or (isinstance(param, str) and A_DAY.match(param)):
                raise ValueError(f"{param} would stay in a statement that is made once; take it from an argument.")

    def _write_constants(self, params: list[Any], places: dict[Any, Slot]) -> None:
        """Put what is the same each time into the text: numbers, words, and the names of sets.

        SQLite compares a parameter with the conditions of indexes that hold some rows only, and then reads the whole
        statement anew whenever a value is bound to it, which takes it longer than the answer. For PostgreSQL, psycopg
        quotes hundreds of parameters at each request.
        """
        rest = iter(params)
        self.params: list[Any] = []

        def written(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return found[0]
            param = next(rest)
            if isinstance(param, _Set):
                return self.sets.name(param)
            if isinstance(param, str | int) and not A_DAY.match(str(param)) and param not in places:
                return _literal(param)
            self.params.append(param)
            return found[0]

        self.sql = PLACES.sub(written, self.sql)

    def filled(self, values: tuple[Any, ...]) -> list[Any]:
        """The parameters."""
        params = list(self.params)
        for index, (place, name) in self.holes:
            params[index] = _filled(values[place], name)
        return params

    def rows(self, values: tuple[Any, ...]) -> list[Any]:
        if not self.sql:
            return []
        params = [*self.sets.filled(values), *self.filled(values)]
        return self.read(as_sql=lambda *args, **rest: (_with(self.sets.tables(), self.sql), params))

    def read(self, **instead: Any) -> list[Any]:
        """What the queryset gives, with this in the place of methods of its compiler."""
        rows: Any = type(self.queryset)(self.queryset.model, query=_Compiled(self, instead))  # type: ignore[arg-type]  # stands for a Query
        rows._iterable_class = self.queryset._iterable_class
        return list(rows)


def _literal(value: str | int) -> str:
    """A constant as the database reads it, in a text whose signs of percent are doubled."""
    if isinstance(value, bool) and connection.vendor == "postgresql":
        return str(value).lower()
    return str(int(value)) if isinstance(value, int) else "'" + value.replace("'", "''").replace("%", "%%") + "'"


def _with(tables: list[str], sql: str) -> str:
    return f"WITH {', '.join(tables)} {sql}" if tables else sql


class _Several:
    """Compiled querysets with one statement for all: each row comes as JSON, beside the number of its queryset."""

    def __init__(self, querysets: dict[str, QuerySet], places: dict[Any, Slot]) -> None:
        self.sets = _Sets()
        self.parts = {name: _Statement(_unordered(rows), places, self.sets) for name, rows in querysets.items()}
        self.asked = [part for part in self.parts.values() if part.sql]
        array = "json_build_array(%s)::text" if connection.vendor == "postgresql" else "json_array(%s)"
        tables, selects = [], []
        for number, part in enumerate(self.asked):
            names = ", ".join(f"c{column}" for column in range(len(part.compiler.select)))
            tables.append(f"p{number}({names}) AS ({part.sql})")
            selects.append(f"SELECT {number}, {array % names} FROM p{number}")  # noqa: S608  # names that stand above
        self.sql = _with([*self.sets.tables(), *tables], " UNION ALL ".join(selects))
        self.readers = {id(part): _readers(part) for part in self.asked}

    def rows(self, values: tuple[Any, ...]) -> dict[str, list[Any]]:
        texts: dict[int, list[str]] = {id(part): [] for part in self.asked}
        if self.asked:
            params = [*self.sets.filled(values), *(param for part in self.asked for param in part.filled(values))]
            with connection.cursor() as cursor:
                cursor.execute(self.sql, params)
                for number, text in cursor.fetchall():
                    texts[id(self.asked[number])].append(text)
        return {name: self._read(part, texts[id(part)]) if part.sql else [] for name, part in self.parts.items()}

    def _read(self, part: _Statement, texts: list[str]) -> list[Any]:
        rows = json.loads(f"[{','.join(texts)}]")
        for place, read in self.readers[id(part)]:
            for row in rows:
                if row[place] is not None:
                    row[place] = read(row[place])
        found = [tuple(row) for row in rows]
        return part.read(execute_sql=lambda *args, **rest: found, results_iter=lambda *args, **rest: iter(found))


def _unordered(rows: QuerySet) -> QuerySet:
    """Which rows are the first few depends on the order. In what order all of them come is not kept."""
    return rows if rows.query.is_sliced else rows.order_by()


def _readers(part: _Statement) -> list[tuple[int, Callable[[Any], Any]]]:
    """What makes a value of what its column is in JSON, for the columns that need it."""
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for place, (column, *_) in enumerate(part.compiler.select):
        kind = column.output_field.get_internal_type()
        if kind in FROM_JSON:
            found.append((place, FROM_JSON[kind]))
            continue
        if kind == "JSONField" and connection.vendor == "postgresql":  # its converters take the text of it
            found.append((place, json.dumps))
        found += [
            (place, partial(_converted, converter, column))
            for converters, _ in part.compiler.get_converters([column]).values()
            for converter in converters
        ]
    return found


def _converted(converter: Any, column: Any, value: Any) -> Any:
    return converter(value, column, connection)


def _moment(text: str) -> datetime:
    """PostgreSQL says in which zone it is; SQLite keeps UTC without saying it."""
    return datetime.fromisoformat(text if text[-6] in "+-" else f"{text}+00:00")


FROM_JSON: dict[str, Callable[[Any], Any]] = {
    "BooleanField": bool,
    "DateField": date.fromisoformat,
    "DateTimeField": _moment,
    "UUIDField": UUID,
}


class _Compiled:
    """Stands for a queryset's query, with its compiler at hand."""

    def __init__(self, statement: _Statement, instead: dict[str, Any]) -> None:
        self._statement, self._instead = statement, instead

    def get_compiler(self, using: str | None = None, **rest: Any) -> Any:
        compiler = copy.copy(self._statement.compiler)
        compiler.connection = connections[using or DEFAULT_DB_ALIAS]
        vars(compiler).update(self._instead)
        return compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._statement.queryset.query, name)


@lru_cache(maxsize=MOST)
def _statement(build: Build, vendor: str, kinds: tuple[Any, ...], how: Any) -> _Statement | _Several:
    places: dict[Any, Slot] = {}
    stand_ins = [_stand_in(kind, place) for place, kind in enumerate(kinds)]
    for place, one in enumerate(stand_ins):
        if isinstance(one, Viewer):
            places |= {_number(place): (place, ""), _number_through(place): (place, THROUGH)}
            places |= {_adapted(_instant(place)): (place, "now")}
        elif not isinstance(one, _Keys) and one is not None and not isinstance(one, bool):
            places |= {_adapted(one): (place, ""), str(one): (place, "text"), _within(str(one)): (place, "within")}
    made = build(*stand_ins, **dict(how))
    return _Several(made, places) if isinstance(made, dict) else _Statement(made, places, _Sets())


def _adapted(value: Any) -> Any:
    """A value as the database takes it; a number that no column holds becomes the next that fits, which no row has."""
    if isinstance(value, int):
        return max(-LARGEST - 1, min(value, LARGEST))
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def _within(text: str) -> str:
    """What ``__contains`` asks the database for."""
    return f"%{connection.ops.prep_for_like_query(text)}%"


def _filled(value: Any, name: str) -> Any:
    if name == "text":
        return str(value)
    if name == "within":
        return _within(value)
    if isinstance(value, Viewer):
        return _of_viewer(value, name)
    return _adapted(value)


def _of_viewer(viewer: Viewer, name: str) -> Any:
    if name == "now":
        return _adapted(viewer.now)
    return viewer.sides[1].id if name == THROUGH else viewer.id


def _keys(value: Any, name: str) -> Iterable[int]:
    if not isinstance(value, Viewer):
        return value
    return value.sides[1].fact(name.removeprefix(THROUGH)) if name.startswith(THROUGH) else value.fact(name)
