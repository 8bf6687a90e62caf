"""Whom to invite, as read from pasted lines or from a CSV file."""

import csv
import io
import re
from dataclasses import dataclass
from email.utils import parseaddr

from accounts.addresses import checked_address, fold
from audit.errors import Refused

LARGEST_FILE = 1_000_000
LARGEST_LOAD = 50
_LOAD = re.compile(r"[\s,;]+(\d{1,2})$")
_SEPARATORS = ",;\t"
_HEADS = {
    "address": {"email", "e-mail", "mail", "address", "emailaddress", "e-mailaddress"},
    "name": {"name", "fullname", "reviewer"},
    "given": {"given", "first", "firstname", "givenname", "givennames"},
    "family": {"family", "last", "lastname", "familyname", "surname"},
    "load": {"load", "papers", "maxpapers", "maximum", "max", "quota"},
}


@dataclass(frozen=True)
class Problem:
    """A pasted line that became no invitation, and why."""

    number: int
    line: str
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.number}, “{self.line}”: {self.sentence}"


@dataclass(frozen=True)
class Guest:
    """Somebody to invite, as read from a line. ``load``: how many papers at most, if the line says it."""

    number: int
    line: str
    name: str
    address: str
    load: int | None = None


def read_lines(lines: str) -> tuple[list[Guest], list[Problem]]:
    """Names and addresses from pasted lines; a line without a good address, or twice the same, is a problem."""
    guests: dict[str, Guest] = {}
    problems: list[Problem] = []
    for number, line in enumerate(lines.splitlines(), start=1):
        text = line.strip().rstrip(",;").strip()
        if not text:
            continue
        load, rest = _load(text)
        name, found = name_and_address(rest)
        try:
            address = checked_address(found)
        except Refused:
            problems.append(Problem(number, text, "there is no e-mail address in it. Write “Name <name@uni.edu>”."))
            continue
        if load is not None and not 1 <= load <= LARGEST_LOAD:
            problems.append(Problem(number, text, f"the number of papers is between 1 and {LARGEST_LOAD}."))
        elif address in guests:
            problems.append(Problem(number, text, f"the same address as line {guests[address].number}."))
        else:
            guests[address] = Guest(number, text, name, address, load)
    return list(guests.values()), problems


def _load(text: str) -> tuple[int | None, str]:
    """The number at the end of a line, and what stands before it."""
    found = _LOAD.search(text)
    return (int(found[1]), text[: found.start()]) if found else (None, text)


def name_and_address(text: str) -> tuple[str, str]:
    """“Name <mail>” as in a mail's head; else the word with an @, and the rest as the name."""
    name, address = parseaddr(text)
    if "<" in text and "@" in address:
        return name.strip(), address
    word = next((part for part in re.split(r"[\s,;<>]+", text) if "@" in part), "")
    return text.replace(word, "").strip(" ,;<>\t\"'") if word else "", word


# --- a file -----------------------------------------------------------------------------------------------------------


def lines_of_csv(content: bytes) -> str:
    """A CSV file as lines that can be looked at and pasted: “Name <mail>, load”.

    With a head, its columns say what they are (name, or given and family name; e-mail; load); without one, the cell
    with an @ is the address and the other words are the name. Raises Refused, naming the field ``file``.
    """
    rows = _rows(content)
    columns = _columns(rows[0]) if rows else {}
    lines = [_line(row, columns) for row in (rows[1:] if columns else rows)]
    found = [line for line in lines if line]
    if not found:
        raise Refused("There is nobody in this file. Give each person a row with an e-mail address.", field="file")
    return "\n".join(found)


def _rows(content: bytes) -> list[list[str]]:
    if len(content) > LARGEST_FILE:
        raise Refused("This file is larger than 1 MB; a list of people is smaller.", field="file")
    if content.startswith((b"PK", b"\xd0\xcf")):
        raise Refused("This is a workbook. In the spreadsheet, save it as CSV, and choose that file.", field="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise Refused("This is no text. In the spreadsheet, save the list as CSV, and choose that file.", field="file")
    head = text.splitlines()[0] if text.strip() else ""
    separator = max(_SEPARATORS, key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as wrong:
        raise Refused(f"This file cannot be read as CSV: {wrong}.", field="file") from None
    return [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]


def _columns(head: list[str]) -> dict[str, int]:
    """Where each known column stands; nothing for a first row that is no head."""
    if any("@" in cell for cell in head):
        return {}
    words = [fold(cell).replace(" ", "").replace("_", "") for cell in head]
    return {what: place for what, names in _HEADS.items() for place, word in enumerate(words) if word in names}


def _line(row: list[str], columns: dict[str, int]) -> str:
    def cell(what: str) -> str:
        return row[columns[what]] if what in columns and columns[what] < len(row) else ""

    address = cell("address") or next((one for one in row if "@" in one), "")
    if not address:
        return " ".join(row)
    if columns:
        return _written(cell("name") or f"{cell('given')} {cell('family')}", address, cell("load"))
    name = " ".join(one for one in row if one != address and not one.isdecimal())
    return _written(name, address, next((one for one in row if one.isdecimal()), ""))


def _written(name: str, address: str, load: str) -> str:
    quiet = re.sub(r"[<>\"@,;\r\n]+", " ", name)
    who = f"{' '.join(quiet.split())} <{address}>".strip() if quiet.strip() else address
    return f"{who}, {load}" if load else who
