"""Follow every link that a person is shown, by GET, from the pages that are theirs."""

import re
from collections import deque
from collections.abc import Callable
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from tests.house.conftest import Season

# `:href` holds an expression of a script
HREF = re.compile(r"""(?<!:)(?:href|src|hx-get|action)\s*=\s*["']([^"'#][^"']*)["']""")
CANARY = re.compile(r"[a-z]+-canary-[0-9a-f]{8}", re.IGNORECASE)
LEAVE = ("/static/", "/accounts/logout/", "/admin/jsi18n/")
STARTS = ("/", "/desk/", "/profile/", "/accounts/email/", "/admin/")
MOST_PAGES = 900


def canaries(text: str) -> set[str]:
    """The words of this text that name somebody or something of the cast."""
    return {word.upper() for word in CANARY.findall(text)}


def read(content: bytes) -> str:
    return unescape(content.decode("utf-8", "replace"))


def said(response: Any) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return f"{headers}\n{read(response.body)}"


def crawl(
    season: Season, who: str, *, follow: Callable[[str], bool] = bool, say: Callable[[Any], str] = said
) -> dict[str, str]:
    """What each page said, by its address; the same page under other filters counts once a filter.

    ``follow`` tells which addresses are gone to, ``say`` what is kept of an answer.
    """
    pages: dict[str, str] = {}
    waiting = deque(url for url in (*STARTS, f"/w/{season.cast.workshop.slug}/") if follow(url))
    seen = set(waiting)
    while waiting and len(pages) < MOST_PAGES:
        url = waiting.popleft()
        response = season.ask(who, "GET", url)
        pages[url] = say(response)
        links = HREF.findall(read(response.body)) if "html" in response["Content-Type"] else []
        for link in [*links, response.get("Location", "")]:
            to = _own("/" if link.startswith("/") else url, link)
            if to and to not in seen and follow(to):
                seen.add(to)
                waiting.append(to)
    assert len(pages) < MOST_PAGES, f"more pages than expected: {sorted(seen)[:20]}"
    return pages


@cache  # most pages have the same links
def _own(base: str, link: str) -> str:
    """The address on our own site, without its fragment; "" for others and for what is left alone."""
    if not link:
        return ""
    parts = urlsplit(urldefrag(urljoin(f"http://localhost{base}", unescape(link))).url)
    if parts.hostname != "localhost" or parts.scheme not in ("http", "https") or parts.path.startswith(LEAVE):
        return ""
    several = parts.query.count("=") > 1 or "%2C" in parts.query  # a filter of several marks is several filters
    if parts.query and (several or _is_setting(parts.path)):
        return parts.path  # one filter at a time, and none of the settings' own
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _is_setting(path: str) -> bool:
    return path.startswith("/admin/") and not path.startswith("/admin/w/")
