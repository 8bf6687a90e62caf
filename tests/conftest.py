"""The stage of every test. See docs/contributing/tests.md."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import override_settings, setup_databases, teardown_databases
from django.utils import timezone

from tests import factories
from tests.factories import Cast


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """For ``-m both``, files where nothing is marked so are not even read."""
    if config.option.markexpr == "both" and collection_path.name.startswith("test_"):
        return "mark.both" not in collection_path.read_text("utf-8") or None
    return None


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end, so that no collection of garbage walks over it again, and there are fewer
    of them: each page leaves some thousand objects in cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """A database of the run's own (one a worker process), whatever tests ask for it: never the site's.

    Its tables are made from the models, which is quicker than by the migrations; tests/e2e and tests/operating run
    those. On SQLite a flush is DELETE, which the log's triggers refuse: they are set aside for it.
    """
    connection.settings_dict["TEST"]["MIGRATE"] = False
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        _count_as_migrated()
        if connection.vendor == "sqlite":
            _flush_the_log_too()
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


def _count_as_migrated() -> None:
    """What the migrations do beyond the tables, and their names in the list of those that are done."""
    with connection.schema_editor() as editor:
        import_module("audit.migrations.0002_append_only").forwards(None, editor)
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    recorder.migration_qs.bulk_create(
        recorder.Migration(app=app, name=name) for app, name in sorted(loader.disk_migrations)
    )


def _flush_the_log_too() -> None:
    flush = connection.ops.execute_sql_flush

    def execute_sql_flush(sql_list: list[str]) -> None:
        with _triggers_set_aside():
            flush(sql_list)

    connection.ops.execute_sql_flush = execute_sql_flush  # type: ignore[method-assign]  # a quicker one for tests


@contextmanager
def _triggers_set_aside() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        try:
            yield
        finally:
            for _, sql in triggers:
                cursor.execute(sql)


@pytest.fixture(scope="session", autouse=True)
def _in_this_process() -> Iterator[None]:
    """A cache in memory; passwords that cost nothing; a static file is looked up when it is asked for.

    Set once for all tests: each time that Django is told of other caches it leaves a variable in the context, and
    every line of the log reads them all. WhiteNoise would else read what all static files are anew for each client.
    """
    memory = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    quick = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"], "WHITENOISE_AUTOREFRESH": True}
    with override_settings(CACHES=memory, **quick):
        yield


@pytest.fixture(autouse=True)
def _stage(settings: Any, tmp_path: Any) -> None:
    """Files, mail and backups in a folder of the test; an empty cache."""
    settings.FILES_DIR = tmp_path / "files"
    settings.MEDIA_ROOT = tmp_path / "public"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.BACKUP_DIR = tmp_path / "backups"
    cache.clear()


@pytest.fixture
def cast(db: None) -> Cast:
    """A workshop in its submission phase with the whole cast, see tests.factories.Cast."""
    return factories.make_cast()


@pytest.fixture
def make_cast(db: None) -> Callable[..., Cast]:
    """``make_cast("review")``: the cast in another phase, see tests.factories.PHASES."""
    return factories.make_cast


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def day() -> timedelta:
    return timedelta(days=1)


@pytest.fixture(scope="session")
def on_postgresql() -> bool:
    return connection.vendor == "postgresql"
