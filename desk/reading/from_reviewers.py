"""What the reviewers of papers have told their organizers: asked for days, notes, drafts left behind, their orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from access.rights import visible_to
from access.viewer import Viewer
from reviews.models import Assignment, ExtensionRequest
from reviews.reading import Answer, answers_in_words, name_of
from reviews.stacks import Standing, standing_rows, standings
from reviews.states import Knowing, RequestStatus
from submissions.models import Submission
from workshops.models import Workshop
from workshops.reading import find_open_form, questions_of


@dataclass(frozen=True)
class Request:
    """Somebody asks for more days. ``due`` is the date as it stands."""

    pk: int
    paper: int
    title: str
    who: str
    handle: int
    due: datetime | None
    until: datetime
    reason: str
    asked_at: datetime


@dataclass(frozen=True)
class Note:
    """Somebody thinks they know who wrote the paper."""

    who: str
    handle: int
    how: str
    text: str


@dataclass(frozen=True)
class LeftDraft:
    """What somebody who declined has left to the organizers. It counts in nothing."""

    who: str
    handle: int
    at: datetime
    why: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class FromReviewers:
    requests: tuple[Request, ...]
    notes: tuple[Note, ...]
    drafts: tuple[LeftDraft, ...]
    standings: tuple[Standing, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.requests or self.notes or self.drafts or self.standings)


def open_requests(workshop: Workshop, viewer: Viewer) -> "QuerySet[ExtensionRequest]":
    """Requests that wait, about papers that the viewer acts on."""
    rows = visible_to(viewer, "answer", ExtensionRequest)
    return rows.filter(status=RequestStatus.OPEN, assignment__submission__workshop=workshop)


_ASKED = (
    "pk",
    "until",
    "reason",
    "asked_at",
    "assignment__handle",
    "assignment__due_at",
    "assignment__user__given",
    "assignment__user__particle",
    "assignment__user__family",
    "assignment__submission__number",
    "assignment__submission__title",
)


def requests_of(workshop: Workshop, viewer: Viewer) -> list[Request]:
    """Those that wait, the oldest first. One query."""
    rows = open_requests(workshop, viewer).order_by("asked_at").values(*_ASKED)
    return [
        Request(
            pk=row["pk"],
            paper=row["assignment__submission__number"],
            title=row["assignment__submission__title"],
            who=name_of(row, "assignment__user__"),
            handle=row["assignment__handle"],
            due=row["assignment__due_at"],
            until=row["until"],
            reason=row["reason"],
            asked_at=row["asked_at"],
        )
        for row in rows
    ]


def said_by_reviewers(viewer: Viewer, workshop_id: int, submission_id: int) -> dict[str, QuerySet]:
    """The rows of all of it about one paper. Aspect ``act``."""
    asked = ExtensionRequest.objects.filter(assignment=OuterRef("pk"), status=RequestStatus.OPEN)
    said = Q(authors_known__isnull=False) | Q(review__handed_over_at__isnull=False) | Exists(asked)
    rows: Any = Assignment.objects.filter(said, submission=submission_id).annotate(
        asked=Subquery(asked.values("pk")[:1]),
        asked_until=Subquery(asked.values("until")[:1]),
        asked_reason=Subquery(asked.values("reason")[:1]),
        asked_at=Subquery(asked.values("asked_at")[:1]),
        given=F("user__given"),
        particle=F("user__particle"),
        family=F("user__family"),
    )
    names = ("handle", "due_at", "reason", "given", "particle", "family", "review__handed_over_at", "review__draft")
    asks = ("asked", "asked_until", "asked_reason", "asked_at", "authors_known__knowing", "authors_known__text")
    return {
        "said": rows.values(*names, *asks),
        "standings": standing_rows(viewer, workshop_id, submission_id),
    }


def from_reviewers(submission: Submission, rows: Mapping[str, list[Any]]) -> FromReviewers:
    """All of it about one paper, from its rows. Two queries where a draft was left. Aspect ``act``."""
    found = sorted(rows["said"], key=lambda row: row["handle"])
    return FromReviewers(
        requests=tuple(_request(row, submission) for row in found if row["asked"]),
        notes=tuple(_note(row) for row in found if row["authors_known__knowing"]),
        drafts=_drafts(submission, [row for row in found if row["review__handed_over_at"]]),
        standings=tuple(standings(submission.pk, rows["standings"])),
    )


def _request(row: Mapping[str, Any], paper: Submission) -> Request:
    return Request(
        pk=row["asked"],
        paper=paper.number,
        title=paper.title,
        who=name_of(row),
        handle=row["handle"],
        due=row["due_at"],
        until=row["asked_until"],
        reason=row["asked_reason"],
        asked_at=row["asked_at"],
    )


def _note(row: Mapping[str, Any]) -> Note:
    how = Knowing(row["authors_known__knowing"])
    words = "knows who wrote it" if how == Knowing.SURE else "thinks to know who wrote it"
    return Note(name_of(row), row["handle"], words, row["authors_known__text"])


def _drafts(submission: Submission, rows: list[dict[str, Any]]) -> tuple[LeftDraft, ...]:
    form = find_open_form(submission.workshop_id, submission.track_id) if rows else None
    questions = questions_of(form.pk) if form else ()
    return tuple(
        LeftDraft(
            who=name_of(row),
            handle=row["handle"],
            at=row["review__handed_over_at"],
            why=row["reason"],
            answers=answers_in_words(questions, row["review__draft"]),
        )
        for row in rows
    )
