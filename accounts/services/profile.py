"""What a person says about themself."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from access.rights import require
from access.viewer import Viewer
from accounts import links
from accounts.managers import identity_text
from accounts.models import Affiliation, User
from accounts.names import read_domain, read_orcid, tidy, tidy_name
from audit.errors import Refused, refuse_invalid
from audit.models import Root
from audit.services.record import record

TOLD_BY_ORCID = "ORCID itself told us this iD. To change it, disconnect ORCID under “Sign-in and security” first."
NAMELESS = "Give at least one name: given or family."
MOST_AFFILIATIONS = 30


@transaction.atomic
def update_profile(
    *,
    user: User,
    by: User | None,
    given: str,
    particle: str,
    family: str,
    homepage: str = "",
    orcid: str | None = None,
    affiliations: list[dict[str, Any]],
) -> User:
    """Write names, page, ORCID iD and affiliations; ``affiliations`` replaces the former ones.

    An affiliation has name, domain, kind (Affiliation.Kind), start and end (dates or None). Its domain is stored as the
    institution it stands for (cs.uni.edu as uni.edu). Raises Refused with the field; an affiliation's field is written
    "affiliations.<row from 0>.<field>".
    """
    if by is not None:
        require(Viewer(by), "settings", user)
    person = User.objects.select_for_update().get(pk=user.pk)
    person.given = tidy_name(given, field="given")
    person.particle = tidy_name(particle, field="particle")
    person.family = tidy_name(family, field="family")
    if not person.given and not person.family:
        raise Refused(NAMELESS, field="family")
    person.homepage = homepage.strip()
    person.orcid = _orcid(orcid, person)
    refuse_invalid(person, exclude=["password"])
    person.search_identity = _identity(person)
    person.save(update_fields=["given", "particle", "family", "homepage", "orcid", "search_identity"])
    _replace_affiliations(person, affiliations)
    record("person.changed_profile", by=by, root_type=Root.PERSON, root_id=person.pk, aspect="account", about=person)
    links.profile_changed(person)
    return person


def refresh_search_identity(*, user: User) -> None:
    """Find the person by their address as it is now. For the one change that allauth makes itself: the main address."""
    person = User.objects.get(pk=user.pk)
    User.objects.filter(pk=person.pk).update(search_identity=_identity(person))


def _identity(person: User) -> str:
    return identity_text(person.email, person.given, person.particle, person.family)


def _orcid(text: str | None, person: User) -> str | None:
    orcid = read_orcid(text)
    if orcid != person.orcid and SocialAccount.objects.filter(user=person, provider="orcid", uid=person.orcid).exists():
        raise Refused(TOLD_BY_ORCID, field="orcid")
    if orcid and User.objects.filter(orcid=orcid).exclude(pk=person.pk).exists():
        raise Refused("Another account has this ORCID iD. Check its digits.", field="orcid")
    return orcid


def _replace_affiliations(person: User, entries: list[dict[str, Any]]) -> None:
    if len(entries) > MOST_AFFILIATIONS:
        raise Refused(f"Give at most {MOST_AFFILIATIONS} affiliations: those of the last years.", field="affiliations")
    rows = [_affiliation(person, number, entry) for number, entry in enumerate(entries)]
    former = list(person.affiliations.order_by("id"))
    if [_values(row) for row in rows] == [_values(row) for row in former]:
        return
    person.affiliations.all().delete()
    Affiliation.objects.bulk_create(rows)


def _affiliation(person: User, number: int, entry: dict[str, Any]) -> Affiliation:
    try:
        row = Affiliation(
            user=person,
            name=tidy(entry.get("name") or ""),
            domain=read_domain(entry.get("domain") or ""),
            kind=entry.get("kind") or Affiliation.Kind.EMPLOYMENT,
            start=entry.get("start"),
            end=entry.get("end"),
        )
        if not row.name:
            raise Refused("Write the institution’s name.", field="name")
        if row.start and row.end and row.end < row.start:
            raise Refused("The end is before the start.", field="end")
        refuse_invalid(row, exclude=["user"])
    except Refused as refused:
        raise Refused(refused.sentence, field=f"affiliations.{number}.{refused.field or 'name'}") from None
    return row


def _values(row: Affiliation) -> tuple[Any, ...]:
    return row.name, row.domain, row.kind, row.start, row.end
