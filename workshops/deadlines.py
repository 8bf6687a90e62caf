"""Is this open? The one answer, from a deadline, its grace time and the instant that is asked about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from workshops.models import Deadline, Extension, Track
from workshops.states import DeadlineKind


@dataclass(frozen=True)
class Window:
    """One kind of deadline as it stands at one instant.

    Exactly one of ``not_yet``, ``is_open`` and ``is_late`` holds where there is a deadline; none where there is none
    (``at`` is None). What arrives up to and including ``counts_until`` counts: the deadline and its grace time.
    ``hard``: what comes later is turned away instead of kept as late. ``extended_until``: an extension of the one paper
    (assignment, response, camera-ready) that was asked about reaches farther than the deadline and its grace time.
    """

    kind: str
    opens_at: datetime | None = None
    at: datetime | None = None
    counts_until: datetime | None = None
    is_open: bool = False
    is_late: bool = False
    not_yet: bool = False
    hard: bool = False
    pinned_by: str = ""
    track_id: int | None = None
    extended_until: datetime | None = None

    @property
    def label(self) -> str:
        return DeadlineKind(self.kind).label

    @property
    def exists(self) -> bool:
        return self.at is not None

    @property
    def ends_at(self) -> datetime | None:
        """Until when it is open, as one tells people: the deadline, or the extension."""
        return self.extended_until or self.at


Windows = dict[str, Window]

EXTENDED: Mapping[str, str] = {
    DeadlineKind.SUBMISSION: Extension.Root.SUBMISSION,
    DeadlineKind.REVIEW: Extension.Root.ASSIGNMENT,
    DeadlineKind.RESPONSE: Extension.Root.RESPONSE,
    DeadlineKind.CAMERA_READY: Extension.Root.CAMERA_READY,
}
"""What an extension of each kind of deadline is given to."""


def window(workshop_id: int, kind: str, track_id: int | None = None, *, at: datetime, root_id: object = None) -> Window:
    """The window of one kind for a track (or for the workshop as a whole) at the instant ``at``. One query.

    ``root_id``: with the extension of this paper (assignment, response, camera-ready: what the kind is a deadline of).
    """
    return windows(workshop_id, track_id, at, roots={kind: root_id} if root_id is not None else None)[kind]


def windows(
    workshop_id: int, track_id: int | None, at: datetime, *, roots: Mapping[str, object] | None = None
) -> Windows:
    """Every kind of deadline, in the order of the season. One query.

    ``roots``: kind to the id of the paper (assignment, …) whose extension counts, see EXTENDED.
    """
    return _windows(dated(workshop_id, track_id, roots), track_id, at)


def dated(workshop_id: int, track_id: int | None, roots: Mapping[str, object] | None = None) -> "QuerySet[Deadline]":
    """The rows of it, for who reads them with others."""
    rows = Deadline.objects.applying_to(workshop_id, track_id)
    if roots:
        rows = rows.with_extension({kind: (EXTENDED[kind], str(root_id)) for kind, root_id in roots.items()})
    return rows


def windows_from(rows: Iterable[Deadline], track_id: int | None, at: datetime) -> Windows:
    """The same, from rows of ``dated``."""
    return _windows(rows, track_id, at)


def extended(found: Window, until: datetime | None, at: datetime) -> Window:
    """The window with an extension until then: for lists, which read the extensions of all their rows at once."""
    if until is None or found.counts_until is None or until <= found.counts_until:
        return found
    return replace(
        found,
        extended_until=until,
        counts_until=until,
        is_open=not found.not_yet and at <= until,
        is_late=not found.not_yet and at > until,
    )


def extensions_of(root_type: str, root_ids: Iterable[object]) -> dict[str, datetime]:
    """Until when each of these is extended, by its id as text. One query."""
    found: dict[str, datetime] = {}
    for root_id, until in Extension.objects.of(root_type, *root_ids).values_list("root_id", "until"):
        found[root_id] = max(until, found.get(root_id, until))
    return found


def windows_by_track(rows: Iterable[Deadline], track_ids: Iterable[int], at: datetime) -> dict[int | None, Windows]:
    """The windows of the workshop (under None) and of each of its tracks, from its deadlines. No query of its own."""
    known = list(rows)
    return {track_id: _windows(known, track_id, at) for track_id in (None, *track_ids)}


def closing(at: datetime, grace_minutes: int) -> datetime:
    """The last instant that counts: the deadline and its grace time."""
    return at + timedelta(minutes=grace_minutes)


@dataclass(frozen=True)
class Passing:
    """A deadline as it holds for one track, and the last instant that counts."""

    deadline: Deadline
    track: Track
    at: datetime


def passed_deadlines(kind: str, *, since: datetime, until: datetime, awaited: bool | None = None) -> list[Passing]:
    """What closed after ``since`` and up to ``until``, grace time included, the oldest first. Three queries at most.

    A deadline of the workshop is left out for the tracks that have their own. ``awaited``: only those of which that is
    so (whose consequences are still to be drawn, or drawn).
    """
    from_day = since - timedelta(days=1)  # the longest grace time is a day
    rows = Deadline.objects.filter(kind=kind, at__gt=from_day, at__lte=until).select_related("workshop", "track")
    if awaited is not None:
        rows = rows.filter(awaited=awaited)
    found = [
        Passing(row, track, at)
        for row, track in holding(list(rows))
        if since < (at := closing(row.at, row.grace_minutes)) <= until
    ]
    return sorted(found, key=lambda each: (each.at, each.deadline.pk, each.track.pk))


def bidding_open(at: datetime, *, lately: timedelta = timedelta(0)) -> set[int]:
    """The workshops in which bidding is open at this instant, in any track; with those where it ended ``lately``."""
    return set(_bidding_until(Deadline.objects.all(), at, lately))


def bidding_until(workshop_id: int, at: datetime) -> datetime | None:
    """When bidding ends that is open at this instant in any track of the workshop; None where it is not. One query."""
    return _bidding_until(Deadline.objects.filter(workshop=workshop_id), at, timedelta(0)).get(workshop_id)


def _bidding_until(rows: "QuerySet[Deadline]", at: datetime, lately: timedelta) -> dict[int, datetime]:
    day = timedelta(days=1)  # the longest grace time
    rows = rows.filter(Q(opens_at=None) | Q(opens_at__lte=at), kind=DeadlineKind.BIDDING, at__gte=at - day - lately)
    found: dict[int, datetime] = {}
    for workshop, ends, grace in rows.values_list("workshop", "at", "grace_minutes"):
        if at <= closing(ends, grace) + lately:
            found[workshop] = max(ends, found.get(workshop, ends))
    return found


def bidding_windows(workshop_id: int, at: datetime) -> dict[int, Window]:
    """The bidding window of each track of a workshop. Two queries."""
    return bidding_windows_from({name: list(rows) for name, rows in bidding_rows(workshop_id).items()}, at)


def bidding_rows(workshop_id: int) -> dict[str, QuerySet]:
    """The rows of it, for who reads them with others."""
    return {
        "tracks": Track.objects.filter(workshop=workshop_id).values_list("position", "pk"),
        "bidding": Deadline.objects.filter(workshop=workshop_id, kind=DeadlineKind.BIDDING),
    }


def bidding_windows_from(rows: Mapping[str, list[Any]], at: datetime) -> dict[int, Window]:
    """The same, from its rows."""
    tracks = [pk for _, pk in sorted(rows["tracks"])]
    found = windows_by_track(rows["bidding"], tracks, at)
    return {track: found[track][DeadlineKind.BIDDING] for track in tracks}


def holding(rows: Sequence[Deadline]) -> list[tuple[Deadline, Track]]:
    """Each of these deadlines with each track that it holds for. Two queries, none where there are no rows."""
    if not rows:
        return []
    own = set(
        Deadline.objects.filter(workshop__in={row.workshop_id for row in rows}, track__isnull=False).values_list(
            "kind", "track"
        )
    )
    tracks = list(Track.objects.filter(workshop__in={row.workshop_id for row in rows}).select_related("workshop"))
    return [
        (row, track)
        for row in rows
        for track in tracks
        if track.workshop_id == row.workshop_id
        and (row.track_id == track.pk or (row.track_id is None and (row.kind, track.pk) not in own))
    ]


def _windows(rows: Iterable[Deadline], track_id: int | None, at: datetime) -> Windows:
    """The track's own deadline wins over the workshop's."""
    chosen: dict[str, Deadline] = {}
    for row in rows:
        if row.track_id == track_id or (row.track_id is None and row.kind not in chosen):
            chosen[row.kind] = row
    return {kind: _window(kind, chosen.get(kind), at) for kind in DeadlineKind.values}


def _window(kind: str, row: Deadline | None, at: datetime) -> Window:
    if row is None:
        return Window(kind)
    counts_until = closing(row.at, row.grace_minutes)
    not_yet = row.opens_at is not None and at < row.opens_at
    found = Window(
        kind=kind,
        opens_at=row.opens_at,
        at=row.at,
        counts_until=counts_until,
        is_open=not not_yet and at <= counts_until,
        is_late=at > counts_until,
        not_yet=not_yet,
        hard=row.hard,
        pinned_by=row.pinned_by,
        track_id=row.track_id,
    )
    return extended(found, getattr(row, "extended_until", None), at)
