"""Reads papers from BibTeX, tables and OpenReview notes. No database and no Django: only files in, records out."""

from .reading import read
from .records import (
    ImportedAuthor,
    ImportedDecision,
    ImportedPaper,
    ImportedReview,
    PersonName,
    Problem,
    ReadResult,
)

__all__ = [
    "ImportedAuthor",
    "ImportedDecision",
    "ImportedPaper",
    "ImportedReview",
    "PersonName",
    "Problem",
    "ReadResult",
    "read",
]
