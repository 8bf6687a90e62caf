"""The doorbell. No task carries a message: the rows are the truth, and the sweep finds what no bell told of."""

import logging
import time
from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from notifications.models import Batch, Message
from notifications.states import BatchStatus

log = logging.getLogger(__name__)

LONGEST = 25  # seconds after which a task hands over to the next one
LONGEST_DELAY = 100  # seconds; the broker gives out again what a worker keeps for longer, so the sweep does the rest
BELLS = 4


@shared_task
def deliver(hint: int = 0) -> None:
    """Send what is due, whatever the hint was."""
    from notifications.services.deliver import deliver_lot, open_channels

    end = time.monotonic() + LONGEST
    with open_channels() as channels:
        while (lot := deliver_lot(until=end, channels=channels)).claimed:
            if lot.trouble or time.monotonic() > end:
                break
    if not lot.trouble and Message.objects.due(timezone.now()).exists():
        ring()


@shared_task
def sweep() -> None:
    """Every 30 seconds: mend what a dead worker left, and ring for what is due."""
    from notifications.services import deliver as delivery

    delivery.sweep()


@shared_task
def end_holds() -> None:
    """Let bulk mail go whose hold is over. One that cannot go does not keep the others."""
    from notifications.services.batches import end_hold

    over = Batch.objects.filter(status=BatchStatus.HELD, release_at__lte=timezone.now())
    for batch_id in list(over.order_by("release_at").values_list("pk", flat=True)[:20]):
        try:
            end_hold(batch_id)
        except Exception:
            log.exception("The hold of bulk mail %s could not be ended", batch_id)


@shared_task
def wipe_old_bodies() -> None:
    """Forget the text of old mail; who got what, when, stays."""
    from notifications.services.wipe import wipe_old

    wipe_old(days=settings.KEEP_MAIL_BODIES_DAYS)


def ring(hint: int = 0, *, delay: float = 0) -> None:
    """Tell a worker that something is due. A broker that is down is no loss: the sweep rings again."""
    if delay <= LONGEST_DELAY:
        _send(lambda: deliver.apply_async(args=[hint], countdown=delay or None))


def ring_for(due: int) -> None:
    """Tell as many workers as there is work for."""
    for _ in range(min(BELLS, -(-due // 20))):
        ring()


def ring_holds() -> None:
    """Tell a worker that a hold is over."""
    _send(lambda: end_holds.apply_async())


def ring_on_commit(due: int) -> None:
    transaction.on_commit(lambda: ring_for(due))


def _send(send: Callable[[], Any]) -> None:
    try:
        send()
    except (OperationalError, OSError) as error:
        log.warning("The broker is down (%s); the mail waits for the sweep", error)
