"""Sign-in codes and the like: through the outbox, at once, readable, and forgotten once sent."""

import re
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from notifications import tasks
from notifications.inbox import list_inbox, open_letter
from notifications.models import Message
from notifications.states import MessageStatus, Priority
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def words_of_the_site(settings: Any) -> None:
    """The tests of mail put a folder of their own in its place."""
    settings.BASE_DIR = site.STATICFILES_DIRS[0].parent


def ask_for_code(address: str) -> None:
    response = Client().post(reverse("account_request_login_code"), {"email": address})
    assert response.status_code == 302


def test_sign_in_code_is_in_the_outbox_before_everything_else() -> None:
    ada = make_user("Ada")
    ask_for_code("  ADA@Ada.test ")
    message = Message.objects.get()
    assert (message.kind, message.priority, message.status) == ("account", Priority.NOW, MessageStatus.DUE)
    assert (message.address, message.root_type, message.aspect) == (ada.email, "person", "account")
    assert message.subject == "Your code to sign in"
    assert re.search(r"^Your code to sign in is\n\n[A-Z0-9-]{6,}\n\nEnter it", message.text)
    assert "example.com" not in message.text
    assert "&#" not in message.text


def test_sign_in_code_is_readable_where_mail_stays_and_wiped_from_the_outbox() -> None:
    make_user("Ada")
    ask_for_code("ada@ada.test")
    code = Message.objects.get().text.split("\n")[2]
    tasks.deliver()
    (item,), _ = list_inbox("ada@ada.test")
    letter = open_letter(item.name)
    assert letter is not None
    assert code in letter.text
    message = Message.objects.get()
    assert (message.status, message.text, message.html) == (MessageStatus.SENT, "", "")
    assert code not in message.subject + message.search_text


def test_asking_twice_writes_two_mails() -> None:
    make_user("Ada")
    ask_for_code("ada@ada.test")
    ask_for_code("ada@ada.test")
    assert Message.objects.count() == 2


def test_unknown_address_gets_a_mail_that_says_so_and_the_page_does_not() -> None:
    ask_for_code("nobody@nowhere.test")
    message = Message.objects.get()
    assert message.subject == "No account has this address"
    assert reverse("account_signup") in message.text


def test_change_of_password_is_told() -> None:
    ada = make_user("Ada")
    ada.set_password("an old one, long enough")
    ada.save()
    client = Client()
    client.force_login(ada)
    words = {"oldpassword": "an old one, long enough"} | dict.fromkeys(("password1", "password2"), "quite another 1x")
    client.post(reverse("account_change_password"), words)
    message = Message.objects.get()
    assert message.subject == "Your password was changed"
    assert "If it was not, sign in, change your password" in message.text
