"""The versions of one's own review: listed, and two of them compared. And what is kept of a paper that one lost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import Http404

from access.rights import visible_to
from access.viewer import Viewer
from reviews.models import Assignment, ReviewVersion
from reviews.offline import tidy
from reviews.reading import (
    FIELDS_OF_PLACE,
    Answer,
    Place,
    VersionLine,
    answers_in_words,
    own_answers,
    own_versions,
    place_of,
    questions_for,
)
from reviews.states import REVIEWING, AssignmentStatus
from reviews.writing import DECLINED, TAKEN_BACK
from submissions import diff
from submissions.versions import Compared
from workshops.answers import Kind
from workshops.reading import QuestionData, questions_of

_FIELDS = (
    "pk",
    "status",
    "submission__number",
    "submission__workshop_id",
    "submission__track_id",
    *FIELDS_OF_PLACE,
    "review__pk",
    "review__version",
    "review__draft",
    "review__current__answers",
    "review__current__form_version_id",
)


@dataclass(frozen=True)
class OwnText:
    """One's own words on a paper, without the paper."""

    pk: UUID
    review: UUID | None
    place: Place
    number: int
    status: str
    version: int
    questions: tuple[QuestionData, ...]
    stored: Mapping[str, Any]
    versions: tuple[VersionLine, ...]

    @property
    def answers(self) -> tuple[Answer, ...]:
        return answers_in_words(self.questions, self.stored)

    @property
    def sentence(self) -> str:
        return DECLINED if self.status == AssignmentStatus.DECLINED else TAKEN_BACK


def own_text(viewer: Viewer, pk: UUID, *, aspect: str = "own") -> OwnText:
    """What one wrote about a paper that one has (``own``) or had (``kept``). Raises Http404."""
    row = visible_to(viewer, aspect, Assignment).filter(pk=pk, kind__in=REVIEWING).values(*_FIELDS).first()
    if row is None:
        raise Http404
    return _own_text(viewer, row)


def text_of_own_or_lost(viewer: Viewer, pk: UUID) -> OwnText:
    """What one wrote about a paper, whether one still has it or not. Raises Http404."""
    try:
        return own_text(viewer, pk)
    except Http404:
        return kept_text(viewer, pk)


def kept_text(viewer: Viewer, pk: UUID) -> OwnText:
    """What is kept of a paper that one no longer has. Raises Http404, also where one never wrote anything."""
    found = own_text(viewer, pk, aspect="kept")
    if found.review is None:
        raise Http404
    if not found.stored and found.versions:
        return replace(found, stored=answers_of_version(found, found.versions[0].number))
    return found


def _own_text(viewer: Viewer, row: Mapping[str, Any]) -> OwnText:
    return OwnText(
        pk=row["pk"],
        review=row["review__pk"],
        place=place_of(row),
        number=row["submission__number"],
        status=row["status"],
        version=row["review__version"] or 1,
        questions=questions_for(row),
        stored=own_answers(viewer, row),
        versions=own_versions(viewer, row["review__pk"]),
    )


def compare(text: OwnText, old: int, new: int) -> Compared | None:
    """What differs from one version to the other; None when one of them is not there. Two or three queries."""
    shown = {line.number for line in text.versions}
    rows = ReviewVersion.objects.filter(review=text.review, number__in={old, new} & shown) if shown else ()
    found = {row.number: row for row in rows}
    if old not in found or new not in found:
        return None
    before, after = found[old], found[new]
    asked = {question.key: question for question in questions_of(before.form_version_id)}
    if after.form_version_id != before.form_version_id:
        asked |= {question.key: question for question in questions_of(after.form_version_id)}
    texts, lines = [], []
    for question in asked.values():
        one, two = _words(question, before.answers), _words(question, after.answers)
        if one == two:
            continue
        if question.kind == Kind.TEXT:
            texts.append((question.text, tuple(diff.words(one, two))))
        else:
            lines.append((question.text, one, two))
    return Compared(old, new, tuple(texts), tuple(lines), (), ())


def _words(question: QuestionData, answers: Mapping[str, Any]) -> str:
    found = answers_in_words([question], answers)
    return tidy(found[0].value) if found else ""


def answers_of_version(text: OwnText, number: int) -> dict[str, Any]:
    """The answers of one version to the questions that are asked now. Raises Http404."""
    if number not in {line.number for line in text.versions}:
        raise Http404
    row = ReviewVersion.objects.get(review=text.review, number=number)
    asked = {question.key for question in text.questions}
    return {key: value for key, value in row.answers.items() if key in asked}
