"""The cast in each phase, made once for all tests of the house and put back after each request."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, modify_settings, override_settings

from tests.factories import PHASES, Cast, make_cast, run_jobs
from tests.house.phases import THREE_PAPERS

ANYBODY = "anon"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of the house in the order of their phases, so that each is made once."""
    places = [place for place, item in enumerate(items) if HERE in item.path.parents]
    ordered = sorted((items[place] for place in places), key=_phase)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def _phase(item: pytest.Item) -> int:
    """Its place among the phases; what needs none comes first."""
    callspec = getattr(item, "callspec", None)
    phase = callspec.params.get("season") if callspec else None
    return 0 if phase is None else 1 + [*PHASES, THREE_PAPERS].index(phase)


@dataclass
class Season:
    """A phase of the cast, with a signed-in client each. ``ask`` makes a request and puts the database back."""

    cast: Cast
    cookies: dict[str, SimpleCookie]
    files: Any
    told: dict[str, Any] = field(default_factory=dict)
    client: Client = field(default_factory=lambda: Client(SERVER_NAME="localhost", raise_request_exception=False))

    def people(self) -> list[str]:
        return [*Cast.PEOPLE, ANYBODY]

    def once(self, key: str, what: Callable[[], Any]) -> Any:
        """What this tells, worked out once in the season."""
        if key not in self.told:
            self.told[key] = what()
        return self.told[key]

    def ask(self, who: str, method: str, url: str, **options: Any) -> Any:
        """The response, with its bytes as ``body``."""
        cache.clear()  # nobody is slowed down for what others asked
        self.client.cookies = SimpleCookie(self.cookies[who].output(header="", sep=";"))
        with put_back():
            response = getattr(self.client, method.lower())(url, **options)
            # a stream is read to its end, so that the client closes it
            response.body = response.getvalue() if getattr(response, "streaming", False) else response.content
            return response


@contextmanager
def put_back() -> Iterator[None]:
    """Whatever is written within is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def sign_in(cast: Cast) -> dict[str, SimpleCookie]:
    return {ANYBODY: SimpleCookie(), **{name: sign_in_as(user) for name, user in cast.people().items()}}


def sign_in_as(user: Any) -> SimpleCookie:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session  # what signing in by a code leaves there
    session["account_authentication_methods"] = [{"method": "code", "at": time.time(), "email": user.email}]
    session.save()
    return client.cookies


@pytest.fixture(scope="package")
def season(request: Any, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Season]:
    """The cast in a phase (see phases.py), in a transaction that is rolled back. Tests that use it take no ``db``."""
    phase, papers = ("discussion", 3) if request.param == THREE_PAPERS else (request.param, 1)
    folder = tmp_path_factory.mktemp("season")
    files = override_settings(FILES_DIR=folder / "files", MAIL_DIR=folder / "mail", MEDIA_ROOT=folder / "public")
    # tests/operating reads the log; here two lines a request would be a tenth of the time
    unlogged = modify_settings(MIDDLEWARE={"remove": "django_structlog.middlewares.RequestMiddleware"})
    with django_db_blocker.unblock():
        with files, unlogged, put_back():
            cast = make_cast(phase, papers=papers)
            run_jobs()
            yield Season(cast, sign_in(cast), folder)
        connection.close()


@pytest.fixture(autouse=True)
def _files_of_the_season(request: Any, settings: Any) -> None:
    """The files that the season's papers have are those that its pages serve."""
    if "season" in request.fixturenames:
        made = request.getfixturevalue("season")
        settings.FILES_DIR, settings.MAIL_DIR = made.files / "files", made.files / "mail"
        settings.MEDIA_ROOT = made.files / "public"
