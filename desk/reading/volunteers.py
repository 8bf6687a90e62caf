"""People who would review, as one organizer may see them.

Offers are known to every organizer. That a person is an author, and what they conflict with, is told only of papers
that the viewer may know it of; every number is as if the others did not exist.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet

from access.rights import visible_to
from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import Affiliation, Publication
from reviews.loads import free_papers
from reviews.models import Offer, OfferedTopic
from reviews.states import OfferStatus
from reviews.volunteers import Asked, offers, ticked, to_ask
from submissions.models import Authorship, Submission
from submissions.services.conflicts import conflicts_of
from submissions.states import AuthorshipStatus
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
        return int(self.after) if self.after.isdecimal() and len(self.after) < 7 else 0

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


def read_volunteers(workshop: Workshop, viewer: Viewer, query: VolunteersQuery) -> VolunteersPage:
    """One page of one part. A fixed number of queries."""
    waiting = offers(viewer, workshop.pk).filter(status=OfferStatus.OPEN)
    answered = offers(viewer, workshop.pk).exclude(status=OfferStatus.OPEN)
    asked = to_ask(workshop, ticked(viewer, workshop))
    counts = {WAITING: waiting.count(), AUTHORS: len(asked), ANSWERED: answered.count()}
    words = fold(query.q).split()
    if query.part == AUTHORS:
        found = [one for one in asked if all(word in fold(f"{one.name} {one.address}") for word in words)]
        shown = found[query.start : query.start + PAGE]
        return VolunteersPage(_asked(workshop, viewer, shown), counts, len(found) > query.start + PAGE)
    rows = waiting if query.part == WAITING else answered
    for word in words:
        rows = rows.filter(user__search_identity__contains=word)
    offered = list(rows.select_related("user").order_by("made_at", "pk")[query.start : query.start + PAGE + 1])
    return VolunteersPage(_offered(workshop, viewer, offered[:PAGE]), counts, len(offered) > PAGE)


def waiting(workshop_id: int, viewer: Viewer) -> "QuerySet[Offer]":
    """The offers that wait for an answer."""
    return offers(viewer, workshop_id).filter(status=OfferStatus.OPEN, batch_id=None)


def _offered(workshop: Workshop, viewer: Viewer, rows: list[Offer]) -> list[VolunteerRow]:
    known = _of_people(workshop, viewer, [row.user_id for row in rows])
    topics: dict[int, list[str]] = defaultdict(list)
    for offer, topic in (
        OfferedTopic.objects.filter(offer__in=rows)
        .order_by("topic__position", "topic")
        .values_list("offer", "topic__name")
    ):
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
        for row in rows
    ]


def _asked(workshop: Workshop, viewer: Viewer, rows: list[Asked]) -> list[VolunteerRow]:
    known = _of_people(workshop, viewer, [row.user for row in rows if row.user])
    nothing = {"papers": (), "affiliation": "", "publications": 0, "conflicts": None}
    return [
        VolunteerRow(
            pk=row.authorship,
            name=row.name,
            email=row.address,
            **(known[row.user] if row.user else nothing) | {"papers": (row.paper,)},
        )
        for row in rows
    ]


def _of_people(workshop: Workshop, viewer: Viewer, people: list[int]) -> dict[int, dict[str, Any]]:
    """What is known of these people: where they are, what they published, their papers here, their conflicts."""
    shelf = dict(Publication.objects.filter(user__in=people).order_by().values_list("user").annotate(n=Count("pk")))
    places: dict[int, str] = {}
    for user, name in Affiliation.objects.filter(user__in=people, end=None).order_by("-pk").values_list("user", "name"):
        places[user] = name
    papers: dict[int, list[int]] = defaultdict(list)
    for user, number in _papers(workshop, viewer, people):
        papers[user].append(number)
    conflicts = conflicts_of(workshop, people, free_papers(viewer, workshop.pk)) if people else {}
    return {
        person: {
            "affiliation": places.get(person, ""),
            "publications": shelf.get(person, 0),
            "papers": tuple(papers[person]),
            "conflicts": len(conflicts.get(person, ())),
        }
        for person in people
    }


def _papers(workshop: Workshop, viewer: Viewer, people: list[int]) -> Iterable[tuple[int, int]]:
    known = visible_to(viewer, "authors", Submission).filter(workshop=workshop).submitted()  # type: ignore[attr-defined]  # the model's own queryset
    rows = Authorship.objects.filter(user__in=people, submission__in=known.values("pk"))
    rows = rows.exclude(status=AuthorshipStatus.DISOWNED)
    return rows.order_by("submission__number").values_list("user", "submission__number")
