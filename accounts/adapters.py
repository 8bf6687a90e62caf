"""The glue to allauth: its mails leave by our outbox, its addresses are written our way."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from accounts.addresses import normalise_email


class AccountAdapter(DefaultAccountAdapter):
    def clean_email(self, email: str) -> str:
        return normalise_email(super().clean_email(email))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise NotImplementedError
