"""Reads papers from BibTeX, tables and OpenReview notes. No database and no Django: only files in, records out."""

from pathlib import Path

from .records import (
    ImportedAuthor,
    ImportedDecision,
    ImportedPaper,
    ImportedReview,
    Problem,
    ReadResult,
)

__all__ = [
    "ImportedAuthor",
    "ImportedDecision",
    "ImportedPaper",
    "ImportedReview",
    "Problem",
    "ReadResult",
    "read",
]


def read(path: Path) -> ReadResult:
    """The papers in a .bib, .csv or .json file; see `reading.read_file`."""
    # The readers' parsers are heavy, and most processes that know the records never read a file.
    from .reading import read_file

    return read_file(path)
