"""A person has shown that an address is theirs."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts import links
from accounts.addresses import normalise_email
from accounts.models import UnconfirmedAddress, User
from audit.models import Entry, Root
from audit.services.record import record

ACTION = "person.confirmed_address"


@transaction.atomic
def confirm_address(*, address: EmailAddress) -> bool:
    """Write down, once, that a confirmed address is confirmed, and tell whoever follows it (accounts.links).

    Returns whether it was news. Safe to call again: allauth has several ways to the same confirmation.
    """
    if not address.verified:
        return False
    User.objects.select_for_update().get(pk=address.user_id)
    if _is_known(address):
        return False
    person = address.user
    UnconfirmedAddress.objects.filter(user=person, email=normalise_email(address.email)).delete()
    record(ACTION, by=person, root_type=Root.PERSON, root_id=person.pk, aspect="account", about=address)
    links.address_confirmed(person, normalise_email(address.email))
    return True


def _is_known(address: EmailAddress) -> bool:
    entries = Entry.objects.about(Root.PERSON, address.user_id).filter(action=ACTION)
    return entries.filter(object_type=address._meta.label_lower, object_id=str(address.pk)).exists()
