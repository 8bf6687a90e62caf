"""Who has a role in a workshop and who is invited, as one organizer may see it.

Whatever hangs on a reviewer (papers, reviews, what is overdue, the last work, signs that nothing comes, conflicts) is
computed from the papers that the viewer is free on (docs/security.md). Everything is read at once and narrowed and
ordered here: a workshop has hundreds of people, and so every number and filter comes from the same lines.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import Publication, full_name
from audit.models import Root
from desk.reading.levels import flag
from desk.reading.people_query import FLAGS, INVITED, PeopleQuery
from desk.reading.saved_views import view_rows
from desk.reading.volunteers import waiting
from notifications.models import Message
from notifications.states import MessageStatus
from reviews.emails import INVITATION
from reviews.loads import bidders, free_papers
from reviews.models import Assignment, Bid, Invitation, Reviewer
from reviews.no_show import Sign, signs_of
from reviews.states import CURRENT, InvitationStatus
from reviews.work import Work, due_rows, work_rows, works
from submissions.models import Conflict
from submissions.states import SubmissionStatus
from workshops.deadlines import closing
from workshops.models import Deadline, Membership, Workshop
from workshops.states import DeadlineKind, Role

PAGE = 50
VOLUNTEERS = "volunteers"
TONES = {
    InvitationStatus.SENT: "accent",
    InvitationStatus.ACCEPTED: "good",
    InvitationStatus.DECLINED: "neutral",
    InvitationStatus.EXPIRED: "warn",
}
STAFF_READ = ("public", "member", "staff", "settings")
FREE_READ = ("title", "row", "file", "authors", "reviews", "identities", "tentative", "act", "mail")
"""Aspects that every organizer has of the workshop, and whoever is free on a paper of that paper."""
PERSON = ("user", "user__given", "user__particle", "user__family", "user__email", "user__last_login")


@dataclass(frozen=True)
class RoleLine:
    membership: int
    role: str
    label: str


@dataclass(frozen=True)
class Tally:
    """What a reviewer has done with the papers that the viewer is free on."""

    load: int = 0
    done: int = 0
    overdue: int = 0
    to_come: int = 0
    seen: datetime | None = None
    sign: Sign | None = None


NOTHING = Tally()


@dataclass(frozen=True)
class Mails:
    number: int = 0
    wrong: int = 0
    last: datetime | None = None


NO_MAILS = Mails()


@dataclass(frozen=True)
class PersonRow:
    """``signed_in`` is empty for a viewer from whom papers are hidden: it might tell of work on them.

    ``bids``: how many they have placed; None for who is no reviewer and before bidding has begun.
    """

    pk: int
    name: str
    order: tuple[str, str, int]
    text: str
    email: str
    roles: tuple[RoleLine, ...]
    tally: Tally
    load_max: int | None
    reviewer: int | None
    senior: bool
    emergency: bool
    publications: int
    conflicts: int
    signed_in: datetime | None
    bids: int | None = None
    mails: Mails = NO_MAILS

    @property
    def bid_words(self) -> str:
        return "" if self.bids is None else str(self.bids or "none")

    @property
    def load_words(self) -> str:
        return f"{self.tally.load} of {self.load_max}" if self.load_max is not None else ""

    @property
    def role_words(self) -> str:
        return ", ".join(role.label for role in self.roles)


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
    """``roles``, ``flags`` and ``states`` are the numbers of the chips; ``bidding`` is open, over or ""."""

    people: list[PersonRow]
    invitations: list[InvitationRow]
    total: int
    pages: int
    roles: dict[str, int]
    flags: dict[str, int]
    states: dict[str, int]
    bidding: str = ""


Rows = dict[str, list[Any]]


@prepared
def _around(viewer: Viewer, workshop_id: int, name: str) -> dict[str, QuerySet]:
    """Everybody, how many invitations there are of each state, who offers to review, and the viewer's saved views."""
    invited = visible_to(viewer, "row", Invitation).filter(workshop=workshop_id)
    return {
        **_people_rows(viewer, workshop_id),
        "invited": invited.order_by().values_list("status").annotate(n=Count("pk")),
        "volunteers": waiting(workshop_id, viewer).order_by().values_list("status").annotate(n=Count("pk")),
        "views": view_rows(viewer, workshop_id, name),
    }


def read_around(workshop: Workshop, viewer: Viewer) -> Rows:
    """The rows of it. One query."""
    return cast(Rows, _around(viewer, workshop.pk, PeopleQuery.name))


def list_people(
    workshop: Workshop, viewer: Viewer, query: PeopleQuery, *, around: Rows | None = None, everything: bool = False
) -> PeoplePage:
    """One page of the list (or all of it, for a file): people, or invitations. A fixed number of queries.

    ``around``: what is read around it, where it is read already.
    """
    if around is None:
        around = read_around(workshop, viewer)
    everybody = people_from(around, viewer)
    states, bidding = dict(around["invited"]), bidding_state(around, timezone.now())
    roles = _role_counts(everybody)
    roles |= {INVITED: sum(states.values()), VOLUNTEERS: sum(n for _, n in around["volunteers"])}
    of_role = [row for row in everybody if not query.role or any(line.role == query.role for line in row.roles)]
    flags = {flag: sum(map(ask, of_role)) for flag, ask in FLAGGED.items()}
    if query.role == INVITED:
        rows = _invitations(workshop, viewer, query)
        shown, pages = _page(rows, query.page, everything)
        lines = _invitation_rows(workshop, shown)
        return PeoplePage([], lines, len(rows), pages, roles, flags, states, bidding)
    found = narrowed(of_role, query)
    shown, pages = _page(found, query.page, everything)
    mails = {person: Mails(*found) for person, *found in _mails_to(viewer, workshop.pk, [row.pk for row in shown])}
    people = [replace(row, mails=mails.get(row.pk, NO_MAILS)) for row in shown]
    return PeoplePage(people, [], len(found), pages, roles, flags, states, bidding)


def _page(rows: list[Any], page: int, everything: bool) -> tuple[list[Any], int]:
    pages = max(-(-len(rows) // PAGE), 1)
    first = (min(page, pages) - 1) * PAGE
    return (rows if everything else rows[first : first + PAGE]), pages


def _role_counts(people: Iterable[PersonRow]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in people:
        found.update({"", *(line.role for line in row.roles)})
    return dict(found)


# --- what a filter and an order ask of a line ---

FLAGGED: dict[str, Callable[[PersonRow], bool]] = {
    "silent": lambda row: row.tally.sign is not None,
    "overdue": lambda row: row.tally.overdue > 0,
    "no_bids": lambda row: row.bids == 0,
    "working": lambda row: row.tally.to_come > 0,
    "done": lambda row: row.tally.done > 0 and not row.tally.to_come,
    "none": lambda row: row.load_max is not None and not row.tally.load,
    "room": lambda row: row.load_max is not None and row.tally.load < row.load_max,
    "full": lambda row: row.load_max is not None and row.tally.load >= row.load_max,
    "emergency": lambda row: row.emergency,
    "senior": lambda row: row.senior,
    "unknown": lambda row: row.reviewer is not None and not row.publications,
}
ORDERS: dict[str, Callable[[PersonRow], Any]] = {
    "name": lambda row: row.order,
    "bids": lambda row: row.bids,
    "load": lambda row: row.tally.load if row.load_max is not None else None,
    "done": lambda row: row.tally.done if row.load_max is not None else None,
    "overdue": lambda row: row.tally.overdue or None,
    "seen": lambda row: row.tally.seen,
    "conflicts": lambda row: row.conflicts or None,
}
assert FLAGGED.keys() == FLAGS.keys()


def narrowed(rows: Iterable[PersonRow], query: PeopleQuery) -> list[PersonRow]:
    """The lines that the words and marks ask for, in the order that is asked for; who has no value comes last."""
    asked = [FLAGGED[flag] for flag in query.chosen("look")]
    words = fold(query.q).split()
    found = [row for row in rows if all(ask(row) for ask in asked) and all(word in row.text for word in words)]
    found.sort(key=lambda row: row.order)
    value = ORDERS[query.sort.removeprefix("-")]
    known = [row for row in found if value(row) is not None]
    known.sort(key=value, reverse=query.sort.startswith("-"))
    return known + [row for row in found if value(row) is None]


# --- reading ---


def _people_rows(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    roles = visible_to(viewer, "row", Membership.objects.open()).filter(workshop=workshop_id)
    offers = visible_to(viewer, "row", Reviewer).filter(workshop=workshop_id)
    conflicts = visible_to(viewer, "row", Conflict.objects.effective()).filter(submission__workshop=workshop_id)
    assignments = Assignment.objects.filter(Q(status__in=CURRENT) | Q(review__isnull=False))
    submitted = free_papers(viewer, workshop_id).filter(status=SubmissionStatus.SUBMITTED)
    bids = Bid.objects.placed().filter(submission__in=submitted.values("pk"))
    bidding = Deadline.objects.filter(workshop=workshop_id, kind=DeadlineKind.BIDDING)
    return {
        "roles": roles.values_list("role", "pk", "track__name", *PERSON, "user__search_identity"),
        "reviewers": offers.annotate(n=_publications()).values_list(*OFFERED),
        "work": work_rows(free_papers(viewer, workshop_id), assignments),
        **due_rows(workshop_id),
        "conflicts": conflicts.order_by().values_list("user").annotate(n=Count("submission", distinct=True)),
        "bidding": bidding.values_list("opens_at", "at", "grace_minutes"),
        "bids": bids.order_by().values_list("user").annotate(n=Count("pk")),
        "bidders": bidders(workshop_id),
    }


def bidding_state(found: Rows, now: datetime) -> str:
    """“open” while it is in any track, “over” afterwards, "" before it has begun and where there is none."""
    begun = [(at, grace) for opens, at, grace in found["bidding"] if opens is None or opens <= now]
    if any(now <= closing(at, grace) for at, grace in begun):
        return "open"
    return "over" if begun else ""


_everybody = prepared(_people_rows)


def read_people(workshop: Workshop, viewer: Viewer) -> list[PersonRow]:
    """Everybody with an open role, by name. One query."""
    return people_from(_everybody(viewer, workshop.pk), viewer)


def people_from(found: Rows, viewer: Viewer) -> list[PersonRow]:
    """The same, from its rows."""
    people: dict[int, tuple[Any, ...]] = {}
    lines: dict[int, list[RoleLine]] = defaultdict(list)
    for role, pk, track, user, *person in sorted(found["roles"], key=lambda row: row[:2]):
        people[user] = tuple(person)
        lines[user].append(RoleLine(pk, role, f"{Role(role).label} ({track})" if track else str(Role(role).label)))
    reviewers = {row[0]: row[1:] for row in found["reviewers"]}
    known = _Known(tally(works(found), timezone.now()), dict(found["conflicts"]), nothing_hidden(viewer), _bids(found))
    rows = [_row(user, person, tuple(lines[user]), reviewers.get(user), known) for user, person in people.items()]
    return sorted(rows, key=lambda row: row.order)


@dataclass(frozen=True)
class _Known:
    """What is known of everybody, by their keys. ``bids``: None before bidding has begun."""

    tallies: dict[int, Tally]
    conflicts: dict[int, int]
    shows_all: bool
    bids: Counter[int] | None


def _bids(found: Rows) -> Counter[int] | None:
    """How many bids everybody has placed; None before bidding has begun.

    Who has bid on nothing but papers that some organizer is kept from has not bid, for every organizer alike: else
    two of them could tell from each other's lists who has bid on them.
    """
    if not bidding_state(found, timezone.now()):
        return None
    some = {user for (user,) in found["bidders"]}
    return Counter({user: n for user, n in found["bids"] if user in some})


OFFERED = ("user", "pk", "load_max", "senior", "emergency", "n")


def _publications() -> Subquery:
    shelf = Publication.objects.filter(user=OuterRef("user")).order_by().values("user").annotate(n=Count("pk"))
    return Subquery(shelf.values("n"), output_field=IntegerField())


def nothing_hidden(viewer: Viewer) -> bool:
    """Has the viewer neither a paper nor a conflict anywhere? Then nothing about a reviewer can tell of one."""
    people = [viewer] if viewer.through is None else viewer.sides
    return not any(each.fact("wrote") or each.fact("conflicts with") for each in people)


def tally(work: Iterable[Work], now: datetime) -> dict[int, Tally]:
    """What everybody has done, by the key of the person."""
    by_person: dict[int, list[Work]] = defaultdict(list)
    for each in (known := list(work)):
        by_person[each.user].append(each)
    signs = signs_of(known, now)
    return {user: _tally(works, now, signs.get(user)) for user, works in by_person.items()}


def _tally(works: list[Work], now: datetime, sign: Sign | None) -> Tally:
    moments = [at for each in works for at in (each.saved_at, each.submitted_at) if at is not None]
    done = [each for each in works if each.is_done]
    to_come = [each for each in works if each.is_awaited]
    return Tally(
        load=sum(each.is_current for each in works),
        done=len(done),
        overdue=sum(each.is_overdue(now) for each in to_come),
        to_come=len(to_come),
        seen=max(moments, default=None),
        sign=sign,
    )


def _row(
    user: int,
    person: tuple[Any, ...],
    roles: tuple[RoleLine, ...],
    offer: tuple[Any, ...] | None,
    known: _Known,
) -> PersonRow:
    given, particle, family, email, signed_in, text = person
    reviewer, load_max, senior, emergency, publications = offer or (None, None, False, False, 0)
    return PersonRow(
        pk=user,
        name=full_name(given, particle, family),
        order=(family.casefold(), given.casefold(), user),
        text=text,
        email=email,
        roles=roles,
        tally=known.tallies.get(user, NOTHING),
        load_max=load_max,
        reviewer=reviewer,
        senior=senior,
        emergency=emergency,
        publications=publications or 0,
        conflicts=known.conflicts.get(user, 0),
        signed_in=signed_in if known.shows_all else None,
        bids=known.bids[user] if offer and known.bids is not None else None,
    )


@prepared
def _mails_to(viewer: Viewer, workshop_id: int, people: list[int]) -> QuerySet:
    """The mails to these people about the workshop and the papers that the viewer is free on.

    Each mail is asked by itself what it is about, so that it is found by whom it was sent to.
    """
    of_workshop = Q(root_type=Root.WORKSHOP, root_id=workshop_id, aspect__in=STAFF_READ)
    free = free_papers(viewer, workshop_id).values("pk")
    of_papers = Q(root_type=Root.SUBMISSION, root_id__in=free, aspect__in=FREE_READ)
    rows = Message.objects.filter(flag(of_workshop | of_papers), recipient__in=people).order_by()
    wrong = Q(status__in=(MessageStatus.FAILED, MessageStatus.IN_DOUBT))
    return rows.values_list("recipient").annotate(n=Count("pk"), bad=Count("pk", filter=wrong), last=Max("sent_at"))


# --- invitations ---


def _invitations(workshop: Workshop, viewer: Viewer, query: PeopleQuery) -> list[Invitation]:
    """Newest first."""
    rows = visible_to(viewer, "row", Invitation).filter(workshop=workshop).order_by("-created_at", "-pk")
    if query.state:
        rows = rows.filter(status=query.state)
    words = fold(query.q).split()  # names of invited people are not stored folded
    return [row for row in rows if all(word in fold(f"{row.name} {row.address}") for word in words)]


def _invitation_rows(workshop: Workshop, rows: list[Invitation]) -> list[InvitationRow]:
    waits = _waiting(workshop, [row.address for row in rows])
    return [_invitation(row, waits) for row in rows]


def _waiting(workshop: Workshop, addresses: list[str]) -> set[str]:
    """Addresses of which a mail has not left yet."""
    still = [MessageStatus.HELD, MessageStatus.DUE, MessageStatus.CLAIMED]
    rows = Message.objects.about(Root.WORKSHOP, workshop.pk).filter(kind=INVITATION, status__in=still)
    return set(rows.filter(address__in=addresses).values_list("address", flat=True))


def _invitation(row: Invitation, waits: set[str]) -> InvitationRow:
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
        is_waiting=row.address in waits,
    )
