"""Somebody from outside handles a paper that no organizer, or only one, is free on. States: ASKED_MOVES.

A guest chair is called by a link to their address, after what is known of them was compared with the paper, and is
compared again when they accept. They see and decide that paper, and nothing else.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from access.rights import may, require
from access.viewer import acting, key_of
from accounts.addresses import checked_address, domain_of, institution_of
from accounts.models import User
from accounts.services.prove import owner_of, prove_address
from audit.errors import Refused
from audit.models import Root
from audit.transitions import move
from notifications.services.enqueue import enqueue
from submissions import emails
from submissions.levels import level_of
from submissions.models import Authorship, Conflict, ConflictRequest, Submission
from submissions.services.conflicts import conflicts_of
from submissions.services.handlers import end_post, free_organizers, put_in_charge
from submissions.services.waivers import check_nobody_may_approve, locked, log_request, written
from submissions.states import (
    ASKED_MOVES,
    AskedKind,
    AskedStatus,
    AuthorshipStatus,
    ConflictState,
    HandlerKind,
    Level,
)
from workshops.instants import aoe
from workshops.models import Membership
from workshops.services.roles import give_role
from workshops.states import Role

LASTS = timedelta(days=14)
ENOUGH = "Several organizers are free on this paper, so it needs no guest chair. One of them handles it."


@transaction.atomic
def call_guest_chair(*, submission: Submission, address: str, name: str, reason: str, by: User) -> ConflictRequest:
    """Invite somebody from outside by a link. The mail leaves at once.

    Its only free organizer calls one, or, where nobody is free, any organizer who is no author. Raises Refused, naming
    the field, for an address that is none, an organizer, whoever has a conflict, and where it is not needed.
    """
    _check_may_call(submission, by)
    row = locked(submission)
    return _call(row, address, name, reason, by)


@transaction.atomic
def call_as_operator(*, submission: Submission, address: str, name: str, reason: str) -> ConflictRequest:
    """Whoever runs the site calls one, where every organizer is an author. Raises Refused where somebody may."""
    row = locked(submission)
    check_nobody_may_approve(row)
    return _call(row, address, name, reason, None)


def _check_may_call(submission: Submission, by: User) -> None:
    require(acting(by), "settle", submission)
    free = free_organizers(submission.workshop, [submission.pk])[submission.pk]
    if len(free) > 1:
        raise Refused(ENOUGH)
    if free and not may(acting(by), "act", submission):
        raise Refused("One organizer is free on this paper: that one may call a guest chair.")


def _call(submission: Submission, address: str, name: str, reason: str, by: User | None) -> ConflictRequest:
    address = checked_address(address)
    if not name.strip():
        raise Refused("Write their name, for the first line of the mail.", field="name")
    if submission.conflict_requests.open().filter(kind=AskedKind.GUEST, address=address).exists():
        raise Refused(f"{address} is called for this paper already, and has not answered yet.", field="address")
    _check_no_conflict(submission, address)
    token = secrets.token_urlsafe(32)
    request = ConflictRequest.objects.create(
        submission=submission,
        kind=AskedKind.GUEST,
        address=address,
        name=name.strip(),
        token_hash=key_of(token),
        reason=written(reason),
        by=by,
        until=timezone.now() + LASTS,
    )
    _mail(request, token)
    log_request("guest.called", request, by)
    return request


def _check_no_conflict(submission: Submission, address: str) -> None:
    """By all that is known of whoever has confirmed the address, and by the address itself."""
    person = owner_of(address)
    listed = Authorship.objects.filter(submission=submission).exclude(status=AuthorshipStatus.DISOWNED)
    theirs = {institution_of(domain_of(email)) for email in listed.exclude(email="").values_list("email", flat=True)}
    if listed.filter(email=address).exists() or institution_of(domain_of(address)) in theirs - {""}:
        raise Refused(f"{address} is close to an author of the paper. Choose somebody else.", field="address")
    if person is None:
        return
    if _organizes(submission, person):
        raise Refused(f"{person.name} is an organizer here, and no guest.", field="address")
    found = conflicts_of(submission.workshop, [person.pk], [submission.pk])
    if found.get(person.pk) or level_of(submission, person) != Level.FREE:
        raise Refused(f"{person.name} has a conflict with the paper. Choose somebody else.", field="address")


def _organizes(submission: Submission, person: User) -> bool:
    roles = Membership.objects.open().filter(workshop=submission.workshop_id, user=person, role=Role.ORGANIZER)
    return roles.exists()


def _mail(request: ConflictRequest, token: str) -> None:
    submission, workshop = request.submission, request.submission.workshop
    assert request.until is not None
    enqueue(
        kind=emails.GUEST_CHAIR,
        key=str(request.pk),
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="settle",
        values={
            "workshop": str(workshop),
            "name": request.name,
            "number": str(submission.number),
            "title": submission.title,
            "by": request.by.name if request.by else "Whoever runs the site",
            "reason": request.reason,
            "until": aoe(request.until),
            "link": emails.page("desk:guest_link", token),
            "contact": workshop.contact,
        },
        address=request.address,
        scope=f"w:{workshop.pk}",
        reply_to=request.by.email if request.by else workshop.contact,
    )


# --- the answer -------------------------------------------------------------------------------------------------------


def resolve(token: str) -> ConflictRequest | None:
    """The call that this token opens; None for one that opens nothing. One query. Reading changes nothing."""
    if not token:
        return None
    calls = ConflictRequest.objects.filter(kind=AskedKind.GUEST, token_hash=key_of(token))
    return calls.select_related("submission__workshop", "submission__track", "user", "by").first()


@transaction.atomic
def accept_call(*, request: ConflictRequest, given: str = "", family: str = "") -> ConflictRequest:
    """The person behind the link handles the paper from now on. Twice is once.

    The link came by the address, which so counts as confirmed; an account is made where there is none. Raises Refused
    for a call that has ended, without a name, and for a conflict that is known by now, which the organizers then read.
    """
    request = _locked_call(request)
    if request.status == AskedStatus.GRANTED:
        return request
    _check_open(request)
    submission = locked(request.submission)
    if owner_of(request.address) is None and not (given.strip() or family.strip()):
        raise Refused("Write your name; the organizers see it.", field="family")
    person = prove_address(address=request.address, given=given.strip(), family=family.strip())
    if _organizes(submission, person):
        raise Refused(f"You are an organizer of {submission.workshop}, and no guest.")
    give_role(workshop=submission.workshop, user=person, role=Role.GUEST_CHAIR, by=None)
    doubtful = Conflict.objects.filter(submission=submission, user=person).exclude(state=ConflictState.WAIVED)
    if doubtful.exists() or level_of(submission, person) != Level.FREE:
        raise Refused(
            "What is known of you and of the authors makes a conflict of interest, so somebody else must handle this "
            f"paper. Thank you all the same; please tell {_whom_to_tell(request)}."
        )
    put_in_charge(submission=submission, user=person, by=None, reason=request.reason, kind=HandlerKind.GUEST)
    now = timezone.now()
    move(request, AskedStatus.GRANTED, ASKED_MOVES, user=person, answered_by=person, answered_at=now)
    log_request("guest.accepted", request, person)
    return request


@transaction.atomic
def decline_call(*, request: ConflictRequest, answer: str = "") -> ConflictRequest:
    """The person behind the link does not want to. Twice is once."""
    request = _locked_call(request)
    if request.status == AskedStatus.REFUSED:
        return request
    _check_open(request)
    move(request, AskedStatus.REFUSED, ASKED_MOVES, answered_at=timezone.now(), answer=answer.strip())
    log_request("guest.declined", request, None)
    return request


def _locked_call(request: ConflictRequest) -> ConflictRequest:
    rows = ConflictRequest.objects.select_for_update(of=("self",)).select_related("submission__workshop")
    return rows.get(pk=request.pk)


def _check_open(request: ConflictRequest) -> None:
    if request.status != AskedStatus.OPEN or request.until is None or timezone.now() > request.until:
        raise Refused(f"This call has ended. If you would still help, please tell {_whom_to_tell(request)}.")


def _whom_to_tell(request: ConflictRequest) -> str:
    return request.by.email if request.by else request.submission.workshop.contact or "the organizers"


# --- it ends ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_back_call(*, request: ConflictRequest, by: User) -> ConflictRequest:
    """The link opens nothing from now on."""
    require(acting(by), "settle", request.submission)
    move(request, AskedStatus.TAKEN_BACK, ASKED_MOVES, answered_by=by, answered_at=timezone.now())
    log_request("guest.taken_back", request, by)
    return request


@transaction.atomic
def end_guest_chair(*, request: ConflictRequest, by: User) -> ConflictRequest:
    """The guest no longer handles the paper: the one who called, somebody free, or the guest ends it."""
    person = request.user
    if person is None or by.pk not in (request.by_id, person.pk):
        require(acting(by), "act", request.submission)
    move(request, AskedStatus.ENDED, ASKED_MOVES)
    log_request("guest.ended", request, by)
    if person is not None:
        end_post(submission=request.submission, user=person, by=by, kind=HandlerKind.GUEST)
    return request
