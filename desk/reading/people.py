"""Who has a role in a workshop and who is invited, as one organizer may see it.

Loads are counted over the papers that the viewer is free on (docs/security.md).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q

from access.rights import visible_to
from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import Publication, User
from audit.models import Root
from notifications.models import Message
from notifications.states import MessageStatus
from reviews.emails import INVITATION
from reviews.loads import loads
from reviews.models import Invitation, Reviewer
from reviews.states import InvitationStatus
from workshops.models import Membership, Workshop
from workshops.states import Role

PAGE = 50
INVITED = "invited"
ROLES = {
    "": "Everybody",
    Role.ORGANIZER: "Organizers",
    Role.AREA_CHAIR: "Area chairs",
    Role.REVIEWER: "Reviewers",
    INVITED: "Invitations",
}
TONES = {
    InvitationStatus.SENT: "accent",
    InvitationStatus.ACCEPTED: "good",
    InvitationStatus.DECLINED: "neutral",
    InvitationStatus.EXPIRED: "warn",
}


@dataclass(frozen=True)
class PeopleQuery:
    """What the address of the list asks for. ``after``: the key of the last line of the page before."""

    role: str = ""
    state: str = ""
    q: str = ""
    after: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "PeopleQuery":
        known = {field.name: str(given[field.name]).strip()[:200] for field in fields(cls) if field.name in given}
        query = cls(**known)
        return replace(
            query,
            role=query.role if query.role in ROLES else "",
            state=query.state if query.state in InvitationStatus.values else "",
        )

    def url(self, **changes: str) -> str:
        """The address of this list with some of it changed; another filter begins at its first page."""
        changes.setdefault("after", "")
        said = {field.name: getattr(replace(self, **changes), field.name) for field in fields(self)}
        return "?" + urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True)
class RoleLine:
    membership: int
    label: str


@dataclass(frozen=True)
class PersonRow:
    pk: int
    name: str
    email: str
    roles: tuple[RoleLine, ...]
    load: int
    load_max: int | None
    reviewer: int | None
    senior: bool
    publications: int

    @property
    def load_words(self) -> str:
        return f"{self.load} of {self.load_max}" if self.load_max is not None else ""


@dataclass(frozen=True)
class InvitationRow:
    pk: UUID
    address: str
    name: str
    role: str
    status: str
    status_label: str
    tone: str
    load: int | None
    reason: str
    sent: int
    at: datetime
    until: datetime
    answered_at: datetime | None
    is_waiting: bool

    @property
    def may_ask_again(self) -> bool:
        return self.status != InvitationStatus.ACCEPTED and not self.is_waiting

    @property
    def may_take_back(self) -> bool:
        return self.status == InvitationStatus.SENT and self.is_waiting


@dataclass(frozen=True)
class PeoplePage:
    people: list[PersonRow]
    invitations: list[InvitationRow]
    older_after: str


def counts(workshop: Workshop, viewer: Viewer) -> dict[str, int]:
    """How many people have each role, and how many invitations there are. Three queries."""
    roles = visible_to(viewer, "row", Membership.objects.open()).filter(workshop=workshop).order_by()
    found = dict(roles.values_list("role").annotate(people=Count("user", distinct=True)))
    return {
        **found,
        "": roles.aggregate(people=Count("user", distinct=True))["people"],
        INVITED: visible_to(viewer, "row", Invitation).filter(workshop=workshop).count(),
    }


def invitation_counts(workshop: Workshop, viewer: Viewer) -> dict[str, int]:
    rows = visible_to(viewer, "row", Invitation).filter(workshop=workshop).order_by()
    return dict(rows.values_list("status").annotate(rows=Count("pk")))


def list_people(workshop: Workshop, viewer: Viewer, query: PeopleQuery) -> PeoplePage:
    """One page of people, by family name; or of invitations, newest first. A fixed number of queries."""
    if query.role == INVITED:
        return _invitations(workshop, viewer, query)
    roles = visible_to(viewer, "row", Membership.objects.open()).filter(workshop=workshop)
    chosen = roles.filter(role=query.role) if query.role else roles
    people = visible_to(viewer, "directory", User).filter(pk__in=chosen.values("user"))
    for word in fold(query.q).split():
        people = people.filter(search_identity__contains=word)
    found = list(_after(people, query.after).order_by("family", "given", "pk")[: PAGE + 1])
    shown = found[:PAGE]
    older = str(shown[-1].pk) if len(found) > PAGE else ""
    return PeoplePage(_rows(workshop, viewer, shown, roles), [], older)


def _after(people: Any, key: str) -> Any:
    """Lines behind the person with this key, in the order of the list."""
    last = User.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    if last is None:
        return people
    same = Q(family=last.family)
    return people.filter(
        Q(family__gt=last.family) | same & Q(given__gt=last.given) | same & Q(given=last.given, pk__gt=last.pk)
    )


def _rows(workshop: Workshop, viewer: Viewer, people: list[User], roles: Any) -> list[PersonRow]:
    ids = [person.pk for person in people]
    by_person: dict[int, list[RoleLine]] = defaultdict(list)
    for row in roles.filter(user__in=ids).select_related("track").order_by("role", "pk"):
        label = row.get_role_display() + (f" ({row.track.name})" if row.track else "")
        by_person[row.user_id].append(RoleLine(row.pk, label))
    offers = {row.user_id: row for row in visible_to(viewer, "row", Reviewer).filter(workshop=workshop, user__in=ids)}
    have = loads(viewer, workshop.pk, ids)
    shelf = dict(Publication.objects.filter(user__in=ids).order_by().values_list("user").annotate(n=Count("pk")))
    return [
        _row(person, tuple(by_person[person.pk]), offers.get(person.pk), have.get(person.pk, 0), shelf)
        for person in people
    ]


def _row(
    person: User, roles: tuple[RoleLine, ...], offer: Reviewer | None, have: int, shelf: dict[int, int]
) -> PersonRow:
    return PersonRow(
        pk=person.pk,
        name=person.name,
        email=person.email,
        roles=roles,
        load=have,
        load_max=offer.load_max if offer else None,
        reviewer=offer.pk if offer else None,
        senior=offer.senior if offer else False,
        publications=shelf.get(person.pk, 0),
    )


def _invitations(workshop: Workshop, viewer: Viewer, query: PeopleQuery) -> PeoplePage:
    rows = visible_to(viewer, "row", Invitation).filter(workshop=workshop)
    if query.state:
        rows = rows.filter(status=query.state)
    words = fold(query.q).split()
    key = _uuid(query.after)
    last = rows.filter(pk=key).values_list("created_at", flat=True).first() if key else None
    if key and last is not None:
        rows = rows.filter(Q(created_at__lt=last) | Q(created_at=last, pk__lt=key))
    rows = rows.order_by("-created_at", "-pk")
    limit = None if words else PAGE + 1  # names of invited people are not stored folded
    found = [row for row in rows[:limit] if all(w in fold(f"{row.name} {row.address}") for w in words)][: PAGE + 1]
    shown = found[:PAGE]
    waiting = _waiting(workshop, [row.address for row in shown])
    older = str(shown[-1].pk) if len(found) > PAGE else ""
    return PeoplePage([], [_invitation(row, waiting) for row in shown], older)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _waiting(workshop: Workshop, addresses: list[str]) -> set[str]:
    """Addresses of which a mail has not left yet."""
    waiting = [MessageStatus.HELD, MessageStatus.DUE, MessageStatus.CLAIMED]
    rows = Message.objects.about(Root.WORKSHOP, workshop.pk).filter(kind=INVITATION, status__in=waiting)
    return set(rows.filter(address__in=addresses).values_list("address", flat=True))


def _invitation(row: Invitation, waiting: set[str]) -> InvitationRow:
    return InvitationRow(
        pk=row.pk,
        address=row.address,
        name=row.name,
        role=row.get_role_display(),
        status=row.status,
        status_label=row.get_status_display(),
        tone=TONES[InvitationStatus(row.status)],
        load=row.load,
        reason=row.reason,
        sent=row.sent_count,
        at=row.created_at,
        until=row.expires_at,
        answered_at=row.answered_at,
        is_waiting=row.address in waiting,
    )
