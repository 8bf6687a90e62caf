"""An invited person answers: yes, fewer, or no."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.prove import prove_address
from audit.errors import Refused
from audit.models import Root
from audit.transitions import move
from notifications.services.enqueue import enqueue
from reviews import emails
from reviews.links import ended
from reviews.models import Invitation
from reviews.services.invite import account_of, log_invitation
from reviews.services.reviewers import check_load, enrol
from reviews.states import INVITATION_MOVES, InvitationStatus
from workshops.services.roles import give_role
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
    """Answer. The same answer twice changes nothing; who declined may still accept; who accepted has accepted.

    Accepting makes the account if the invited address has none (the link came by that address, which so counts as
    confirmed), gives the role, and finds conflicts before anything is shown. ``user``: who is signed in, for an
    address that has no account. Raises Refused when the invitation has ended.
    """
    invitation = Invitation.objects.select_for_update().select_related("workshop").get(pk=invitation.pk)
    if invitation.status == (InvitationStatus.ACCEPTED if accept else InvitationStatus.DECLINED):
        return invitation
    if invitation.status == InvitationStatus.ACCEPTED:
        raise Refused("You have accepted already. To step back, decline your papers or write to the organizers.")
    if invitation.status == InvitationStatus.EXPIRED or timezone.now() > invitation.expires_at:
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
        log_invitation("invitation.declined", invitation, account_of(invitation.address))
    invitation.links.filter(used_at=None).update(used_at=timezone.now())
    _confirm(invitation, accept)
    return invitation


def _accept(invitation: Invitation, load: int | None, user: User | None, name: tuple[str, str]) -> None:
    wanted = load or invitation.load or USUAL_LOAD
    check_load(wanted)
    person = account_of(invitation.address) or user or _owner(invitation, name)
    move(
        invitation,
        InvitationStatus.ACCEPTED,
        INVITATION_MOVES,
        user=person,
        load=wanted,
        answered_at=timezone.now(),
    )
    if invitation.role == Role.REVIEWER:
        enrol(workshop=invitation.workshop, user=person, by=None, load_max=wanted)
    else:
        give_role(workshop=invitation.workshop, user=person, role=invitation.role, by=None, track=invitation.track)
    log_invitation("invitation.accepted", invitation, person)


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
        key=f"{invitation.pk}.{invitation.status}",
        root_type=Root.WORKSHOP,
        root_id=invitation.workshop_id,
        aspect="staff",
        values={
            "workshop": str(invitation.workshop),
            "name": invitation.user.name if invitation.user and accept else invitation.name,
            "accepted": "yes" if accept else "",
            "load": emails.papers_at_most(invitation.load) if accept and invitation.role == Role.REVIEWER else "",
            "link": emails.page("reviews:profile", invitation.workshop.slug),
            "contact": invitation.workshop.contact,
        },
        recipient=invitation.user,
        address=invitation.address,
        scope=f"w:{invitation.workshop_id}",
        reply_to=invitation.workshop.contact,
    )
