"""The glue to allauth: its mails leave by our outbox, its addresses are written our way."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMessage

from accounts.addresses import normalise_email
from accounts.emails import ACCOUNT
from audit.models import Root
from notifications.services.enqueue import enqueue


class AccountAdapter(DefaultAccountAdapter):
    def clean_email(self, email: str) -> str:
        return normalise_email(super().clean_email(email))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write allauth's mail into the outbox: it is sent within a second, and its text is wiped once it is."""
        mail = self._words(template_prefix, email, context)
        user = _person(context.get("user"))
        enqueue(
            kind=ACCOUNT,
            key=secrets.token_hex(12),
            root_type=Root.PERSON,
            root_id=user.pk if user else 0,
            aspect="account",
            recipient=user,
            address=normalise_email(email),
            values={"subject": str(mail.subject), "body": str(mail.body)},
        )

    def _words(self, template_prefix: str, email: str, context: dict[str, Any]) -> EmailMessage:
        request = allauth_context.request
        return self.render_mail(
            template_prefix, email, {"request": request, "email": email, "site": settings.SITE_URL} | context
        )


def _person(user: Any) -> Any:
    """The account that a mail is about, if it is saved."""
    return None if user is None or isinstance(user, AnonymousUser) or not user.pk else user
