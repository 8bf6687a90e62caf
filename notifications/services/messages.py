"""What a person does to a single mail: take it back, send it again, say what became of it."""

from django.db import models, transaction
from django.utils import timezone

from audit.errors import Refused, StaleState
from audit.services.record import record
from audit.transitions import move
from notifications import tasks
from notifications.kinds import kind_of
from notifications.models import Attempt, Message
from notifications.services.wipe import WIPED
from notifications.states import MESSAGE_MOVES, BatchStatus, MessageStatus

_NOT_NOW = {
    MessageStatus.HELD: "This mail has not been sent yet.",
    MessageStatus.DUE: "This mail is about to be sent.",
    MessageStatus.CLAIMED: "This mail is just being sent; it can no longer be taken back.",
    MessageStatus.SENDING: "This mail is just being sent; it can no longer be taken back.",
    MessageStatus.SENT: "This mail has been sent.",
    MessageStatus.FAILED: "This mail could not be sent.",
    MessageStatus.IN_DOUBT: "It is not known whether this mail was sent.",
    MessageStatus.CANCELLED: "This mail was cancelled.",
}


@transaction.atomic
def cancel_message(*, message: Message, by: models.Model | None) -> Message:
    """Take a mail back that no worker has taken yet."""
    message = _locked(message, MessageStatus.HELD, MessageStatus.DUE)
    move(message, MessageStatus.CANCELLED, MESSAGE_MOVES)
    _record("message.cancelled", message, by)
    return message


@transaction.atomic
def resend_message(*, message: Message, by: models.Model | None) -> Message:
    """Try a mail again that failed, under the same Message-ID."""
    message = _locked(message, MessageStatus.FAILED)
    _send_again(message)
    _record("message.resent", message, by)
    return message


@transaction.atomic
def settle_in_doubt(*, message: Message, by: models.Model | None, arrived: bool) -> Message:
    """Say whether a mail in doubt arrived; one that did not is sent again under the same Message-ID."""
    message = _locked(message, MessageStatus.IN_DOUBT)
    if arrived:
        wipe = WIPED | {"wiped_at": timezone.now()} if kind_of(message.kind).secret else {}
        move(message, MessageStatus.SENT, MESSAGE_MOVES, sent_at=timezone.now(), **wipe)
    else:
        _send_again(message)
    outcome = MessageStatus.SENT if arrived else MessageStatus.DUE
    Attempt.objects.create(message=message, outcome=outcome, answer="Settled by a person.")
    _record("message.settled", message, by, arrived=arrived)
    return message


def _send_again(message: Message) -> None:
    if message.wiped_at:
        raise Refused("The text of this mail is no longer kept, so it cannot be sent again.")
    if message.batch and message.batch.status in {BatchStatus.STOPPED, BatchStatus.CANCELLED}:
        raise Refused("The bulk mail that this belongs to was stopped; nothing more of it can be sent.")
    move(message, MessageStatus.DUE, MESSAGE_MOVES, due_at=timezone.now(), attempts=0, claim_token="")
    tasks.ring_on_commit(1)


def _locked(message: Message, *allowed: MessageStatus) -> Message:
    rows = Message.objects.select_for_update(of=("self",)).select_related("batch")
    fresh: Message = rows.get(pk=message.pk)
    if fresh.status not in allowed:
        raise StaleState(_NOT_NOW[MessageStatus(fresh.status)])
    return fresh


def _record(action: str, message: Message, by: models.Model | None, **data: bool) -> None:
    record(
        action,
        by=by,
        root_type=message.root_type,
        root_id=message.root_id,
        aspect=message.aspect,
        about=message,
        data={"kind": message.kind, **data},
    )
