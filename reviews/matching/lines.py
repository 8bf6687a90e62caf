"""On which line of a JSON text a field stands, for messages about it."""

from __future__ import annotations

import json
import re

BLANK = re.compile(r"[ \t\n\r]*")
DECODER = json.JSONDecoder()


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """The line, from 1, of the value at this path of valid JSON; of the innermost part of the path that there is."""
    place = _skip(text, 0)
    for step in path:
        inner = _member(text, place, step) if text[place] == "{" else _item(text, place, step)
        if inner is None:
            break
        place = inner
    return 1 + text.count("\n", 0, place)


def _skip(text: str, place: int) -> int:
    blank = BLANK.match(text, place)
    return blank.end() if blank else place


def _member(text: str, place: int, name: str | int) -> int | None:
    place = _skip(text, place + 1)
    while text[place] == '"':
        key, place = DECODER.raw_decode(text, place)
        place = _skip(text, _skip(text, place) + 1)  # over the colon
        if key == name:
            return place
        place = _next(text, place)
    return None


def _item(text: str, place: int, index: str | int) -> int | None:
    if text[place] != "[" or not isinstance(index, int):
        return None
    place = _skip(text, place + 1)
    for _ in range(index):
        if text[place] == "]":
            return None
        place = _next(text, place)
    return None if text[place] == "]" else place


def _next(text: str, place: int) -> int:
    """Where the next member or item begins, or the bracket that closes."""
    _, place = DECODER.raw_decode(text, place)
    place = _skip(text, place)
    return _skip(text, place + 1) if text[place] == "," else place
