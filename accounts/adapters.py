"""The glue to allauth: its mails leave by our outbox, its addresses are written our way."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.addresses import normalise_email
from accounts.models import User
from accounts.services.confirm import confirm_address
from accounts.services.profile import refresh_search_identity


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
        raise NotImplementedError
