"""What authors tell the organizers of their paper: answers to the track's questions, and whom they name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from reviews.reading import Answer, answers_in_words
from submissions.models import Disclosure, Submission
from submissions.services.submit import NO_ADDRESS, missing
from submissions.states import SubmissionStatus
from workshops.reading import NAMES, QuestionData


@dataclass(frozen=True)
class FromAuthors:
    """``waits``: a draft that lacks nothing but a confirmed address, or whose address was confirmed too late."""

    answers: tuple[Answer, ...]
    declared_conflicts: str
    waits: bool
    claim_until: datetime | None

    @property
    def is_empty(self) -> bool:
        return not (self.answers or self.declared_conflicts or self.waits)


def disclosure_rows(submission_id: int) -> "QuerySet[Disclosure]":
    return Disclosure.objects.filter(submission=submission_id).select_related("question")


def from_authors(submission: Submission, rows: Iterable[Disclosure]) -> FromAuthors:
    """For whoever acts for the paper, from its disclosures. A query for a draft."""
    given = submission.current.snapshot.get("answers", {}) if submission.current else {}
    asked = sorted((row.question for row in rows), key=lambda question: question.position) if given else []
    questions = [QuestionData(**{name: getattr(question, name) for name in NAMES}) for question in asked]
    draft = submission.status == SubmissionStatus.DRAFT
    return FromAuthors(
        answers=answers_in_words(questions, given),
        declared_conflicts=submission.declared_conflicts,
        waits=draft and submission.current is not None and missing(submission) in ([], [NO_ADDRESS]),
        claim_until=submission.claim_until,
    )
