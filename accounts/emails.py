"""Mails about an account. All hold a code or a link, so all are secret and go before any batch."""

from notifications.kinds import Kind, register
from notifications.states import Priority

ACCOUNT = "account"
SECOND_FACTOR_RESET = "second_factor_reset"
ACCOUNTS_MERGED = "accounts_merged"

register(
    [
        Kind(
            name=ACCOUNT,
            label="Account mail (sign-in codes, confirmations)",
            values={"subject": "Your sign-in code", "body": "Your code is ABC-123."},
            priority=Priority.NOW,
            secret=True,
            site_only=True,
        ),
        Kind(
            name=SECOND_FACTOR_RESET,
            label="Second factor removed by whoever runs the site",
            values={"name": "Ada Example"},
            priority=Priority.NOW,
            site_only=True,
        ),
        Kind(
            name=ACCOUNTS_MERGED,
            label="Two accounts became one",
            values={
                "name": "Ada Example",
                "kept": "ada@uni.example",
                "gone": "ada@old.example",
                "by": "you",
                "moved": ["2 papers", "1 review"],
            },
            priority=Priority.NOW,
            site_only=True,
        ),
    ]
)
