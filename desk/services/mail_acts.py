"""What can be done with several mails, or several bulk mails, of a workshop at once.

Each is done by itself: one that a worker has taken meanwhile keeps no other from being cancelled.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from access.rights import visible_to
from audit.errors import Refused
from audit.models import Root
from desk.reading.mail import (
    BEFORE_IT_LEAVES,
    WAITING,
    label_of,
    read_batches,
    these_batches,
    visible_messages,
)
from desk.services.acts import Act, Done, LeftOut, Plan, Stage, Take
from notifications.models import Batch, Message
from notifications.services.batches import cancel_batch
from notifications.services.messages import cancel_message, resend_message
from notifications.states import BatchStatus, MessageStatus
from submissions.models import Submission

NOT_YOURS = "You do not act for its paper."
OVER = (BatchStatus.STOPPED, BatchStatus.CANCELLED)


def _messages(stage: Stage) -> list[Message]:
    rows = visible_messages(stage.workshop, stage.viewer).filter(pk__in=list(stage.keys))
    return list(rows.select_related("batch").order_by("-pk"))


def _look(stage: Stage, *, states: tuple[MessageStatus, ...], why_not: str) -> Plan:
    rows = _messages(stage)
    papers = {row.root_id for row in rows if row.root_type == Root.SUBMISSION}
    mine = set(visible_to(stage.viewer, "act", Submission).filter(pk__in=papers).values_list("pk", flat=True))
    takes, left = [], []
    for row in rows:
        words = f"{row.subject}, to {row.address}"
        if row.root_type == Root.SUBMISSION and row.root_id not in mine:
            left.append(LeftOut(words, NOT_YOURS))
        elif row.status not in states:
            left.append(LeftOut(words, why_not.format(row.get_status_display().lower())))
        elif states != WAITING and row.wiped_at:
            left.append(LeftOut(words, "Its text is no longer kept."))
        elif states != WAITING and row.batch and row.batch.status in OVER:
            left.append(LeftOut(words, "The bulk mail that it belongs to was stopped."))
        else:
            takes.append(Take(row.pk, words))
    return Plan(takes, left)


def _do(stage: Stage, *, service: Callable[..., Message]) -> Done:
    return Done(sum(_did(service, message=row, by=stage.by) for row in _messages(stage)))


def _did(service: Callable[..., Any], **given: Any) -> bool:
    try:
        service(**given)
    except Refused:
        return False
    return True


MESSAGE_ACTS = {
    "cancel": Act(
        partial(_look, states=WAITING, why_not="It waits no more: it is {}."), partial(_do, service=cancel_message)
    ),
    "send_again": Act(
        partial(_look, states=(MessageStatus.FAILED,), why_not="It has not failed: it is {}."),
        partial(_do, service=resend_message),
    ),
}


# --- bulk mails ---


def _batches(stage: Stage) -> list[Batch]:
    found: list[Batch] = these_batches(stage.viewer, stage.workshop.pk, list(stage.keys))
    return found


def _look_batches(stage: Stage) -> Plan:
    """With the numbers of those messages that the viewer may see."""
    rows = _batches(stage)
    takes, left = [], []
    for row, line in zip(rows, read_batches(stage.workshop, stage.viewer, rows), strict=True):
        if row.status in BEFORE_IT_LEAVES:
            takes.append(Take(row.pk, line.label, (f"{line.status_words.lower()}, {_mails(line.total)}",)))
        else:
            left.append(LeftOut(label_of(row.kind), f"It is {row.get_status_display().lower()}; see its own page."))
    return Plan(takes, left)


def _mails(number: int) -> str:
    return "1 mail" if number == 1 else f"{number} mails"


def _cancel_batches(stage: Stage) -> Done:
    return Done(sum(_did(cancel_batch, batch=row, by=stage.by) for row in _batches(stage)))


BATCH_ACTS = {"cancel": Act(_look_batches, _cancel_batches)}
