"""The dates of a season on the desk: the deadlines, what moving one comes to, extensions, late saves.

What is counted is what the viewer may see; a sealed paper is in no number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from access.rights import visible_to
from access.viewer import Viewer
from desk.reading.levels import papers_on_desk
from submissions.models import Revision, Submission
from submissions.states import SubmissionStatus
from workshops.deadlines import Window, holding, windows_by_track
from workshops.models import Deadline, Extension, Workshop
from workshops.states import DeadlineKind

ORDER = {kind: place for place, kind in enumerate(DeadlineKind.values)}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class DateRow:
    """A deadline; ``window`` is how it stands now."""

    deadline: Deadline
    window: Window
    label: str
    track: str


@dataclass(frozen=True)
class Shift:
    """A later deadline beside the one that moves. ``needed``: else the season would be out of order."""

    deadline: Deadline
    label: str
    was: datetime
    to: datetime
    needed: bool
    pinned_by: str


@dataclass(frozen=True)
class Load:
    """What reviewing comes to: days from the closing of submissions to the review deadline, and reviews a day."""

    days: float
    reviews: int

    @property
    def a_day(self) -> float | None:
        return self.reviews / self.days if self.days > 0 else None


@dataclass(frozen=True)
class Plan:
    """What moving a deadline comes to, before it is done."""

    deadline: Deadline
    label: str
    to: datetime
    left_before: float
    left_after: float
    before: Load | None
    after: Load | None
    shifts: tuple[Shift, ...]

    @property
    def days(self) -> float:
        return (self.to - self.deadline.at) / DAY


@dataclass(frozen=True)
class LateRow:
    """A paper with the newest late save that waits."""

    submission: Submission
    revision: Revision
    count: int


@dataclass(frozen=True)
class ExtensionRow:
    submission: Submission
    extension: Extension


def deadlines_of(workshop: Workshop) -> list[Deadline]:
    """In the order of the season. One query."""
    rows = Deadline.objects.filter(workshop=workshop).select_related("track")
    return sorted(rows, key=lambda row: (ORDER[row.kind], row.track_id is not None, row.track_id or 0))


def date_rows(rows: list[Deadline], now: datetime) -> list[DateRow]:
    seasons = windows_by_track(rows, {row.track_id for row in rows if row.track_id}, now)
    return [
        DateRow(
            row,
            seasons[row.track_id][row.kind],
            DeadlineKind(row.kind).label,
            row.track.name if row.track else "All tracks",
        )
        for row in rows
    ]


def label_of(row: Deadline) -> str:
    label = DeadlineKind(row.kind).label
    return f"{label} ({row.track.name})" if row.track else label


def plan_of(workshop: Workshop, viewer: Viewer, row: Deadline, to: datetime, now: datetime) -> Plan:
    """What it would come to. Four queries."""
    rows = deadlines_of(workshop)
    row = next(each for each in rows if each.pk == row.pk)
    reviews = _reviews_wanted(workshop, viewer, row)
    return Plan(
        deadline=row,
        label=label_of(row),
        to=to,
        left_before=max(0.0, (row.at - now) / DAY),
        left_after=max(0.0, (to - now) / DAY),
        before=_load(rows, row.track_id, {}, reviews),
        after=_load(rows, row.track_id, {row.pk: to}, reviews),
        shifts=tuple(_shifts(rows, row, to)),
    )


def _shifts(rows: list[Deadline], row: Deadline, to: datetime) -> list[Shift]:
    """The later ones of the seasons that this one belongs to, each moved by as much.

    Needed is what would come before something that is earlier in one of those seasons.
    """
    by, instants = to - row.at, {row.pk: to}
    seasons = [season for season in _seasons(rows) if row in season]
    shifts: dict[int, Shift] = {}
    for each in sorted(rows, key=lambda one: ORDER[one.kind]):
        earlier = [
            instants.get(one.pk, one.at)
            for season in seasons
            if each in season
            for one in season[season.index(row) : season.index(each)]
        ]
        if ORDER[each.kind] <= ORDER[row.kind] or not earlier:
            continue
        needed = each.at < max(earlier) and not each.pinned_by
        if needed:
            instants[each.pk] = each.at + by
        shifts[each.pk] = Shift(each, label_of(each), each.at, each.at + by, needed, each.pinned_by)
    return list(shifts.values())


def _seasons(rows: list[Deadline]) -> list[list[Deadline]]:
    """What holds for the workshop as a whole, and for each track that has dates of its own, in order."""
    shared = {row.kind: row for row in rows if row.track_id is None}
    own: dict[int | None, dict[str, Deadline]] = {None: {}}
    for row in rows:
        if row.track_id is not None:
            own.setdefault(row.track_id, {})[row.kind] = row
    return [sorted((shared | kinds).values(), key=lambda one: ORDER[one.kind]) for kinds in own.values()]


def _load(rows: list[Deadline], track_id: int | None, moved: Mapping[int, datetime], reviews: int) -> Load | None:
    chosen: dict[str, datetime] = {}
    for row in rows:
        if row.track_id is None or row.track_id == track_id:
            chosen[row.kind] = moved.get(row.pk, row.at)
    if DeadlineKind.SUBMISSION not in chosen or DeadlineKind.REVIEW not in chosen:
        return None
    return Load((chosen[DeadlineKind.REVIEW] - chosen[DeadlineKind.SUBMISSION]) / DAY, reviews)


def _reviews_wanted(workshop: Workshop, viewer: Viewer, row: Deadline) -> int:
    papers = papers_on_desk(workshop.pk, viewer).filter(status=SubmissionStatus.SUBMITTED)
    papers = papers.filter(track__in=[track.pk for _, track in holding([row])])
    return sum(papers.values_list("track__reviews_per_paper", flat=True))


def load_after(workshop: Workshop, plan: Plan, moves: Mapping[int, datetime]) -> Load | None:
    """The load with the ticked dates moved too. One query."""
    reviews = plan.before.reviews if plan.before else 0
    return _load(deadlines_of(workshop), plan.deadline.track_id, moves, reviews)


def late_rows(workshop: Workshop, viewer: Viewer) -> list[LateRow]:
    """Late saves that wait for an answer by the viewer. Two queries."""
    waits = Submission.objects.of(workshop.pk).with_late_saves().select_related("track", "current")
    papers = {paper.pk: paper for paper in visible_to(viewer, "act", waits)}
    waiting: dict[int, list[Revision]] = {pk: [] for pk in papers}
    rows = Revision.objects.filter(submission__in=papers).late().select_related("saved_by", "pdf")
    for revision in rows.order_by("number"):
        waiting[revision.submission_id].append(revision)
    return [LateRow(papers[pk], found[-1], len(found)) for pk, found in sorted(waiting.items()) if found]


def extension_rows(workshop: Workshop, viewer: Viewer, now: datetime) -> list[ExtensionRow]:
    """Extensions that run, of papers that the viewer may act for. Two queries."""
    kind = Extension.Root.SUBMISSION
    running = list(Extension.objects.filter(workshop=workshop, root_type=kind).running(now).order_by("until"))
    ids = [int(row.root_id) for row in running]
    papers = visible_to(viewer, "act", Submission.objects.filter(pk__in=ids)).select_related("track").in_bulk()
    return [ExtensionRow(papers[int(row.root_id)], row) for row in running if int(row.root_id) in papers]
