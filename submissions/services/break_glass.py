"""An organizer from whom a paper is sealed reads it for a limited time, with leave of somebody who is free on it.

It is for emergencies, and never quiet: the reason is in the log, and every organizer gets a mail with the number and
nothing else. Reading is under handles, and gives no right to act. States: ASKED_MOVES.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.transitions import move
from notifications.services.enqueue import enqueue
from submissions import emails
from submissions.levels import level_of
from submissions.models import ConflictRequest, Handler, Submission
from submissions.services.handlers import free_organizers
from submissions.services.waivers import locked, log_request, written
from submissions.states import ASKED_MOVES, AskedKind, AskedStatus, HandlerKind, Level
from workshops.instants import aoe
from workshops.models import Membership
from workshops.states import Role

LONGEST = 72
"""Hours."""


@transaction.atomic
def ask_to_read(*, submission: Submission, reason: str, by: User) -> ConflictRequest:
    """Ask for leave. Asking twice is asking once. Raises Refused without a reason, and where nothing is sealed."""
    require(acting(by), "settle", submission)
    row = locked(submission)
    _check_sealed(row, by)
    known = row.conflict_requests.open().filter(kind=AskedKind.READING, user=by).first()
    if known is not None:
        return known
    request = ConflictRequest.objects.create(
        submission=row, kind=AskedKind.READING, user=by, by=by, reason=written(reason)
    )
    log_request("reading.asked", request, by)
    return request


@transaction.atomic
def allow_reading(*, request: ConflictRequest, hours: int, by: User) -> ConflictRequest:
    """Let the person read for so many hours. Whoever acts for the paper allows it; all organizers are told."""
    require(acting(by), "act", request.submission)
    if request.user_id == by.pk:
        raise Refused("Somebody else allows this.")
    return _allow(request, hours=hours, by=by)


@transaction.atomic
def allow_as_operator(*, submission: Submission, user: User, hours: int, reason: str) -> ConflictRequest:
    """Whoever runs the site allows it, where nobody is free on the paper. Raises Refused where somebody is."""
    row = locked(submission)
    _check_sealed(row, user)
    guest = Handler.objects.filter(submission=row, until=None, kind__in=(HandlerKind.GUEST, HandlerKind.WAIVER))
    if free_organizers(row.workshop, [row.pk])[row.pk] or guest.exists():
        raise Refused("Somebody may act for this paper and can allow it on the desk, so the command does not.")
    request = ConflictRequest.objects.create(
        submission=row, kind=AskedKind.READING, user=user, by=None, reason=written(reason)
    )
    log_request("reading.asked", request, None)
    return _allow(request, hours=hours, by=None)


@transaction.atomic
def refuse_reading(*, request: ConflictRequest, by: User, answer: str) -> ConflictRequest:
    """Say no, with a word why."""
    require(acting(by), "act", request.submission)
    words = written(answer, field="answer")
    move(request, AskedStatus.REFUSED, ASKED_MOVES, answered_by=by, answered_at=timezone.now(), answer=words)
    log_request("reading.refused", request, by)
    return request


@transaction.atomic
def take_back_reading(*, request: ConflictRequest, by: User) -> ConflictRequest:
    """Whoever asked does not need it any more."""
    if request.user_id != by.pk:
        raise Refused("Only whoever asked takes it back.")
    move(request, AskedStatus.TAKEN_BACK, ASKED_MOVES, answered_at=timezone.now())
    log_request("reading.taken_back", request, by)
    return request


@transaction.atomic
def end_reading(*, request: ConflictRequest, by: User) -> ConflictRequest:
    """Seal the paper again now: whoever reads is done, or somebody who acts for it ends it."""
    if request.user_id != by.pk:
        require(acting(by), "act", request.submission)
    move(request, AskedStatus.ENDED, ASKED_MOVES, until=timezone.now())
    log_request("reading.ended", request, by)
    return request


def _check_sealed(submission: Submission, user: User) -> None:
    level = level_of(submission, user)
    if level == Level.AUTHOR:
        raise Refused("An author never reads the assessment of their own paper before it is told.")
    if level != Level.PERSONAL:
        raise Refused("This paper is not sealed from you.")


def _allow(request: ConflictRequest, *, hours: int, by: User | None) -> ConflictRequest:
    if not 1 <= hours <= LONGEST:
        raise Refused(f"Choose between 1 and {LONGEST} hours.", field="hours")
    assert request.user is not None
    submission = locked(request.submission)
    _check_sealed(submission, request.user)
    now = timezone.now()
    until = now + timedelta(hours=hours)
    move(request, AskedStatus.GRANTED, ASKED_MOVES, answered_by=by, answered_at=now, until=until)
    log_request("reading.allowed", request, by)
    _tell_all(submission, request, by)
    return request


def _tell_all(submission: Submission, request: ConflictRequest, by: User | None) -> None:
    """The number, and nothing else of the paper."""
    workshop = submission.workshop
    roles = Membership.objects.open().filter(workshop=workshop, role=Role.ORGANIZER, user__is_active=True)
    assert request.user is not None
    assert request.until is not None
    for role in roles.select_related("user").order_by("user"):
        enqueue(
            kind=emails.SEALED_PAPER_READ,
            key=str(request.pk),
            root_type=Root.WORKSHOP,
            root_id=workshop.pk,
            aspect="staff",
            values={
                "workshop": str(workshop),
                "name": role.user.name,
                "number": str(submission.number),
                "who": request.user.name,
                "by": by.name if by else "Whoever runs the site",
                "reason": request.reason,
                "until": aoe(request.until),
            },
            recipient=role.user,
            scope=f"w:{workshop.pk}",
            reply_to=by.email if by else "",
        )
