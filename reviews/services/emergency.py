"""One place of a paper is offered to several people at short notice: the first yes takes it, the others are thanked."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from notifications.models import Batch
from notifications.services.messages import cancel_message
from notifications.states import MessageStatus
from reviews.models import Assignment, EmergencyOffer
from reviews.rules import check_not_assigned, check_pair, check_under_review, reviewer_of
from reviews.services.assign import accept_assignment, assign, remove_assignment, review_due
from reviews.services.letters import letter_of_offer, tell_emergency, tell_emergency_over
from reviews.states import (
    CURRENT,
    EMERGENCY_MOVES,
    GIVEN_AWAY,
    REPLACED_AT_SHORT_NOTICE,
    AssignmentKind,
    EmergencyStatus,
)
from submissions.models import Submission
from submissions.services.conflicts import find_conflicts
from workshops.instants import aoe

WITH = ("submission__workshop", "submission__track", "user", "replaces__user", "replaces__submission__workshop")


@transaction.atomic
def offer_place(
    *,
    submission: Submission,
    users: Sequence[User],
    by: User | None,
    replaces: Assignment | None = None,
    note: str = "",
    due_at: datetime | None = None,
) -> list[EmergencyOffer]:
    """Ask these people for one review of the paper. ``replaces``: whose assignment ends when one of them says yes.

    Raises Refused, naming the field: nobody chosen, no reviewer, an author, a conflict (a suspected one too), somebody
    who has the paper or is asked already.
    """
    require(acting(by), "act", submission)
    Submission.objects.select_for_update().get(pk=submission.pk)
    check_under_review(submission)
    if not users:
        raise Refused("Choose whom to ask.", field="users")
    if replaces is not None and (replaces.submission_id != submission.pk or replaces.status not in CURRENT):
        raise Refused("That reviewer does not have this paper any more. Look again.", field="replaces")
    find_conflicts(workshop=submission.workshop, by=None, submission=submission)
    return make_offers(submission=submission, users=users, by=by, replaces=replaces, note=note, due_at=due_at)


def make_offers(
    *,
    submission: Submission,
    users: Sequence[User],
    by: User | None,
    replaces: Assignment | None,
    note: str,
    due_at: datetime | None,
    batch: Batch | None = None,
) -> list[EmergencyOffer]:
    """The offers of one place, for callers who have asked whether ``by`` may, and looked for conflicts anew.

    Their mails leave with the ``batch``, or by themselves after 30 seconds. Raises Refused as ``offer_place`` does.
    """
    for user in users:
        _check(submission, user)
    place, until = uuid.uuid4(), due_at or review_due(submission)
    if until is not None and until <= timezone.now():
        raise Refused(f"Say until when: reviews of paper #{submission.number} were due {aoe(until)}.", field="due_at")
    made = [
        EmergencyOffer.objects.create(
            place=place,
            submission=submission,
            user=user,
            replaces=replaces,
            note=note.strip(),
            due_at=until,
            made_by=by,
            batch_id=batch.pk if batch else None,
        )
        for user in users
    ]
    for offer in made:
        _log("emergency.offered", offer, by)
        tell_emergency(offer, several=len(made) > 1, batch=batch)
    return made


def _check(submission: Submission, user: User) -> None:
    reviewer_of(submission, user)
    try:
        check_pair(submission, user, "")
    except Refused as refusal:  # a suspected conflict is settled first: several people are no place for exceptions
        raise Refused(refusal.sentence, field="users") from refusal
    check_not_assigned(submission, user)
    asked = EmergencyOffer.objects.filter(submission=submission, user=user, status=EmergencyStatus.OPEN)
    if asked.exists():
        raise Refused(f"{user.name} is asked already.", field="users")


@transaction.atomic
def answer_emergency(*, offer: EmergencyOffer, by: User, yes: bool) -> EmergencyOffer:
    """A yes or a no to one's own offer. The first yes makes the assignment; one that comes too late is thanked.

    The answer is in the offer's status: who said yes and was too late, or has a conflict by now, finds it taken.
    """
    require(acting(by), "own", offer)
    Submission.objects.select_for_update().get(pk=offer.submission_id)
    offer = EmergencyOffer.objects.select_related(*WITH).get(pk=offer.pk)
    if offer.status != EmergencyStatus.OPEN:
        return offer
    now = timezone.now()
    if not yes:
        return _end(offer, EmergencyStatus.DECLINED, "emergency.declined", by, answered_at=now)
    made = _assign(offer)
    if made is None:
        return _end(offer, EmergencyStatus.TAKEN, "emergency.taken", by, answered_at=now)
    _end(offer, EmergencyStatus.ACCEPTED, "emergency.accepted", by, answered_at=now, assignment=made)
    for other in _others(offer.place):
        _end(other, EmergencyStatus.TAKEN, "emergency.taken", None)
        _thank(other)
    return offer


def _assign(offer: EmergencyOffer) -> Assignment | None:
    """The assignment that a yes makes; None where there is no place any more, for whatever reason."""
    left = offer.replaces
    if left is not None and left.status not in CURRENT and left.reason in GIVEN_AWAY:
        return None
    try:
        with transaction.atomic():
            if left is not None and left.status in CURRENT:
                remove_assignment(assignment=left, by=None, reason=REPLACED_AT_SHORT_NOTICE)
            row = assign(
                submission=offer.submission,
                user=offer.user,
                by=None,
                kind=AssignmentKind.EMERGENCY,
                due_at=offer.due_at,
            )
            return accept_assignment(assignment=row, by=offer.user)
    except Refused:
        return None


@transaction.atomic
def take_back_place(*, submission: Submission, place: uuid.UUID, by: User | None) -> int:
    """Nobody is needed any more: who has not answered is thanked. Returns how many."""
    require(acting(by), "act", submission)
    Submission.objects.select_for_update().get(pk=submission.pk)
    rows = [row for row in _others(place) if row.submission_id == submission.pk]
    for row in rows:
        _end(row, EmergencyStatus.TAKEN_BACK, "emergency.taken_back", by)
        _thank(row)
    return len(rows)


def thank_for_filled(assignments: Sequence[Assignment]) -> None:
    """These places are given to others by other ways: who was asked for one of them need not answer any more."""
    rows = EmergencyOffer.objects.filter(replaces__in=assignments, status=EmergencyStatus.OPEN)
    for row in rows.select_related("submission__workshop", "user"):
        _end(row, EmergencyStatus.TAKEN, "emergency.taken", None)
        _thank(row)


def end_quietly(offer: EmergencyOffer) -> None:
    """Of an offer that nobody has heard of."""
    _end(offer, EmergencyStatus.TAKEN_BACK, "emergency.taken_back", None)


def _thank(offer: EmergencyOffer) -> None:
    """Who was written to is told that nobody is needed; whose letter has not left gets neither of the two."""
    letter = letter_of_offer(offer)
    if letter is not None and letter.status in (MessageStatus.HELD, MessageStatus.DUE):
        cancel_message(message=letter, by=None)
    elif letter is None or letter.status != MessageStatus.CANCELLED:
        tell_emergency_over(offer)


def _others(place: uuid.UUID) -> list[EmergencyOffer]:
    rows = EmergencyOffer.objects.filter(place=place, status=EmergencyStatus.OPEN)
    return list(rows.select_related("submission__workshop", "user"))


def _end(offer: EmergencyOffer, to: str, action: str, by: User | None, **changes: object) -> EmergencyOffer:
    move(offer, to, EMERGENCY_MOVES, **changes)
    _log(action, offer, by)
    return offer


def _log(action: str, offer: EmergencyOffer, by: User | None) -> None:
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=offer.submission_id,
        aspect="identities",
        about=offer,
        data={"user": offer.user_id},
    )
