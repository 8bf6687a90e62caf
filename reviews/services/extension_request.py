"""A reviewer asks for more days for one paper; an organizer who is free on it grants them, or does not."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from notifications.services.enqueue import enqueue
from reviews import emails, emails_reviewing
from reviews.models import Assignment, ExtensionRequest, Review
from reviews.services.extend import extend_review
from reviews.states import CURRENT, REQUEST_MOVES, REVIEWING, RequestStatus, ReviewStatus
from submissions.replies import reply_to
from workshops.deadlines import window
from workshops.instants import aoe, both
from workshops.models import Extension
from workshops.states import DeadlineKind

MOST_DAYS = 30
LONGEST_REASON = 1000


@transaction.atomic
def ask_for_days(*, assignment: Assignment, by: User, days: int, reason: str = "") -> ExtensionRequest:
    """Ask for so many days after the review is due, or from now where that has passed. Asking again changes what is
    asked for. Raises Refused where there is nothing to extend, and for a number that is none.
    """
    require(acting(by), "own", assignment)
    assignment = Assignment.objects.select_for_update(of=("self",)).select_related(*_PATH).get(pk=assignment.pk)
    until = _until(assignment, days)
    row = assignment.extension_requests.filter(status=RequestStatus.OPEN).first()
    values = {"until": until, "reason": reason.strip()[:LONGEST_REASON], "asked_at": timezone.now()}
    if row is None:
        row = ExtensionRequest.objects.create(assignment=assignment, **values)
        _log("extension_request.made", row, by)
    else:
        ExtensionRequest.objects.filter(pk=row.pk).update(**values)
        row.refresh_from_db()
    return row


_PATH = ("submission__workshop", "submission__track", "user")


def _until(assignment: Assignment, days: int) -> datetime:
    paper, now = assignment.submission, timezone.now()
    if paper.workshop.frozen_at is not None:
        raise Refused("This workshop is closed for good, so nothing in it changes any more.")
    if assignment.status not in CURRENT or assignment.kind not in REVIEWING:
        raise Refused("You do not review this paper, so there is nothing to ask more days for.")
    if Review.objects.filter(assignment=assignment).exclude(status=ReviewStatus.DRAFT).exists():
        raise Refused("Your review of this paper is in already; it needs no more days.")
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"Ask for 1 to {MOST_DAYS} days.", field="days")
    due = due_of(assignment)
    if due is None:
        raise Refused("No date is set for this review, so take the time that you need.")
    return max(due, now) + timedelta(days=days)


def due_of(assignment: Assignment) -> datetime | None:
    """Until when the review is due, with an extension that it has."""
    paper = assignment.submission
    found = window(
        paper.workshop_id, DeadlineKind.REVIEW, paper.track_id, at=timezone.now(), root_id=assignment.pk
    ).ends_at
    return max(filter(None, (found, assignment.due_at)), default=None)


@transaction.atomic
def take_request_back(*, assignment: Assignment, by: User) -> None:
    """The reviewer needs no more days. Twice changes nothing."""
    require(acting(by), "own", assignment)
    row = assignment.extension_requests.select_for_update().filter(status=RequestStatus.OPEN).first()
    if row is not None:
        move(row, RequestStatus.TAKEN_BACK, REQUEST_MOVES, answered_at=timezone.now(), answered_by=by)
        _log("extension_request.taken_back", row, by)


@transaction.atomic
def grant_days(*, request: ExtensionRequest, by: User | None, answer: str = "") -> Extension:
    """The review is due, and open, until the instant that was asked for. The reviewer is told.

    Raises Refused when somebody has answered already, and when the paper is not theirs to review any more.
    """
    row = _open_request(request, by)
    extension = extend_review(
        assignment=row.assignment, until=row.until, reason=row.reason or "The reviewer asked for it.", by=by
    )
    _answer(row, RequestStatus.GRANTED, answer, by)
    _log("extension_request.granted", row, by)
    _tell(row, granted=True, until=extension.until)
    return extension


@transaction.atomic
def refuse_days(*, request: ExtensionRequest, by: User | None, answer: str = "") -> ExtensionRequest:
    """Leave the date as it is. The reviewer is told, with the words."""
    row = _open_request(request, by)
    _answer(row, RequestStatus.REFUSED, answer, by)
    _log("extension_request.refused", row, by)
    _tell(row, granted=False, until=due_of(row.assignment))
    return row


def _open_request(request: ExtensionRequest, by: User | None) -> ExtensionRequest:
    paths = [f"assignment__{path}" for path in _PATH]
    row = ExtensionRequest.objects.select_for_update(of=("self",)).select_related(*paths).get(pk=request.pk)
    require(acting(by), "act", row.assignment.submission)
    if row.status != RequestStatus.OPEN:
        raise Refused(f"This request is answered already: {row.get_status_display().lower()}.")
    if row.assignment.status not in CURRENT:
        raise Refused("This person does not review the paper any more.")
    return row


def _answer(row: ExtensionRequest, to: str, answer: str, by: User | None) -> None:
    words = answer.strip()[:LONGEST_REASON]
    move(row, to, REQUEST_MOVES, answer=words, answered_at=timezone.now(), answered_by=by)


def _log(action: str, row: ExtensionRequest, by: User | None) -> None:
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=row.assignment.submission_id,
        aspect="identities",
        about=row,
        data={"assignment": str(row.assignment_id), "until": row.until.isoformat()},
    )


def _tell(row: ExtensionRequest, *, granted: bool, until: datetime | None) -> None:
    paper = row.assignment.submission
    enqueue(
        kind=emails_reviewing.EXTENSION_ANSWER,
        key=str(row.pk),
        root_type=Root.SUBMISSION,
        root_id=paper.pk,
        aspect="identities",
        values={
            "workshop": str(paper.workshop),
            "name": row.assignment.user.name,
            "number": str(paper.number),
            "title": paper.title,
            "granted": "yes" if granted else "",
            "until": (both if granted else aoe)(until) if until else "",
            "answer": row.answer,
            "link": emails.page("reviews:review", row.assignment_id),
            "contact": paper.workshop.contact,
        },
        recipient=row.assignment.user,
        scope=f"w:{paper.workshop_id}",
        reply_to=reply_to([paper], to=row.assignment.user_id),
    )
