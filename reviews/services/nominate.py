"""A reviewer proposes somebody from outside for one paper; conflicts are looked for before anybody is written to."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from accounts.services.prove import owner_of
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from reviews.guests import checked_address
from reviews.models import Assignment, Invitation, Nomination
from reviews.rules import check_not_assigned, check_under_review, open_reviewers
from reviews.services.assign import assign
from reviews.services.invite import invite, send_again
from reviews.states import NOMINATION_MOVES, AssignmentKind, InvitationStatus, NominationStatus
from submissions.models import Conflict, Submission
from submissions.services.conflicts import conflicts_foreseen
from submissions.states import EFFECTIVE, ConflictReason, ConflictState
from workshops.states import Role

MOST_OPEN = 5
LONGEST_WHY = 2000


@transaction.atomic
def nominate(*, assignment: Assignment, by: User, name: str, address: str, why: str) -> Nomination:
    """Propose somebody for the paper of one's assignment. Nobody is written to.

    The answer is the same whoever the address belongs to. Raises Refused, naming the field: no name, no address, no
    word why, one's own address, proposed already, too many that wait.
    """
    require(acting(by), "own", assignment)
    submission = assignment.submission
    check_under_review(submission)
    name, why = name.strip(), why.strip()
    if not name:
        raise Refused("Write their name.", field="name")
    address = checked_address(address)
    if owner_of(address) == by:
        raise Refused("This is an address of your own. Write the other person’s.", field="address")
    if not why:
        raise Refused("Say in a sentence what they know of the subject.", field="why")
    if len(why) > LONGEST_WHY:
        raise Refused(f"This is longer than {LONGEST_WHY:,} characters; shorten it.", field="why")
    User.objects.select_for_update().get(pk=by.pk)
    mine = Nomination.objects.filter(submission=submission, nominated_by=by)
    if mine.filter(status=NominationStatus.OPEN).exclude(address=address).count() >= MOST_OPEN:
        raise Refused(f"{MOST_OPEN} of your proposals wait for an answer already.")
    row = mine.filter(address=address).first()
    if row is None:
        row = Nomination.objects.create(submission=submission, nominated_by=by, name=name, address=address, why=why)
    elif row.status == NominationStatus.TAKEN_BACK:
        move(row, NominationStatus.OPEN, NOMINATION_MOVES, name=name, why=why, made_at=timezone.now())
    else:
        raise Refused("You have proposed this address already.", field="address")
    _log("nomination.made", row, by)
    return row


@transaction.atomic
def take_back_nomination(*, nomination: Nomination, by: User) -> Nomination:
    """By whoever made it, until it is answered."""
    require(acting(by), "own", nomination)
    if nomination.status == NominationStatus.TAKEN_BACK:
        return nomination
    if nomination.status != NominationStatus.OPEN:
        raise Refused("It is answered already.")
    move(nomination, NominationStatus.TAKEN_BACK, NOMINATION_MOVES)
    _log("nomination.taken_back", nomination, by)
    return nomination


def conflicts_of_nominated(submission: Submission, guests: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Why each of these people (names by address) should not judge the paper: reasons with their states; nothing where
    nothing is known. What somebody has settled for a person counts, and what was waived does not.
    """
    foreseen = conflicts_foreseen(submission.workshop, guests, [submission.pk])
    found = {address: dict(papers.get(submission.pk, {})) for address, papers in foreseen.items()}
    theirs = {"user__emailaddress__email__in": list(guests), "user__emailaddress__verified": True}
    rows = Conflict.objects.filter(submission=submission, **theirs)
    for address, reason, state in rows.values_list("user__emailaddress__email", "reason", "state"):
        if state == ConflictState.WAIVED:
            found[address].pop(reason, None)
        elif state in EFFECTIVE:
            found[address][reason] = state
    return found


@transaction.atomic
def approve_nomination(*, nomination: Nomination, by: User, override: str = "") -> Nomination:
    """Yes: whoever reviews here already gets the paper, everybody else an invitation for it alone.

    Raises Refused for somebody with a conflict; naming the field ``override`` where one is suspected and no reason is
    given why the person may judge the paper all the same.
    """
    paper = nomination.submission
    require(acting(by), "act", paper)
    check_under_review(paper)
    _check_conflicts(nomination, override.strip())
    person = owner_of(nomination.address)
    if person is not None:
        check_not_assigned(paper, person)
    move(
        nomination,
        NominationStatus.APPROVED,
        NOMINATION_MOVES,
        override=override.strip(),
        answered_by=by,
        answered_at=timezone.now(),
    )
    if person is not None and open_reviewers(paper.workshop_id).filter(user=person).exists():
        kind = AssignmentKind.EXTERNAL
        assign(submission=paper, user=person, by=by, kind=kind, override=nomination.override)
    else:
        Nomination.objects.filter(pk=nomination.pk).update(invitation=_invite(nomination, by))
        nomination.refresh_from_db(fields=["invitation"])
    _log("nomination.approved", nomination, by)
    return nomination


def _check_conflicts(nomination: Nomination, override: str) -> None:
    guests = {nomination.address: nomination.name}
    found = conflicts_of_nominated(nomination.submission, guests)[nomination.address]
    reasons = ", ".join(ConflictReason(reason).label.lower() for reason in sorted(found))
    if any(state in EFFECTIVE for state in found.values()):
        raise Refused(f"{nomination.name} has a conflict with this paper: {reasons}.")
    if found and not override:
        raise Refused(f"A conflict is suspected: {reasons}. Say no, or why it is none.", field="override")


def _invite(nomination: Nomination, by: User) -> Invitation:
    """A new invitation, or the one that the address has had."""
    workshop = nomination.submission.workshop
    rows = Invitation.objects.filter(workshop=workshop, role=Role.REVIEWER, address=nomination.address)
    earlier = rows.select_related("workshop", "track", "user", "invited_by").first()
    if earlier is None:
        return invite(workshop=workshop, by=by, address=nomination.address, name=nomination.name, load=1)
    if earlier.status == InvitationStatus.SENT:
        return earlier
    return send_again(invitation=earlier, by=by)


@transaction.atomic
def refuse_nomination(*, nomination: Nomination, by: User) -> Nomination:
    """No. Whoever proposed it reads no more than that; it can be approved later."""
    require(acting(by), "act", nomination.submission)
    if nomination.status == NominationStatus.REFUSED:
        return nomination
    if nomination.status != NominationStatus.OPEN:
        raise Refused("It is answered, or taken back, already.")
    move(nomination, NominationStatus.REFUSED, NOMINATION_MOVES, answered_by=by, answered_at=timezone.now())
    _log("nomination.refused", nomination, by)
    return nomination


def assign_nominated(invitation: Invitation, person: User) -> None:
    """The invited person has said yes: they get the papers that they were proposed for, unless it has turned out that
    they may not. That is no answer to them: organizers see it on the paper's page."""
    rows = invitation.nominations.filter(status=NominationStatus.APPROVED)
    for row in rows.select_related("submission__workshop", "submission__track").order_by("pk"):
        try:
            with transaction.atomic():
                assign(
                    submission=row.submission,
                    user=person,
                    by=None,
                    kind=AssignmentKind.EXTERNAL,
                    override=row.override,
                )
        except Refused:
            continue


def _log(action: str, nomination: Nomination, by: User) -> None:
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=nomination.submission_id,
        aspect="act",
        about=nomination,
    )
