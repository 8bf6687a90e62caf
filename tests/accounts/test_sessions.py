"""Where a person is signed in, and how they end one session or all others."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.viewer import key_of
from accounts.models import Session, User
from accounts.signing_in import browser_in_words
from accounts.tasks import drop_old_sessions
from audit.models import Entry
from tests.accounts.test_signing_in import ASK_FOR_CODE, ENTER_SIGN_IN_CODE, code_in_mail

SESSIONS = reverse("accounts:sessions")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 "
    "Mobile/15E148 Safari/604.1"
)


@pytest.fixture(autouse=True)
def _no_rates_left_over() -> None:
    cache.clear()


def sign_in(person: User, agent: str = FIREFOX) -> Client:
    browser = Client(headers={"User-Agent": agent})
    browser.post(ASK_FOR_CODE, {"email": person.email})
    browser.post(ENTER_SIGN_IN_CODE, {"code": code_in_mail()})
    return browser


def key_in(browser: Client) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def listed(browser: Client) -> list[tuple[str, bool]]:
    return [(one.browser, one.is_current) for one in browser.get(SESSIONS).context["sessions"]]


def end(browser: Client, key: str) -> Any:
    return browser.post(reverse("accounts:end_session", args=[key_of(key)]))


def test_each_browser_is_listed_in_words_this_one_first(ada: User, ben: User) -> None:
    phone, laptop = sign_in(ada, SAFARI), sign_in(ada)
    sign_in(ben)

    assert listed(laptop) == [("Firefox on Linux", True), ("Safari on an iPhone", False)]
    assert listed(phone) == [("Safari on an iPhone", True), ("Firefox on Linux", False)]


def test_one_session_is_ended_and_the_others_go_on(ada: User) -> None:
    here, there, elsewhere = sign_in(ada), sign_in(ada, SAFARI), sign_in(ada)

    end(here, key_in(there))

    answers = [browser.get(SESSIONS).status_code for browser in (here, there, elsewhere)]
    assert (answers, Entry.objects.filter(action="person.ended_session", actor=ada).count()) == ([200, 302, 200], 1)


def test_session_of_somebody_else_is_answered_like_none_and_goes_on(ada: User, ben: User) -> None:
    mine, theirs = sign_in(ada), sign_in(ben)

    answers = [end(mine, key).url for key in (key_in(theirs), "forged")]

    assert (answers, theirs.get(SESSIONS).status_code) == ([SESSIONS, SESSIONS], 200)
    assert not Entry.objects.filter(action="person.ended_session").exists()


def test_own_session_is_ended_by_signing_out(ada: User) -> None:
    here = sign_in(ada)

    assert end(here, key_in(here)).url == reverse("account_logout")
    here.post(reverse("account_logout"))
    assert not Session.objects.filter(user=ada).exists()


def test_sessions_that_are_over_are_not_listed(ada: User) -> None:
    here, there = sign_in(ada), sign_in(ada, SAFARI)
    Session.objects.filter(pk=key_in(sign_in(ada))).update(expire_date=timezone.now())
    assert len(listed(here)) == 2

    here.post(reverse("accounts:sign_out_elsewhere"))

    assert (listed(here), there.get(SESSIONS).status_code) == ([("Firefox on Linux", True)], 302)


def test_new_password_ends_the_others_and_this_one_is_still_listed(ada: User) -> None:
    here, there = sign_in(ada), sign_in(ada, SAFARI)
    word = "quite-a-long-password-7"

    here.post(reverse("account_set_password"), {"password1": word, "password2": word})

    assert (listed(here), there.get(SESSIONS).status_code) == ([("Firefox on Linux", True)], 302)


def test_page_and_table_hold_neither_key_nor_address_of_the_network(ada: User) -> None:
    here, there = sign_in(ada), sign_in(ada, SAFARI)

    page = here.get(SESSIONS).content.decode()
    stored = json.dumps([row.get_decoded() for row in Session.objects.all()])

    found = [key_in(here) in page, key_in(there) in page, "127.0.0.1" in page, "127.0.0.1" in stored, FIREFOX in stored]
    assert found == [False] * 5


def test_visitor_is_asked_to_sign_in() -> None:
    assert Client().get(SESSIONS).url.startswith(reverse("account_login"))


def test_sessions_that_have_run_out_are_forgotten(ada: User) -> None:
    here, old = sign_in(ada), sign_in(ada)
    Session.objects.filter(pk=key_in(old)).update(expire_date=timezone.now() - timedelta(minutes=1))

    drop_old_sessions()

    assert list(Session.objects.filter(user=ada).values_list("pk", flat=True)) == [key_in(here)]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on an iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit Version/19.0 Safari/605.1", "Safari on a Mac"),
        ("Firefox/140.0", "Firefox"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_browser_is_told_in_words(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words
