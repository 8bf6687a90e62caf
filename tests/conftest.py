"""The cast and the stage. See docs/contributing/tests.md."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests import factories
from tests.factories import Cast


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Nothing to change: the database comes from the environment, as in production."""


@pytest.fixture(autouse=True)
def _quick_passwords(settings, tmp_path) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.FILES_DIR = tmp_path / "files"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.CELERY_TASK_ALWAYS_EAGER = False


@pytest.fixture
def cast(db) -> Cast:
    """A workshop in its submission phase with the whole cast, see tests.factories.Cast."""
    return factories.make_cast()


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def day() -> timedelta:
    return timedelta(days=1)


@pytest.fixture(scope="session")
def on_postgresql() -> bool:
    return connection.vendor == "postgresql"
