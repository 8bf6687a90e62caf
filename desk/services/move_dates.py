"""Move dates of the season, tell whom they concern with a held mail, and take that back while it is held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from decisions.models import Decision
from decisions.states import OutcomeKind
from desk.reading.dates import label_of
from notifications.models import Batch
from notifications.services.batches import cancel_batch, confirm_batch, draft_batch
from notifications.services.enqueue import enqueue
from notifications.states import BatchStatus
from submissions.models import Authorship, Submission
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.deadlines import holding
from workshops.emails import DEADLINE_MOVED
from workshops.instants import aoe, both
from workshops.models import Deadline, Membership, Workshop
from workshops.services.deadlines import move_deadlines
from workshops.states import DeadlineKind, Role

TO_REVIEWERS = {DeadlineKind.BIDDING, DeadlineKind.REVIEW, DeadlineKind.DISCUSSION}
REVIEWERS = (Role.REVIEWER, Role.AREA_CHAIR)
HELD = "The mail about its last move is still held. Send it, or undo that move first; then it can be moved again."


@dataclass(frozen=True)
class Reader:
    """Somebody who is told: a person, or an author's address; ``paper`` is one that makes them an author."""

    name: str
    user: User | None
    address: str
    paper: Submission | None


@transaction.atomic
def move_dates(
    *,
    workshop: Workshop,
    moves: Mapping[int, datetime],
    versions: Mapping[int, int],
    by: User | None,
    reason: str,
    tell: bool,
) -> Batch | None:
    """Move these deadlines (by their ids) and, with ``tell``, let a mail go to all whom they concern after the hold.

    Returns the mail, None where nobody is told. Raises Refused without a reason or when the season would be out of
    order, StaleState when somebody has changed one of them since.
    """
    require(acting(by), "staff", workshop)
    reason = reason.strip()
    if not reason:
        raise Refused("Say why the date moves; whoever is told reads it, and the log keeps it.", field="reason")
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    if any(str(pk) in held.filter["moves"] for held in held_moves(workshop) for pk in moves):
        raise Refused(HELD)
    before = dict(Deadline.objects.filter(pk__in=moves).values_list("pk", "at"))
    moved = move_deadlines(workshop=workshop, moves=moves, versions=versions, by=by, reason=reason)
    if not moved or not tell:
        return None
    found = readers(workshop, moved)
    if not found:
        return None
    kept = {str(row.pk): {"from": before[row.pk].isoformat(), "version": row.version} for row in moved}
    batch = draft_batch(workshop_id=workshop.pk, kind=DEADLINE_MOVED, by=by, filter={"moves": kept})
    for reader in found:
        _add(batch, workshop, reader, values_of(workshop, moved, before, reason, reader.name))
    return confirm_batch(batch=batch, by=by, typed=batch.messages.count(), hold_minutes=workshop.hold_minutes)


@transaction.atomic
def undo_move(*, batch: Batch, by: User | None) -> list[Deadline]:
    """Put the dates back where they were and cancel the mail, while it is held."""
    workshop = Workshop.objects.select_for_update().get(pk=batch.workshop_id)
    require(acting(by), "staff", workshop)
    if batch.kind != DEADLINE_MOVED or "moves" not in batch.filter:
        raise Refused("This mail tells of no date that could be moved back.")
    cancel_batch(batch=batch, by=by)
    kept = batch.filter["moves"]
    moves = {int(pk): datetime.fromisoformat(each["from"]) for pk, each in kept.items()}
    versions = {int(pk): each["version"] for pk, each in kept.items()}
    moved = move_deadlines(workshop=workshop, moves=moves, versions=versions, by=by)
    record(
        "deadline.move_undone",
        by=by,
        root_type=Root.WORKSHOP,
        root_id=workshop.pk,
        aspect="settings",
        about=batch,
        data={"deadlines": sorted(moves)},
    )
    return moved


def held_moves(workshop: Workshop) -> list[Batch]:
    """Mails about moved dates that are held, the newest first. One query."""
    rows = Batch.objects.filter(workshop_id=workshop.pk, kind=DEADLINE_MOVED, status=BatchStatus.HELD)
    return [row for row in rows.order_by("-pk") if "moves" in row.filter]


def readers(workshop: Workshop, rows: list[Deadline]) -> list[Reader]:
    """Whom these deadlines concern, each person once: authors of papers, or reviewers and area chairs. Four queries."""
    found: dict[str, Reader] = {}
    for author in _authors(workshop, rows):
        key = f"u{author.user_id}" if author.user_id else author.email
        found.setdefault(key, Reader(author.name, author.user, author.email, author.submission))
    if any(row.kind in TO_REVIEWERS for row in rows):
        roles = Membership.objects.open().filter(workshop=workshop, role__in=REVIEWERS, user__is_active=True)
        for role in roles.select_related("user").order_by("pk"):
            found.setdefault(f"u{role.user_id}", Reader(role.user.name, role.user, role.user.email, None))
    return list(found.values())


def _authors(workshop: Workshop, rows: list[Deadline]) -> list[Authorship]:
    concerned = [row for row in rows if row.kind not in TO_REVIEWERS]
    if not concerned:
        return []
    drafts_too = any(row.kind == DeadlineKind.SUBMISSION for row in concerned)
    states = [SubmissionStatus.SUBMITTED, *([SubmissionStatus.DRAFT] if drafts_too else [])]
    tracks = {track.pk for _, track in holding(concerned)}
    papers = Submission.objects.of(workshop.pk).filter(status__in=states, track__in=tracks)
    if {row.kind for row in concerned} == {DeadlineKind.CAMERA_READY}:
        papers = papers.exclude(pk__in=_not_accepted(workshop))
    listed = Authorship.objects.filter(submission__in=papers).exclude(email="")
    listed = listed.exclude(status=AuthorshipStatus.DISOWNED).select_related("user", "submission")
    return list(listed.order_by("submission__number", "position"))


def _not_accepted(workshop: Workshop) -> Any:
    """Papers whose authors were told that they were not accepted."""
    told = Decision.objects.told().filter(submission__workshop=workshop)
    return told.exclude(outcome__kind=OutcomeKind.ACCEPT).values("submission")


def values_of(
    workshop: Workshop, rows: list[Deadline], before: Mapping[int, datetime], reason: str, name: str
) -> dict[str, Any]:
    """What the mail says of deadlines that stand at their new instants."""
    return {
        "workshop": str(workshop),
        "name": name,
        "changes": [f"{label_of(row)}: {both(row.at)}, was {aoe(before[row.pk])}" for row in rows],
        "reason": reason,
        "url": f"{settings.SITE_URL}{reverse('workshops:call', args=[workshop.slug])}",
        "contact": workshop.contact,
    }


def _add(batch: Batch, workshop: Workshop, reader: Reader, values: dict[str, Any]) -> None:
    about = (Root.SUBMISSION, reader.paper.pk, "mail") if reader.paper else (Root.WORKSHOP, workshop.pk, "staff")
    to: dict[str, Any] = {"recipient": reader.user} if reader.user else {"address": reader.address}
    enqueue(
        kind=DEADLINE_MOVED,
        key=str(batch.pk),
        root_type=about[0],
        root_id=about[1],
        aspect=about[2],
        values=values,
        scope=f"w:{workshop.pk}",
        batch=batch,
        reply_to=workshop.contact,
        **to,
    )
