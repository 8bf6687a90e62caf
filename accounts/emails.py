"""Mails about an account. All hold a code or a link, so all are secret and go before any batch."""

from notifications.kinds import Kind, register
from notifications.states import Priority

ACCOUNT = "account"

register(
    [
        Kind(
            name=ACCOUNT,
            label="Account mail (sign-in codes, confirmations)",
            values={"subject": "Your sign-in code", "body": "Your code is ABC-123."},
            priority=Priority.NOW,
            secret=True,
            site_only=True,
        )
    ]
)
