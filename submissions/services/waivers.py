"""Where no organizer is free: one of an author's institution handles the paper, by a waiver that another approves.

Any organizer who is no author of the paper approves; what they see of it is its number, its title and the organizers'
reasons. Nobody with a personal conflict handles, and no author. States: ASKED_MOVES.
"""

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from submissions.levels import level_of, standings
from submissions.models import ConflictRequest, Submission
from submissions.services.handlers import free_organizers, put_in_charge
from submissions.states import ASKED_MOVES, AskedKind, AskedStatus, HandlerKind, Level, SubmissionStatus

SOMEBODY_IS_FREE = "An organizer is free on this paper, so nobody needs a waiver for it. Appoint the free one."


@transaction.atomic
def ask_for_waiver(*, submission: Submission, user: User, reason: str, by: User) -> ConflictRequest:
    """Ask that this organizer, of an author's institution, handles the paper. Asking twice is asking once.

    Raises Refused without a reason, while somebody is free, and for whoever is no organizer of that level.
    """
    require(acting(by), "settle", submission)
    row = locked(submission)
    check_nobody_free(row)
    _check_person(row, user)
    known = row.conflict_requests.open().filter(kind=AskedKind.WAIVER, user=user).first()
    if known is not None:
        return known
    request = ConflictRequest.objects.create(
        submission=row, kind=AskedKind.WAIVER, user=user, by=by, reason=written(reason)
    )
    log_request("waiver.asked", request, by)
    return request


@transaction.atomic
def approve_waiver(*, request: ConflictRequest, by: User, answer: str = "") -> ConflictRequest:
    """The person handles the paper from now on. Nobody approves a waiver of their own."""
    require(acting(by), "settle", request.submission)
    if request.user_id == by.pk:
        raise Refused("Another organizer approves this: nobody approves a waiver of their own.")
    return _grant(request, by=by, answer=answer)


@transaction.atomic
def approve_as_operator(*, submission: Submission, user: User, reason: str) -> ConflictRequest:
    """Whoever runs the site approves, where nobody else may. Raises Refused where somebody may."""
    row = locked(submission)
    check_nobody_free(row)
    _check_person(row, user)
    check_nobody_may_approve(row, user)
    request = ConflictRequest.objects.create(
        submission=row, kind=AskedKind.WAIVER, user=user, by=None, reason=written(reason)
    )
    log_request("waiver.asked", request, None)
    return _grant(request, by=None, answer="By whoever runs the site.")


@transaction.atomic
def refuse_waiver(*, request: ConflictRequest, by: User, answer: str) -> ConflictRequest:
    """Say no, with a word why."""
    require(acting(by), "settle", request.submission)
    words = written(answer, field="answer")
    move(request, AskedStatus.REFUSED, ASKED_MOVES, answered_by=by, answered_at=timezone.now(), answer=words)
    log_request("waiver.refused", request, by)
    return request


@transaction.atomic
def take_back_waiver(*, request: ConflictRequest, by: User) -> ConflictRequest:
    """Whoever asked, or whom it is about, does not want it any more."""
    require(acting(by), "settle", request.submission)
    if by.pk not in (request.by_id, request.user_id):
        raise Refused("Only whoever asked takes it back.")
    move(request, AskedStatus.TAKEN_BACK, ASKED_MOVES, answered_at=timezone.now())
    log_request("waiver.taken_back", request, by)
    return request


def _grant(request: ConflictRequest, *, by: User | None, answer: str) -> ConflictRequest:
    submission, user = locked(request.submission), request.user
    assert user is not None
    check_nobody_free(submission)
    _check_person(submission, user)
    now = timezone.now()
    move(request, AskedStatus.GRANTED, ASKED_MOVES, answered_by=by, answered_at=now, answer=answer.strip())
    put_in_charge(submission=submission, user=user, by=by, reason=request.reason, kind=HandlerKind.WAIVER)
    log_request("waiver.approved", request, by)
    return request


# --- shared by what else is asked because of conflicts ---


def locked(submission: Submission) -> Submission:
    """The paper under a lock, so that two answers at once are one after the other. Raises Refused once it has ended."""
    row = Submission.objects.select_for_update().select_related("workshop").get(pk=submission.pk)
    if row.status != SubmissionStatus.SUBMITTED:
        raise Refused(f"Paper #{row.number} is {row.get_status_display().lower()}, so nobody need handle it.")
    return row


def check_nobody_free(submission: Submission) -> None:
    if free_organizers(submission.workshop, [submission.pk])[submission.pk]:
        raise Refused(SOMEBODY_IS_FREE)


def check_nobody_may_approve(submission: Submission, *about: User) -> None:
    """The command of whoever runs the site is for papers that nobody else can settle."""
    asked = {person.pk for person in about}
    others = [one for one in standings(submission) if one.level != Level.AUTHOR and one.user_id not in asked]
    if others:
        raise Refused(f"{others[0].name} may approve this on the organizers' desk, so the command does not.")


def _check_person(submission: Submission, user: User) -> None:
    standing = next((one for one in standings(submission) if one.user_id == user.pk), None)
    if standing is None:
        raise Refused(f"{user.name} is no organizer of this workshop.", field="user")
    if level_of(submission, user) != Level.INSTITUTIONAL:
        raise Refused(
            f"{user.name} has more than an institution in common with the authors, and cannot handle it.", field="user"
        )


def written(reason: str, *, field: str = "reason") -> str:
    """The words, trimmed. Raises Refused when there are none."""
    if not reason.strip():
        raise Refused("Write down why; it is kept with it, and every organizer who is no author reads it.", field=field)
    return reason.strip()


def log_request(action: str, request: ConflictRequest, by: User | None) -> None:
    """For every organizer who is no author of the paper: no content of it is told."""
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=request.submission_id,
        aspect="settle",
        about=request,
        data={"user": request.user_id},
    )
