"""Forget the text of mail: of secrets at once, of all others after a while."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from notifications.kinds import all_kinds
from notifications.models import Message
from notifications.states import MessageStatus

WIPED: dict[str, Any] = {"text": "", "html": "", "attachments": [], "values": {}}
ENDED = [MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.IN_DOUBT, MessageStatus.CANCELLED]
SECRETS_KEPT = timedelta(days=1)  # for a code that could not be sent


def wipe_old(*, days: int) -> int:
    """Wipe what ended more than ``days`` ago, and secrets that were never sent after a day. Returns how many."""
    now = timezone.now()
    ended = Message.objects.filter(status__in=ENDED, wiped_at=None)
    secret = [kind.name for kind in all_kinds() if kind.secret]
    old = ended.filter(created_at__lt=now - timedelta(days=days)).update(wiped_at=now, **WIPED)
    return old + ended.filter(kind__in=secret, created_at__lt=now - SECRETS_KEPT).update(wiped_at=now, **WIPED)
