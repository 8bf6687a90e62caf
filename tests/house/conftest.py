"""The cast in each phase, made once a module and put back after each request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, override_settings

from tests.factories import PHASES, Cast, make_cast

ANYBODY = "anon"


@dataclass
class Season:
    """A phase of the cast, with a signed-in client each. ``ask`` makes a request and puts the database back."""

    cast: Cast
    cookies: dict[str, SimpleCookie]
    files: Any
    client: Client = field(default_factory=lambda: Client(SERVER_NAME="localhost", raise_request_exception=False))

    def people(self) -> list[str]:
        return [*Cast.PEOPLE, ANYBODY]

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
    cookies = {ANYBODY: SimpleCookie()}
    for name, user in cast.people().items():
        client = Client(SERVER_NAME="localhost")
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session  # what signing in by a code leaves there
        session["account_authentication_methods"] = [{"method": "code", "at": time.time(), "email": user.email}]
        session.save()
        cookies[name] = client.cookies
    return cookies


@contextmanager
def a_season(phase: str, folder: Any, **options: Any) -> Iterator[Season]:
    """The cast in this phase inside a transaction that is rolled back."""
    cache = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with override_settings(FILES_DIR=folder / "files", MAIL_DIR=folder / "mail", CACHES=cache), put_back():
        cast = make_cast(phase, **options)
        yield Season(cast, sign_in(cast), folder)


@pytest.fixture(scope="module", params=PHASES)
def season(request: Any, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Season]:
    """Each phase in turn. Tests that use it take no ``db``: what they write is theirs to put back."""
    with django_db_blocker.unblock(), a_season(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made
    connection.close()


@pytest.fixture(autouse=True)
def _files_of_the_season(request: Any, settings: Any) -> None:
    """The files that the season's papers have are those that its pages serve."""
    for name in ("season", "released"):
        if name in request.fixturenames:
            made = request.getfixturevalue(name)
            settings.FILES_DIR, settings.MAIL_DIR = made.files / "files", made.files / "mail"
