"""What differs between two texts, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
LONGEST = 60_000  # words and signs; longer texts are shown whole, one after the other


@dataclass(frozen=True)
class Part:
    """A piece of the two texts: in both (``same``), only in the first (``gone``) or only in the second (``new``)."""

    kind: str
    text: str


def word_parts(first: str, second: str) -> list[Part]:
    """The way from the first text to the second."""
    if first == second:
        return [Part("same", first)] if first else []
    old, new = TOKEN.findall(first), TOKEN.findall(second)
    if len(old) + len(new) > LONGEST:
        return _parts([("gone", first), ("new", second)])
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(old[a:b])))
        else:
            found += [("gone", "".join(old[a:b])), ("new", "".join(new[c:d]))]
    return _parts(found)


def _parts(found: list[tuple[str, str]]) -> list[Part]:
    return [Part(kind, text) for kind, text in found if text]
