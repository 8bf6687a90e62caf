"""Assignments from a table: paper and the reviewer's address. HotCRP's bulk assignments are such, too."""

from accounts.bibtex.text import one_line, shortened
from reviews.importing.records import AssignmentRow, Read
from reviews.importing.tables import Line, Table, address_in, left_out_columns, paper_in, read_table
from submissions.importing.records import Problem, error, warning

CLEAR = "clear"
COLUMNS = {
    "paper": "paper",
    "pid": "paper",
    "number": "paper",
    "head": "paper",
    "email": "email",
    "e-mail": "email",
    "reviewer": "email",
    "user": "email",
    "tail": "email",
    "action": "action",
    "kind": "action",
    "round": "round",
    "title": "title",
    "name": "name",
}
ACTIONS = {
    "": "reviewer",
    "review": "reviewer",
    "reviewer": "reviewer",
    "pcreview": "reviewer",
    "pc": "reviewer",
    "primary": "reviewer",
    "secondary": "reviewer",
    "external": "external",
    "externalreview": "external",
    "external reviewer": "external",
    "emergency": "emergency",
    "emergency reviewer": "emergency",
    "areachair": "area_chair",
    "area chair": "area_chair",
    "metareview": "area_chair",
    "clear": CLEAR,
    "clearreview": CLEAR,
    "noreview": CLEAR,
    "unassign": CLEAR,
    "remove": CLEAR,
}


def read_assignments(content: bytes, name: str) -> Read[AssignmentRow]:
    """Each pair once; the other rows are problems."""
    table = read_table(content, name, COLUMNS, ("paper", "email"))
    problems = [*table.problems, *left_out_columns(table), *_rounds(table)]
    pairs: dict[tuple[int, str], AssignmentRow] = {}
    for line in table.lines:
        row = _row(line, problems)
        if row is None:
            continue
        first = pairs.setdefault((row.paper, row.email.casefold()), row)
        if first is not row:
            what = f"{row.email} has paper {row.paper} on line {first.line} already."
            problems.append(error(line.where, line.number, what, "Remove one of the two rows."))
    return Read(tuple(pairs.values()), tuple(problems))


def _rounds(table: Table) -> list[Problem]:
    """HotCRP's files name a round; a workshop reviews in one."""
    named = sorted({shortened(line.get("round"), 30) for line in table.lines if line.get("round").strip()})
    if not named:
        return []
    listed = ", ".join(f"“{one}”" for one in named[:3])
    return [
        warning("column round", 1, f"There is one round of reviews here, so {listed} in the column round is not read.")
    ]


def _row(line: Line, problems: list[Problem]) -> AssignmentRow | None:
    before = len(problems)
    paper, address = paper_in(line, problems), address_in(line, problems)
    written = one_line(line.get("action").replace("_", " ")).casefold()
    if written not in ACTIONS:
        what = f"“{shortened(written, 30)}” is not an assignment."
        mend = "Write review, external, emergency, area chair or clear in the column action, or remove the row."
        problems.append(error(line.where, line.number, what, mend))
    if paper is None or len(problems) > before:
        return None
    return AssignmentRow(line.number, paper, address, ACTIONS[written])
