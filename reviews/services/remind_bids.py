"""Remind reviewers who have not bid, while bidding is open: a bulk mail, one a person, looked at before it leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from notifications.models import Batch, Message
from notifications.services.batches import draft_batch
from notifications.services.enqueue import enqueue
from notifications.services.messages import cancel_message
from notifications.states import MessageStatus
from reviews import emails, emails_desk
from reviews.loads import bidders, shared_papers
from reviews.rules import open_reviewers
from workshops.deadlines import bidding_until
from workshops.instants import both
from workshops.models import Membership, Workshop

PAUSE = timedelta(days=3)
"""Nobody is reminded to bid twice within it, unless that is wished."""
CLOSED = "Bidding is not open, so there is nothing to remind anybody of."


@dataclass(frozen=True)
class BidReminder:
    """Whom to remind; or ``why_not``."""

    user: User
    why_not: str = ""


def plan_bid_reminders(*, workshop: Workshop, people: Sequence[int], again: bool = False) -> list[BidReminder]:
    """By name. The answer is the same for every organizer (see ``bidders``). A fixed number of queries.

    Who has no role here is not mentioned. ``again``: also those who were reminded to bid within three days, or of
    something else within a day.
    """
    here = Membership.objects.open().filter(workshop=workshop, user__in=list(people))
    found = list(User.objects.filter(pk__in=here.values("user")).order_by("family", "given", "pk"))
    ends = bidding_until(workshop.pk, timezone.now())
    reviewing = set(open_reviewers(workshop.pk).filter(user__in=found).values_list("user", flat=True))
    done = {user for (user,) in bidders(workshop.pk)}
    told = set() if again else _reminded(workshop, [user.pk for user in found])

    def why_not(user: User) -> str:
        if user.pk not in reviewing:
            return "They are no reviewer of this workshop."
        if ends is None:
            return CLOSED
        if user.pk in done:
            return "They have bid."
        if not user.is_active:
            return "Their account is closed."
        return "They were reminded within three days, or a reminder waits in bulk mail." if user.pk in told else ""

    return [BidReminder(user, why_not(user)) for user in found]


def _reminded(workshop: Workshop, people: list[int]) -> set[Any]:
    """Who has a reminder to bid of these days, or one of any kind of the last day that every organizer may know of."""
    reminders = Message.objects.filter(recipient__in=people)
    to_bid = reminders.reminders(within=PAUSE).filter(kind=emails_desk.BID_REMINDER)
    shared = Q(root_type=Root.SUBMISSION, root_id__in=shared_papers(workshop.pk).values("pk"))
    other = reminders.reminders().filter(shared)
    rows = to_bid.about(Root.WORKSHOP, workshop.pk) | other
    return set(rows.values_list("recipient", flat=True))


@transaction.atomic
def remind_of_bids(*, workshop: Workshop, by: User | None, people: Sequence[int], again: bool = False) -> Batch:
    """Draft the bulk mail, which is looked at and confirmed on the pages of mail.

    Raises Refused when there is nobody to remind.
    """
    require(acting(by), "staff", workshop)
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    planned = plan_bid_reminders(workshop=workshop, people=people, again=again)
    due = [one.user for one in planned if not one.why_not]
    until = bidding_until(workshop.pk, timezone.now())
    if until is None:
        raise Refused(CLOSED)
    if not due:
        raise Refused("There is nobody to remind: they have bid, or they were reminded within three days.")
    batch = draft_batch(workshop_id=workshop.pk, kind=emails_desk.BID_REMINDER, by=by, filter={"people": len(due)})
    for user in due:
        _write(user, workshop, until, batch)
    return batch


def _write(user: User, workshop: Workshop, until: datetime, batch: Batch) -> None:
    enqueue(
        kind=emails_desk.BID_REMINDER,
        key=str(batch.pk),
        root_type=Root.WORKSHOP,
        root_id=workshop.pk,
        aspect="staff",
        values={
            "workshop": str(workshop),
            "name": user.name,
            "until": both(until),
            "link": emails.page("reviews:bids", workshop.slug),
            "contact": workshop.contact,
        },
        recipient=user,
        scope=f"w:{workshop.pk}",
        batch=batch,
        reply_to=workshop.contact,
    )


def leave_out_who_has_bid(batch: Batch) -> None:
    """At the end of the hold: who has bid meanwhile, or reviews no more, gets no reminder.

    Raises Refused once there is nobody to remind.
    """
    if bidding_until(batch.workshop_id, timezone.now()) is None:
        raise Refused(CLOSED)
    done = {user for (user,) in bidders(batch.workshop_id)}
    reviewing = set(open_reviewers(batch.workshop_id).values_list("user", flat=True))
    rows = list(batch.messages.filter(status=MessageStatus.HELD))
    needless = [row for row in rows if row.recipient_id in done or row.recipient_id not in reviewing]
    if len(needless) == len(rows):
        raise Refused("All of them have bid meanwhile, or review no more.")
    for row in needless:
        cancel_message(message=row, by=None)
