"""Whether a person has a second factor, and who must."""

from allauth.mfa.models import Authenticator
from django.conf import settings

from accounts.models import User

# Recovery codes stand in for one of these and are none by themselves.
SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """One query. Whoever has one is asked for it whenever they sign in, unless they sign in by passkey alone."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=SECOND).exists()


def must_set_one_up(user: User) -> bool:
    """Whether this person may not go on to the organizers' pages yet. No query where none is required."""
    return bool(settings.SECOND_FACTOR_REQUIRED) and user.is_staff and not has_second_factor(user)
