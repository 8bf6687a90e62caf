"""The season as one picture: the phases of each track as bars along the time, their ends, and today.

Places along the time are percentages of the width and places across it are pixels, so that the picture fits every
screen without its words growing or shrinking. Everything that it shows stands in ``dates`` too, for the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from workshops.deadlines import Windows
from workshops.instants import AOE, MONTHS
from workshops.models import Track, Workshop
from workshops.states import DeadlineKind

DAY = timedelta(days=1)
HEAD, LABEL, BAR, GAP, FOOT = 24, 18, 24, 12, 18
MOST_TICKS = 7
WORDS_FIT = 0.75  # percent of the width that a letter takes on a wide screen
NUMBER_FITS = 7.0  # percent of the width that a number takes on a narrow one


@dataclass(frozen=True)
class Phase:
    """A bar. ``fits``: words, number or nothing of its name can be read inside it."""

    number: int
    label: str
    state: str
    pinned_by: str
    x: str
    width: str
    end: str
    fits: str


@dataclass(frozen=True)
class Lane:
    """The tracks that have these dates."""

    label: str
    phases: list[Phase]
    label_y: int
    bar_y: int

    @property
    def middle(self) -> int:
        return self.bar_y + BAR // 2

    @property
    def words_y(self) -> int:
        return BAR // 2 + 5


@dataclass(frozen=True)
class Tick:
    words: str
    x: str


@dataclass(frozen=True)
class DateLine:
    """A deadline in the table behind the picture."""

    number: int
    kind: str
    label: str
    tracks: str
    opens_at: datetime | None
    at: datetime
    state: str
    pinned_by: str


@dataclass(frozen=True)
class Timeline:
    lanes: list[Lane]
    ticks: list[Tick]
    dates: list[DateLine]
    today: str
    today_anchor: str
    height: int
    words: str
    next: DateLine | None

    @property
    def bottom(self) -> int:
        return self.height - FOOT

    @property
    def today_y(self) -> int:
        return self.height - 4

    @property
    def names(self) -> list[tuple[int, str]]:
        """What the numbers in the bars stand for."""
        return sorted({(date.number, date.label) for date in self.dates})

    @property
    def pinned(self) -> list[str]:
        """Whoever set a date that cannot be moved."""
        return sorted({date.pinned_by for date in self.dates if date.pinned_by})


@dataclass(frozen=True)
class _Span:
    kind: str
    label: str
    starts: datetime | None
    ends: datetime
    pinned_by: str


@dataclass(frozen=True)
class _Axis:
    first: datetime
    last: datetime

    def place(self, moment: datetime) -> float:
        return 100 * ((moment - self.first) / (self.last - self.first))


def timeline_of(
    workshop: Workshop, tracks: dict[int, Track], windows: dict[int | None, Windows], now: datetime
) -> Timeline | None:
    """None where no date is set. No query."""
    groups = _groups(workshop, tracks, windows)
    if not groups:
        return None
    event = _event(workshop)
    lanes_of_spans = [*groups, *([(_event_words(workshop), [event])] if event else [])]
    axis = _axis([span for _, spans in lanes_of_spans for span in spans], now)
    numbers = _numbers(groups)
    lanes, y = [], HEAD
    for label, spans in lanes_of_spans:
        lanes.append(Lane(label, _phases(spans, numbers, axis, now), y + LABEL - 6, y + LABEL))
        y += LABEL + BAR + GAP
    dates = _dates(groups, windows, numbers, now)
    coming = next((date for date in dates if date.state != "past"), None)
    today = axis.place(now)
    shown = 0 <= today <= 100
    return Timeline(
        lanes=lanes,
        ticks=list(_ticks(axis)),
        dates=dates,
        today=f"{today:.2f}%" if shown else "",
        today_anchor="start" if today < 8 else "end" if today > 92 else "middle",
        height=y + FOOT,
        words=_words(dates, coming),
        next=coming,
    )


def _groups(
    workshop: Workshop, tracks: dict[int, Track], windows: dict[int | None, Windows]
) -> list[tuple[str, list[_Span]]]:
    """Tracks with the same dates share a lane."""
    found: dict[tuple, list[str]] = {}
    named: list[tuple[int | None, str]] = [(pk, track.name) for pk, track in tracks.items()]
    for pk, name in named or [(None, "")]:
        spans = tuple(_spans(workshop, windows[pk]))
        if spans:
            found.setdefault(spans, []).append(name)
    if len(found) == 1 and len(next(iter(found.values()))) == max(len(tracks), 1):
        return [("All tracks" if len(tracks) > 1 else "".join(next(iter(found.values()))), list(next(iter(found))))]
    return [(", ".join(names), list(spans)) for spans, names in found.items()]


def _spans(workshop: Workshop, season: Windows) -> Iterator[_Span]:
    """Each phase from when it opens, else from the end of the one before; in the picture none begins before that."""
    before: datetime | None = None
    for kind in DeadlineKind:
        window = season[kind]
        if window.at is None:
            continue
        starts = window.opens_at or before
        if before is None and starts is None and workshop.published_at and workshop.published_at < window.at:
            starts = workshop.published_at
        if before and starts and starts < before:
            starts = before
        yield _Span(kind, kind.label, starts, window.at, window.pinned_by)
        before = window.at


def _event(workshop: Workshop) -> _Span | None:
    """The days of the workshop itself."""
    if workshop.starts is None:
        return None
    first = datetime.combine(workshop.starts, time(0), UTC)
    return _Span("", "Workshop", first, datetime.combine(workshop.ends or workshop.starts, time(0), UTC) + DAY, "")


def _event_words(workshop: Workshop) -> str:
    days = dict.fromkeys(day for day in (workshop.starts, workshop.ends) if day)
    return "The workshop, " + " to ".join(f"{day.day} {MONTHS[day.month - 1]} {day.year}" for day in days)


def _axis(spans: list[_Span], now: datetime) -> _Axis:
    """From the first beginning to the last end, with a margin; today is on it unless it is far away."""
    last = max(span.ends for span in spans)
    known = [span.starts for span in spans if span.starts]
    earliest = min(span.ends for span in spans)
    first = min([*known, earliest])
    if first == earliest or first >= last:
        first = earliest - max((last - earliest) / 4, 14 * DAY)
    reach = (last - first) / 4
    first, last = min(first, max(now, first - reach)), max(last, min(now, last + reach))
    margin = (last - first) * 0.02
    return _Axis(first - margin, last + margin)


def _numbers(groups: list[tuple[str, list[_Span]]]) -> dict[str, int]:
    used = {span.kind for _, spans in groups for span in spans}
    return {kind: place for place, kind in enumerate([kind for kind in DeadlineKind if kind in used], 1)}


def _phases(spans: list[_Span], numbers: dict[str, int], axis: _Axis, now: datetime) -> list[Phase]:
    found = []
    for span in spans:
        x = axis.place(span.starts or axis.first)
        end = axis.place(span.ends)
        width = max(end - x, 0.4)
        number = numbers.get(span.kind, 0)
        fits = "words" if width > WORDS_FIT * (len(span.label) + 4) else "number" if width > NUMBER_FITS else ""
        state = _state(span.starts, span.ends, now)
        places = (f"{x:.2f}%", f"{width:.2f}%", f"{end:.2f}%")
        found.append(Phase(number, span.label, state, span.pinned_by, *places, fits))
    return found


def _state(starts: datetime | None, ends: datetime, now: datetime) -> str:
    if ends < now:
        return "past"
    return "now" if starts is None or starts <= now else "coming"


def _dates(
    groups: list[tuple[str, list[_Span]]], windows: dict[int | None, Windows], numbers: dict[str, int], now: datetime
) -> list[DateLine]:
    """Each date once, with the tracks that have it, in the order of time."""
    lines: dict[tuple[datetime, int, str], list[tuple[str, _Span]]] = {}
    for label, spans in groups:
        for span in spans:
            lines.setdefault((span.ends, numbers[span.kind], span.pinned_by), []).append((label, span))
    known = {(w.kind, w.at): w.opens_at for season in windows.values() for w in season.values()}
    found = []
    for (ends, number, pinned_by), having in sorted(lines.items()):
        labels = [label for label, _ in having]
        span = having[0][1]
        states = [_state(one.starts, ends, now) for _, one in having]
        found.append(
            DateLine(
                number=number,
                kind=span.kind,
                label=span.label,
                tracks=", ".join(labels) if len(labels) < len(groups) or len(groups) == 1 else "All tracks",
                opens_at=known.get((span.kind, ends)),
                at=ends,
                state=next((state for state in states if state == "now"), states[0]),
                pinned_by=pinned_by,
            )
        )
    return found


def _ticks(axis: _Axis) -> Iterator[Tick]:
    """Days or months, so many that their words do not meet on a narrow screen."""
    days = (axis.last - axis.first) / DAY
    step = next((step for step in (1, 2, 7, 14) if days / step <= MOST_TICKS), 0)
    moments = _days(axis, step) if step else _months(axis)
    for moment, words in moments:
        place = axis.place(moment)
        if 4 <= place <= 95:
            yield Tick(words, f"{place:.2f}%")


def _days(axis: _Axis, step: int) -> Iterator[tuple[datetime, str]]:
    moment = datetime.combine(axis.first.astimezone(AOE).date(), time(0), AOE)
    while moment <= axis.last:
        yield moment, f"{moment.day} {MONTHS[moment.month - 1]}"
        moment += step * DAY


def _months(axis: _Axis) -> Iterator[tuple[datetime, str]]:
    first, last = axis.first.astimezone(AOE), axis.last.astimezone(AOE)
    every = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    step = next(step for step in (1, 2, 3, 6, 12, 10_000) if len(every) / step <= MOST_TICKS)
    for month in every:
        if month % step == 0:
            year, place = divmod(month, 12)
            words = MONTHS[place] if place and year == first.year else f"{MONTHS[place]} {year}"
            yield datetime(year, place + 1, 1, tzinfo=AOE), words


def _words(dates: list[DateLine], coming: DateLine | None) -> str:
    """What the picture says, for whoever does not see it."""
    running = [date for date in dates if date.state == "now"]
    said = f"The season in {len(dates)} date{'' if len(dates) == 1 else 's'}."
    if running:
        names = dict.fromkeys(f"{date.label} ({date.tracks})" if date.tracks else date.label for date in running)
        return f"{said} Now: {', '.join(names)}."
    return f"{said} Next: {coming.label}." if coming else f"{said} All of them have passed."
