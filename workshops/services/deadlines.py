"""Set and move the deadlines of a season."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from workshops.deadlines import closing
from workshops.instants import AOE, aoe
from workshops.models import Deadline, Track, Workshop
from workshops.states import DeadlineKind

SETTABLE = ("opens_at", "at", "grace_minutes", "hard", "pinned_by")
LONGEST_GRACE = 24 * 60
SOMEBODY_MOVED = "Somebody changed these dates while your page was open. Look at them again; nothing was moved."


@transaction.atomic
def set_deadline(
    *,
    workshop: Workshop,
    kind: str,
    at: datetime,
    by: User | None,
    track: Track | None = None,
    opens_at: datetime | None = None,
    open_at_once: bool = False,
    grace_minutes: int | None = None,
    hard: bool | None = None,
    pinned_by: str | None = None,
    reason: str = "",
) -> Deadline:
    """Set a deadline of the workshop, or of one track, which then wins. What is None stays as it is; ``open_at_once``
    takes the day away from which on it is open.

    Raises Refused when it would come before its predecessor or after its successor in the season, opens after it ends,
    is pinned, or lies in another year than the workshop. Nothing is written when nothing changes.
    """
    if by is not None:
        require(Viewer(by), "settings", workshop)
    if track is not None and track.workshop_id != workshop.pk:
        raise Refused("This track belongs to another workshop.", field="track")
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    row = Deadline.objects.filter(workshop=workshop, track=track, kind=kind).first()
    row = row or Deadline(workshop=workshop, track=track, kind=kind, version=0)
    before = {name: getattr(row, name) for name in SETTABLE} if row.pk else None
    given = {"at": at, "opens_at": opens_at, "grace_minutes": grace_minutes, "hard": hard, "pinned_by": pinned_by}
    for name, value in given.items():
        if value is not None:
            setattr(row, name, value)
    if open_at_once:
        row.opens_at = None
    if before == {name: getattr(row, name) for name in SETTABLE}:
        return row
    _check(row, before)
    row.awaited = _is_awaited(row, before)
    row.version += 1
    row.save()
    _record(row, before["at"] if before else None, by, reason)
    return row


@transaction.atomic
def move_deadlines(
    *,
    workshop: Workshop,
    moves: Mapping[int, datetime],
    versions: Mapping[int, int],
    by: User | None,
    reason: str = "",
) -> list[Deadline]:
    """Move several deadlines (by their ids) at once: only the season that comes out must be in order.

    ``versions`` are those that the person looked at: StaleState when somebody has changed one since. Raises Refused for
    whatever set_deadline refuses; then none is moved.
    """
    if by is not None:
        require(Viewer(by), "settings", workshop)
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    rows = list(Deadline.objects.filter(workshop=workshop).select_related("track", "workshop"))
    moved = [row for row in rows if row.pk in moves]
    if len(moved) != len(moves) or any(row.version != versions.get(row.pk) for row in moved):
        raise StaleState(
            "Somebody changed these dates while your page was open. Look at them again; nothing was moved."
        )
    before = {row.pk: {name: getattr(row, name) for name in SETTABLE} for row in moved}
    for row in moved:
        row.at = moves[row.pk]
    for row in moved:
        _check_alone(row, before[row.pk])
    for row in moved:
        _check_order(row, [each for each in rows if each is not row])
    changed = [row for row in moved if row.at != before[row.pk]["at"]]
    for row in changed:
        row.awaited = _is_awaited(row, before[row.pk])
        row.version += 1
        row.save()
        _record(row, before[row.pk]["at"], by, reason)
    return changed


def _is_awaited(row: Deadline, before: dict | None) -> bool:
    """What follows a deadline follows when it passes, or when an open one is closed; not one that was set as past."""
    now = timezone.now()
    if closing(row.at, row.grace_minutes) > now:
        return True
    was_open = before is not None and closing(before["at"], before["grace_minutes"]) > now
    return was_open or (before is not None and row.awaited)


def _check(row: Deadline, before: dict | None) -> None:
    _check_alone(row, before)
    _check_order(
        row, list(Deadline.objects.filter(workshop=row.workshop_id).exclude(pk=row.pk).select_related("track"))
    )


def _check_alone(row: Deadline, before: dict | None) -> None:
    if before and before["pinned_by"] and (row.at, row.opens_at) != (before["at"], before["opens_at"]):
        pinned = f"{_named(row)} was set by {before['pinned_by']} and cannot be moved. Release the pin first."
        raise Refused(pinned, field="at")
    if row.kind not in DeadlineKind.values:
        raise Refused("Choose one of: " + ", ".join(DeadlineKind.labels) + ".", field="kind")
    if abs(row.at.astimezone(AOE).year - row.workshop.year) > 1:
        year = f"{aoe(row.at)} is far from the workshop’s year {row.workshop.year}. Look at the year."
        raise Refused(year, field="at")
    if row.opens_at is not None and row.opens_at >= row.at:
        raise Refused(f"It would open on {aoe(row.opens_at)}, after it ends on {aoe(row.at)}.", field="opens_at")
    if not 0 <= row.grace_minutes <= LONGEST_GRACE:
        raise Refused("The grace time is between 0 minutes and one day (1440 minutes).", field="grace_minutes")


def _check_order(row: Deadline, others: list[Deadline]) -> None:
    """Every season that this deadline belongs to, the workshop's and each track's, stays in order."""
    for season in _seasons(row, others):
        for earlier, later in pairwise(season):
            if later.at < earlier.at and row in (earlier, later):
                raise Refused(_out_of_order(row, earlier, later), field="at")


def _seasons(row: Deadline, others: list[Deadline]) -> Iterator[list[Deadline]]:
    """The workshop's own deadlines, then those that hold for each track that has some of its own, in order."""
    rows = [*others, row]
    tracks = dict.fromkeys(each.track_id for each in rows)
    for track_id in {None: None, **tracks}:
        common = {each.kind: each for each in rows if each.track_id is None}
        own = {each.kind: each for each in rows if each.track_id == track_id}
        season = {**common, **own}
        yield [season[kind] for kind in DeadlineKind.values if kind in season]


def _out_of_order(row: Deadline, earlier: Deadline, later: Deadline) -> str:
    other = later if row is earlier else earlier
    where = "after" if row is earlier else "before"
    return f"{_named(row)} on {aoe(row.at)} would be {where} {_named(other)} on {aoe(other.at)}. Move that one first."


def _named(row: Deadline) -> str:
    label = DeadlineKind(row.kind).label
    return f"{label} ({row.track.name})" if row.track is not None else label


def _record(row: Deadline, before: datetime | None, by: User | None, reason: str) -> None:
    data = {
        "kind": row.kind,
        "track": row.track_id,
        "from": before.isoformat() if before else None,
        "to": row.at.isoformat(),
        "version": row.version,
    }
    if reason.strip():
        data["reason"] = reason.strip()
    moved = before is not None and before != row.at
    record(
        "deadline.moved" if moved else "deadline.set",
        by=by,
        root_type=Root.WORKSHOP,
        root_id=row.workshop_id,
        aspect="settings",
        about=row,
        data=data,
    )
