"""Whom the authors have named as unfit to judge their paper is waived only with their consent. States: ASKED_MOVES."""

from django.db import transaction
from django.utils import timezone

from access.rights import may, require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from notifications.services.enqueue import enqueue
from submissions import emails
from submissions.models import Conflict, ConflictRequest
from submissions.services.conflicts import settle
from submissions.services.waivers import locked, written
from submissions.states import (
    ASKED_MOVES,
    EFFECTIVE,
    AskedKind,
    AskedStatus,
    AuthorshipStatus,
    ConflictReason,
    ConflictState,
)


@transaction.atomic
def ask_authors(*, conflict: Conflict, why: str, by: User) -> ConflictRequest:
    """Ask the corresponding authors whether this person may judge their paper after all. Asking twice is asking once.

    They are told the words of ``why``. Raises Refused without them, for another reason than theirs, and where no author
    could answer.
    """
    require(acting(by), "act", conflict.submission)
    submission = locked(conflict.submission)
    if conflict.reason != ConflictReason.BY_AUTHOR or conflict.state not in EFFECTIVE:
        raise Refused("Its authors are asked only about whom they have named themselves, while it holds.")
    known = submission.conflict_requests.open().filter(kind=AskedKind.DECLARED, user=conflict.user).first()
    if known is not None:
        return known
    authors = submission.authorships.filter(corresponding=True, user__isnull=False)
    reachable = list(authors.exclude(status=AuthorshipStatus.DISOWNED).select_related("user"))
    if not reachable:
        raise Refused("No corresponding author has confirmed their address yet, so nobody can answer.")
    request = ConflictRequest.objects.create(
        submission=submission, kind=AskedKind.DECLARED, user=conflict.user, by=by, reason=written(why, field="why")
    )
    for author in reachable:
        assert author.user is not None
        _mail(request, author.user)
    _log("conflict.authors_asked", request, by)
    return request


@transaction.atomic
def answer_declared(*, request: ConflictRequest, agree: bool, by: User) -> ConflictRequest:
    """A corresponding author answers. Who agrees takes the name back, and the conflict is waived at once."""
    require(acting(by), "own", request.submission)
    if not may_answer(request, by):
        raise Refused("The corresponding author answers this.")
    if request.status != AskedStatus.OPEN:
        raise Refused("This is answered already.")
    status = AskedStatus.GRANTED if agree else AskedStatus.REFUSED
    move(request, status, ASKED_MOVES, answered_by=by, answered_at=timezone.now())
    _log("conflict.authors_answered", request, by)
    if agree:
        _waive(request)
    return request


@transaction.atomic
def take_back_asking(*, request: ConflictRequest, by: User) -> ConflictRequest:
    """The question is not needed any more."""
    require(acting(by), "act", request.submission)
    move(request, AskedStatus.TAKEN_BACK, ASKED_MOVES, answered_at=timezone.now())
    _log("conflict.asking_taken_back", request, by)
    return request


def may_answer(request: ConflictRequest, by: User) -> bool:
    mine = request.submission.authorships.filter(user=by, corresponding=True)
    return mine.exclude(status=AuthorshipStatus.DISOWNED).exists()


def _waive(request: ConflictRequest) -> None:
    """In the name of whoever asked, as far as they may still act for the paper."""
    conflict = Conflict.objects.filter(
        submission=request.submission_id, user=request.user_id, reason=ConflictReason.BY_AUTHOR, state__in=EFFECTIVE
    ).first()
    if conflict is None or request.user is None:
        return
    asker = request.by if request.by and may(acting(request.by), "act", request.submission) else None
    settle(
        submission=request.submission,
        user=request.user,
        reason=ConflictReason.BY_AUTHOR,
        state=ConflictState.WAIVED,
        by=asker,
        why=f"{request.reason} The authors agreed.",
    )


def _mail(request: ConflictRequest, author: User) -> None:
    submission, workshop = request.submission, request.submission.workshop
    assert request.user is not None
    enqueue(
        kind=emails.DECLARED_ASKED,
        key=str(request.pk),
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="mail",
        values={
            "workshop": str(workshop),
            "name": author.name,
            "number": str(submission.number),
            "title": submission.title,
            "person": request.user.name,
            "reason": request.reason,
            "url": emails.page("submissions:paper", workshop.slug, submission.number),
            "contact": workshop.contact,
        },
        recipient=author,
        scope=f"w:{workshop.pk}",
        reply_to=workshop.contact,
    )


def _log(action: str, request: ConflictRequest, by: User | None) -> None:
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=request.submission_id,
        aspect="act",
        about=request,
        data={"user": request.user_id, "status": request.status},
    )
