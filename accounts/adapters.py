"""The glue to allauth: its mails leave by our outbox, its addresses are written our way."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.addresses import normalise_email
from accounts.emails import ACCOUNT
from accounts.models import User
from accounts.services.confirm import confirm_address
from accounts.services.profile import refresh_search_identity
from audit.models import Root
from notifications.services.enqueue import enqueue


class AccountAdapter(DefaultAccountAdapter):
    def clean_email(self, email: str) -> str:
        return normalise_email(super().clean_email(email))

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        with transaction.atomic():
            confirmed = super().confirm_email(request, email_address)
            if confirmed:
                confirm_address(address=email_address)
        return confirmed

    def post_login(self, request: HttpRequest, user: User, *, email: str | None, **rest: Any) -> HttpResponse:
        """A sign-in code confirms the address that it was sent to, past ``confirm_email``."""
        if email and (address := EmailAddress.objects.filter(user=user, email=email, verified=True).first()):
            confirm_address(address=address)
        return super().post_login(request, user, email=email, **rest)

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """This mail is also how allauth tells us that a person made another address their main one."""
        if template_prefix == "account/email/email_changed":
            refresh_search_identity(user=user)
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

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
