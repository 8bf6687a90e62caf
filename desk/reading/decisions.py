"""The papers that the viewer decides on, and what is decided so far."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from access.registry import right
from access.viewer import Viewer
from decisions.models import Decision, Outcome
from decisions.states import DecisionStatus
from desk.reading.levels import papers_on_desk, sealed_papers
from desk.reading.papers import DECISION_STATES, PAGE, PaperRow, rows_of
from submissions.models import Submission
from submissions.states import SubmissionStatus
from workshops.models import Workshop


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
class Board:
    rows: list[DecisionRow]
    total: int
    page: int
    pages: int
    counts: list[TrackCounts]
    to_confirm: int
    not_free: int
    sealed: int


def decidable(workshop: Workshop, viewer: Viewer) -> Any:
    """Papers under review that the viewer acts on."""
    papers = Submission.objects.of(workshop.pk).filter(right(Submission, "act", viewer))
    return papers.filter(status__in=(SubmissionStatus.SUBMITTED, SubmissionStatus.DESK_REJECTED))


def read_board(
    workshop: Workshop, viewer: Viewer, *, two: bool, track: str = "", state: str = "", page: int = 1
) -> Board:
    """One page of the board; ``two``: another organizer confirms. ``to_confirm`` counts what “confirm all” would do.

    The same number of queries for any number of papers.
    """
    rows = read_rows(decidable(workshop, viewer), workshop, viewer, two=two)
    shown = [row for row in rows if _matches(row, track, state)]
    submitted = papers_on_desk(workshop, viewer).filter(status=SubmissionStatus.SUBMITTED)
    others = submitted.exclude(right(Submission, "act", viewer)).count()
    pages = max(-(-len(shown) // PAGE), 1)
    page = min(max(page, 1), pages)
    return Board(
        rows=shown[(page - 1) * PAGE : page * PAGE],
        total=len(shown),
        page=page,
        pages=pages,
        counts=_counts(rows),
        to_confirm=sum(row.may_confirm for row in rows if _matches(row, track, "")),
        not_free=others,
        sealed=sealed_papers(workshop, viewer).count(),
    )


def read_rows(papers: Any, workshop: Workshop, viewer: Viewer, *, two: bool) -> list[DecisionRow]:
    """The rows of these papers, which the viewer must act on."""
    lines = rows_of(papers, workshop, viewer)
    decisions = {
        row.submission_id: row
        for row in Decision.objects.filter(submission__in=[line.pk for line in lines]).select_related("decided_by")
    }
    outcomes = _outcomes(workshop)
    return [_row(line, outcomes.get(line.track, ()), decisions.get(line.pk), viewer, two) for line in lines]


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


def _outcomes(workshop: Workshop) -> dict[str, tuple[tuple[int, str], ...]]:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    rows = Outcome.objects.filter(track__workshop=workshop).values_list("track__name", "pk", "label")
    for track, pk, label in rows:
        found[track].append((pk, label))
    return {track: tuple(pairs) for track, pairs in found.items()}


def _matches(row: DecisionRow, track: str, state: str) -> bool:
    if track and row.paper.track != track:
        return False
    status = row.paper.decision_status
    if state == "told":
        return status in {DecisionStatus.RELEASED, DecisionStatus.CORRECTED}
    if state == "none":
        return not status
    return status == state if state in DECISION_STATES else True


def _counts(rows: list[DecisionRow]) -> list[TrackCounts]:
    tracks: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        tracks[row.paper.track][row.paper.decision] += 1
    return [
        TrackCounts(track, tuple((k, n) for k, n in sorted(found.items()) if k), found.get("", 0), sum(found.values()))
        for track, found in sorted(tracks.items())
    ]
