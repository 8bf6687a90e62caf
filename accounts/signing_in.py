"""Somebody is signed in: what their session remembers of it, for the page that lists one's sessions.

The browser is kept in words and no address of the network is, so that the page tells one's own devices apart and tells
whoever reads the database nothing more.
"""

import time

from django.contrib.auth import login
from django.http import HttpRequest

from accounts.models import User
from accounts.session_store import BEGAN, BROWSER

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)


def sign_in(request: HttpRequest, user: User) -> None:
    """Sign in whoever has just shown that an address is theirs, by a link that was sent to it."""
    login(request, user, backend=BACKEND)
    note_browser(request)


def note_browser(request: HttpRequest) -> None:
    request.session[BEGAN] = int(time.time())
    request.session[BROWSER] = browser_in_words(request.headers.get("User-Agent", ""))


def browser_in_words(agent: str) -> str:
    """Such as “Firefox on Windows”; "" for what is no browser that we know."""
    browser = next((words for mark, words in _BROWSERS if mark in agent), "")
    system = next((words for mark, words in _SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if browser and system else browser
