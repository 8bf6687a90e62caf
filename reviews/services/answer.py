"""An invited person answers: yes, fewer, or no."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.prove import owner_of, prove_address
from audit.errors import Refused
from audit.models import Root
from audit.transitions import move
from notifications.services.enqueue import enqueue
from reviews import emails
from reviews.links import ended
from reviews.models import Assignment, Invitation
from reviews.services.invite import log_invitation
from reviews.services.nominate import assign_nominated
from reviews.services.reviewers import change_reviewer, check_load, enrol
from reviews.states import INVITATION_MOVES, InvitationStatus
from workshops.models import Membership
from workshops.services.roles import end_role, give_role
from workshops.states import Role

USUAL_LOAD = 6


@transaction.atomic
def answer_invitation(
    *,
    invitation: Invitation,
    accept: bool,
    load: int | None = None,
    reason: str = "",
    user: User | None = None,
    name: tuple[str, str] = ("", ""),
) -> Invitation:
    """Answer. The same answer twice changes nothing; who declined may still accept, and who accepted may still decline
    until papers are assigned to them.

    Accepting makes the account if the invited address has none (the link came by that address, which so counts as
    confirmed), gives the role, and finds conflicts before anything is shown. ``user``: who is signed in, for an
    address that has no account. Raises Refused when the invitation has ended.
    """
    invitation = Invitation.objects.select_for_update().select_related("workshop").get(pk=invitation.pk)
    if invitation.status == (InvitationStatus.ACCEPTED if accept else InvitationStatus.DECLINED):
        return invitation
    if invitation.status == InvitationStatus.ACCEPTED:
        _step_back(invitation)
    elif invitation.status == InvitationStatus.EXPIRED or timezone.now() > invitation.expires_at:
        raise Refused(ended(invitation, invitation.expires_at))
    if accept:
        _accept(invitation, load, user, name)
    else:
        move(
            invitation,
            InvitationStatus.DECLINED,
            INVITATION_MOVES,
            reason=reason.strip(),
            answered_at=timezone.now(),
        )
        log_invitation("invitation.declined", invitation, owner_of(invitation.address))
    invitation.links.filter(used_at=None).update(used_at=timezone.now())
    _confirm(invitation, accept)
    return invitation


def _accept(invitation: Invitation, load: int | None, user: User | None, name: tuple[str, str]) -> None:
    wanted = load or invitation.load or USUAL_LOAD
    check_load(wanted)
    person = owner_of(invitation.address) or user or _owner(invitation, name)
    move(
        invitation,
        InvitationStatus.ACCEPTED,
        INVITATION_MOVES,
        user=person,
        load=wanted,
        answered_at=timezone.now(),
    )
    if invitation.role == Role.REVIEWER:
        reviewer = enrol(workshop=invitation.workshop, user=person, by=None, load_max=wanted)
        if invitation.emergency:
            change_reviewer(reviewer=reviewer, by=None, emergency=True)
        assign_nominated(invitation, person)
    else:
        give_role(workshop=invitation.workshop, user=person, role=invitation.role, by=None, track=invitation.track)
    log_invitation("invitation.accepted", invitation, person)


def may_step_back(invitation: Invitation) -> bool:
    """Whoever accepted may still decline until papers are assigned to them. Organizers end that role on their desk."""
    if invitation.status != InvitationStatus.ACCEPTED or invitation.role == Role.ORGANIZER:
        return False
    theirs = Assignment.objects.current().filter(submission__workshop=invitation.workshop_id, user=invitation.user_id)
    return not theirs.exists()


def _step_back(invitation: Invitation) -> None:
    if not may_step_back(invitation):
        raise Refused("You have papers here already. Decline them on their pages, or write to the organizers.")
    held = Membership.objects.open().filter(
        workshop=invitation.workshop_id, user=invitation.user_id, role=invitation.role, track=invitation.track_id
    )
    for membership in held.select_related("workshop", "user"):
        end_role(membership=membership, by=None)


def _owner(invitation: Invitation, name: tuple[str, str]) -> User:
    """Whose address it is: somebody who never confirmed it, or a new account."""
    given, family = (part.strip() for part in name)
    if not (given or family):
        given, _, family = invitation.name.rpartition(" ")
    known = EmailAddress.objects.filter(email=invitation.address).exists()
    if not (given or family or known):
        raise Refused("Write your name: the organizers and the papers' chairs will see it.", field="family")
    return prove_address(address=invitation.address, given=given, family=family)


def _confirm(invitation: Invitation, accept: bool) -> None:
    enqueue(
        kind=emails.INVITATION_ANSWER,
        key=f"{invitation.pk}.{invitation.status}.{invitation.answered_at:%Y%m%d%H%M%S%f}",
        root_type=Root.WORKSHOP,
        root_id=invitation.workshop_id,
        aspect="staff",
        values={
            "workshop": str(invitation.workshop),
            "name": invitation.user.name if invitation.user and accept else invitation.name,
            "accepted": "yes" if accept else "",
            "load": emails.papers_at_most(invitation.load) if accept and invitation.role == Role.REVIEWER else "",
            "link": emails.page("reviews:first_visit", invitation.workshop.slug),
            "contact": invitation.workshop.contact,
        },
        recipient=invitation.user,
        address=invitation.address,
        scope=f"w:{invitation.workshop_id}",
        reply_to=invitation.workshop.contact,
    )
