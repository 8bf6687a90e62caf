"""What this app writes into the log."""

ACTIONS = {
    "template.changed": "changed the words of a mail",
    "template.reset": "went back to the default words of a mail",
    "batch.drafted": "drafted a bulk mail",
    "batch.changed": "changed a bulk mail",
    "batch.confirmed": "confirmed a bulk mail",
    "batch.sent_now": "ended the hold of a bulk mail early",
    "batch.released": "a bulk mail's hold ended",
    "batch.cancelled": "cancelled a bulk mail",
    "batch.paused": "paused a bulk mail",
    "batch.resumed": "resumed a bulk mail",
    "batch.stopped": "stopped a bulk mail",
    "message.cancelled": "cancelled a mail",
    "message.resent": "sent a mail again",
    "message.settled": "settled a mail in doubt",
}
