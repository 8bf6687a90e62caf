"""Papers from a table: one row a paper, the first row names the columns."""

import csv
import re
from collections.abc import Iterator
from itertools import islice

from accounts.bibtex.names import NotAName, parse_name
from accounts.bibtex.text import one_line, shortened

from .records import ImportedAuthor, ImportedPaper, Problem, ReadResult, error, unreadable, warning
from .text import as_written, keywords

_DELIMITERS = (",", ";", "\t")
_COLUMNS = {
    "title": "title",
    "abstract": "abstract",
    "authors": "authors",
    "author": "authors",
    "keywords": "keywords",
    "keyword": "keywords",
    "number": "number",
    "id": "key",
    "key": "key",
    "pdf": "pdf",
}
_MOST_BROKEN_ROWS = 50
_ADDRESS = re.compile(r"<([^<>]*)>")
_AFFILIATION = re.compile(r"\(([^()]*)\)\s*$")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")

Row = tuple[int, list[str]]


def read_table(text: str, where: str) -> ReadResult:
    """A table separated by commas, semicolons or tabs; which one, the first row tells."""
    lines = [
        line[:-1] + "\n" if line.endswith("\r") else line for line in re.findall(r"[^\r\n]*(?:\r\n|\n|\r|$)", text)
    ]
    delimiter = max(_DELIMITERS, key=lambda mark: _columns_known(_header(lines, mark)))
    header = _header(lines, delimiter)
    names = [_COLUMNS.get(_folded(name), "") for name in header]
    if "title" not in names:
        found = ", ".join(f"“{shortened(name, 30)}”" for name in header[:20] if name.strip()) or "none"
        what = f"There is no column “title”. Columns found: {found}."
        return unreadable(where, what, "Name the columns in the first row: title, abstract, authors, keywords.", 1)
    return _Reading(lines, delimiter, header, names).result()


def _header(lines: list[str], delimiter: str) -> list[str]:
    for _, row in _rows(lines, delimiter, []):
        return row
    return []


def _columns_known(header: list[str]) -> tuple[int, int]:
    return len({_COLUMNS.get(_folded(name), "") for name in header} - {""}), len(header)


def _folded(name: str) -> str:
    return one_line(name).casefold()


def _rows(lines: list[str], delimiter: str, problems: list[Problem]) -> Iterator[Row]:
    """Each row with the number of its first line; after a broken row reading goes on at the next line."""
    start = broken = 0
    while start < len(lines):
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter, strict=True)
        first, before = start, 0
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield first + before + 1, row
                before = reader.line_num
            return
        except csv.Error as problem:
            at = first + before + 1
            problems.append(_broken(at, str(problem)))
            broken += 1
            if broken == _MOST_BROKEN_ROWS:
                what = f"{broken} rows are broken; the rest of the file was not read."
                problems.append(error(f"row on line {at}", at, what, "Export the table again."))
                return
            start = at


def _broken(line: int, reason: str) -> Problem:
    if "unexpected end" in reason:
        what = "A quotation mark is opened in this row and never closed."
    elif "field larger" in reason:
        what = "A cell of this row is too long, or a quotation mark is not closed."
    else:
        what = "A quotation mark stands inside a quoted cell, or one is not closed."
    mend = "Put the whole cell in quotation marks and double those inside it."
    return error(f"row on line {line}", line, what, mend)


class _Reading:
    def __init__(self, lines: list[str], delimiter: str, header: list[str], names: list[str]) -> None:
        self.lines = lines
        self.delimiter = delimiter
        self.header = header
        self.names = names
        self.keys: dict[str, int] = {}
        self.papers: list[ImportedPaper] = []
        self.problems: list[Problem] = []

    def result(self) -> ReadResult:
        self._columns()
        rows = _rows(self.lines, self.delimiter, self.problems)
        next(rows, None)
        for line, row in rows:
            self._row(line, row)
        if not self.papers and not any(problem.severity == "error" for problem in self.problems):
            self.problems.append(error("table", None, "The table has no rows.", "Add one row a paper."))
        return ReadResult(tuple(self.papers), tuple(self.problems))

    def _columns(self) -> None:
        for name, known in zip(self.header, self.names, strict=True):
            if not known and name.strip():
                what = f"The column “{shortened(name, 30)}” is not known and was left out."
                self.problems.append(warning("first row", 1, what))
        for known in sorted({name for name in self.names if name and self.names.count(name) > 1}):
            self.problems.append(
                warning("first row", 1, f"There are several columns for {known}; the first was taken.")
            )

    def _row(self, line: int, row: list[str]) -> None:
        where = f"row on line {line}"
        if any(cell.strip() for cell in row[len(self.names) :]):
            what = f"The row has {len(row)} cells where the first row has {len(self.names)}."
            mend = f"Put cells that hold a “{_shown(self.delimiter)}” in double quotation marks."
            self.problems.append(error(where, line, what, mend))
            return
        cells: dict[str, str] = {}
        for name, cell in zip(self.names, row, strict=False):
            cells.setdefault(name, cell)
        self._paper(cells, where, line)

    def _paper(self, cells: dict[str, str], where: str, line: int) -> None:
        title = one_line(cells.get("title", ""))
        if not title:
            self.problems.append(error(where, line, "The row has no title.", "Write one in the column title."))
        authors = self._authors(cells.get("authors", ""), where, line)
        key = one_line(cells.get("key", "")) or one_line(cells.get("number", "")) or f"row-{line}"
        if not title or not authors or not self._is_new(key, where, line):
            return
        self.papers.append(
            ImportedPaper(
                key=key,
                title=title,
                abstract=as_written(cells.get("abstract", "")),
                authors=authors,
                keywords=keywords(cells.get("keywords", "")),
                number=self._number(cells.get("number", ""), where, line),
                pdf_name=re.split(r"[/\\]", one_line(cells.get("pdf", "")))[-1],
                source_line=line,
            )
        )

    def _is_new(self, key: str, where: str, line: int) -> bool:
        first = self.keys.setdefault(key, line)
        if first == line:
            return True
        what = f"“{shortened(key, 30)}” stands on line {first} and again on line {line}; the second row was not read."
        self.problems.append(error(where, line, what, "Give one of them another id or number."))
        return False

    def _number(self, cell: str, where: str, line: int) -> int | None:
        written = one_line(cell)
        if not written:
            return None
        if re.fullmatch(r"[1-9]\d{0,8}", written, re.ASCII):
            return int(written)
        what = f"“{shortened(written, 30)}” is not a paper number; the paper gets a new one."
        self.problems.append(warning(where, line, what, "Write a whole number from 1."))
        return None

    def _authors(self, cell: str, where: str, line: int) -> tuple[ImportedAuthor, ...]:
        parts = [part for part in (one_line(part) for part in _separated(cell)) if part]
        if not parts:
            mend = "Write Given Family <mail@example.test>; Given Family in the column authors."
            self.problems.append(error(where, line, "The row has no author.", mend))
        authors = [self._author(part, where, line) for part in parts]
        return tuple(author for author in authors if author) if all(authors) else ()

    def _author(self, part: str, where: str, line: int) -> ImportedAuthor | None:
        address = _ADDRESS.search(part)
        named = one_line(_ADDRESS.sub(" ", part))
        affiliation = _AFFILIATION.search(named)
        named = _AFFILIATION.sub("", named).strip()
        self._warn_of_two(named, where, line)
        try:
            person = parse_name(named)
        except NotAName as problem:
            what = f"The authors could not be read: {problem}"
            self.problems.append(error(where, line, what, "Put a semicolon between people."))
            return None
        email = self._email(address[1] if address else "", where, line)
        return ImportedAuthor(
            person.given, person.particle, person.family, email, one_line(affiliation[1]) if affiliation else ""
        )

    def _warn_of_two(self, named: str, where: str, line: int) -> None:
        sides = named.split(",")
        if len(sides) == 2 and all(len(side.split()) > 1 for side in sides) and sides[0].split()[0][:1].isupper():
            what = f"“{shortened(named)}” was read as one person, Family, Given."
            self.problems.append(warning(where, line, what, "If these are two, put a semicolon between them."))

    def _email(self, written: str, where: str, line: int) -> str:
        address = one_line(written)
        if not address or _EMAIL.fullmatch(address):
            return address
        what = f"“{shortened(address, 40)}” is not an e-mail address and was left out."
        self.problems.append(warning(where, line, what, "Write it as name@example.test."))
        return ""


def _separated(cell: str) -> list[str]:
    """Semicolons or line ends separate people; where there are none, the word and does."""
    if re.search(r"[;\n]", cell.strip()):
        return re.split(r"[;\n]", cell)
    return one_line(cell).split(" and ")


def _shown(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else delimiter
