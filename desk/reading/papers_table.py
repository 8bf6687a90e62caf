"""The list of papers as a table that leaves the house: the same lines, the same columns, the same silences."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from desk.csv_cells import safe
from desk.reading.papers import PaperList, PaperRow, SealedRow
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


def lines(found: PaperList) -> Iterator[list[Any]]:
    """A line for each row, those that are sealed after the others."""
    for row in found.rows:
        yield [safe(cell) for cell in _cells(row)]
    for sealed in found.sealed:
        yield [safe(cell) for cell in _sealed_cells(sealed)]


def as_csv(found: PaperList) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(lines(found))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(found: PaperList) -> bytes:
    import tablib  # heavy, and only for this

    table = tablib.Dataset(*lines(found), headers=COLUMNS, title="Papers")
    exported: bytes = table.export("xlsx")
    return exported


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
