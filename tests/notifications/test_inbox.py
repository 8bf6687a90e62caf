"""The inbox shows sign-in codes: it is there only where mail stays on this machine, and only from it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from notifications.models import Message
from notifications.services.deliver import deliver_lot

Write = Callable[..., Message]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.notifications.inbox_urls")]


@pytest.fixture
def here(settings: Any) -> Client:
    settings.DEVELOPMENT_INBOX, settings.TRUSTED_PROXY = True, []
    settings.ALLOWED_HOSTS = ["*"]
    return Client(HTTP_HOST="localhost:8000", REMOTE_ADDR="127.0.0.1")


def test_empty_inbox_says_what_will_be_here(here: Client) -> None:
    response = here.get("/inbox/")
    assert response.status_code == 200
    assert "No mail yet" in response.content.decode()


def test_inbox_lists_newest_first_finds_by_address_and_opens(here: Client, write: Write) -> None:
    message = write(values={"name": "<b>Ada</b>", "papers": []})
    write(address="ben@ben.test")
    deliver_lot()
    assert len(here.get("/inbox/").context["items"]) == 2
    (item,) = here.get("/inbox/", {"q": "ADA@ada"}).context["items"]
    assert (item.to, item.subject) == ("ada@ada.test", "Hello <b>Ada</b>")
    page = here.get(f"/inbox/{item.name}/").content.decode()
    assert f"&lt;{message.message_id}&gt;" in page
    assert "Dear &lt;b&gt;Ada&lt;/b&gt;," in page


def test_inbox_is_paged(here: Client, write: Write) -> None:
    for number in range(35):
        write(address=f"p{number}@people.test")
    deliver_lot()
    deliver_lot()
    first, second = here.get("/inbox/"), here.get("/inbox/?page=2")
    assert (len(first.context["items"]), len(second.context["items"])) == (30, 5)
    assert (first.context["older_url"], second.context["newer_url"]) == ("?page=2", "?")


@pytest.mark.parametrize("name", ["..%2F..%2Fsecret.eml", ".hidden.eml", "nothing.eml", "secret_key"])
def test_nothing_but_mail_can_be_opened(here: Client, name: str, settings: Any) -> None:
    settings.MAIL_DIR.mkdir()
    (settings.MAIL_DIR / "secret_key").write_text("x")
    (settings.MAIL_DIR / ".hidden.eml").write_text("x")
    (settings.MAIL_DIR.parent / "secret.eml").write_text("x")
    assert here.get(f"/inbox/{name}/").status_code == 404


@pytest.mark.parametrize(
    "meta",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_HOST": "papers.example.org"},
        {"HTTP_HOST": "localhost.example.org:8000"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
)
def test_inbox_is_not_there_for_others(here: Client, meta: dict[str, str]) -> None:
    assert here.get("/inbox/", **meta).status_code == 404


@pytest.mark.parametrize(("name", "value"), [("DEVELOPMENT_INBOX", False), ("TRUSTED_PROXY", ["127.0.0.1"])])
def test_inbox_is_not_there_where_mail_leaves_or_behind_a_proxy(
    here: Client, settings: Any, name: str, value: Any
) -> None:
    setattr(settings, name, value)
    assert here.get("/inbox/").status_code == 404
