"""Bulk mail: drafted, rendered for everyone, confirmed, held, sent, with a pause and a stop.

Who may do this is asked by the callers, who know the workshop. Every function reads the batch again under a lock, so
a second click and an old page do nothing but say so.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from audit.text import fold
from audit.transitions import move
from notifications import tasks
from notifications.kinds import hooks_of, is_rehearsal, kind_of
from notifications.models import Batch, Message
from notifications.rendering import one_line
from notifications.sandbox import names_in
from notifications.services.enqueue import rendered_for
from notifications.states import BATCH_MOVES, BatchStatus, MessageStatus

TYPED_FROM = 20  # recipients
LONGEST_HOLD = 60  # minutes

_NOT_NOW = {
    BatchStatus.DRAFT: "This bulk mail is still a draft.",
    BatchStatus.HELD: "This bulk mail is already confirmed and waits for the end of its hold.",
    BatchStatus.SENDING: "This bulk mail is already being sent; it can be paused or stopped.",
    BatchStatus.PAUSED: "This bulk mail is paused; it can be resumed or stopped.",
    BatchStatus.STOPPED: "This bulk mail was stopped; nothing more of it can be sent.",
    BatchStatus.DONE: "This bulk mail has been sent.",
    BatchStatus.CANCELLED: "This bulk mail was cancelled; nobody got it.",
}


@transaction.atomic
def draft_batch(
    *,
    workshop_id: int,
    kind: str,
    by: models.Model | None,
    filter: dict[str, Any] | None = None,
    left_out: Iterable[dict[str, str]] = (),
) -> Batch:
    """An empty draft. ``left_out``: [{"who", "why"}] of those who get none, shown before it is confirmed."""
    kind_of(kind)
    batch = Batch.objects.create(
        workshop_id=workshop_id,
        kind=kind,
        filter=filter or {},
        left_out=list(left_out),
        is_rehearsal=is_rehearsal(Root.WORKSHOP, workshop_id),
        created_by_id=by.pk if by else None,
    )
    _record("batch.drafted", batch, by)
    return batch


@transaction.atomic
def change_batch(*, batch: Batch, by: models.Model | None, subject: str, text: str) -> Batch:
    """Give a draft words of its own (both empty: the template's again) and render every message again.

    Raises Refused when somebody's mail cannot be written with them; then nothing has changed.
    """
    batch = _locked(batch, BatchStatus.DRAFT)
    _check_words(batch, subject, text)
    batch.subject, batch.text = one_line(subject), text
    Batch.objects.filter(pk=batch.pk).update(subject=batch.subject, text=batch.text)
    messages = list(batch.messages.order_by("pk"))
    for message in messages:
        rendered = rendered_for(message, batch)
        message.subject, message.text, message.html = rendered.subject, rendered.text, rendered.html
        message.search_text = fold(f"{rendered.subject} {message.address}")
    Message.objects.bulk_update(messages, ["subject", "text", "html", "search_text"], batch_size=100)
    _record("batch.changed", batch, by)
    return batch


def needs_number(batch: Batch, count: int) -> bool:
    """Is this bulk mail confirmed by typing its number?"""
    return count >= TYPED_FROM or kind_of(batch.kind).typed


@transaction.atomic
def confirm_batch(*, batch: Batch, by: models.Model | None, typed: int | None, hold_minutes: int) -> Batch:
    """Let a draft go after its hold. ``typed`` is the number of messages, as the person typed it."""
    batch = _locked(batch, BatchStatus.DRAFT)
    count = batch.messages.filter(status=MessageStatus.HELD).count()
    if not count:
        raise Refused("There is nobody to write to; this bulk mail has no messages.")
    if needs_number(batch, count) and typed != count:
        raise Refused(f"This goes out as {count} messages. Type {count} to confirm it.", field="typed")
    if not 0 <= hold_minutes <= LONGEST_HOLD:
        raise Refused(f"The hold is 0 to {LONGEST_HOLD} minutes.", field="hold_minutes")
    release_at = timezone.now() + timedelta(minutes=hold_minutes)
    move(batch, BatchStatus.HELD, BATCH_MOVES, release_at=release_at, confirmed_by_id=by.pk if by else None)
    batch.messages.update(values={})
    _record("batch.confirmed", batch, by, messages=count, hold_minutes=hold_minutes)
    if hold_minutes == 0:
        transaction.on_commit(tasks.ring_holds)
    return batch


@transaction.atomic
def cancel_batch(*, batch: Batch, by: models.Model | None) -> Batch:
    """Before its hold is over: nobody gets it, and what would have followed does not happen."""
    batch = _locked(batch, BatchStatus.DRAFT, BatchStatus.HELD)
    _cancel(batch, by)
    return batch


@transaction.atomic
def send_now(*, batch: Batch, by: models.Model | None) -> Batch:
    """End the hold early."""
    batch = _locked(batch, BatchStatus.HELD)
    _record("batch.sent_now", batch, by)
    _release(batch)
    return batch


def end_hold(batch_id: int) -> None:
    """Called for a hold that is over. Twice does nothing more; what may not take effect any more is cancelled."""
    try:
        with transaction.atomic():
            batch = Batch.objects.select_for_update().get(pk=batch_id)
            if not _over(batch):
                return
            _record("batch.released", batch, None)
            _release(batch)
    except Refused as refusal:
        _give_up(batch_id, refusal)


@transaction.atomic
def pause_batch(*, batch: Batch, by: models.Model | None) -> Batch:
    """No further message leaves until it is resumed."""
    batch = _locked(batch, BatchStatus.SENDING)
    move(batch, BatchStatus.PAUSED, BATCH_MOVES)
    batch.messages.filter(status=MessageStatus.DUE).update(status=MessageStatus.HELD)
    _record("batch.paused", batch, by)
    return batch


@transaction.atomic
def resume_batch(*, batch: Batch, by: models.Model | None) -> Batch:
    batch = _locked(batch, BatchStatus.PAUSED)
    move(batch, BatchStatus.SENDING, BATCH_MOVES)
    _let_go(batch)
    _record("batch.resumed", batch, by)
    return batch


@transaction.atomic
def stop_batch(*, batch: Batch, by: models.Model | None) -> Batch:
    """For good: what has not left is cancelled."""
    batch = _locked(batch, BatchStatus.SENDING, BatchStatus.PAUSED)
    move(batch, BatchStatus.STOPPED, BATCH_MOVES, finished_at=timezone.now())
    waiting = batch.messages.filter(status__in=[MessageStatus.HELD, MessageStatus.DUE])
    cancelled = waiting.update(status=MessageStatus.CANCELLED)
    for follow in hooks_of(batch.kind).on_stop:
        follow(batch)
    _record("batch.stopped", batch, by, messages=cancelled)
    return batch


def finish_batches(ids: Iterable[int]) -> None:
    """Close those of these batches of which nothing is left to send."""
    left = Message.objects.filter(
        batch=models.OuterRef("pk"),
        status__in=[MessageStatus.HELD, MessageStatus.DUE, MessageStatus.CLAIMED, MessageStatus.SENDING],
    )
    done = Batch.objects.filter(pk__in=list(ids), status=BatchStatus.SENDING).exclude(models.Exists(left))
    done.update(status=BatchStatus.DONE, finished_at=timezone.now())


def _locked(batch: Batch, *allowed: BatchStatus) -> Batch:
    fresh = Batch.objects.select_for_update().get(pk=batch.pk)
    if fresh.status not in allowed:
        raise StaleState(_NOT_NOW[BatchStatus(fresh.status)])
    return fresh


def _over(batch: Batch) -> bool:
    due = batch.release_at is not None and batch.release_at <= timezone.now()
    return batch.status == BatchStatus.HELD and due


def _release(batch: Batch) -> None:
    move(batch, BatchStatus.SENDING, BATCH_MOVES, release_at=timezone.now())
    for follow in hooks_of(batch.kind).on_release:
        follow(batch)
    _let_go(batch)


def _let_go(batch: Batch) -> None:
    held = batch.messages.filter(status=MessageStatus.HELD)
    tasks.ring_on_commit(held.update(status=MessageStatus.DUE, due_at=timezone.now()))


def _cancel(batch: Batch, by: models.Model | None) -> None:
    move(batch, BatchStatus.CANCELLED, BATCH_MOVES, finished_at=timezone.now())
    batch.messages.filter(status=MessageStatus.HELD).update(status=MessageStatus.CANCELLED, values={})
    for follow in hooks_of(batch.kind).on_cancel:
        follow(batch)
    _record("batch.cancelled", batch, by)


@transaction.atomic
def _give_up(batch_id: int, refusal: Refused) -> None:
    """What should follow the end of the hold was refused: nothing leaves, and the batch says why."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if not _over(batch):
        return
    why = {"who": "Everybody", "why": refusal.sentence}
    Batch.objects.filter(pk=batch.pk).update(left_out=[why, *batch.left_out])
    _cancel(batch, None)


def _check_words(batch: Batch, subject: str, text: str) -> None:
    if bool(subject.strip()) != bool(text.strip()):
        field = "text" if subject.strip() else "subject"
        raise Refused("Write both a subject and a text, or leave both empty for the template’s own words.", field=field)
    kinds = set(batch.messages.values_list("kind", flat=True).distinct())
    if subject and len(kinds) > 1:
        raise Refused("These messages have several templates; change the templates instead.", field="text")
    for field, source in (("subject", subject), ("text", text)):
        if unknown := sorted(names_in(source) - set(kind_of(batch.kind).values)):
            raise Refused(f"There is no value called “{unknown[0]}” here.", field=field)


def _record(action: str, batch: Batch, by: models.Model | None, **data: Any) -> None:
    record(
        action,
        by=by,
        root_type=Root.WORKSHOP,
        root_id=batch.workshop_id,
        aspect="staff",
        about=batch,
        data={"kind": batch.kind, **data},
    )
