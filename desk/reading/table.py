"""A list as a table that leaves the house: the same lines, the same columns, the same silences."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from desk.csv_cells import safe


@dataclass(frozen=True)
class Table:
    """``lines``: a cell for each of the columns. Cells are made safe for spreadsheets when the file is written."""

    title: str
    columns: Sequence[str]
    lines: Sequence[Sequence[Any]]


def as_csv(table: Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([safe(cell) for cell in line] for line in table.lines)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table) -> bytes:
    import tablib  # heavy, and only for this

    lines = ([safe(cell) for cell in line] for line in table.lines)
    exported: bytes = tablib.Dataset(*lines, headers=table.columns, title=table.title).export("xlsx")
    return exported


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: dict[str, tuple[str, Callable[[Table], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": (XLSX, as_xlsx),
}
