"""Make an account."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.addresses import normalise_email
from accounts.models import User
from accounts.names import tidy_name
from accounts.services.confirm import confirm_address
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record

TAKEN = "There is an account with this e-mail address already."


@transaction.atomic
def create_person(
    *,
    email: str,
    given: str = "",
    particle: str = "",
    family: str = "",
    password: str | None = None,
    by: User | None,
    confirmed: bool = False,
) -> User:
    """Make a person who signs in with this address, by a code if ``password`` is None.

    ``confirmed``: the address is known to be theirs (they followed a link that was sent to it). Who gives no name is
    called by the part before the @ until they do. Raises Refused for an address that is wrong or taken.
    """
    address = _address(email)
    names = {"given": given, "particle": particle, "family": family}
    tidied = {field: tidy_name(text, field=field) for field, text in names.items()}
    if not tidied["given"] and not tidied["family"]:
        tidied["given"] = address.partition("@")[0][:120]
    try:
        with transaction.atomic():
            person = User.objects.create_user(address, password, **tidied)
    except IntegrityError:
        raise Refused(TAKEN, field="email") from None
    row = EmailAddress.objects.create(user=person, email=address, verified=confirmed, primary=True)
    record("person.registered", by=by, root_type=Root.PERSON, root_id=person.pk, aspect="account", about=person)
    if confirmed:
        confirm_address(address=row)
    return person


def _address(email: str) -> str:
    address = normalise_email(email)
    try:
        validate_email(address)
    except ValidationError:
        raise Refused("Write an e-mail address, such as ada@example.org.", field="email") from None
    if len(address) > 254:
        raise Refused("This e-mail address is longer than 254 characters.", field="email")
    if EmailAddress.objects.filter(email=address).exists() or User.objects.filter(email=address).exists():
        raise Refused(TAKEN, field="email")
    return address
