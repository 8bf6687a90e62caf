"""One person of a workshop, as one organizer may see them.

What hangs on papers is read from those that the viewer is free on; nothing on the page depends on the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import Publication, User
from desk.reading.people import TONES as INVITATION_TONES
from desk.reading.people import Tally, nothing_hidden, tally
from desk.reading.reviews import TONES, state_of
from desk.reading.roots import about
from notifications.models import Message
from reviews.loads import free_papers
from reviews.models import Assignment, Invitation, Reviewer, TopicInterest
from reviews.states import AssignmentKind, AssignmentStatus, InvitationStatus
from reviews.work import Work, due_rows, work_rows, works
from submissions.models import Conflict
from submissions.states import ConflictReason, ConflictState
from workshops.models import Membership, Track, Workshop

MAILS = 20


@dataclass(frozen=True)
class RoleRow:
    membership: int
    role: str
    label: str
    track: int | None
    track_name: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class PaperLine:
    """A paper that the person reviews or did; ``state`` as the list of reviews names it."""

    number: int
    title: str
    state: str
    state_words: str
    tone: str
    due_at: datetime | None
    awaited: bool
    overdue: bool
    at: datetime


@dataclass(frozen=True)
class ChairLine:
    number: int
    title: str
    state_words: str


@dataclass(frozen=True)
class ConflictLine:
    number: int
    title: str
    reason: str
    state: str


@dataclass(frozen=True)
class InvitationLine:
    pk: UUID
    role: str
    status: str
    status_label: str
    tone: str
    sent: int
    at: datetime
    answered_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Person:
    user: User
    roles: list[RoleRow]
    reviewer: Reviewer | None
    topics: list[str]
    publications: int
    papers: list[PaperLine]
    chairs: list[ChairLine]
    tally: Tally
    conflicts: list[ConflictLine]
    invitations: list[InvitationLine]
    mails: list[Message]
    tracks: list[Track]
    signed_in: datetime | None

    @property
    def open_roles(self) -> list[RoleRow]:
        return [row for row in self.roles if row.until is None]

    @property
    def role_words(self) -> str:
        return ", ".join(f"{row.label} ({row.track_name})" if row.track_name else row.label for row in self.open_roles)


def people_of(workshop_id: int) -> "QuerySet[User]":
    """Everybody who has or had a role in the workshop."""
    having = Membership.objects.filter(workshop=workshop_id).values("user")
    offering = Reviewer.objects.filter(workshop=workshop_id).values("user")
    return User.objects.filter(Q(pk__in=having) | Q(pk__in=offering))


Rows = dict[str, list[Any]]


@prepared
def _rows(viewer: Viewer, workshop_id: int, user_id: int) -> dict[str, QuerySet]:
    """Everything that the page shows; each part asks for its own right."""
    user = visible_to(viewer, "directory", people_of(workshop_id)).filter(pk=user_id)
    offers = visible_to(viewer, "row", Reviewer).filter(workshop=workshop_id, user=user_id)
    free = free_papers(viewer, workshop_id)
    held = Assignment.objects.filter(user=user_id, submission__in=free.values("pk"))
    barred = visible_to(viewer, "row", Conflict).filter(submission__workshop=workshop_id, user=user_id)
    invited = Q(user=user_id) | Q(address__in=user.values("email"))
    roles = visible_to(viewer, "row", Membership)
    topics = TopicInterest.objects.filter(reviewer__in=offers.values("pk"))
    return {
        "user": user,
        "reviewer": offers,
        "roles": roles.filter(workshop=workshop_id, user=user_id).select_related("track"),
        "topics": topics.values_list("topic__position", "topic", "topic__name"),
        "publications": Publication.objects.filter(user=user_id).values_list("user").annotate(n=Count("pk")),
        "work": work_rows(free, Assignment.objects.filter(user=user_id)),
        **due_rows(workshop_id),
        "papers": free.filter(pk__in=held.values("submission")).values_list("pk", "number", "title"),
        "chairs": held.filter(kind=AssignmentKind.AREA_CHAIR).values_list(
            "submission__number", "submission__title", "status"
        ),
        "conflicts": barred.values_list("submission__number", "reason", "submission__title", "state"),
        "invitations": visible_to(viewer, "row", Invitation).filter(invited, workshop=workshop_id),
        "mails": _mails(viewer, workshop_id).filter(recipient=user_id).order_by("-pk")[:MAILS],
        "tracks": Track.objects.filter(workshop=workshop_id),
    }


def _mails(viewer: Viewer, workshop_id: int) -> "QuerySet[Message]":
    """Those that the viewer may see."""
    rows = Message.objects.filter(about(workshop_id, viewer))
    return rows.only("pk", "kind", "status", "subject", "sent_at", "created_at")


def read_person(workshop: Workshop, viewer: Viewer, user_id: int) -> Person | None:
    """One query. None where the viewer finds nobody of this key among the people of the workshop."""
    rows: Rows = _rows(viewer, workshop.pk, user_id)
    user: User | None = next(iter(rows["user"]), None)
    if user is None:
        return None
    work, now = works(rows), timezone.now()
    reviewer: Reviewer | None = next(iter(rows["reviewer"]), None)
    if reviewer is not None:
        reviewer.user, reviewer.workshop = user, workshop
    return Person(
        user=user,
        roles=_roles(rows["roles"]),
        reviewer=reviewer,
        topics=[name for _, _, name in sorted(rows["topics"])],
        publications=dict(rows["publications"]).get(user.pk, 0),
        papers=_papers(work, rows["papers"], now),
        chairs=[
            ChairLine(number, title, AssignmentStatus(status).label) for number, title, status in sorted(rows["chairs"])
        ],
        tally=tally(work, now).get(user.pk, Tally()),
        conflicts=[
            ConflictLine(number, title, ConflictReason(reason).label, ConflictState(state).label)
            for number, reason, title, state in sorted(rows["conflicts"])
        ],
        invitations=_invitations(rows["invitations"]),
        mails=sorted(rows["mails"], key=lambda row: row.pk, reverse=True),
        tracks=sorted(rows["tracks"], key=lambda row: (row.position, row.pk)),
        signed_in=user.last_login if nothing_hidden(viewer) else None,
    )


def _roles(rows: Iterable[Membership]) -> list[RoleRow]:
    """The newest first, those that have ended after the others."""
    found = [
        RoleRow(
            membership=row.pk,
            role=row.role,
            label=row.get_role_display(),
            track=row.track_id,
            track_name=row.track.name if row.track else "",
            since=row.since,
            until=row.until,
        )
        for row in sorted(rows, key=lambda row: (row.since, row.pk), reverse=True)
    ]
    return sorted(found, key=lambda row: row.until is not None)


def _papers(works: Iterable[Work], rows: Iterable[tuple[int, int, str]], now: datetime) -> list[PaperLine]:
    """By their numbers, those that the person has no longer after the others."""
    known = {pk: (number, title) for pk, number, title in rows}
    lines = []
    for each in works:
        state, words = state_of(each)
        overdue = each.is_overdue(now)
        lines.append(
            PaperLine(
                number=known[each.paper][0],
                title=known[each.paper][1],
                state=state,
                state_words=words,
                tone="bad" if overdue else TONES[state],
                due_at=each.due_at,
                awaited=each.is_awaited,
                overdue=overdue,
                at=max(filter(None, (each.saved_at, each.submitted_at)), default=each.given_at),
            )
        )
    return sorted(lines, key=lambda line: (line.state == "gone", line.number))


def _invitations(rows: Iterable[Invitation]) -> list[InvitationLine]:
    return [
        InvitationLine(
            pk=row.pk,
            role=row.get_role_display(),
            status=row.status,
            status_label=row.get_status_display(),
            tone=INVITATION_TONES[InvitationStatus(row.status)],
            sent=row.sent_count,
            at=row.created_at,
            answered_at=row.answered_at,
            reason=row.reason,
        )
        for row in sorted(rows, key=lambda row: (row.created_at, row.pk), reverse=True)
    ]
