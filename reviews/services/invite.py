"""Ask people to review: one by one, or a pasted list; ask again; take an invitation back before its mail leaves."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.addresses import normalise_email
from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from notifications.models import Batch, Message
from notifications.querysets import MessageQuerySet
from notifications.services.batches import draft_batch
from notifications.services.enqueue import enqueue
from notifications.services.messages import cancel_message
from notifications.states import MessageStatus
from reviews import emails
from reviews.links import PURPOSE, hash_of
from reviews.models import Invitation, Link
from reviews.services.reviewers import check_load
from reviews.states import INVITATION_MOVES, InvitationStatus
from workshops.deadlines import window
from workshops.instants import aoe
from workshops.models import Membership, Track, Workshop
from workshops.states import DeadlineKind, Role

LASTS = timedelta(days=30)
BULK_FROM = 20
"""From so many recipients on, invitations wait in a batch that is confirmed by typing their number."""


@dataclass(frozen=True)
class Problem:
    """A pasted line that became no invitation, and why."""

    number: int
    line: str
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.number}, “{self.line}”: {self.sentence}"


@dataclass(frozen=True)
class Guest:
    """Somebody to invite, as read from a line."""

    number: int
    line: str
    name: str
    address: str


@transaction.atomic
def invite(
    *,
    workshop: Workshop,
    by: User | None,
    address: str,
    name: str = "",
    load: int | None = None,
    note: str = "",
    role: str = Role.REVIEWER,
    track: Track | None = None,
    undo_seconds: int = 30,
    batch: Batch | None = None,
) -> Invitation:
    """Invite one person. The mail leaves after ``undo_seconds``, or with ``batch`` when that is confirmed.

    Raises Refused, naming the field: no address, a load out of range, invited or a reviewer already.
    """
    require(acting(by), "staff", workshop)
    address = _checked_address(address)
    if load is not None:
        check_load(load)
    _check_new(workshop, role, address)
    invitation = Invitation.objects.create(
        workshop=workshop,
        role=role,
        track=track,
        address=address,
        name=name.strip(),
        user=account_of(address),
        load=load,
        note=note.strip(),
        invited_by=by,
        expires_at=timezone.now() + LASTS,
        batch_id=batch.pk if batch else None,
    )
    _write(invitation, batch=batch, undo_seconds=undo_seconds)
    log_invitation("invitation.sent", invitation, by)
    return invitation


def account_of(address: str) -> User | None:
    """The person who has confirmed this address."""
    row = EmailAddress.objects.filter(email=address, verified=True).select_related("user").first()
    return row.user if row else None


def _checked_address(text: str) -> str:
    address = normalise_email(text)
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(f"“{text.strip()}” is not an e-mail address.", field="address") from None
    return address


def _check_new(workshop: Workshop, role: str, address: str) -> None:
    earlier = Invitation.objects.filter(workshop=workshop, role=role, address=address).first()
    if earlier is not None:
        state = {
            InvitationStatus.SENT: f"was invited on {aoe(earlier.created_at)} and has not answered yet",
            InvitationStatus.ACCEPTED: "has accepted an invitation already",
            InvitationStatus.DECLINED: "was invited and declined",
            InvitationStatus.EXPIRED: "was invited, and the invitation has ended",
        }[InvitationStatus(earlier.status)]
        again = "" if earlier.status == InvitationStatus.ACCEPTED else " Use “Send again” on the page People."
        raise Refused(f"{address} {state}.{again}", field="address")
    known = EmailAddress.objects.filter(email=address, verified=True).values("user")
    if Membership.objects.open().filter(workshop=workshop, role=role, user__in=known).exists():
        raise Refused(f"{address} belongs to somebody who is a {Role(role).label.lower()} already.", field="address")


# --- many at once -----------------------------------------------------------------------------------------------------


@transaction.atomic
def invite_many(
    *,
    workshop: Workshop,
    by: User | None,
    lines: str,
    load: int | None = None,
    note: str = "",
    role: str = Role.REVIEWER,
    track: Track | None = None,
    undo_seconds: int = 30,
) -> tuple[list[Invitation], Batch | None, list[Problem]]:
    """Invite everybody on the pasted lines (“Name <mail>”, “mail”, or “name, mail”).

    Lines that cannot be read or are not new come back as problems; all others are invited. From 20 people on the mails
    wait in a drafted batch until somebody types their number (the page Mail).
    """
    require(acting(by), "staff", workshop)
    fresh, problems = plan_invitations(workshop=workshop, lines=lines, role=role)
    batch = draft_batch(workshop_id=workshop.pk, kind=emails.INVITATION, by=by) if len(fresh) >= BULK_FROM else None
    invitations = [
        invite(
            workshop=workshop,
            by=by,
            address=guest.address,
            name=guest.name,
            load=load,
            note=note,
            role=role,
            track=track,
            undo_seconds=undo_seconds,
            batch=batch,
        )
        for guest in fresh
    ]
    return invitations, batch, problems


def plan_invitations(*, workshop: Workshop, lines: str, role: str = Role.REVIEWER) -> tuple[list[Guest], list[Problem]]:
    """Who would be invited by these lines, and which lines would not do. Changes nothing."""
    guests, problems = read_lines(lines)
    fresh, known = _sort_out(workshop, guests, role)
    return fresh, sorted([*problems, *known], key=lambda problem: problem.number)


def read_lines(lines: str) -> tuple[list[Guest], list[Problem]]:
    """Names and addresses from pasted lines; a line without a good address, or twice the same, is a problem."""
    guests: dict[str, Guest] = {}
    problems: list[Problem] = []
    for number, line in enumerate(lines.splitlines(), start=1):
        text = line.strip().rstrip(",;").strip()
        if not text:
            continue
        name, found = _name_and_address(text)
        try:
            address = _checked_address(found)
        except Refused:
            problems.append(Problem(number, text, "there is no e-mail address in it. Write “Name <name@uni.edu>”."))
            continue
        if address in guests:
            problems.append(Problem(number, text, f"the same address as line {guests[address].number}."))
        else:
            guests[address] = Guest(number, text, name, address)
    return list(guests.values()), problems


def _name_and_address(text: str) -> tuple[str, str]:
    """“Name <mail>” as in a mail's head; else the word with an @, and the rest as the name."""
    name, address = parseaddr(text)
    if "<" in text and "@" in address:
        return name.strip(), address
    word = next((part for part in re.split(r"[\s,;<>]+", text) if "@" in part), "")
    return text.replace(word, "").strip(" ,;<>\t\"'") if word else "", word


def _sort_out(workshop: Workshop, guests: list[Guest], role: str) -> tuple[list[Guest], list[Problem]]:
    fresh, known = [], []
    for guest in guests:
        try:
            _check_new(workshop, role, guest.address)
        except Refused as refusal:
            known.append(Problem(guest.number, guest.line, refusal.sentence))
        else:
            fresh.append(guest)
    return fresh, known


# --- again, and back --------------------------------------------------------------------------------------------------


@transaction.atomic
def send_again(
    *, invitation: Invitation, by: User | None, undo_seconds: int = 30, batch: Batch | None = None
) -> Invitation:
    """Ask once more, with a new date to answer by. The links of earlier mails stay alive until then too.

    With ``batch`` the mail waits for it, and the invitation ends again when that is cancelled.
    """
    require(acting(by), "staff", invitation.workshop)
    if invitation.status == InvitationStatus.ACCEPTED:
        raise Refused(f"{invitation.address} has accepted already.")
    if _waiting_mails(invitation).exists():
        raise Refused(f"A mail to {invitation.address} is on its way already.")
    until, count = timezone.now() + LASTS, invitation.sent_count + 1
    batch_id = batch.pk if batch else None
    changes = {"expires_at": until, "sent_count": count, "answered_at": None, "batch_id": batch_id}
    if invitation.status == InvitationStatus.SENT:
        _update_sent(invitation, changes)
    else:
        move(invitation, InvitationStatus.SENT, INVITATION_MOVES, **changes)
    invitation.links.update(expires_at=until)
    _write(invitation, batch=batch, undo_seconds=undo_seconds)
    log_invitation("invitation.sent_again", invitation, by)
    return invitation


def _update_sent(invitation: Invitation, changes: dict[str, object]) -> None:
    """It stays “sent”: one conditional UPDATE, so that a double click counts once."""
    same = Invitation.objects.filter(pk=invitation.pk, status=InvitationStatus.SENT, sent_count=invitation.sent_count)
    if same.update(**changes) != 1:
        raise StaleState
    for name, value in changes.items():
        setattr(invitation, name, value)


@transaction.atomic
def take_back(*, invitation: Invitation, by: User | None) -> Invitation:
    """Undo an invitation whose mail has not left. Raises Refused when it has."""
    require(acting(by), "staff", invitation.workshop)
    waiting = list(_waiting_mails(invitation).exclude(status=MessageStatus.CLAIMED))
    if not waiting:
        raise Refused(f"The mail to {invitation.address} has left already, so it cannot be taken back.")
    for message in waiting:
        cancel_message(message=message, by=by)
    move(invitation, InvitationStatus.EXPIRED, INVITATION_MOVES, expires_at=timezone.now())
    log_invitation("invitation.expired", invitation, by)
    return invitation


def end_unsent(batch: Batch) -> None:
    """A batch of invitations was cancelled: who was to be invited by it has not been."""
    for invitation in Invitation.objects.filter(batch_id=batch.pk, status=InvitationStatus.SENT):
        move(invitation, InvitationStatus.EXPIRED, INVITATION_MOVES, expires_at=timezone.now())
        log_invitation("invitation.expired", invitation, None)


def _waiting_mails(invitation: Invitation) -> MessageQuerySet:
    return Message.objects.about(Root.WORKSHOP, invitation.workshop_id).filter(
        kind=emails.INVITATION,
        address=invitation.address,
        status__in=[MessageStatus.HELD, MessageStatus.DUE, MessageStatus.CLAIMED],
    )


# --- the mail ---------------------------------------------------------------------------------------------------------


def make_link(invitation: Invitation) -> str:
    """A new token for this invitation. Only its hash is stored; earlier links stay alive."""
    token = secrets.token_urlsafe(32)
    Link.objects.create(
        token_hash=hash_of(token), purpose=PURPOSE, invitation=invitation, expires_at=invitation.expires_at
    )
    return token


def _write(invitation: Invitation, *, batch: Batch | None, undo_seconds: int) -> None:
    due_at = None if batch else timezone.now() + timedelta(seconds=undo_seconds)
    enqueue(
        kind=emails.INVITATION,
        key=f"{invitation.role}.{invitation.sent_count}",
        root_type=Root.WORKSHOP,
        root_id=invitation.workshop_id,
        aspect="staff",
        values=mail_values(invitation, make_link(invitation)),
        recipient=invitation.user,
        address=invitation.address,
        scope=f"w:{invitation.workshop_id}",
        batch=batch,
        due_at=due_at,
        reply_to=invitation.workshop.contact,
    )


def mail_values(invitation: Invitation, token: str) -> dict[str, object]:
    workshop = invitation.workshop
    link = emails.page("reviews:link", token)
    return {
        "workshop": str(workshop),
        "name": invitation.name,
        "role": Role(invitation.role).label.lower(),
        "load": emails.papers_at_most(invitation.load),
        "due": _review_due(invitation),
        "note": invitation.note,
        "inviter": invitation.invited_by.name if invitation.invited_by else "",
        "contact": workshop.contact,
        "yes": f"{link}?answer=yes",
        "fewer": f"{link}?answer=fewer",
        "no": f"{link}?answer=no",
        "until": aoe(invitation.expires_at),
    }


def _review_due(invitation: Invitation) -> str:
    due: datetime | None = window(
        invitation.workshop_id, DeadlineKind.REVIEW, invitation.track_id, at=timezone.now()
    ).at
    return aoe(due) if due else ""


def log_invitation(action: str, invitation: Invitation, by: User | None) -> None:
    record(
        action,
        by=by,
        root_type=Root.WORKSHOP,
        root_id=invitation.workshop_id,
        aspect="staff",
        about=invitation,
        data={"role": invitation.role},
    )
