"""Signed links from mails: what a token opens, and what to say when it opens nothing. Reading changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from access.viewer import key_of
from reviews.models import Invitation, Link
from reviews.states import InvitationStatus
from workshops.instants import aoe

PURPOSE = "invitation"
LONGEST_TOKEN = 200


@dataclass(frozen=True)
class Found:
    """An invitation behind a token; or ``sentence``, which says what is wrong and what to do."""

    invitation: Invitation | None = None
    sentence: str = ""


def resolve(token: str, *, at: datetime) -> Found:
    """What this token opens at this instant. One query. An answered invitation stays open, to be read again."""
    if not token:
        return Found(sentence="Open the link in your invitation mail; this page does not know which one you mean.")
    link = (
        Link.objects.select_related("invitation__workshop", "invitation__track", "invitation__user")
        .filter(token_hash=key_of(token), purpose=PURPOSE)
        .first()
    )
    if link is None or link.invitation is None:
        return Found(
            sentence="This link is not one of ours, or a part of it is missing. Copy the whole address from the mail, "
            "or ask whoever invited you to send it again."
        )
    if link.invitation.status == InvitationStatus.ACCEPTED:
        return Found(link.invitation)
    if at > link.expires_at or link.invitation.status == InvitationStatus.EXPIRED:
        return Found(link.invitation, ended(link.invitation, link.expires_at))
    return Found(link.invitation)


def ended(invitation: Invitation, at: datetime) -> str:
    contact = invitation.workshop.contact
    ask = f"Write to {contact}" if contact else "Write to the organizers"
    return f"This invitation ended on {aoe(at)}. {ask} if you would still like to help: they can send it again."
