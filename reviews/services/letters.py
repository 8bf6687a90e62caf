"""The mails about papers to review. One of these mails is about several papers of one person."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from icalendar import Calendar, Event

from accounts.models import User
from audit.models import Root
from notifications.models import Batch, Message
from notifications.services.enqueue import Attachment, enqueue
from reviews import emails, emails_desk
from reviews.models import Assignment, EmergencyOffer
from reviews.states import AssignmentKind
from submissions.models import Authorship, Conflict, Submission
from submissions.replies import reply_to
from workshops.instants import aoe, both
from workshops.models import Membership, Workshop
from workshops.states import Role

UNDO = timedelta(seconds=30)


def tell_assigned(
    user: User, assignments: Iterable[Assignment], *, workshop: Workshop, key: str, batch: Batch | None = None
) -> None:
    """One mail with all these papers and the calendar file; by itself it can be undone for 30 seconds."""
    rows = sorted(assignments, key=lambda row: row.submission.number)
    soonest = min((row.due_at for row in rows if row.due_at), default=None)
    enqueue(
        kind=emails.ASSIGNMENTS,
        key=key,
        **_root(workshop, user, [row.submission for row in rows]),
        values={**_shared(workshop, user, rows), "due": aoe(soonest) if soonest else ""},
        recipient=user,
        scope=f"w:{workshop.pk}",
        batch=batch,
        due_at=None if batch else timezone.now() + UNDO,
        reply_to=reply_to([row.submission for row in rows], to=user.pk),
        attachments=[Attachment("reviews.ics", calendar(workshop, rows))] if soonest else [],
    )


def tell_not_needed(
    user: User,
    assignments: Iterable[Assignment],
    *,
    workshop: Workshop,
    key: str,
    why: str,
    batch: Batch | None = None,
) -> None:
    """Thanks, and which papers need not be reviewed any more."""
    rows = sorted(assignments, key=lambda row: row.submission.number)
    enqueue(
        kind=emails.NOT_NEEDED,
        key=key,
        **_root(workshop, user, [row.submission for row in rows]),
        values={**_shared(workshop, user, rows), "why": why},
        recipient=user,
        scope=f"w:{workshop.pk}",
        batch=batch,
        due_at=None if batch else timezone.now() + UNDO,
        reply_to=reply_to([row.submission for row in rows], to=user.pk),
    )


def tell_emergency(offer: EmergencyOffer, *, several: bool, batch: Batch | None = None) -> None:
    """A paper needs a review at short notice; a yes or a no on its page."""
    paper, workshop = offer.submission, offer.submission.workshop
    enqueue(
        kind=emails.EMERGENCY_OFFER,
        key=str(offer.pk),
        **_root(workshop, offer.user, [paper]),
        values={
            **_short(offer),
            "due": aoe(offer.due_at) if offer.due_at else "",
            "note": offer.note,
            "several": "yes" if several else "",
            "link": emails.page("reviews:emergency", offer.pk),
        },
        recipient=offer.user,
        scope=f"w:{workshop.pk}",
        batch=batch,
        due_at=None if batch else timezone.now() + UNDO,
        reply_to=workshop.contact,
    )


def letter_of_offer(offer: EmergencyOffer) -> Message | None:
    """The mail of this offer."""
    rows = Message.objects.filter(kind=emails.EMERGENCY_OFFER, recipient=offer.user_id)
    return rows.filter(dedupe_key__endswith=f":{offer.pk}").first()


def tell_emergency_over(offer: EmergencyOffer) -> None:
    """Thanks: the place is filled, or is no longer to be filled."""
    paper, workshop = offer.submission, offer.submission.workshop
    enqueue(
        kind=emails.EMERGENCY_TAKEN,
        key=str(offer.pk),
        **_root(workshop, offer.user, [paper]),
        values=_short(offer),
        recipient=offer.user,
        scope=f"w:{workshop.pk}",
        due_at=timezone.now() + UNDO,
        reply_to=workshop.contact,
    )


def _short(offer: EmergencyOffer) -> dict[str, Any]:
    paper, workshop = offer.submission, offer.submission.workshop
    return {
        "workshop": str(workshop),
        "name": offer.user.name,
        "number": str(paper.number),
        "title": paper.title,
        "contact": workshop.contact,
    }


def tell_reminded(user: User, assignments: Iterable[Assignment], *, workshop: Workshop, batch: Batch) -> None:
    """Which reviews are still to come, and when each is or was due."""
    rows = list(assignments)
    enqueue(
        kind=emails_desk.REVIEW_REMINDER,
        key=str(batch.pk),
        **_root(workshop, user, [row.submission for row in rows]),
        values=_shared(workshop, user, rows),
        recipient=user,
        scope=f"w:{workshop.pk}",
        batch=batch,
        reply_to=reply_to([row.submission for row in rows], to=user.pk),
    )


def tell_extended(
    user: User, assignments: Iterable[Assignment], *, workshop: Workshop, until: datetime, reason: str
) -> None:
    """Which reviews are due later, until when, and why."""
    rows = list(assignments)
    enqueue(
        kind=emails_desk.REVIEW_EXTENDED,
        key=f"{rows[0].pk}.{until.isoformat()}",
        **_root(workshop, user, [row.submission for row in rows]),
        values={**_shared(workshop, user, rows), "until": both(until), "reason": reason},
        recipient=user,
        scope=f"w:{workshop.pk}",
        due_at=timezone.now() + UNDO,
        reply_to=reply_to([row.submission for row in rows], to=user.pk),
    )


def _shared(workshop: Workshop, user: User, rows: list[Assignment]) -> dict[str, Any]:
    return {
        "workshop": str(workshop),
        "name": user.name,
        "papers": [
            {
                "number": str(row.submission.number),
                "title": row.submission.title,
                "due": aoe(row.due_at) if row.due_at else "",
            }
            for row in rows
        ],
        "count": "1 paper" if len(rows) == 1 else f"{len(rows)} papers",
        "link": _page_of(workshop, rows),
        "contact": workshop.contact,
    }


def _page_of(workshop: Workshop, rows: list[Assignment]) -> str:
    """Reviewers have a page with all their papers; an area chair, who may review nothing, has the page of the paper."""
    if rows[0].kind == AssignmentKind.AREA_CHAIR:
        return emails.page("reviews:review", rows[0].pk)
    return emails.page("reviews:profile", workshop.slug)


def _root(workshop: Workshop, user: User, papers: list[Submission]) -> dict[str, Any]:
    """Who may read such a mail beside its recipient: organizers who may see who reviews *each* of its papers.

    It hangs on a paper that is hidden from every organizer from whom any of its papers is hidden; where there is no
    such paper, on the person, where no organizer reads it.
    """
    organizers = Membership.objects.open().filter(workshop=workshop, role=Role.ORGANIZER)
    ids, everyone = [paper.pk for paper in papers], set(organizers.values_list("user", flat=True))
    hidden: dict[int, set[int]] = {pk: set() for pk in ids}
    conflicts = Conflict.objects.effective().filter(submission__in=ids, user__in=everyone)
    authors = Authorship.objects.filter(submission__in=ids, user__in=everyone)
    for rows in (conflicts, authors):
        for paper, organizer in rows.values_list("submission", "user"):
            hidden[paper].add(organizer)
    barred = set().union(*hidden.values())
    for paper, from_whom in hidden.items():
        if from_whom == barred:
            return {"root_type": Root.SUBMISSION, "root_id": paper, "aspect": "identities"}
    return {"root_type": Root.PERSON, "root_id": user.pk, "aspect": "self", "rehearsal": workshop.is_rehearsal}


def calendar(workshop: Workshop, rows: list[Assignment]) -> str:
    """An iCalendar file (RFC 5545) with the papers of each due date as one event."""
    by_due: dict[datetime, list[Assignment]] = defaultdict(list)
    for row in rows:
        if row.due_at:
            by_due[row.due_at].append(row)
    file = Calendar()
    file.add("prodid", "-//NeurReps//reviews//EN")
    file.add("version", "2.0")
    for due, papers in sorted(by_due.items()):
        file.add_component(_event(workshop, due, papers))
    return file.to_ical().decode()


def _event(workshop: Workshop, due: datetime, rows: list[Assignment]) -> Event:
    event = Event()
    numbers = ", ".join(f"#{row.submission.number}" for row in rows)
    event.add("uid", f"reviews-{workshop.slug}-{due:%Y%m%dT%H%M%S}-{rows[0].pk}@{workshop.slug}")
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("dtstart", due.astimezone(UTC))
    event.add("dtend", due.astimezone(UTC))
    event.add("summary", f"{workshop}: reviews of {numbers} are due")
    event.add("url", _page_of(workshop, rows))
    return event
