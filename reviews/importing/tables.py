"""A file's bytes to lines of cells: CSV with commas, semicolons or tabs, XLSX, or our own JSON."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from accounts.bibtex.text import one_line, shortened
from submissions.importing.records import Problem, error, warning

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_ROWS = 5000
MOST_COLUMNS = 200
MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes of a workbook's parts together; 3 MB of packed nothing would be 3 GB."""
_DELIMITERS = (",", ";", "\t")
_SAVE = "Save it as CSV in UTF-8 and choose it again."
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>.,;]+")


@dataclass(frozen=True)
class Line:
    """One row: its line in the file, the cells of the columns we know, and those of the others as they are called."""

    number: int
    cells: dict[str, str]
    others: dict[str, str]

    @property
    def where(self) -> str:
        return f"row on line {self.number}"

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass
class Table:
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_table(
    content: bytes, name: str, columns: Mapping[str, str], needs: Iterable[str], *, most: int = MOST_ROWS
) -> Table:
    """The rows of a file. ``columns``: how a column may be called, in small letters, and what it is to us.

    A file that cannot be read, or that lacks a column of ``needs``, has no lines and one problem. Never raises.
    """
    try:
        rows = _raw_rows(content, name, most)
    except _Unreadable as problem:
        return Table([], [error(name, problem.line, str(problem), problem.mend)])
    if not rows:
        return Table([], [error(name, None, "The file is empty.", "Choose the file that you meant.")])
    (_, header), *body = rows
    table = Table()
    known = [columns.get(_folded(one), "") for one in header]
    for need in needs:
        if need not in known:
            found = ", ".join(f"“{shortened(one, 30)}”" for one in header if one.strip()) or "none"
            what = f"There is no column “{need}”. Columns found: {found}."
            return Table([], [error(name, 1, what, "Name the columns in the first row.")])
    if len(body) > most:
        what = f"The file has {len(body)} rows; at most {most} are read at once."
        return Table([], [error(name, None, what, "Split it into several files.")])
    for number, row in body:
        _add(table, number, row, header, known)
    if not table.lines and not table.problems:
        table.problems.append(error(name, None, "The file has no rows below its first.", "Add one row each."))
    return table


def _add(table: Table, number: int, row: list[str], header: list[str], known: list[str]) -> None:
    if any(cell.strip() for cell in row[len(header) :]):
        what = f"The row has {len(row)} cells where the first row has {len(header)}."
        mend = "Put cells that hold the separator in double quotation marks."
        table.problems.append(error(f"row on line {number}", number, what, mend))
        return
    cells: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, column, cell in zip(header, known, row, strict=False):
        into, key = (cells, column) if column else (others, one_line(name))
        if key and key not in into:
            into[key] = _unquoted(cell)
    table.lines.append(Line(number, cells, others))


def left_out_columns(table: Table) -> list[Problem]:
    """A warning for each column that is not read."""
    names = dict.fromkeys(name for line in table.lines for name in line.others)
    return [
        warning("first row", 1, f"The column “{shortened(name, 30)}” is not known and is left out.") for name in names
    ]


def _unquoted(cell: str) -> str:
    """Without the apostrophe by which a table keeps a spreadsheet from computing a text."""
    rest = cell[1:]
    guarded = cell.startswith("'") and (rest.startswith(FORMULA) or rest.lstrip(" \u00a0\u3000").startswith(FORMULA))
    return rest if guarded else cell


def _folded(name: str) -> str:
    return one_line(name.replace("_", " ")).casefold()


class _Unreadable(Exception):
    def __init__(self, what: str, mend: str, line: int | None = None) -> None:
        super().__init__(what)
        self.mend = mend
        self.line = line


Rows = list[tuple[int, list[str]]]


def _raw_rows(content: bytes, name: str, most: int) -> Rows:
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content, 4 * most)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Unreadable("The file is UTF-16, not UTF-8.", _SAVE)
    try:
        text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise _Unreadable("The file is not UTF-8.", _SAVE, line) from None
    if "\x00" in text:
        raise _Unreadable("The file is no table.", _SAVE)
    return _json(text) if name.lower().endswith(".json") else _separated(text)


def _separated(text: str) -> Rows:
    lines = text.splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: Rows = []
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((start, row))
            start = reader.line_num + 1
    except csv.Error:
        mend = "Put the whole cell in quotation marks and double those inside it."
        raise _Unreadable("A quotation mark is not closed, or stands inside a cell.", mend, start) from None
    return rows


def _workbook(content: bytes, last: int) -> Rows:
    try:
        return _in_bounds(content, last)
    except _Unreadable:
        raise
    except Exception as problem:  # whatever a broken workbook makes its parsers raise
        raise _Unreadable("The workbook cannot be read.", _SAVE) from problem


def _in_bounds(content: bytes, last: int) -> Rows:
    """The rows of the sheet that shows first. Each says itself where it stands, be it the last of a million."""
    from openpyxl import load_workbook  # heavy, and only for this

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
            raise _too_much()
    sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False).active
    sheet.reset_dimensions()  # what the file says of its size
    rows: Rows = []
    for number, cells in enumerate(sheet.iter_rows(max_row=last, values_only=True), 1):
        if number == last or any(cell is not None for cell in cells[MOST_COLUMNS:]):
            raise _too_much()
        row = ["" if cell is None else str(cell) for cell in cells[:MOST_COLUMNS]]
        if any(cell.strip() for cell in row):
            rows.append((number, row))
    return rows


def _too_much() -> "_Unreadable":
    return _Unreadable("The file is far larger than such a table is.", "Keep the rows and columns that you need.")


def _json(text: str) -> Rows:
    """A list of objects, or an object whose ``rows`` is one; their keys are the columns."""
    mend = 'Give a list of objects: [{"email": "…"}, …].'
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        raise _Unreadable("The file is not JSON.", mend) from None
    listed = parsed.get("rows") if isinstance(parsed, dict) else parsed
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise _Unreadable("The file holds no list of objects.", mend)
    names = list(dict.fromkeys(key for one in listed for key in one))
    if len(names) > MOST_COLUMNS:
        raise _too_much()
    rows = [(place, [_cell(one.get(name)) for name in names]) for place, one in enumerate(listed, 2)]
    return [(1, names), *rows]


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


# --- cells ------------------------------------------------------------------------------------------------------------


def address_in(line: Line, problems: list[Problem]) -> str:
    """The address of the row, "" with a problem where there is none that can be one."""
    written = one_line(line.get("email"))
    if _EMAIL.fullmatch(written):
        return written
    what = f"“{shortened(written, 40)}” is not an e-mail address." if written else "The row has no e-mail address."
    problems.append(error(line.where, line.number, what, "Write it as name@example.org."))
    return ""


def paper_in(line: Line, problems: list[Problem]) -> int | None:
    """The number of the paper, None with a problem where there is none."""
    written = one_line(line.get("paper")).lstrip("#")
    if re.fullmatch(r"[1-9]\d{0,8}", written, re.ASCII):
        return int(written)
    what = f"“{shortened(written, 30)}” is not the number of a paper." if written else "The row names no paper."
    problems.append(error(line.where, line.number, what, "Write its number here, such as 17, in the column paper."))
    return None


def listed(cell: str) -> tuple[str, ...]:
    """What stands between semicolons."""
    parts = (one_line(part) for part in re.split(r"[;\n]", cell))
    return tuple(dict.fromkeys(part for part in parts if part))
