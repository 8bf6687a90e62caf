"""The charts of the dashboard, ready to be drawn: places in percent of the width, so that words keep their size.

Each has a table of the same numbers. They are made from ``Season``, so that nothing of a sealed paper is in any.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from desk.reading.facts import COUNTED, PaperFacts, Season, days_before
from reviews.states import InvitationStatus
from workshops.instants import AOE, MONTHS
from workshops.states import DeadlineKind, Role

DAY = timedelta(days=1)
FEWEST_DAYS, MOST_DAYS = 14, 60
MOST_COLUMNS = 12
COLUMN_TOP, COLUMN_FLOOR = 18, 142


@dataclass(frozen=True)
class Mark:
    """A word on an axis, at a percentage of it."""

    words: str
    at: str


@dataclass(frozen=True)
class Line:
    """``points`` lie in a box of 100 by 100; ``kind`` is how it is drawn: now, before, needed."""

    kind: str
    name: str
    points: str
    x: str
    y: str


@dataclass(frozen=True)
class Table:
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class LineChart:
    key: str
    title: str
    words: str
    lines: list[Line]
    across: list[Mark]
    up: list[Mark]
    today: str
    table: Table


@dataclass(frozen=True)
class Column:
    """``y``, ``height`` and those of the part that is ``full``, in pixels."""

    label: str
    count: int
    x: str
    middle: str
    width: str
    y: int
    height: int
    full_y: int
    full_height: int

    @property
    def words_y(self) -> int:
        return self.y - 5


@dataclass(frozen=True)
class ColumnChart:
    key: str
    title: str
    words: str
    columns: list[Column]
    floor: int
    table: Table


@dataclass(frozen=True)
class Bar:
    label: str
    kind: str
    count: int
    words: str
    width: str
    after: str
    y: int


@dataclass(frozen=True)
class BarChart:
    key: str
    title: str
    words: str
    bars: list[Bar]
    height: int
    table: Table


@dataclass(frozen=True)
class Charts:
    """None where there is nothing to be drawn yet."""

    submissions: LineChart | None
    reviews: LineChart | None
    loads: ColumnChart | None
    answers: BarChart | None

    @property
    def none(self) -> bool:
        return not (self.submissions or self.reviews or self.loads or self.answers)


def read_charts(season: Season) -> Charts:
    """No query: everything is in ``season``."""
    return Charts(_submissions(season), _reviews(season), _loads(season), _answers(season))


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "0%"


def _top(number: int) -> int:
    """The end of an axis: a round number that is not below this one, and that can be halved."""
    size = 1
    while size * 10 < number:
        size *= 10
    return next(size * step for step in (2, 4, 6, 8, 10, 20) if size * step >= number)


def _up(top: int) -> list[Mark]:
    return [Mark(str(value), f"{100 - 100 * value / top:.2f}%") for value in (0, top // 2, top)]


def _line(kind: str, name: str, points: Sequence[tuple[float, float]], length: float, top: int) -> Line:
    placed = [(100 * x / length, 100 - 100 * y / top) for x, y in points]
    drawn = " ".join(f"{x:.2f},{y:.2f}" for x, y in placed)
    x, y = placed[-1]
    return Line(kind, name, drawn, f"{x:.2f}%", f"{y:.2f}%")


def _papers(number: int) -> str:
    return f"{number} paper{'' if number == 1 else 's'}"


# --- submissions against the days before the deadline -----------------------------------------------------------------


def _submissions(season: Season) -> LineChart | None:
    ends = {pk: season.windows[pk][DeadlineKind.SUBMISSION].at for pk in season.tracks}
    known = [at for at in ends.values() if at is not None]
    counted = [(paper.track, paper.submitted_at) for paper in season.papers if paper.status in COUNTED]
    now = sorted(days_before(counted, season.windows))
    before = sorted(season.before or [])
    if not known or not (now or before):
        return None
    left = max(min((at - season.now) / DAY for at in known), 0.0)
    length = min(MOST_DAYS, max(FEWEST_DAYS, ceil(max([*now, *before, left]))))
    top = _top(max(len(now), len(before)))
    lines = []
    if before:
        lines.append(_line("before", season.before_name, _cumulated(before, length, 0), length, top))
    if left <= length:
        lines.append(_line("now", str(season.workshop.year), _cumulated(now, length, left), length, top))
    if not lines:
        return None
    days = _days_to_tell(length)
    return LineChart(
        key="submissions",
        title="Submissions",
        words=_submissions_words(season, len(now), before, left),
        lines=lines,
        across=[Mark(str(day) if day else "deadline", percent(length - day, length)) for day in days],
        up=_up(top),
        today=percent(length - left, length) if 0 < left <= length else "",
        table=_submissions_table(season, now, before, left, length),
    )


def _cumulated(days: list[float], length: int, until: float) -> list[tuple[float, float]]:
    """How many were in, at the end of each day before the deadline; ``days`` in order."""
    moments = [float(day) for day in range(length, -1, -1) if day > until] + [until]
    return [(length - moment, len(days) - bisect_left(days, moment)) for moment in moments]


def _days_to_tell(length: int) -> list[int]:
    step = next(step for step in (2, 5, 10, 15, 20) if length / step <= 7)
    return list(range(0, length + 1, step))


def _submissions_words(season: Season, number: int, before: list[float], left: float) -> str:
    said = f"{_papers(number)} submitted"
    said += f", {ceil(left)} day{'' if ceil(left) == 1 else 's'} before the deadline." if left else "."
    if before:
        then = len(before) - bisect_left(before, left)
        said += f" In {season.before_name} it was {then} by then, {len(before)} in the end." if left else ""
        said += f" In {season.before_name} it was {len(before)}." if not left else ""
    return said


def _submissions_table(season: Season, now: list[float], before: list[float], left: float, length: int) -> Table:
    heads = ["Days before the deadline", str(season.workshop.year)] + ([season.before_name] if before else [])
    rows: list[list[object]] = []
    for day in range(length, -1, -1):
        row: list[object] = [day, len(now) - bisect_left(now, day) if day >= left else ""]
        row += [len(before) - bisect_left(before, day)] if before else []
        if not rows or row[1:] != rows[-1][1:]:
            rows.append(row)
    if left:
        rows = [row for row in rows if row[1] != ""]
        rows.append([f"{left:.1f} (now)", len(now), *([len(before) - bisect_left(before, left)] if before else [])])
    return Table(heads, rows)


# --- reviews, by day, against what is needed --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ramp:
    """The reviews of some papers, needed evenly between two moments."""

    starts: datetime
    ends: datetime
    wanted: int

    def by(self, moment: datetime) -> float:
        if moment >= self.ends:
            return self.wanted
        return self.wanted * max((moment - self.starts) / (self.ends - self.starts), 0.0)


def _reviews(season: Season) -> LineChart | None:
    papers = [paper for paper in season.papers if paper.is_submitted and paper.assessed]
    ramps = _ramps(season, papers)
    if not ramps or not any(season.pairs[paper.pk] for paper in papers):
        return None
    given = sorted(_counted_reviews(season, papers))
    wanted = sum(ramp.wanted for ramp in ramps)
    first = min([*(ramp.starts for ramp in ramps), *given[:1]])
    due = max(ramp.ends for ramp in ramps)
    if season.now < first:
        return None
    last = max(due, min(season.now, due + 14 * DAY))
    length = (last - first) / DAY
    top = _top(max(wanted, 1))
    days = [first + day * DAY for day in range(ceil(length))] + [last]
    until = min(season.now, last)
    passed = [day for day in days if day < until] + [until]

    def place(moment: datetime) -> float:
        return (moment - first) / DAY

    needed = [(place(day), sum(ramp.by(day) for ramp in ramps)) for day in days]
    came = [(place(day), float(bisect_left(given, day))) for day in passed]
    came[-1] = (came[-1][0], float(len(given)))
    marks = [Mark(_day(first), "0%"), Mark(f"due {_day(due)}", percent(place(due), length))]
    return LineChart(
        key="reviews",
        title="Reviews",
        words=_reviews_words(len(given), wanted, round(sum(ramp.by(season.now) for ramp in ramps)), season.now, due),
        lines=[_line("needed", "needed", needed, length, top), _line("now", "in", came, length, top)],
        across=marks,
        up=_up(top),
        today=percent(place(until), length) if season.now < last else "",
        table=Table(
            ["Day", "In", "Needed by then"],
            [[_day(day), bisect_left(given, day), round(sum(ramp.by(day) for ramp in ramps))] for day in passed[:-1]]
            + [[f"{_day(until)} (now)", len(given), round(sum(ramp.by(until) for ramp in ramps))]],
        ),
    )


def _ramps(season: Season, papers: Iterable[PaperFacts]) -> list[_Ramp]:
    """From the closing of submissions to the review deadline, a track at a time."""
    wanted: Counter[int] = Counter()
    for paper in papers:
        wanted[paper.track] += season.wanted(paper)
    found = []
    for track, number in wanted.items():
        due = season.windows[track][DeadlineKind.REVIEW]
        starts = due.opens_at or season.windows[track][DeadlineKind.SUBMISSION].at
        if due.at and starts and starts < due.at and number:
            found.append(_Ramp(starts, due.at, number))
    return found


def _counted_reviews(season: Season, papers: Iterable[PaperFacts]) -> Iterable[datetime]:
    """When each came; of a paper with more than are wanted the first ones count."""
    for paper in papers:
        if season.windows[paper.track][DeadlineKind.REVIEW].at:
            given = sorted(pair.submitted_at for pair in season.pairs[paper.pk] if pair.is_in and pair.submitted_at)
            yield from given[: season.wanted(paper)]


def _reviews_words(given: int, wanted: int, needed: int, now: datetime, due: datetime) -> str:
    said = f"{given} of {wanted} in."
    if now >= due:
        return said + (f" {wanted - given} are missing." if wanted > given else "")
    days = max((due - now) / DAY, 0.1)
    pace = (wanted - given) / days
    if wanted <= given:
        return said
    return f"{said} At an even pace it would be {needed} by now; {pace:.1f} a day are needed until they are due."


def _day(moment: datetime) -> str:
    there = moment.astimezone(AOE)
    return f"{there.day} {MONTHS[there.month - 1]}"


# --- loads ------------------------------------------------------------------------------------------------------------


def _loads(season: Season) -> ColumnChart | None:
    """How many reviewers have how many papers, counted over the papers that the viewer is free on."""
    if not season.reviewers:
        return None
    have: Counter[int] = Counter()
    for paper in season.papers:
        if paper.acts:
            have.update(pair.user for pair in season.pairs[paper.pk] if pair.is_current)
    reviewers: Counter[int] = Counter()
    full: Counter[int] = Counter()
    for person in season.reviewers:
        load = min(have[person.user], MOST_COLUMNS)
        reviewers[load] += 1
        full[load] += person.load_max is not None and have[person.user] >= person.load_max
    if not have:
        return None
    most = max(reviewers)
    top = max(reviewers.values())
    space = COLUMN_FLOOR - COLUMN_TOP
    columns = []
    for load in range(most + 1):
        height = round(space * reviewers[load] / top)
        part = round(space * full[load] / top)
        columns.append(
            Column(
                label=_load(load),
                count=reviewers[load],
                x=percent(load + 0.14, most + 1),
                middle=percent(load + 0.5, most + 1),
                width=percent(0.72, most + 1),
                y=COLUMN_FLOOR - height,
                height=height,
                full_y=COLUMN_FLOOR - part,
                full_height=part,
            )
        )
    at_most = sum(full.values())
    said = f"{len(season.reviewers)} reviewer{'' if len(season.reviewers) == 1 else 's'}, "
    said += f"{reviewers[0]} without a paper, {at_most} with as many as they take."
    rows = [[_load(load), reviewers[load], full[load]] for load in range(most + 1)]
    table = Table(["Papers", "Reviewers", "With as many as they take"], rows)
    return ColumnChart("loads", "Loads of reviewers", said, columns, COLUMN_FLOOR, table)


def _load(load: int) -> str:
    return f"{load}+" if load == MOST_COLUMNS else str(load)


# --- answers to invitations -------------------------------------------------------------------------------------------

ANSWERS = {
    InvitationStatus.ACCEPTED: ("Accepted", "good"),
    InvitationStatus.DECLINED: ("Declined", "neutral"),
    InvitationStatus.SENT: ("No answer yet", "waits"),
    InvitationStatus.EXPIRED: ("Never answered", "missing"),
}


def _answers(season: Season) -> BarChart | None:
    if not season.invitations:
        return None
    total = len(season.invitations)
    states = Counter(row.status for row in season.invitations)
    most = max(states.values())
    bars = []
    for place, (status, (label, kind)) in enumerate(ANSWERS.items()):
        width = 40 * states[status] / most
        words = f"{states[status]} ({round(100 * states[status] / total)} %)"
        bars.append(
            Bar(label, kind, states[status], words, f"{width:.2f}%", f"{34 + width + 1.5:.2f}%", 4 + 32 * place)
        )
    answered = states[InvitationStatus.ACCEPTED] + states[InvitationStatus.DECLINED]
    said = f"{total} invitation{'' if total == 1 else 's'}, {answered} answered"
    said += f", {round(100 * states[InvitationStatus.ACCEPTED] / answered)} % of them with yes." if answered else "."
    by_role = Counter((row.role, row.status) for row in season.invitations)
    roles = [role for role in Role if any(role == known for known, _ in by_role)]
    table = Table(
        ["Role", *(label for label, _ in ANSWERS.values())],
        [[role.label, *(by_role[role, status] for status in ANSWERS)] for role in roles],
    )
    return BarChart("answers", "Answers to invitations", said, bars, 4 + 32 * len(ANSWERS), table)
