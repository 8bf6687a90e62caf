"""Authors as they are typed, one a line: Given Family <address> (Affiliation)."""

import re

from accounts.bibtex.names import NotAName, parse_name
from accounts.bibtex.text import one_line, unix_lines
from submissions.importing.records import ImportedAuthor

_ADDRESS = re.compile(r"<([^<>]*)>")
_AFFILIATION = re.compile(r"\(([^()]*)\)\s*$")


class NotAnAuthor(ValueError):
    """A line that cannot be read; the message says which, and what to write."""


def read_authors(text: str) -> list[ImportedAuthor]:
    """The authors in their order; blank lines say nothing. Raises NotAnAuthor."""
    lines = [(number, one_line(line)) for number, line in enumerate(unix_lines(text).split("\n"), 1)]
    return [_author(number, line) for number, line in lines if line]


def _author(number: int, line: str) -> ImportedAuthor:
    address = _ADDRESS.search(line)
    named = one_line(_ADDRESS.sub(" ", line))
    place = _AFFILIATION.search(named)
    named = _AFFILIATION.sub("", named).strip()
    if "@" in named:
        raise NotAnAuthor(f"Line {number}: put the address in angle brackets, such as Ada Example <ada@example.org>.")
    try:
        person = parse_name(named)
    except NotAName as problem:
        raise NotAnAuthor(f"Line {number}: {problem}") from None
    email = one_line(address[1]) if address else ""
    return ImportedAuthor(person.given, person.particle, person.family, email, one_line(place[1]) if place else "")
