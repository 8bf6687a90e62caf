"""One person of a workshop, as one organizer may see them.

What hangs on papers is read from those that the viewer is free on; nothing on the page depends on the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

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
from reviews.states import AssignmentKind, InvitationStatus
from reviews.work import read_work
from submissions.models import Conflict, Submission
from workshops.models import Membership, Workshop

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
    signed_in: datetime | None

    @property
    def open_roles(self) -> list[RoleRow]:
        return [row for row in self.roles if row.until is None]

    @property
    def role_words(self) -> str:
        return ", ".join(f"{row.label} ({row.track_name})" if row.track_name else row.label for row in self.open_roles)


def people_of(workshop: Workshop) -> "QuerySet[User]":
    """Everybody who has or had a role in the workshop."""
    having = Membership.objects.filter(workshop=workshop).values("user")
    offering = Reviewer.objects.filter(workshop=workshop).values("user")
    return User.objects.filter(Q(pk__in=having) | Q(pk__in=offering))


def read_person(workshop: Workshop, viewer: Viewer, user: User) -> Person:
    """A fixed number of queries. The caller has found the user among ``people_of`` with the aspect ``directory``."""
    offers = visible_to(viewer, "row", Reviewer).filter(workshop=workshop, user=user)
    free = free_papers(viewer, workshop.pk)
    work = read_work(workshop, free, Assignment.objects.filter(user=user))
    chairs = Assignment.objects.filter(user=user, kind=AssignmentKind.AREA_CHAIR, submission__in=free.values("pk"))
    barred = visible_to(viewer, "row", Conflict).filter(submission__workshop=workshop, user=user)
    reviewer = offers.select_related("workshop", "user").first()
    now = timezone.now()
    return Person(
        user=user,
        roles=_roles(workshop, viewer, user),
        reviewer=reviewer,
        topics=_topics(reviewer),
        publications=Publication.objects.filter(user=user).count(),
        papers=_papers(work, now),
        chairs=[
            ChairLine(row.submission.number, row.submission.title, row.get_status_display())
            for row in chairs.select_related("submission").order_by("submission__number")
        ],
        tally=tally(work, now).get(user.pk, Tally()),
        conflicts=[
            ConflictLine(row.submission.number, row.submission.title, row.get_reason_display(), row.get_state_display())
            for row in barred.select_related("submission").order_by("submission__number", "reason")
        ],
        invitations=_invitations(workshop, viewer, user),
        mails=_mails(workshop, viewer, user),
        signed_in=user.last_login if nothing_hidden(viewer) else None,
    )


def _roles(workshop: Workshop, viewer: Viewer, user: User) -> list[RoleRow]:
    rows = visible_to(viewer, "row", Membership).filter(workshop=workshop, user=user).select_related("track")
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
        for row in rows.order_by("-since", "-pk")
    ]
    return sorted(found, key=lambda row: row.until is not None)


def _topics(reviewer: Reviewer | None) -> list[str]:
    if reviewer is None:
        return []
    rows = TopicInterest.objects.filter(reviewer=reviewer).order_by("topic__position", "topic")
    return list(rows.values_list("topic__name", flat=True))


def _papers(work: Iterable[Any], now: datetime) -> list[PaperLine]:
    """By their numbers, those that the person has no longer after the others."""
    works = list(work)
    rows = Submission.objects.filter(pk__in=[each.paper for each in works]).values_list("pk", "number", "title")
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


def _invitations(workshop: Workshop, viewer: Viewer, user: User) -> list[InvitationLine]:
    theirs = Q(user=user) | Q(address=user.email)
    rows = visible_to(viewer, "row", Invitation).filter(theirs, workshop=workshop).order_by("-created_at", "-pk")
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
        for row in rows
    ]


def _mails(workshop: Workshop, viewer: Viewer, user: User) -> list[Message]:
    """The newest of those that the viewer may see."""
    rows = Message.objects.filter(about(workshop.pk, viewer), recipient=user).order_by("-pk")
    return list(rows.only("pk", "kind", "status", "subject", "sent_at", "created_at")[:MAILS])
