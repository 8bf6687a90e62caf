"""Publications as people paste them: BibTeX, or one title a line."""

import hashlib
import re
from dataclasses import dataclass, field

from accounts.addresses import fold
from accounts.bibtex.text import shortened, unix_lines
from accounts.names import tidy

LONGEST_TITLE = 300
_ENTRY = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\[?\d{1,3}[.)\]])\s+")


@dataclass(frozen=True)
class Found:
    line: int
    title: str
    abstract: str = ""
    year: int | None = None
    venue: str = ""
    coauthors: list[str] = field(default_factory=list)

    @property
    def text_hash(self) -> str:
        """The same title, however it is punctuated, is the same publication."""
        words = re.sub(r"[\W_]+", " ", fold(self.title)).strip()
        return hashlib.sha256(words.encode()).hexdigest()


def read_publications(text: str) -> tuple[list[Found], list[str]]:
    """What could be read, and a sentence for each place that could not, beginning with its line. Never raises."""
    plain = unix_lines(text)
    if not _ENTRY.search(plain):
        return _from_lines(plain)
    # The parsers of BibTeX and LaTeX are heavy, and a web process loads them with the first BibTeX it is given.
    from accounts.bibliography_entries import from_bibtex

    return from_bibtex(plain)


def title_problem(title: str) -> str:
    """Why this is no title, as a sentence; "" for a title."""
    if sum(character.isalpha() for character in title) < 4:
        return f"“{shortened(title, 50)}” is too short for a title."
    if len(title) > LONGEST_TITLE:
        return f"“{shortened(title, 50)}” is longer than {LONGEST_TITLE} characters; is it one title a line?"
    return ""


def _from_lines(text: str) -> tuple[list[Found], list[str]]:
    found, problems = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        title = tidy(_BULLET.sub("", line))
        if not title:
            continue
        if problem := title_problem(title):
            problems.append(f"Line {number}: {problem}")
        else:
            found.append(Found(number, title))
    return found, problems
