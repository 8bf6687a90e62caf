"""The states of a message and of a batch, and their moves."""

from django.db import models


class MessageStatus(models.TextChoices):
    HELD = "held", "Held"
    DUE = "due", "Due"
    CLAIMED = "claimed", "With a worker"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    IN_DOUBT = "in_doubt", "In doubt"
    CANCELLED = "cancelled", "Cancelled"


MESSAGE_MOVES: dict[str, frozenset[str]] = {
    MessageStatus.HELD: frozenset({MessageStatus.DUE, MessageStatus.CANCELLED}),
    MessageStatus.DUE: frozenset({MessageStatus.CLAIMED, MessageStatus.HELD, MessageStatus.CANCELLED}),
    MessageStatus.CLAIMED: frozenset(
        # failed: the server refused its sender or recipient, before anything was handed over
        {MessageStatus.SENDING, MessageStatus.DUE, MessageStatus.HELD, MessageStatus.CANCELLED, MessageStatus.FAILED}
    ),
    MessageStatus.SENDING: frozenset(
        {MessageStatus.SENT, MessageStatus.DUE, MessageStatus.FAILED, MessageStatus.IN_DOUBT}
    ),
    MessageStatus.SENT: frozenset(),
    MessageStatus.FAILED: frozenset({MessageStatus.DUE}),
    MessageStatus.IN_DOUBT: frozenset({MessageStatus.DUE, MessageStatus.SENT}),
    MessageStatus.CANCELLED: frozenset(),
}


class BatchStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    HELD = "held", "Held"
    SENDING = "sending", "Being sent"
    PAUSED = "paused", "Paused"
    STOPPED = "stopped", "Stopped"
    DONE = "done", "Sent"
    CANCELLED = "cancelled", "Cancelled"


BATCH_MOVES: dict[str, frozenset[str]] = {
    BatchStatus.DRAFT: frozenset({BatchStatus.HELD, BatchStatus.CANCELLED}),
    BatchStatus.HELD: frozenset({BatchStatus.SENDING, BatchStatus.CANCELLED}),
    BatchStatus.SENDING: frozenset({BatchStatus.PAUSED, BatchStatus.STOPPED, BatchStatus.DONE}),
    BatchStatus.PAUSED: frozenset({BatchStatus.SENDING, BatchStatus.STOPPED}),
    BatchStatus.STOPPED: frozenset(),
    BatchStatus.DONE: frozenset(),
    BatchStatus.CANCELLED: frozenset(),
}


class Priority(models.IntegerChoices):
    NOW = 0, "now"
    NORMAL = 1, "normal"
    BULK = 2, "bulk"
