"""What an area chair's page of a paper shows: frozen plain data, on a double-blind track without the authors."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from access.rights import visible_to
from access.viewer import Viewer
from reviews.models import Assignment
from reviews.reading import (
    FIELDS_OF_PLACE,
    READ_BY_REVIEWERS,
    Answer,
    PaperFile,
    Place,
    answers_in_words,
    files_for,
    name_of,
    place_of,
    questions_by_version,
)
from reviews.scores import OverallScore, Scores, number_in, overall_score, scores_in
from reviews.states import CURRENT, REVIEWING, AssignmentKind, ReviewStatus
from submissions.models import Authorship, Submission
from workshops.deadlines import window
from workshops.models import Question
from workshops.reading import QuestionData
from workshops.states import DeadlineKind

READ_BY_CHAIRS = (*READ_BY_REVIEWERS, Question.Readers.CHAIRS)


@dataclass(frozen=True)
class ReviewForChair:
    handle: str
    name: str
    score: int | None
    overall: OverallScore | None
    confidence: int | None
    answers: tuple[Answer, ...]
    at: datetime | None


@dataclass(frozen=True)
class Writer:
    """Somebody whose review is not in yet."""

    handle: str
    name: str
    has_begun: bool
    due: datetime | None


@dataclass(frozen=True)
class ChairPage:
    pk: UUID
    submission: int
    place: Place
    track: str
    number: int
    title: str
    abstract: str
    tldr: str
    keywords: str
    authors: tuple[str, ...]
    due: datetime | None
    file: PaperFile | None
    supplement: PaperFile | None
    reviews: tuple[ReviewForChair, ...]
    writers: tuple[Writer, ...]

    @property
    def number_text(self) -> str:
        return str(self.number)

    @property
    def scores(self) -> Scores:
        return scores_in([review.overall for review in self.reviews])

    @property
    def wanted(self) -> int:
        return len(self.reviews) + len(self.writers)


_FIELDS = (
    "pk",
    "due_at",
    "submission_id",
    "submission__number",
    "submission__title",
    "submission__abstract",
    "submission__tldr",
    "submission__keywords",
    "submission__track_id",
    "submission__track__name",
    "submission__current__pdf_id",
    "submission__current__supplement_id",
    "submission__workshop_id",
    *FIELDS_OF_PLACE,
)


def chaired(viewer: Viewer) -> "QuerySet[Assignment]":
    """The assignments as area chair whose papers are under review and show the viewer who reviews them."""
    known = visible_to(viewer, "identities", Submission).values("pk")
    mine = visible_to(viewer, "own", Assignment).filter(kind=AssignmentKind.AREA_CHAIR, status__in=CURRENT)
    return mine.filter(submission__in=known)


def chair_page(viewer: Viewer, pk: UUID, at: datetime) -> ChairPage:
    """A paper as its area chair sees it. A fixed number of queries. Raises Http404."""
    named = visible_to(viewer, "authors", Submission).filter(pk=OuterRef("submission"))
    row = chaired(viewer).filter(pk=pk).annotate(named=Exists(named)).values(*_FIELDS, "named").first()
    if row is None:
        raise Http404
    due = window(row["submission__workshop_id"], DeadlineKind.REVIEW, row["submission__track_id"], at=at).at
    parts = _parts(row["submission_id"])
    submitted = [part for part in parts if _is_in(part)]
    forms = questions_by_version({part["review__current__form_version"] for part in submitted}, READ_BY_CHAIRS)
    file, supplement = files_for(viewer, row)
    return ChairPage(
        pk=row["pk"],
        submission=row["submission_id"],
        place=place_of(row),
        track=row["submission__track__name"],
        number=row["submission__number"],
        title=row["submission__title"],
        abstract=row["submission__abstract"],
        tldr=row["submission__tldr"],
        keywords=row["submission__keywords"],
        authors=_authors(row["submission_id"]) if row["named"] else (),
        due=row["due_at"] or due,
        file=file,
        supplement=supplement,
        reviews=tuple(_review(part, forms[part["review__current__form_version"]]) for part in submitted),
        writers=tuple(_writer(part, due) for part in parts if _is_awaited(part)),
    )


def _parts(submission_id: int) -> list[dict[str, Any]]:
    """Who reviews the paper, each with what is submitted; never a draft's words. One query."""
    rows = Assignment.objects.filter(submission=submission_id, kind__in=REVIEWING)
    rows = rows.filter(Q(status__in=CURRENT) | Q(review__status=ReviewStatus.SUBMITTED))
    names = ("user__given", "user__particle", "user__family", "handle", "due_at", "review__status")
    submitted = ("review__submitted_at", "review__current__form_version", "review__current__answers")
    return list(rows.order_by("handle").values(*names, *submitted))


def _is_in(part: Mapping[str, Any]) -> bool:
    return part["review__status"] == ReviewStatus.SUBMITTED and part["review__current__answers"] is not None


def _is_awaited(part: Mapping[str, Any]) -> bool:
    return part["review__status"] in (None, ReviewStatus.DRAFT)


def _review(part: Mapping[str, Any], questions: list[QuestionData]) -> ReviewForChair:
    answers = part["review__current__answers"]
    return ReviewForChair(
        handle=f"Reviewer {part['handle']}",
        name=name_of(part, "user__"),
        score=number_in(answers.get("overall")),
        overall=overall_score(questions, answers),
        confidence=number_in(answers.get("confidence")),
        answers=answers_in_words(questions, answers),
        at=part["review__submitted_at"],
    )


def _writer(part: Mapping[str, Any], due: datetime | None) -> Writer:
    begun = part["review__status"] == ReviewStatus.DRAFT
    return Writer(f"Reviewer {part['handle']}", name_of(part, "user__"), begun, part["due_at"] or due)


def _authors(submission_id: int) -> tuple[str, ...]:
    rows = (
        Authorship.objects.filter(submission=submission_id).order_by("position").values("given", "particle", "family")
    )
    return tuple(name_of(row) for row in rows)


def area_chairs(papers: Collection[int]) -> dict[int, int]:
    """Who is area chair of these papers, by their keys; of several the one who has been longest. One query."""
    rows = Assignment.objects.current().filter(submission__in=papers, kind=AssignmentKind.AREA_CHAIR)
    return dict(rows.filter(user__is_active=True).order_by("-created_at", "-pk").values_list("submission", "user"))
