"""People who would review: they say so, take it back, and are answered by organizers.

An answer holds once its mail leaves.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from access.rights import require, visible_to
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from notifications.models import Batch, Message
from notifications.services.batches import draft_batch
from notifications.services.enqueue import enqueue
from notifications.services.messages import cancel_message
from notifications.states import MessageStatus
from reviews import emails
from reviews.models import Offer, OfferedTopic
from reviews.services.invite import invite, send_again
from reviews.services.reviewers import change_reviewer, check_load, enrol
from reviews.states import OFFER_MOVES, OfferStatus
from reviews.volunteers import is_reviewer, to_ask
from submissions.models import Authorship, Submission
from workshops.deadlines import window
from workshops.instants import aoe
from workshops.models import Topic, Workshop
from workshops.states import DeadlineKind

LONGEST_STATEMENT = 5000
LONGEST_NOTE = 5000
ANSWERED = (OfferStatus.ACCEPTED, OfferStatus.DECLINED)
ALREADY = "The organizers have answered already; write to them if something has changed."
CLOSED = "The reviews of this workshop are due already; it needs no more reviewers."


@transaction.atomic
def offer_to_review(
    *, workshop: Workshop, by: User, received_at: datetime, load: int, statement: str = "", topics: Iterable[Topic] = ()
) -> Offer:
    """Offer oneself, or change what one offered. It gives no right to anything.

    Raises Refused: a load out of range, reviews that are due already, somebody who reviews here or was answered.
    """
    require(acting(by), "public", workshop)
    check_load(load)
    if len(statement) > LONGEST_STATEMENT:
        raise Refused(f"This is longer than {LONGEST_STATEMENT:,} characters; shorten it.", field="statement")
    if window(workshop.pk, DeadlineKind.REVIEW, at=received_at).is_late:
        raise Refused(CLOSED)
    User.objects.select_for_update().get(pk=by.pk)
    if is_reviewer(workshop, by):
        raise Refused("You are a reviewer of this workshop already.")
    values = {"load": load, "statement": statement.strip()}
    offer, made = Offer.objects.get_or_create(
        workshop=workshop, user=by, defaults={**values, "made_at": timezone.now()}
    )
    if not made:
        _change(offer, values)
    _set_topics(offer, topics)
    _record("offer.made" if made else "offer.changed", offer, by)
    return offer


def _change(offer: Offer, values: dict[str, object]) -> None:
    if offer.status in ANSWERED:
        raise Refused(ALREADY)
    if offer.status == OfferStatus.TAKEN_BACK:
        move(offer, OfferStatus.OPEN, OFFER_MOVES, **values, made_at=timezone.now())
        return
    Offer.objects.filter(pk=offer.pk).update(**values)
    offer.refresh_from_db()


@transaction.atomic
def take_back_offer(*, offer: Offer, by: User | None) -> Offer:
    """By whoever made it, until it is answered. An answer whose mail has not left does not leave any more."""
    require(acting(by), "self", offer)
    if offer.status == OfferStatus.TAKEN_BACK:
        return offer
    if offer.status in ANSWERED:
        raise Refused(ALREADY)
    for message in _waiting_mails(offer):
        cancel_message(message=message, by=by)
    move(offer, OfferStatus.TAKEN_BACK, OFFER_MOVES, batch_id=None, granted=None)
    _record("offer.taken_back", offer, by)
    return offer


def _waiting_mails(offer: Offer) -> QuerySet[Message]:
    waiting = [MessageStatus.HELD, MessageStatus.DUE]
    return Message.objects.filter(batch=offer.batch_id, recipient=offer.user_id, status__in=waiting)


# --- the organizers' answers ------------------------------------------------------------------------------------------


@transaction.atomic
def draft_answers(
    *,
    workshop: Workshop,
    by: User | None,
    offers: Sequence[Offer],
    accept: bool,
    load: int | None = None,
    note: str = "",
) -> Batch:
    """Write an answer to each of these offers, into a bulk mail that somebody still confirms (the page Mail).

    Nothing holds before that mail leaves: then whoever is accepted becomes a reviewer of at most ``load`` papers, or of
    as many as they offered. When it is cancelled, the offers are as they were. Raises Refused for an offer that has an
    answer already, and naming the field for a load out of range.
    """
    require(acting(by), "staff", workshop)
    if not offers:
        raise Refused("Choose whom to answer.")
    if load is not None:
        check_load(load)
    if len(note) > LONGEST_NOTE:
        raise Refused(f"This is longer than {LONGEST_NOTE:,} characters; shorten it.", field="note")
    kind = emails.OFFER_ACCEPTED if accept else emails.OFFER_DECLINED
    batch = draft_batch(workshop_id=workshop.pk, kind=kind, by=by)
    for offer in offers:
        granted = (load or offer.load) if accept else None
        open_ones = Offer.objects.filter(pk=offer.pk, workshop=workshop, status=OfferStatus.OPEN, batch_id=None)
        if open_ones.update(batch_id=batch.pk, granted=granted) != 1:
            raise Refused(f"{offer.user.name} has an answer already, or has taken the offer back. Load the page again.")
        offer.refresh_from_db()
        _write(offer, batch, note.strip(), accept=accept)
        _record("offer.answer_drafted", offer, by)
    return batch


def _write(offer: Offer, batch: Batch, note: str, *, accept: bool) -> None:
    workshop = offer.workshop
    values: dict[str, object] = {
        "workshop": str(workshop),
        "name": offer.user.name,
        "note": note,
        "contact": workshop.contact,
    }
    if accept:
        due = window(workshop.pk, DeadlineKind.REVIEW, at=timezone.now()).at
        values |= {
            "load": emails.papers_at_most(offer.granted),
            "due": aoe(due) if due else "",
            "link": emails.page("reviews:profile", workshop.slug),
        }
    enqueue(
        kind=batch.kind,
        key=f"{offer.pk}.{batch.pk}",
        root_type=Root.WORKSHOP,
        root_id=workshop.pk,
        aspect="staff",
        values=values,
        recipient=offer.user,
        scope=f"w:{workshop.pk}",
        batch=batch,
        reply_to=workshop.contact,
    )


def accept_answered(batch: Batch) -> None:
    """The hold of these mails is over: whoever is accepted becomes a reviewer, with what they offered and know."""
    for offer in _answered_by(batch):
        move(offer, OfferStatus.ACCEPTED, OFFER_MOVES, answered_at=timezone.now())
        reviewer = enrol(workshop=offer.workshop, user=offer.user, by=None, load_max=offer.granted or offer.load)
        topics = Topic.objects.filter(pk__in=offer.interests.values("topic"))
        known = reviewer.statement or offer.statement
        change_reviewer(reviewer=reviewer, by=None, statement=known, topics=topics)
        _record("offer.accepted", offer, None)


def decline_answered(batch: Batch) -> None:
    for offer in _answered_by(batch):
        move(offer, OfferStatus.DECLINED, OFFER_MOVES, answered_at=timezone.now())
        _record("offer.declined", offer, None)


def reopen_unsent(batch: Batch) -> None:
    """A bulk mail with answers was cancelled: nobody has been answered by it."""
    for offer in _answered_by(batch):
        Offer.objects.filter(pk=offer.pk).update(batch_id=None, granted=None)
        _record("offer.reopened", offer, None)


def _answered_by(batch: Batch) -> QuerySet[Offer]:
    rows = Offer.objects.filter(batch_id=batch.pk, status=OfferStatus.OPEN)
    return rows.select_related("workshop", "user").order_by("pk")


@transaction.atomic
def reopen_offer(*, offer: Offer, by: User | None) -> Offer:
    """Think again about an offer that was declined: it waits for an answer once more. No mail is written."""
    require(acting(by), "staff", offer.workshop)
    if offer.status != OfferStatus.DECLINED:
        raise Refused("Only an offer that was declined can be opened again.")
    move(offer, OfferStatus.OPEN, OFFER_MOVES, batch_id=None, answered_at=None)
    _record("offer.reopened", offer, by)
    return offer


@transaction.atomic
def ask_authors(
    *,
    workshop: Workshop,
    by: User | None,
    authorships: Sequence[Authorship],
    load: int | None = None,
    note: str = "",
) -> Batch:
    """Invite authors for whom “would review” is ticked on a paper, by the usual invitation: somebody else may have
    ticked it for them. Their mails wait in a bulk mail that somebody still confirms.

    The invitation is like any other, and does not tell that the person is an author. Raises Refused for an author
    whom the organizer may not know.
    """
    require(acting(by), "staff", workshop)
    known = visible_to(acting(by), "authors", Submission).filter(workshop=workshop)
    chosen = Authorship.objects.filter(pk__in=[one.pk for one in authorships], submission__in=known.values("pk"))
    guests = {guest.address: guest for guest in to_ask(workshop, chosen)}
    if not guests:
        raise Refused("Choose whom to invite.")
    if load is not None:
        check_load(load)
    batch = draft_batch(workshop_id=workshop.pk, kind=emails.INVITATION, by=by)
    for guest in guests.values():
        if guest.ended is not None:
            send_again(invitation=guest.ended, by=by, batch=batch)
            continue
        invite(
            workshop=workshop, by=by, address=guest.address, name=guest.name, load=load, note=note.strip(), batch=batch
        )
    return batch


def _set_topics(offer: Offer, topics: Iterable[Topic]) -> None:
    wanted = {topic.pk for topic in topics if topic.workshop_id == offer.workshop_id}
    kept = set(offer.interests.values_list("topic", flat=True))
    offer.interests.exclude(topic__in=wanted).delete()
    OfferedTopic.objects.bulk_create(OfferedTopic(offer=offer, topic_id=one) for one in wanted - kept)


def _record(action: str, offer: Offer, by: User | None) -> None:
    record(action, by=by, root_type=Root.WORKSHOP, root_id=offer.workshop_id, aspect="staff", about=offer)
