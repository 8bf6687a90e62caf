"""Somebody pressed the button behind a link that was sent to an address: so the address is theirs."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.models import User
from accounts.services.confirm import confirm_address
from accounts.services.register import create_person


def owner_of(address: str) -> User | None:
    """The person who has confirmed this address."""
    row = EmailAddress.objects.filter(email=address, verified=True).select_related("user").first()
    return row.user if row else None


@transaction.atomic
def prove_address(*, address: str, given: str = "", particle: str = "", family: str = "") -> User:
    """The account of this address, confirmed by it: the one there is, or a new one under this name.

    An account that was made with the address and never confirmed it is theirs now, without what its maker would come
    in by (see close_other_doors); the next sign-in is by a code. Another person's claim to the address, as a second one
    of theirs, is void.
    """
    if person := owner_of(address) or _unproven(address):
        return person
    return create_person(email=address, given=given, particle=particle, family=family, by=None, confirmed=True)


@transaction.atomic
def add_proved_address(*, user: User, address: str) -> User:
    """Make it one more address of the person who is signed in, confirmed. Nothing where somebody has confirmed it."""
    if owner := owner_of(address):
        return owner
    if person := _unproven(address):
        return person
    row = EmailAddress.objects.create(user=user, email=address, verified=True)
    confirm_address(address=row)
    return user


def _unproven(address: str) -> User | None:
    claims = EmailAddress.objects.filter(email=address, verified=False)
    claims.exclude(user__email=address).delete()
    row = claims.select_related("user").first()
    if row is None:
        return None
    row.verified = True
    row.save(update_fields=["verified"])
    close_other_doors(row.user)
    confirm_address(address=row)
    return row.user


def close_other_doors(user: User) -> None:
    """Take away what whoever made the account would sign in with: its address is somebody else's, or may be.

    The password goes, accounts elsewhere that were joined, their ORCID iD with them, and second factors.
    """
    user.set_unusable_password()
    if SocialAccount.objects.filter(user=user).delete()[0]:
        user.orcid = None
    Authenticator.objects.filter(user=user).delete()
    user.save(update_fields=["password", "orcid"])
