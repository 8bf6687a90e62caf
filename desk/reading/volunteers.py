"""People who would review, as one organizer may see them.

Offers are known to every organizer. That a person is an author, and what they conflict with, is told only of papers
that the viewer may know it of; every number is as if the others did not exist.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import Affiliation, Publication
from audit.text import whole_number
from reviews.loads import free_papers
from reviews.models import Offer, OfferedTopic
from reviews.states import OfferStatus
from reviews.volunteers import Asked, offers, ticked, to_ask_from, to_ask_rows
from submissions.models import Authorship, Submission
from submissions.services.conflicts import conflicts_of
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.models import Workshop

PAGE = 50
WAITING, AUTHORS, ANSWERED = "", "authors", "answered"
PARTS = {WAITING: "Offered", AUTHORS: "Ticked on a paper", ANSWERED: "Answered"}


@dataclass(frozen=True)
class VolunteersQuery:
    """What the address asks for. ``after``: how many lines stand before the first one shown."""

    part: str = WAITING
    q: str = ""
    after: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "VolunteersQuery":
        known = {field.name: str(given[field.name]).strip()[:200] for field in fields(cls) if field.name in given}
        query = cls(**known)
        return replace(query, part=query.part if query.part in PARTS else WAITING)

    @property
    def start(self) -> int:
        return whole_number(self.after, digits=6) or 0

    def url(self, **changes: str) -> str:
        changes.setdefault("after", "")
        said = {field.name: getattr(replace(self, **changes), field.name) for field in fields(self)}
        return "?" + urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True)
class VolunteerRow:
    """``pk`` is an offer's, or, for a tick, an authorship's. ``drafted``: the bulk mail with an answer not sent yet."""

    pk: int
    name: str
    email: str
    affiliation: str = ""
    load: int | None = None
    topics: tuple[str, ...] = ()
    statement: str = ""
    publications: int = 0
    papers: tuple[int, ...] = ()
    conflicts: int | None = None
    at: datetime | None = None
    status: str = ""
    drafted: int | None = None

    @property
    def label(self) -> str:
        return OfferStatus(self.status).label if self.status else ""


@dataclass(frozen=True)
class VolunteersPage:
    rows: list[VolunteerRow]
    counts: dict[str, int]
    more: bool


Rows = dict[str, list[Any]]


@prepared
def _rows(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """Every offer in short, what ticks are found from, and the papers that conflicts are looked for with."""
    return {
        "offers": offers(viewer, workshop_id).values_list("made_at", "pk", "status", "user__search_identity", "user"),
        "free": free_papers(viewer, workshop_id).values_list("pk", flat=True),
        **to_ask_rows(workshop_id, ticked(viewer, workshop_id)),
    }


@prepared
def _shown(viewer: Viewer, workshop_id: int, keys: list[int], people: list[int]) -> dict[str, QuerySet]:
    """The offers of one page, and what is known of the people: where they are, what they published, their papers."""
    known = visible_to(viewer, "authors", Submission).filter(workshop=workshop_id, status=SubmissionStatus.SUBMITTED)
    listed = Authorship.objects.filter(user__in=people, submission__in=known.values("pk"))
    return {
        "offers": offers(viewer, workshop_id).filter(pk__in=keys).select_related("user"),
        "topics": OfferedTopic.objects.filter(offer__in=keys).values_list(
            "topic__position", "topic", "offer", "topic__name"
        ),
        "shelf": Publication.objects.filter(user__in=people).values_list("user").annotate(n=Count("pk")),
        "places": Affiliation.objects.filter(user__in=people, end=None).values_list("pk", "user", "name"),
        "papers": listed.exclude(status=AuthorshipStatus.DISOWNED).values_list("submission__number", "user"),
    }


def read_volunteers(workshop: Workshop, viewer: Viewer, query: VolunteersQuery) -> VolunteersPage:
    """One page of one part. Five queries at most."""
    rows: Rows = _rows(viewer, workshop.pk)
    asked = to_ask_from(rows)
    open_ones = [row for row in sorted(rows["offers"]) if row[2] == OfferStatus.OPEN]
    answered = [row for row in sorted(rows["offers"]) if row[2] != OfferStatus.OPEN]
    counts = {WAITING: len(open_ones), AUTHORS: len(asked), ANSWERED: len(answered)}
    words = fold(query.q).split()
    page = slice(query.start, query.start + PAGE)
    if query.part == AUTHORS:
        found = [one for one in asked if all(word in fold(f"{one.name} {one.address}") for word in words)]
        lines = _asked(workshop, viewer, found[page], rows["free"])
        return VolunteersPage(lines, counts, len(found) > query.start + PAGE)
    part = open_ones if query.part == WAITING else answered
    offered = [(pk, user) for _, pk, _, text, user in part if all(word in text for word in words)]
    lines = _offered(workshop, viewer, offered[page], rows["free"])
    return VolunteersPage(lines, counts, len(offered) > query.start + PAGE)


def waiting(workshop_id: int, viewer: Viewer) -> "QuerySet[Offer]":
    """The offers that wait for an answer."""
    return offers(viewer, workshop_id).filter(status=OfferStatus.OPEN, batch_id=None)


def _offered(workshop: Workshop, viewer: Viewer, chosen: list[tuple[int, int]], free: list[int]) -> list[VolunteerRow]:
    """``chosen``: offers, and whose they are."""
    people = [user for _, user in chosen]
    rows: Rows = _shown(viewer, workshop.pk, [pk for pk, _ in chosen], people)
    known = _of_people(workshop, people, rows, free)
    topics: dict[int, list[str]] = defaultdict(list)
    for _, _, offer, topic in sorted(rows["topics"]):
        topics[offer].append(topic)
    return [
        VolunteerRow(
            pk=row.pk,
            name=row.user.name,
            email=row.user.email,
            load=row.granted or row.load,
            topics=tuple(topics[row.pk]),
            statement=row.statement,
            at=row.answered_at or row.made_at,
            status=row.status,
            drafted=row.batch_id if row.status == OfferStatus.OPEN else None,
            **known[row.user_id],
        )
        for row in sorted(rows["offers"], key=lambda row: (row.made_at, row.pk))
    ]


def _asked(workshop: Workshop, viewer: Viewer, asked: list[Asked], free: list[int]) -> list[VolunteerRow]:
    people = [row.user for row in asked if row.user]
    known = _of_people(workshop, people, _shown(viewer, workshop.pk, [], people), free)
    nothing = {"papers": (), "affiliation": "", "publications": 0, "conflicts": None}
    return [
        VolunteerRow(
            pk=row.authorship,
            name=row.name,
            email=row.address,
            **(known[row.user] if row.user else nothing) | {"papers": (row.paper,)},
        )
        for row in asked
    ]


def _of_people(workshop: Workshop, people: list[int], rows: Rows, free: list[int]) -> dict[int, dict[str, Any]]:
    """What is known of each of these people. ``free``: the papers that their conflicts are looked for with."""
    shelf = dict(rows["shelf"])
    places = {user: name for _, user, name in sorted(rows["places"], reverse=True)}  # whichever was told first
    papers: dict[int, list[int]] = defaultdict(list)
    for number, user in sorted(rows["papers"]):
        papers[user].append(number)
    conflicts = conflicts_of(workshop, people, free) if people else {}
    return {
        person: {
            "affiliation": places.get(person, ""),
            "publications": shelf.get(person, 0),
            "papers": tuple(papers[person]),
            "conflicts": len(conflicts.get(person, ())),
        }
        for person in people
    }
