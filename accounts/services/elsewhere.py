"""An account elsewhere belongs to a person here."""

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.models import User
from accounts.names import read_orcid
from accounts.services.register import create_person
from audit.models import Root
from audit.services.record import record

ORCID = "orcid"


@transaction.atomic
def join(*, account: SocialAccount, email: str, given: str, family: str, confirmed: bool) -> User:
    """Make a person for an account elsewhere. ``confirmed``: that account's site says that the address is theirs.

    Raises Refused for an address that is wrong or taken.
    """
    person = create_person(email=email, given=given, family=family, by=None, confirmed=confirmed)
    account.user = person
    account.save()
    tie_orcid(account=account)
    return person


@transaction.atomic
def tie_orcid(*, account: SocialAccount) -> bool:
    """Write the iD that ORCID itself has told us on the person's profile; returns whether it was news.

    Whoever had typed the same iD loses it: ORCID says whose it is. Accounts of other sites say nothing about it.
    """
    if account.provider != ORCID:
        return False
    person = User.objects.select_for_update().get(pk=account.user_id)
    orcid = read_orcid(account.uid)
    if person.orcid == orcid:
        return False
    for other in User.objects.select_for_update().filter(orcid=orcid).exclude(pk=person.pk):
        other.orcid = None
        other.save(update_fields=["orcid"])
        _record("person.lost_orcid", other, by=None)
    person.orcid = orcid
    person.save(update_fields=["orcid"])
    _record("person.tied_orcid", person, by=person)
    return True


def _record(action: str, person: User, *, by: User | None) -> None:
    record(action, by=by, root_type=Root.PERSON, root_id=person.pk, aspect="account", about=person)
