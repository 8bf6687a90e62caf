"""The papers that the viewer decides on, and what is decided so far."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, QuerySet

from access.prepared import prepared
from access.registry import right
from access.viewer import Viewer
from decisions.models import Decision, Outcome
from decisions.states import DecisionStatus
from desk.reading.levels import papers_on_desk, sealed_papers
from desk.reading.paper_query import DECISION_STATES
from desk.reading.papers import PAGE, PaperRow, Rows, rows_of
from submissions.models import Submission
from submissions.states import SubmissionStatus
from workshops.models import Track, Workshop
from workshops.querysets import open_organizers


@dataclass(frozen=True)
class DecisionRow:
    paper: PaperRow
    outcomes: tuple[tuple[int, str], ...]
    outcome_id: int | None
    version: int
    decided_by: str
    by_viewer: bool
    held: bool
    may_confirm: bool
    error: str = ""
    typed: str = ""


@dataclass(frozen=True)
class TrackCounts:
    track: str
    outcomes: tuple[tuple[str, int], ...]
    undecided: int
    total: int

    @property
    def decided(self) -> int:
        return self.total - self.undecided


@dataclass(frozen=True)
class _Line:
    """A paper of the board, as far as the counts and the filters ask."""

    pk: int
    track: str
    status: str
    label: str
    decided_by: int | None

    def matches(self, track: str, state: str) -> bool:
        if track and self.track != track:
            return False
        if state == "told":
            return self.status in {DecisionStatus.RELEASED, DecisionStatus.CORRECTED}
        if state == "none":
            return not self.status
        return self.status == state if state in DECISION_STATES else True

    def may_be_confirmed(self, viewer: Viewer, two: bool) -> bool:
        return self.status == DecisionStatus.TENTATIVE and not (two and self.decided_by == viewer.id)


@dataclass(frozen=True)
class Board:
    rows: list[DecisionRow]
    total: int
    page: int
    pages: int
    counts: list[TrackCounts]
    to_confirm: int
    not_free: int
    sealed: int


def decidable(workshop_id: int, viewer: Viewer) -> Any:
    """Papers under review that the viewer acts on."""
    papers = Submission.objects.of(workshop_id).filter(right(Submission, "act", viewer))
    return papers.filter(status__in=(SubmissionStatus.SUBMITTED, SubmissionStatus.DESK_REJECTED))


@prepared
def _around(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """What the counts and the filters need of every paper, and what the page shows beside its rows."""
    acted = right(Submission, "act", viewer)
    submitted = papers_on_desk(workshop_id, viewer).filter(status=SubmissionStatus.SUBMITTED)
    decided = ("decision__status", "decision__outcome__label", "decision__decided_by")
    return {
        "lines": decidable(workshop_id, viewer).values_list("number", "pk", "track__name", *decided),
        "others": submitted.exclude(acted).values("workshop").annotate(n=Count("pk")).values_list("n"),
        "sealed": sealed_papers(workshop_id, viewer).values("workshop").annotate(n=Count("pk")).values_list("n"),
        "tracks": Track.objects.filter(workshop=workshop_id),
        "organizers": open_organizers(workshop_id).values_list("user").distinct(),
    }


def read_around(workshop: Workshop, viewer: Viewer) -> Rows:
    """The rows of it. One query."""
    return cast(Rows, _around(viewer, workshop.pk))


def read_board(
    workshop: Workshop,
    viewer: Viewer,
    around: Rows,
    *,
    two: bool,
    track: str = "",
    state: str = "",
    page: int = 1,
) -> Board:
    """One page of the board; ``two``: another organizer confirms. ``to_confirm`` counts what “confirm all” would do.

    Two queries for any number of papers, beside ``around``.
    """
    lines = _lines(around["lines"])
    shown = [line for line in lines if line.matches(track, state)]
    pages = max(-(-len(shown) // PAGE), 1)
    page = min(max(page, 1), pages)
    on_page = [line.pk for line in shown[(page - 1) * PAGE : page * PAGE]]
    return Board(
        rows=read_rows(on_page, workshop, viewer, two=two),
        total=len(shown),
        page=page,
        pages=pages,
        counts=_counts(lines),
        to_confirm=sum(line.may_be_confirmed(viewer, two) for line in lines if line.matches(track, "")),
        not_free=sum(n for (n,) in around["others"]),
        sealed=sum(n for (n,) in around["sealed"]),
    )


def read_rows(keys: list[int], workshop: Workshop, viewer: Viewer, *, two: bool) -> list[DecisionRow]:
    """The rows of these papers, which the viewer must act on. Two queries."""
    rows: Rows = _decided(workshop.pk, keys)
    decisions = {row.submission_id: row for row in rows["decisions"]}
    outcomes = _outcomes(rows["outcomes"])
    return [
        _row(line, outcomes.get(line.track, ()), decisions.get(line.pk), viewer, two)
        for line in rows_of(keys, workshop, viewer)
    ]


@prepared
def _decided(workshop_id: int, keys: list[int]) -> dict[str, QuerySet]:
    outcomes = Outcome.objects.filter(track__workshop=workshop_id)
    return {
        "decisions": Decision.objects.filter(submission__in=keys).select_related("decided_by"),
        "outcomes": outcomes.values_list("position", "pk", "track__name", "label"),
    }


def _row(line: PaperRow, outcomes: tuple, decision: Decision | None, viewer: Viewer, two: bool) -> DecisionRow:
    if decision is None:
        return DecisionRow(line, outcomes, None, 0, "", False, False, False)
    mine = decision.decided_by_id == viewer.id
    return DecisionRow(
        paper=line,
        outcomes=outcomes,
        outcome_id=decision.outcome_id,
        version=decision.version,
        decided_by=decision.decided_by.name if decision.decided_by else "",
        by_viewer=mine,
        held=decision.release_id is not None and decision.status == DecisionStatus.CONFIRMED,
        may_confirm=decision.status == DecisionStatus.TENTATIVE and not (mine and two),
    )


def _outcomes(rows: list[Any]) -> dict[str, tuple[tuple[int, str], ...]]:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for _, pk, track, label in sorted(rows):
        found[track].append((pk, label))
    return {track: tuple(pairs) for track, pairs in found.items()}


def _lines(rows: list[Any]) -> list[_Line]:
    """In the order of the board."""
    return [
        _Line(pk, track, status or "", label or "", decided_by)
        for _, pk, track, status, label, decided_by in sorted(rows, key=lambda row: row[0])
    ]


def _counts(lines: list[_Line]) -> list[TrackCounts]:
    tracks: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        tracks[line.track][line.label] += 1
    return [
        TrackCounts(track, tuple((k, n) for k, n in sorted(found.items()) if k), found.get("", 0), sum(found.values()))
        for track, found in sorted(tracks.items())
    ]
