"""What the pages about an account show."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY

from access.viewer import key_of
from accounts.models import Session, UnconfirmedAddress, User
from accounts.session_store import BEGAN, BROWSER

FEW_CODES = 3
MOST_SESSIONS = 50


@dataclass(frozen=True)
class SigningIn:
    """How a person signs in, and what they had better do next."""

    confirmed: list[str]
    unconfirmed: list[str]
    passkeys: list[str]
    has_app: bool
    codes_left: int | None
    has_password: bool
    accounts_elsewhere: int
    offers_elsewhere: bool
    required: bool
    is_staff: bool

    @property
    def has_second_factor(self) -> bool:
        return bool(self.passkeys) or self.has_app

    @property
    def next_step(self) -> str:
        """The one thing to do next: a second factor, new recovery codes, a passkey beside the app; "" for nothing."""
        if not self.has_second_factor:
            return "second_factor" if self.required or self.is_staff else "passkey"
        if self.codes_left is not None and self.codes_left <= FEW_CODES:
            return "codes"
        return ""


def signing_in(person: User) -> SigningIn:
    """Three queries: addresses, factors, accounts elsewhere."""
    addresses = dict(
        EmailAddress.objects.filter(user=person).order_by("-primary", "email").values_list("email", "verified")
    )
    factors = list(Authenticator.objects.filter(user=person).order_by("created_at"))
    codes = next((row for row in factors if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return SigningIn(
        confirmed=[email for email, verified in addresses.items() if verified],
        unconfirmed=[email for email, verified in addresses.items() if not verified],
        passkeys=[row.wrap().name for row in factors if row.type == Authenticator.Type.WEBAUTHN],
        has_app=any(row.type == Authenticator.Type.TOTP for row in factors),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
        has_password=person.has_usable_password(),
        accounts_elsewhere=SocialAccount.objects.filter(user=person).count(),
        offers_elsewhere=bool(settings.SOCIALACCOUNT_PROVIDERS),
        required=bool(settings.SECOND_FACTOR_REQUIRED) and person.is_staff,
        is_staff=person.is_staff,
    )


def unconfirmed_addresses(person: User) -> list[UnconfirmedAddress]:
    return list(UnconfirmedAddress.objects.filter(user=person).order_by("email"))


@dataclass(frozen=True)
class SignedIn:
    """A session of a person. ``name`` says nothing of its key; ``began`` is None for one that does not remember it."""

    name: str
    browser: str
    began: datetime | None
    ends: datetime
    is_current: bool


def sessions_of(person: User, *, current: str, now: datetime) -> list[SignedIn]:
    """Where the person is signed in: first where they are now (by its key), then the newest. One query."""
    rows = Session.objects.filter(user=person, expire_date__gt=now).order_by("-expire_date", "pk")[:MOST_SESSIONS]
    counts = {person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()}
    told = ((row, row.get_decoded()) for row in rows)
    found = [_signed_in(row, data, current) for row, data in told if data.get(HASH_SESSION_KEY) in counts]
    return sorted(found, key=lambda one: (not one.is_current, -(one.began.timestamp() if one.began else 0)))


def _signed_in(row: Session, data: dict[str, Any], current: str) -> SignedIn:
    began = data.get(BEGAN)
    return SignedIn(
        name=key_of(row.session_key),
        browser=str(data.get(BROWSER, "")),
        began=datetime.fromtimestamp(began, UTC) if began else None,
        ends=row.expire_date,
        is_current=row.session_key == current,
    )
