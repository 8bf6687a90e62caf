"""The list of reviews as a table that leaves the house."""

from typing import Any

from desk.reading.reviews import ReviewList, ReviewRow
from desk.reading.table import Table
from workshops.instants import utc

COLUMNS = (
    "paper",
    "title",
    "track",
    "reviewer",
    "state",
    "overall",
    "confidence",
    "words",
    "due",
    "overdue",
    "came late",
    "last change",
    "ethical concern",
    "thinks to know the authors",
)


def table_of(found: ReviewList) -> Table:
    return Table("Reviews", COLUMNS, [_cells(row) for row in found.rows])


def _cells(row: ReviewRow) -> list[Any]:
    return [
        row.number,
        row.title,
        row.track,
        row.who,
        row.state_words,
        "" if row.overall is None else row.overall,
        "" if row.confidence is None else row.confidence,
        "" if row.said.words is None else row.said.words,
        utc(row.work.due_at) if row.work.due_at else "",
        "yes" if row.overdue else "",
        "yes" if row.late else "",
        utc(row.changed),
        "yes" if row.said.ethics else "",
        row.said.knows,
    ]
