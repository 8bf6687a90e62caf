"""Every address that the project answers."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse


def routes() -> list[str]:
    """The names of all routes, with their namespaces; a route without a name goes by its pattern."""
    return list(dict.fromkeys(_walk(get_resolver().url_patterns, "", "")))


def _walk(patterns: list[Any], prefix: str, names: str) -> Iterator[str]:
    for entry in patterns:
        address = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, address, names + (f"{entry.namespace}:" if entry.namespace else ""))
        elif isinstance(entry, URLPattern):
            yield names + entry.name if entry.name else address


def address(route: str, kwargs: dict[str, Any]) -> str:
    """The path of a route, by its name or, for one that has none, by its pattern."""
    if "<" not in route:
        return reverse(route, kwargs=kwargs)
    return "/" + re.sub(r"\(\?P<(\w+)>[^)]*\)\$?|<\w+:(\w+)>", lambda hit: str(kwargs[hit[1] or hit[2]]), route)
