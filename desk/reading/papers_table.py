"""The list of papers as a table that leaves the house: the same lines, the same columns, the same silences."""

from typing import Any

from desk.reading.papers import PaperList, PaperRow, SealedRow
from desk.reading.table import Table
from workshops.instants import utc

COLUMNS: tuple[str, ...] = (
    "number",
    "title",
    "track",
    "state",
    "lacks",
    "last change",
    "authors",
    "scores",
    "mean",
    "reviews in",
    "reviews wanted",
    "handler",
    "decision",
    "decision state",
    "note",
)
SEALED = "You have a conflict with this paper."


def table_of(found: PaperList) -> Table:
    """A line for each row, those that are sealed after the others."""
    lines = [*map(_cells, found.rows), *map(_sealed_cells, found.sealed)]
    return Table("Papers", COLUMNS, lines)


def _cells(row: PaperRow) -> list[Any]:
    return [
        row.number,
        row.title,
        row.track,
        row.status_label,
        "; ".join(row.lacks),
        utc(row.changed),
        "; ".join(row.authors),
        " ".join(map(str, row.scores)),
        round(row.mean, 2) if row.mean is not None else "",
        *((row.reviews_in, row.wanted) if row.assessed else ("", "")),
        row.handler,
        row.decision,
        row.decision_status,
        "",
    ]


def _sealed_cells(row: SealedRow) -> list[Any]:
    said = {"number": row.number, "title": row.title, "track": row.track, "handler": row.handler, "note": SEALED}
    return [said.get(column, "") for column in COLUMNS]
