"""How the outbox is read."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from notifications.kinds import reminders
from notifications.states import MessageStatus

DAY = timedelta(days=1)


class MessageQuerySet(models.QuerySet):
    def due(self, now: datetime) -> "MessageQuerySet":
        return self.filter(status=MessageStatus.DUE, due_at__lte=now).order_by("priority", "due_at", "id")

    def about(self, root_type: str, root_id: int) -> "MessageQuerySet":
        return self.filter(root_type=root_type, root_id=root_id)

    def reminders(self, *, within: timedelta = DAY) -> "MessageQuerySet":
        """Reminders of every kind that wait to leave, or were written within this time.

        Whoever has one gets no other, unless that is wished. Which of them count for whoever asks is for the caller to
        say: only those that they may know of.
        """
        waits = Q(status__in=(MessageStatus.HELD, MessageStatus.DUE)) | Q(created_at__gt=timezone.now() - within)
        return self.filter(waits, kind__in=reminders()).exclude(status=MessageStatus.CANCELLED)

    def lapsed(self, now: datetime) -> "MessageQuerySet":
        """Rows of a worker that died: their lease has run out."""
        return self.filter(status__in=[MessageStatus.CLAIMED, MessageStatus.SENDING], lease_until__lt=now)


class BatchQuerySet(models.QuerySet):
    def with_counts(self) -> "BatchQuerySet":
        """Annotate ``n_all``, ``n_sent``, ``n_failed``, ``n_in_doubt`` and ``n_left``."""

        def count(*states: str) -> Count:
            return Count("messages", filter=Q(messages__status__in=states))

        return self.annotate(
            n_all=Count("messages"),
            n_sent=count(MessageStatus.SENT),
            n_failed=count(MessageStatus.FAILED),
            n_in_doubt=count(MessageStatus.IN_DOUBT),
            n_left=count(MessageStatus.HELD, MessageStatus.DUE, MessageStatus.CLAIMED, MessageStatus.SENDING),
        )
