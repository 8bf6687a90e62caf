"""Ask people to review: one by one, or a pasted list; ask again; take an invitation back before its mail leaves."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from access.rights import require
from access.viewer import acting, key_of
from accounts.models import User
from accounts.services.prove import owner_of
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
from reviews.guests import Guest, Problem, checked_address, read_lines
from reviews.links import PURPOSE
from reviews.models import Invitation, Link
from reviews.services.reviewers import check_load
from reviews.states import INVITATION_MOVES, InvitationStatus
from workshops.deadlines import window
from workshops.instants import aoe
from workshops.models import Membership, Track, Workshop
from workshops.states import DeadlineKind, Role

LASTS = timedelta(days=30)
BULK_FROM = 2
"""From so many recipients on, invitations wait in one bulk mail that is looked at and confirmed."""
REMINDS = "reminds"
"""Marks a bulk mail to people whose invitation is alive; cancelling it leaves that alive."""
ENDED = (InvitationStatus.DECLINED, InvitationStatus.EXPIRED)
"""States from which somebody may be asked once more."""


@dataclass(frozen=True)
class Plan:
    """What a pasted list comes to: who is new, who is asked once more, and the lines that will not do."""

    fresh: list[Guest] = field(default_factory=list)
    again: list[tuple[Guest, Invitation]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def guests(self) -> list[Guest]:
        return sorted([*self.fresh, *(guest for guest, _ in self.again)], key=lambda guest: guest.number)

    @property
    def is_bulk(self) -> bool:
        return len(self.fresh) + len(self.again) >= BULK_FROM


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
    emergency: bool = False,
    undo_seconds: int = 30,
    batch: Batch | None = None,
) -> Invitation:
    """Invite one person. The mail leaves after ``undo_seconds``, or with ``batch`` when that is confirmed.

    ``emergency``: who accepts joins the pool of those who may be asked at short notice. Raises Refused, naming the
    field: no address, a load out of range, invited or a reviewer already.
    """
    require(acting(by), "staff", workshop)
    address = checked_address(address)
    if load is not None:
        check_load(load)
    _check_new(workshop, role, address)
    invitation = Invitation.objects.create(
        workshop=workshop,
        role=role,
        track=track,
        address=address,
        name=name.strip(),
        user=owner_of(address),
        load=load,
        emergency=emergency,
        note=note.strip(),
        invited_by=by,
        expires_at=timezone.now() + LASTS,
        batch_id=batch.pk if batch else None,
    )
    _write(invitation, batch=batch, undo_seconds=undo_seconds)
    log_invitation("invitation.sent", invitation, by)
    return invitation


def _check_new(workshop: Workshop, role: str, address: str) -> None:
    earlier, holders = _known(workshop, role, [address])
    if sentence := _why_not(address, role, earlier, holders):
        raise Refused(sentence, field="address")


def _known(workshop: Workshop, role: str, addresses: Iterable[str]) -> tuple[dict[str, Invitation], set[str]]:
    """Earlier invitations by address, and the addresses of those who have the role already. Two queries."""
    asked = list(addresses)
    rows = Invitation.objects.filter(workshop=workshop, role=role, address__in=asked)
    having = Membership.objects.open().filter(workshop=workshop, role=role).values("user")
    own = EmailAddress.objects.filter(email__in=asked, verified=True, user__in=having)
    return {row.address: row for row in rows}, set(own.values_list("email", flat=True))


def _why_not(address: str, role: str, earlier: dict[str, Invitation], holders: set[str]) -> str:
    """Why this address cannot be invited as somebody new; "" where it can."""
    row = earlier.get(address)
    if row is None:
        return f"{address} belongs to somebody who is a {Role(role).label.lower()} already." * (address in holders)
    state = {
        InvitationStatus.SENT: f"was invited on {aoe(row.created_at)} and has not answered yet",
        InvitationStatus.ACCEPTED: "has accepted an invitation already",
        InvitationStatus.DECLINED: "was invited and declined",
        InvitationStatus.EXPIRED: "was invited, and the invitation has ended",
    }[InvitationStatus(row.status)]
    again = "" if row.status == InvitationStatus.ACCEPTED else " Use “Send again” on the page People."
    return f"{address} {state}.{again}"


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
    emergency: bool = False,
    again: bool = False,
    undo_seconds: int = 30,
) -> tuple[list[Invitation], Batch | None, list[Problem]]:
    """Invite everybody on the pasted lines (“Name <mail>”, “mail”, “name, mail”; a number behind it is the load).

    ``again``: also ask those once more who declined or let an invitation end. Lines that cannot be read or are not new
    come back as problems; all others are invited. The mails of two and more wait in one drafted batch until somebody
    confirms it (the page Mail).
    """
    require(acting(by), "staff", workshop)
    plan = plan_invitations(workshop=workshop, lines=lines, role=role, again=again)
    batch = draft_batch(workshop_id=workshop.pk, kind=emails.INVITATION, by=by) if plan.is_bulk else None
    invitations = [
        invite(
            workshop=workshop,
            by=by,
            address=guest.address,
            name=guest.name,
            load=guest.load or load,
            note=note,
            role=role,
            track=track,
            emergency=emergency,
            undo_seconds=undo_seconds,
            batch=batch,
        )
        for guest in plan.fresh
    ]
    for _, ended in plan.again:
        send_again(invitation=ended, by=by, undo_seconds=undo_seconds, batch=batch)
    return [*invitations, *(ended for _, ended in plan.again)], batch, plan.problems


def plan_invitations(*, workshop: Workshop, lines: str, role: str = Role.REVIEWER, again: bool = False) -> Plan:
    """What these lines come to. Changes nothing; a fixed number of queries for any number of lines."""
    guests, problems = read_lines(lines)
    earlier, holders = _known(workshop, role, [guest.address for guest in guests])
    plan = Plan(problems=problems)
    for guest in guests:
        row = earlier.get(guest.address)
        if again and row is not None and row.status in ENDED and guest.address not in holders:
            plan.again.append((guest, row))
        elif sentence := _why_not(guest.address, role, earlier, holders):
            plan.problems.append(Problem(guest.number, guest.line, sentence))
        else:
            plan.fresh.append(guest)
    plan.problems.sort(key=lambda problem: problem.number)
    return plan


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
    if waiting_mails(invitation).exists():
        raise Refused(f"A mail to {invitation.address} is on its way already.")
    until, count = timezone.now() + LASTS, invitation.sent_count + 1
    batch_id = batch.pk if batch else None
    changes = {
        "expires_at": until,
        "sent_count": count,
        "answered_at": None,
        "asked_at": timezone.now(),
        "batch_id": batch_id,
    }
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
    waiting = list(waiting_mails(invitation).exclude(status=MessageStatus.CLAIMED))
    if not waiting:
        raise Refused(f"The mail to {invitation.address} has left already, so it cannot be taken back.")
    for message in waiting:
        cancel_message(message=message, by=by)
    move(invitation, InvitationStatus.EXPIRED, INVITATION_MOVES, expires_at=timezone.now())
    log_invitation("invitation.expired", invitation, by)
    return invitation


def end_unsent(batch: Batch) -> None:
    """A batch of invitations was cancelled, or stopped while it left: whoever was to be invited by a mail that has not
    left is not; who was only to be reminded has the invitation from before."""
    unsent = batch.messages.filter(status=MessageStatus.CANCELLED).values("address")
    for invitation in Invitation.objects.filter(batch_id=batch.pk, status=InvitationStatus.SENT, address__in=unsent):
        if batch.filter.get(REMINDS):
            _unremind(invitation)
            continue
        move(invitation, InvitationStatus.EXPIRED, INVITATION_MOVES, expires_at=timezone.now())
        log_invitation("invitation.expired", invitation, None)


def _unremind(invitation: Invitation) -> None:
    left = Message.objects.about(Root.WORKSHOP, invitation.workshop_id).filter(
        kind=emails.INVITATION, address=invitation.address, status=MessageStatus.SENT
    )
    asked = left.aggregate(last=Max("sent_at"))["last"] or invitation.created_at
    Invitation.objects.filter(pk=invitation.pk).update(asked_at=asked, batch_id=None)


def waiting_mails(invitation: Invitation) -> MessageQuerySet:
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
        token_hash=key_of(token), purpose=PURPOSE, invitation=invitation, expires_at=invitation.expires_at
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
