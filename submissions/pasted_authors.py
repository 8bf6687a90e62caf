"""A list of authors, read from whatever people paste: one a line, with semicolons, BibTeX's “and”, or a table."""

import csv
import io
import re
from dataclasses import dataclass

from accounts.bibtex.text import unix_lines
from submissions.services.save import AuthorData

ADDRESS = re.compile(r"[<(\[]?\s*(?:mailto:)?([^\s<>()\[\],;]+@[^\s<>()\[\],;]+\.[^\s<>()\[\],;]+)\s*[>)\]]?")
NUMBERING = re.compile(r"^\s*(?:[-*•·]|\(?\d{1,3}[.):])\s+")
MARKS = re.compile(r"(?<=\w)[*†‡§¶∗]+|[¹²³⁴⁵⁶⁷⁸⁹⁰]+(?:,[¹²³⁴⁵⁶⁷⁸⁹⁰]+)*")
FIELD = re.compile(r"^\s*author\s*=\s*[{\"]?(.*?)[}\"]?,?\s*$", re.IGNORECASE | re.DOTALL)
LONGEST = 50_000
HEADINGS = {
    "given": {"given", "given name", "given names", "first", "first name", "firstname", "forename"},
    "family": {"family", "family name", "last", "last name", "lastname", "surname"},
    "name": {"name", "author", "full name"},
    "email": {"email", "e-mail", "mail", "e-mail address", "email address"},
    "affiliation": {"affiliation", "institution", "organization", "organisation", "university"},
}


@dataclass(frozen=True)
class Read:
    """One person as read from ``source``; ``note`` says what to look at."""

    person: AuthorData
    source: str
    note: str = ""

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.person.given, self.person.particle, self.person.family) if part)


def read_authors(text: str) -> list[Read]:
    """Everybody who is named, in order. What cannot be split is taken whole, as a family name, with a note."""
    text = unix_lines(text[:LONGEST]).strip()
    if found := FIELD.match(text):
        text = found[1]
    if table := _table(text):
        return table
    return [read for piece in _pieces(text) if (read := _read(piece)) is not None]


def _pieces(text: str) -> list[str]:
    """The people, each still in one text."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    pieces = [part.strip() for line in lines for part in line.split(";")]
    pieces = [name.strip() for piece in pieces if piece for name in re.split(r"\s+and\s+", piece)]
    if len(pieces) == 1 and _is_list(pieces[0]):
        pieces = [part.strip() for part in pieces[0].split(",")]
    return [piece for piece in pieces if piece.strip(" ,.")]


def _is_list(text: str) -> bool:
    """“Ada Lovelace, Ben Bitdiddle, Cy Dee”: three parts or more, each of two words or more, no address."""
    parts = [part.split() for part in text.split(",")]
    return len(parts) > 2 and "@" not in text and all(1 < len(words) < 5 for words in parts)


def _read(piece: str) -> Read | None:
    found = ADDRESS.search(piece)
    email = found[1].rstrip(".") if found else ""
    rest = NUMBERING.sub("", f"{piece[: found.start()]}, {piece[found.end() :]}" if found else piece)
    rest = MARKS.sub("", rest)
    parts = [part.strip(" \t,") for part in rest.split(",")]
    parts = [part for part in parts if part]
    if not parts and not email:
        return None
    if not parts:
        return Read(AuthorData(family=email.partition("@")[0], email=email), piece, "no name is given, only an address")
    name, place = parts[0], ", ".join(parts[1:])
    if bracket := re.search(r"\(([^()]+)\)\s*$", name):
        name, place = name[: bracket.start()].strip(), ", ".join(filter(None, (bracket[1], place)))
    if not found and len(parts) == 2 and _is_inverted(parts):
        name, place = f"{parts[0]}, {parts[1]}", ""
    return _person(name, email, place, piece)


def _is_inverted(parts: list[str]) -> bool:
    """“Lovelace, Ada” rather than “Ada Lovelace, Cambridge”: one word (with its particle) before the comma."""
    family = [word for word in parts[0].split() if word[:1] != word[:1].lower() or word[:1] == word[:1].upper()]
    return len(family) == 1 and len(parts[1].split()) <= 3


def _person(name: str, email: str, place: str, source: str) -> Read:
    from accounts.bibtex.names import NotAName, parse_name  # brings a parser along, only where something is read

    try:
        read = parse_name(name)
    except NotAName:
        return Read(AuthorData(family=name, email=email, affiliation=place), source, "we could not split this name")
    note = "one name only" if not read.given else ""
    return Read(AuthorData(read.given, read.particle, read.family, email, place), source, note)


def _table(text: str) -> list[Read]:
    """Rows under headings that name the columns, with commas, semicolons or tabs; nothing where it is no table."""
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    names = [cell.strip().strip('"').lower() for cell in head.split(delimiter)]
    columns = [next((what for what, known in HEADINGS.items() if name in known), "") for name in names]
    if len(names) < 2 or not ({"family", "name"} & set(columns)) or "\n" not in text:
        return []
    rows = csv.reader(io.StringIO(text.partition("\n")[2]), delimiter=delimiter)
    return [read for row in rows if (read := _row(dict(zip(columns, row, strict=False)))) is not None]


def _row(cells: dict[str, str]) -> Read | None:
    tidy = {what: " ".join(text.split()) for what, text in cells.items() if what}
    source = ", ".join(text for text in tidy.values() if text)
    if not source:
        return None
    email, place = tidy.get("email", ""), tidy.get("affiliation", "")
    if tidy.get("family") or tidy.get("given"):
        person = AuthorData(given=tidy.get("given", ""), family=tidy.get("family", ""), email=email, affiliation=place)
        return Read(person, source)
    return _person(tidy["name"], email, place, source) if tidy.get("name") else None
