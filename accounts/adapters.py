"""The glue to allauth: its mails leave by our outbox, its addresses are written our way."""

import secrets
import time
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts import links
from accounts.addresses import normalise_email
from accounts.emails import ACCOUNT
from accounts.models import User
from accounts.names import tidy
from accounts.services.addresses import follow_removal
from accounts.services.confirm import confirm_address
from accounts.services.elsewhere import join, tie_orcid
from accounts.services.profile import refresh_search_identity
from accounts.services.prove import close_other_doors
from accounts.signing_in import note_browser
from audit.models import Root
from notifications.services.enqueue import enqueue

SIGNED_IN_AT = "signed_in_at"  # in the session
FIRST = "first_sign_in"  # on the request: nobody had signed in with this account before


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": "This is not the code. Copy it whole from the newest mail.",
    }

    def clean_email(self, email: str) -> str:
        return normalise_email(super().clean_email(email))

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        with transaction.atomic():
            confirmed = super().confirm_email(request, email_address)
            if confirmed:
                confirm_address(address=email_address)
        return confirmed

    def post_login(self, request: HttpRequest, user: User, *, email: str | None, **rest: Any) -> HttpResponse:
        """A sign-in code confirms the address that it was sent to, past ``confirm_email``.

        Where nobody had ever signed in, the account may have been made by somebody else, who typed this address.
        """
        if email and (address := EmailAddress.objects.filter(user=user, email=email, verified=True).first()):
            is_news = confirm_address(address=address)
            if is_news and getattr(request, FIRST, False):
                close_other_doors(user)
                update_session_auth_hash(request, user)
        links.signed_in(request, user)
        return super().post_login(request, user, email=email, **rest)

    def login(self, request: HttpRequest, user: User) -> None:
        setattr(request, FIRST, user.last_login is None)
        super().login(request, user)
        request.session[SIGNED_IN_AT] = time.time()
        note_browser(request)

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever signed in within the last minutes has just shown who they are, and is not asked again."""
        return super().is_reauthentication_required(app=app) and not _signed_in_just_now(self.request)

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """This mail is also how allauth tells us that an address was made the main one, or removed."""
        if template_prefix == "account/email/email_changed":
            refresh_search_identity(user=user)
        if template_prefix == "account/email/email_deleted":
            follow_removal(user=user)
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


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys and authenticator apps, named our way."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right. Type the digits that the app shows now, or a recovery code.",
    }

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """A first name that tells one key from another; the person writes a better one."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "My passkey" if count == 0 else f"Passkey {count + 1}"


class ElsewhereAdapter(DefaultSocialAccountAdapter):
    """Accounts elsewhere: only what the environment configures, and only a confirmed address joins one to a person."""

    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Without a look into the database, where none are kept."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """Whoever has the address here, if both sides have seen it confirmed."""
        shown = [normalise_email(address.email) for address in sociallogin.email_addresses if address.verified]
        rows = EmailAddress.objects.filter(email__in=shown, verified=True, user__is_active=True).select_related("user")
        address = rows.order_by("pk").first()
        return (address.user, address.email) if address else None

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """A suggestion for the sign-up page."""
        person = sociallogin.user
        first, _, last = str(data.get("name") or "").partition(" ")
        person.email = normalise_email(str(data.get("email") or ""))
        person.given = tidy(str(data.get("first_name") or first))[:120]
        person.family = tidy(str(data.get("last_name") or last))[:120]
        return person

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody gets an account without having seen what it is called and which address it has."""
        return False

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        data = form.cleaned_data
        shown = {normalise_email(address.email) for address in sociallogin.email_addresses if address.verified}
        sociallogin.user = join(
            account=sociallogin.account,
            email=data["email"],
            given=data["given"],
            family=data["family"],
            confirmed=normalise_email(data["email"]) in shown,
        )
        return sociallogin.user

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """This mail is also how allauth tells us that a person has connected an account elsewhere."""
        context = kwargs.get("context") or (args[0] if args else {})
        if template_prefix == "socialaccount/email/account_connected":
            tie_orcid(account=context["account"])
        super().send_notification_mail(template_prefix, user, *args, **kwargs)


def _signed_in_just_now(request: HttpRequest) -> bool:
    return time.time() - request.session.get(SIGNED_IN_AT, 0) < account_settings.REAUTHENTICATION_TIMEOUT


def _person(user: Any) -> Any:
    """The account that a mail is about, if it is saved."""
    return None if user is None or isinstance(user, AnonymousUser) or not user.pk else user
