"""The addresses of a person, beyond what the library does with them."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts import links
from accounts.addresses import normalise_email
from accounts.models import UnconfirmedAddress, User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record

MOST = 10  # unconfirmed addresses of one person


@transaction.atomic
def note_unconfirmed(*, user: User, email: str, by: User) -> UnconfirmedAddress:
    """Keep an address that the person says is theirs, until it is confirmed or forgotten. It only makes conflicts.

    Whether another account has it makes no difference, here or in what the person is told. Raises Refused for what is
    no address.
    """
    require(acting(by), "self", user)
    address = normalise_email(email)
    try:
        validate_email(address)
    except ValidationError:
        raise Refused("Write an e-mail address, such as ada@example.org.", field="email") from None
    if UnconfirmedAddress.objects.filter(user=user).exclude(email=address).count() >= MOST:
        raise Refused("Confirm or take off some of the addresses that wait first.", field="email")
    row, is_new = UnconfirmedAddress.objects.get_or_create(user=user, email=address)
    if is_new:
        _record("person.added_address", user, by, row)
        links.profile_changed(user)
    return row


@transaction.atomic
def forget_unconfirmed(*, address: UnconfirmedAddress, by: User) -> None:
    """Take an unconfirmed address off, and with it the conflicts that it made."""
    require(acting(by), "self", address.user)
    person = address.user
    _record("person.forgot_address", person, by, address)
    address.delete()
    links.profile_changed(person)


@transaction.atomic
def follow_removal(*, user: User) -> None:
    """A confirmed address is gone (the library removed it): write it down and compare again.

    Papers stay tied to the account that confirmed their author's address: who wrote them has not changed.
    """
    _record("person.removed_address", user, user, user)
    links.profile_changed(user)


def _record(action: str, person: User, by: User, about: UnconfirmedAddress | User) -> None:
    record(action, by=by, root_type=Root.PERSON, root_id=person.pk, aspect="account", about=about)
