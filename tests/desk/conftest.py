"""Looking at the desk as one of the cast."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests.factories import Cast

DESK = "/admin/w/neurreps/"
Look = Callable[..., HttpResponse]


@pytest.fixture
def look(client: Client) -> Look:
    """``look(user, "papers/")``: a page of the desk as this person sees it."""

    def as_person(user: User, page: str = "", **kwargs) -> HttpResponse:
        client.force_login(user)
        return client.get(f"{DESK}{page}", **kwargs)

    return as_person


@pytest.fixture
def do(client: Client) -> Look:
    """``do(user, "papers/1/decide/", {...})``: what this person sends, followed to the page that answers."""

    def as_person(user: User, page: str, data: dict | None = None, **kwargs) -> HttpResponse:
        client.force_login(user)
        return client.post(f"{DESK}{page}", data or {}, follow=True, **kwargs)

    return as_person


def word(user: User) -> str:
    """The word that is nowhere else than in this person's name."""
    return user.family


__all__ = ["Cast", "word"]
