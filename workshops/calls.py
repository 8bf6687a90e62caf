"""What the public pages say about a call for papers: may one start, until when, and what comes after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workshops.deadlines import Window, Windows, windows_by_track
from workshops.models import Deadline, Track, Workshop
from workshops.states import DeadlineKind

# Those that authors wait for; the others are told to whom they concern.
PUBLIC_KINDS = (
    DeadlineKind.SUBMISSION,
    DeadlineKind.RESPONSE,
    DeadlineKind.NOTIFICATION,
    DeadlineKind.CAMERA_READY,
)
LATE_IS_KEPT = "What comes later is kept as late, and the organizers decide whether it counts."


@dataclass(frozen=True)
class Start:
    """May a submission be started? ``state`` is open, not_yet, closed or none; ``at`` is the instant that matters next:

    the next deadline of an open track, when the first one opens, or when the last one closed.
    """

    state: str
    at: datetime | None = None


@dataclass(frozen=True)
class Date:
    """One line of the list of dates. ``track`` is "" where it holds for all tracks."""

    deadline_id: int
    version: int
    kind: str
    label: str
    track: str
    at: datetime
    pinned_by: str


def start_state(windows: Iterable[Windows]) -> Start:
    """From the windows of each track (of the workshop, where it has no tracks)."""
    submission = [each[DeadlineKind.SUBMISSION] for each in windows]
    if open_until := [each.at for each in submission if each.is_open and each.at]:
        return Start("open", min(open_until))
    if opens := [each.opens_at for each in submission if each.not_yet and each.opens_at]:
        return Start("not_yet", min(opens))
    if closed := [each.at for each in submission if each.is_late and each.at]:
        return Start("closed", max(closed))
    return Start("none")


def windows_of(tracks: list[Track], rows: Iterable[Deadline], at: datetime) -> dict[int | None, Windows]:
    """By track id; under None only where there are no tracks."""
    found = windows_by_track(rows, [track.pk for track in tracks], at)
    if tracks:
        del found[None]
    return found


def dates_of(tracks: list[Track], rows: Iterable[Deadline]) -> list[Date]:
    """What authors wait for, in order. A date of the workshop that every track replaces by its own is left out."""
    names = {track.pk: track.name for track in tracks}
    public = [row for row in rows if row.kind in PUBLIC_KINDS]
    replaced = {(row.kind, row.track_id) for row in public if row.track_id}
    shown = [
        row
        for row in public
        if row.track_id or not tracks or any((row.kind, track_id) not in replaced for track_id in names)
    ]
    return sorted((_date(row, names) for row in shown), key=lambda date: (date.at, date.track))


def _date(row: Deadline, names: dict[int, str]) -> Date:
    return Date(
        deadline_id=row.pk,
        version=row.version,
        kind=row.kind,
        label=DeadlineKind(row.kind).label,
        track=names.get(row.track_id or 0, ""),
        at=row.at,
        pinned_by=row.pinned_by,
    )


@dataclass(frozen=True)
class LateRule:
    """What becomes of what comes after the deadline, in a sentence; ``tracks`` is empty where it holds for all."""

    words: str
    tracks: tuple[str, ...]


def rules_of(tracks: list[Track], windows: dict[int | None, Windows]) -> list[LateRule]:
    """The rule of each track's submission deadline; tracks with the same rule share it."""
    submission = {key: found[DeadlineKind.SUBMISSION] for key, found in windows.items()}
    said = {key: late_words(window) for key, window in submission.items() if window.at}
    if len(set(said.values())) < 2:
        return [LateRule(words, ()) for words in dict.fromkeys(said.values())]
    return [
        LateRule(words, tuple(track.name for track in tracks if said.get(track.pk) == words))
        for words in dict.fromkeys(said.values())
    ]


def late_words(window: Window) -> str:
    """What happens after this deadline, for who reads it in a hurry."""
    assert window.at is not None
    assert window.counts_until is not None
    minutes = round((window.counts_until - window.at).total_seconds() / 60)
    grace = f"What arrives within {minutes} minute{'' if minutes == 1 else 's'} after the deadline still counts. "
    after = "What comes later is not taken." if window.hard else LATE_IS_KEPT
    return (grace if minutes else "") + after


@dataclass(frozen=True)
class Listed:
    """A workshop on the first page."""

    workshop: Workshop
    start: Start


def listed(workshops: Iterable[Workshop], at: datetime) -> tuple[list[Listed], list[Listed]]:
    """Those whose call is open or will be, the next deadline first, and the others. Needs tracks and deadlines fetched.

    Rehearsals are listed only where there is nothing else.
    """
    found = list(workshops)
    real = [each for each in found if not each.is_rehearsal] or found
    entries = [
        Listed(each, start_state(windows_of(list(each.tracks.all()), each.deadlines.all(), at).values()))
        for each in real
    ]
    current = [each for each in entries if each.start.state in ("open", "not_yet")]
    current.sort(key=lambda each: (each.start.state != "open", each.start.at))
    return current, [each for each in entries if each not in current]
