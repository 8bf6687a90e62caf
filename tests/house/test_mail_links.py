"""Mail scanners follow links: by GET and HEAD, twice, signed in or not, no row changes."""

import hashlib
import re
from html import unescape
from urllib.parse import urlsplit

from django.apps import apps
from django.test import Client

from notifications.models import Message
from tests.house.conftest import ANYBODY, Season, put_back
from tests.house.phases import during

LINK = re.compile(r"https?://[^\s<>\"')\]]+")
NOT_OURS_TO_COUNT = {"accounts.session"}
# Every mail was written by then: from the invitation to the decision.
pytestmark = during("released")


def links() -> dict[str, set[str]]:
    """Every path in every mail, by its kind."""
    found: dict[str, set[str]] = {}
    for mail in Message.objects.all():
        for link in LINK.findall(unescape(f"{mail.text}\n{mail.html}")):
            parts = urlsplit(link.rstrip(".,;"))
            found.setdefault(mail.kind, set()).add(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found


def rows() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a hash of all of them."""
    state = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label_lower not in NOT_OURS_TO_COUNT:
            values = list(model._base_manager.order_by("pk").values_list())
            state[model._meta.label] = (len(values), hashlib.sha256(repr(values).encode()).hexdigest())
    return state


def test_mails_have_links(season: Season) -> None:
    assert {"invitation", "receipt", "listed_as_author", "assignments", "decision_accept"} <= set(links())


def test_links_of_mails_change_nothing(season: Season) -> None:
    paths = sorted({path for found in links().values() for path in found})
    before = rows()
    with put_back():
        for who in (ANYBODY, "ada", "rui", "olga"):
            client = Client(SERVER_NAME="localhost")
            client.cookies = season.cookies[who]
            for path in paths * 2:
                for ask in (client.head, client.get):
                    response = ask(path, follow=True)
                    assert response.status_code in (200, 404, 410), f"{path} as {who}: {response.status_code}"
            changed = [table for table, state in rows().items() if state != before[table]]
            assert changed == []


def test_links_of_mails_lead_somewhere_for_their_readers(season: Season) -> None:
    """A link that its reader cannot follow is a mistake: signed in, each leads to a page."""
    people = {user.pk: name for name, user in season.cast.people().items()}
    dead = set()
    for mail in Message.objects.filter(recipient__isnull=False):
        for link in LINK.findall(mail.text):
            parts = urlsplit(link.rstrip(".,;"))
            response = season.ask(people[mail.recipient_id], "GET", parts.path)
            if response.status_code not in (200, 302, 410):
                dead.add(f"{mail.kind} to {people[mail.recipient_id]}: {parts.path} ({response.status_code})")

    assert dead == set()
