"""What a reader hands back: papers, and what was wrong with the rest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

DecisionKind = Literal["accept", "reject", "offer", "desk_reject", ""]
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class ImportedAuthor:
    given: str
    particle: str
    family: str
    email: str = ""
    affiliation: str = ""


@dataclass(frozen=True)
class ImportedReview:
    """`reviewer` is an opaque signature such as "Reviewer_abcd".

    `answers` has our own question keys where the source has them: summary, strengths, weaknesses, questions,
    text, soundness, presentation, contribution, overall, confidence; `imported_rating` is the rating as it stood.
    """

    reviewer: str
    answers: dict[str, object]
    created_at: datetime | None


@dataclass(frozen=True)
class ImportedDecision:
    """`outcome` is the label as it stood; `kind` is "" where the label could not be understood."""

    outcome: str
    kind: DecisionKind
    comment: str


@dataclass(frozen=True)
class ImportedPaper:
    """One paper with a title and at least one author.

    Mathematics in `title` and `abstract` is LaTeX between dollar signs; a literal dollar sign from BibTeX is `\\$`.
    """

    key: str
    title: str
    abstract: str
    authors: tuple[ImportedAuthor, ...]
    keywords: tuple[str, ...] = ()
    number: int | None = None
    submitted_at: datetime | None = None
    withdrawn: bool = False
    pdf_name: str = ""
    reviews: tuple[ImportedReview, ...] = ()
    decision: ImportedDecision | None = None
    source_line: int | None = None


@dataclass(frozen=True)
class Problem:
    """An error means that something is missing from the result; a warning, that somebody should look at it.

    `line` counts from 1.
    """

    where: str
    line: int | None
    what: str
    how_to_mend: str
    severity: Severity

    def __str__(self) -> str:
        at = f"line {self.line}, " if self.line else ""
        return f"{at}{self.where}: {self.what} {self.how_to_mend}".strip()


@dataclass(frozen=True)
class ReadResult:
    papers: tuple[ImportedPaper, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "warning")


def error(where: str, line: int | None, what: str, how_to_mend: str = "") -> Problem:
    return Problem(where, line, what, how_to_mend, "error")


def warning(where: str, line: int | None, what: str, how_to_mend: str = "") -> Problem:
    return Problem(where, line, what, how_to_mend, "warning")


def unreadable(where: str, what: str, how_to_mend: str, line: int | None = None) -> ReadResult:
    """The result of a file from which nothing could be read."""
    return ReadResult((), (error(where, line, what, how_to_mend),))
