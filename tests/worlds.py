"""Worlds in which many tests begin: played once a process, then put back as rows and files.

Playing a season through the services takes a second; putting its rows back takes a few hundredths of one. Each test has
a world of its own all the same: it is put into the test's own transaction, which is rolled back after it.

A world is put back only where its test cannot tell that it was not played: into an empty database, and at about the
time at which it was played, be it the real one or one that the test has travelled to.
"""

import pickle
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar

import time_machine
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

FRESH = {"usual": timedelta(minutes=15), "travelling": timedelta(seconds=5)}
"""How old "now" may be in a world that is put back; whoever travels in time may look at the clock."""
KEPT = 3
"""So many of a kind, played at different times, are remembered."""
FOLDERS = ("FILES_DIR", "MEDIA_ROOT", "MAIL_DIR")
"""The settings that say where the files of a world are."""
FILLED_BY_DJANGO = {"contenttypes.ContentType", "auth.Permission"}

Make = TypeVar("Make", bound=Callable[..., Any])


@dataclass(frozen=True)
class Played:
    """What playing left: when it ended, what was returned, the rows by model, and the files."""

    at: datetime
    returned: bytes
    rows: dict[type[Model], Any]
    files: Path


_played: dict[tuple[Callable[..., Any], bytes], list[Played]] = {}


def played_once(make: Make) -> Make:
    """Decorates a function that fills an empty database through the services and returns what can be pickled.

    Its arguments, which are pickled too, tell worlds apart.
    """

    @wraps(make)
    def put_back_or_play(*args: Any, **options: Any) -> Any:
        if _with_rows():
            return make(*args, **options)
        fresh = FRESH["travelling" if time_machine.escape_hatch.is_travelling() else "usual"]
        known = _played.setdefault((make, pickle.dumps((args, sorted(options.items())))), [])
        for world in known:
            if timedelta(0) <= timezone.now() - world.at < fresh:
                return _put_back(world)
        returned = make(*args, **options)
        known.insert(0, _remember(returned))
        for forgotten in known[KEPT:]:
            shutil.rmtree(forgotten.files)
            known.remove(forgotten)
        return returned

    return put_back_or_play  # type: ignore[return-value]  # the same arguments, the same answer


def _remember(returned: Any) -> Played:
    files = Path(tempfile.mkdtemp(dir=_shelf().name))
    for name in FOLDERS:
        if (folder := Path(getattr(settings, name))).exists():
            shutil.copytree(folder, files / name, dirs_exist_ok=True)
    return Played(timezone.now(), pickle.dumps(returned), {model: _read(model) for model in _with_rows()}, files)


def _put_back(world: Played) -> Any:
    with transaction.atomic():  # foreign keys are looked at when all is there
        for model, rows in world.rows.items():
            _write(model, rows)
    for folder in world.files.iterdir():
        shutil.copytree(folder, getattr(settings, folder.name), dirs_exist_ok=True)
    return pickle.loads(world.returned)  # noqa: S301  # written by this process


@cache
def _shelf() -> "tempfile.TemporaryDirectory[str]":
    """A folder of the process, gone when it ends."""
    return tempfile.TemporaryDirectory(prefix="nr-worlds-")


# --- rows -------------------------------------------------------------------------------------------------------------


@cache
def _models() -> list[type[Model]]:
    """Every model that has a table which is empty in a database without people."""
    every = apps.get_models(include_auto_created=True)
    return [m for m in every if m._meta.managed and not m._meta.proxy and m._meta.label not in FILLED_BY_DJANGO]


@cache
def _which() -> str:
    quote = connection.ops.quote_name
    return " UNION ALL ".join(
        f"SELECT {place} WHERE EXISTS (SELECT 1 FROM {quote(model._meta.db_table)})"  # noqa: S608  names of our own tables
        for place, model in enumerate(_models())
    )


def _with_rows() -> list[type[Model]]:
    """The models whose tables are not empty, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_which())
        return [_models()[place] for (place,) in cursor.fetchall()]


@cache
def _names(model: type[Model]) -> tuple[str, str, int]:
    """Its table, its columns, quoted as in SQL, and how many these are."""
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in model._meta.local_concrete_fields if not field.generated]
    return quote(model._meta.db_table), ", ".join(columns), len(columns)


def _read(model: type[Model]) -> Any:
    table, columns, _ = _names(model)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) TO STDOUT (FORMAT BINARY)") as copy:
                return b"".join(copy)
        return cursor.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608  names of our own tables


def _write(model: type[Model], rows: Any) -> None:
    table, columns, width = _names(model)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(rows)
        else:
            places = ", ".join(["%s"] * width)
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608  names of our own tables
