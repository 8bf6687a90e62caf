"""Reviews from a table, one a row: the paper, who wrote it, and a column for each question.

HotCRP's review CSV has the paper, the reviewer's address and the fields of its form by name; OpenReview's tables have a
number, signatures and the fields of its form; our own export has the keys of the questions.
"""

import json
import re
from datetime import UTC, datetime

from accounts.bibtex.text import one_line
from reviews.importing.records import Read, ReviewRow
from reviews.importing.tables import Line, address_in, paper_in, read_table
from submissions.importing.records import Problem, error
from submissions.importing.text import as_written

COLUMNS = {
    "paper": "paper",
    "pid": "paper",
    "number": "paper",
    "paper number": "paper",
    "title": "title",
    "email": "email",
    "reviewer email": "email",
    "name": "name",
    "reviewername": "name",
    "reviewer name": "name",
    "review": "reviewer",
    "reviewer": "reviewer",
    "signature": "reviewer",
    "signatures": "reviewer",
    "submitted": "at",
    "date": "at",
    "cdate": "at",
    "round": "",
    "id": "",
    "forum": "",
    "replyto": "",
    "tcdate": "",
    "mdate": "",
    "invitation": "",
    "invitations": "",
}
KNOWN = {name: column or "left out" for name, column in COLUMNS.items()}


def read_reviews(content: bytes, name: str) -> Read[ReviewRow]:
    """Each review of a paper by a reviewer once; the other rows are problems."""
    if holds_notes(content):
        return read_notes(content, name)
    table = read_table(content, name, KNOWN, ("paper",))
    problems = list(table.problems)
    found: dict[tuple[int, str], ReviewRow] = {}
    for line in table.lines:
        row = _row(line, problems)
        if row is None:
            continue
        first = found.setdefault((row.paper, (row.email or row.reviewer).casefold()), row)
        if first is not row:
            what = f"This reviewer’s review of paper {row.paper} stands on line {first.line} already."
            problems.append(error(line.where, line.number, what, "Remove one of the two rows."))
    return Read(tuple(found.values()), tuple(problems))


def read_notes(content: bytes, name: str) -> Read[ReviewRow]:
    """The reviews among OpenReview's notes (API v2): submissions with their replies."""
    from submissions.importing.openreview import read_openreview  # brings a parser along, only where something is read

    result = read_openreview(content.decode("utf-8", "replace").removeprefix("\ufeff"), name)
    rows = [
        ReviewRow(
            line=place,
            paper=paper.number or 0,
            email="",
            name="",
            reviewer=review.reviewer,
            at=review.created_at,
            answers={key: str(value) for key, value in review.answers.items() if key != "imported_rating"},
            key=paper.key,
        )
        for place, paper in enumerate(result.papers, 1)
        for review in paper.reviews
    ]
    return Read(tuple(rows), result.problems)


def holds_notes(content: bytes) -> bool:
    """Is it JSON of OpenReview's notes?"""
    try:
        parsed = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    notes = parsed.get("notes") if isinstance(parsed, dict) else parsed
    return isinstance(notes, list) and any(isinstance(note, dict) and "content" in note for note in notes)


def _row(line: Line, problems: list[Problem]) -> ReviewRow | None:
    before = len(problems)
    paper = paper_in(line, problems)
    email = address_in(line, problems) if one_line(line.get("email")) else ""
    signature = one_line(line.get("reviewer").strip("[]'\" ").rsplit("/", 1)[-1])
    answers = {name: as_written(cell) for name, cell in line.others.items() if cell.strip()}
    if not email and not signature and len(problems) == before:
        mend = "Fill the column email, or the column reviewer with a signature such as Reviewer_1."
        problems.append(error(line.where, line.number, "The row does not say who wrote the review.", mend))
    if not answers and len(problems) == before:
        mend = "Add a column for each question, called as on the form."
        problems.append(error(line.where, line.number, "The row answers no question.", mend))
    if paper is None or len(problems) > before:
        return None
    return ReviewRow(line.number, paper, email, one_line(line.get("name")), signature, _instant(line), answers)


def _instant(line: Line) -> datetime | None:
    """ISO 8601, or seconds or milliseconds since 1970; what cannot be read as one says nothing."""
    written = one_line(line.get("at")).removesuffix(" UTC")
    try:
        if re.fullmatch(r"\d{9,14}(\.0)?", written):
            number = float(written)
            return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
        at = datetime.fromisoformat(written)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
