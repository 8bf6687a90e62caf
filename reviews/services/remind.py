"""Ask those again who have not answered, in one bulk mail that somebody confirms."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from notifications.models import Batch
from notifications.services.batches import draft_batch
from reviews import emails
from reviews.models import Invitation
from reviews.services.invite import REMINDS, send_again, waiting_mails
from reviews.states import InvitationStatus
from workshops.instants import aoe
from workshops.models import Workshop

PATIENCE = timedelta(days=3)
"""Nobody is asked twice within it, unless that is wished."""


@transaction.atomic
def remind_invited(
    *, workshop: Workshop, by: User | None, invitations: Sequence[Invitation], impatient: bool = False
) -> Batch:
    """Write once more to each of these who have not answered. The mails wait until the bulk mail is confirmed; when it
    is cancelled, the invitations are as they were.

    Who was asked within three days is left out, unless ``impatient``; so is who has answered meanwhile or has a mail on
    its way. Raises Refused when nobody is left.
    """
    require(acting(by), "staff", workshop)
    chosen = [row for row in invitations if row.workshop_id == workshop.pk]
    if not chosen:
        raise Refused("Choose whom to ask again.")
    left_out = {row.pk: why for row in chosen if (why := _why_not(row, impatient=impatient))}
    asked = [row for row in chosen if row.pk not in left_out]
    if not asked:
        raise Refused(f"Nobody is left to ask: {left_out[chosen[0].pk]}.")
    batch = draft_batch(
        workshop_id=workshop.pk,
        kind=emails.INVITATION,
        by=by,
        filter={REMINDS: True},
        left_out=[{"who": row.address, "why": left_out[row.pk]} for row in chosen if row.pk in left_out],
    )
    for row in asked:
        send_again(invitation=row, by=by, batch=batch)
    return batch


def _why_not(row: Invitation, *, impatient: bool) -> str:
    if row.status != InvitationStatus.SENT:
        return f"{row.address} has answered, or the invitation has ended"
    if waiting_mails(row).exists():
        return f"a mail to {row.address} is on its way"
    if not impatient and row.asked_at > timezone.now() - PATIENCE:
        return f"{row.address} was asked on {aoe(row.asked_at)}, less than three days ago"
    return ""
