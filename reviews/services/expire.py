"""Invitations that nobody answered in time."""

from django.db import transaction
from django.utils import timezone

from audit.errors import StaleState
from audit.transitions import move
from reviews.models import Invitation
from reviews.services.invite import log_invitation
from reviews.states import INVITATION_MOVES, InvitationStatus


def expire_invitations() -> int:
    """End what was not answered in time; returns how many. Safe to run twice."""
    late = Invitation.objects.filter(status=InvitationStatus.SENT, expires_at__lt=timezone.now())
    return sum(_expire(invitation) for invitation in late)


@transaction.atomic
def _expire(invitation: Invitation) -> int:
    try:
        move(invitation, InvitationStatus.EXPIRED, INVITATION_MOVES)
    except StaleState:  # answered or sent again a moment ago
        return 0
    log_invitation("invitation.expired", invitation, None)
    return 1
