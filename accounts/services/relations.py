"""A person's ties to others, which keep one from judging the other's papers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from access.rights import require
from access.viewer import Viewer
from accounts import links
from accounts.addresses import normalise_email
from accounts.models import Relation, User
from accounts.names import tidy
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record

MOST = 200


@dataclass(frozen=True)
class Tie:
    """What a person says of one tie. Either of address and name is enough."""

    kind: str
    email: str = ""
    name: str = ""
    start: date | None = None
    end: date | None = None

    @classmethod
    def of(cls, held: dict[str, Any]) -> "Tie":
        """From what ``held`` gave."""
        days = {name: date.fromisoformat(held[name]) if held[name] else None for name in ("start", "end")}
        return cls(**held | days)

    def held(self) -> dict[str, Any]:
        """As JSON can keep it."""
        days = {name: day.isoformat() if day else None for name, day in (("start", self.start), ("end", self.end))}
        return {"kind": self.kind, "email": self.email, "name": self.name} | days


@transaction.atomic
def add_relation(*, user: User, by: User | None, tie: Tie) -> Relation:
    """Add a tie. The same one twice stays one. Conflicts are found again (accounts.links).

    Whether the address has an account is never said, neither by the answer nor by the row that the person sees.
    Raises Refused, naming the field: kind, email, name, start, end.
    """
    if by is not None:
        require(Viewer(by), "self", user)
    User.objects.select_for_update().get(pk=user.pk)
    values = _values(user, tie)
    same = Relation.objects.filter(user=user, kind=values["kind"], other_email=values["other_email"])
    if values["other_email"] == "":
        same = same.filter(other_name=values["other_name"])
    if found := same.first():
        return _write(found, values, by)
    if user.relations.count() >= MOST:
        raise Refused(f"A list holds at most {MOST} people: the ties of the last years are enough.", field="name")
    return _write(Relation(user=user), values, by)


@transaction.atomic
def change_relation(*, relation: Relation, by: User | None, tie: Tie) -> Relation:
    """Say it anew. Raises Refused as ``add_relation`` does."""
    if by is not None:
        require(Viewer(by), "row", relation)
    return _write(relation, _values(relation.user, tie), by)


@transaction.atomic
def remove_relation(*, relation: Relation, by: User | None) -> Tie:
    """Take a tie off the list. Returns it, to be added again."""
    if by is not None:
        require(Viewer(by), "row", relation)
    user = relation.user
    tie = Tie(relation.kind, relation.other_email, relation.other_name, relation.start, relation.end)
    relation.delete()
    _record("person.removed_relation", user, by)
    links.profile_changed(user)
    return tie


def tie_relations(user: User, address: str) -> None:
    """An address is confirmed: the ties that others have to it lead to this person."""
    Relation.objects.filter(other_email=normalise_email(address)).exclude(user=user).update(other=user)


def _write(relation: Relation, values: dict[str, Any], by: User | None) -> Relation:
    for name, value in values.items():
        setattr(relation, name, value)
    relation.save()
    _record("person.changed_relation", relation.user, by)
    links.profile_changed(relation.user)
    return relation


def _values(user: User, tie: Tie) -> dict[str, Any]:
    if tie.kind not in Relation.Kind.values:
        raise Refused("Choose what ties you.", field="kind")
    email, name = normalise_email(tie.email), tidy(tie.name)
    if not email and not name:
        raise Refused("Write their e-mail address, or at least their name.", field="email")
    if email:
        _check_address(user, email)
    if len(name) > 200:
        raise Refused("This is longer than 200 characters; shorten it.", field="name")
    if not email and sum(character.isalpha() for character in name) < 2:
        raise Refused("Write their whole name.", field="name")
    if tie.start and tie.end and tie.end < tie.start:
        raise Refused("The end is before the start.", field="end")
    owner = EmailAddress.objects.filter(email=email, verified=True).values_list("user", flat=True).first()
    return {
        "kind": tie.kind,
        "other_email": email,
        "other_name": name,
        "other_id": owner if email else None,
        "start": tie.start,
        "end": tie.end,
    }


def _check_address(user: User, email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise Refused("Write an e-mail address, such as ada@example.org, or leave it empty.", field="email") from None
    if len(email) > 254:
        raise Refused("This e-mail address is longer than 254 characters.", field="email")
    if EmailAddress.objects.filter(user=user, email=email).exists() or email == user.email:
        raise Refused("This is an address of your own. Write the other person’s.", field="email")


def _record(action: str, user: User, by: User | None) -> None:
    """Who is tied to whom stays out of the log."""
    record(action, by=by, root_type=Root.PERSON, root_id=user.pk, aspect="account")
