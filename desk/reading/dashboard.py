"""The season of one workshop at a glance, counted over what the viewer may see."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from access.viewer import Viewer
from decisions.rules import needs_second_person
from decisions.states import DecisionStatus
from desk.reading.charts import Charts, read_charts
from desk.reading.facts import Season, read_season
from desk.reading.needs import Need, read_needs
from desk.reading.timeline import DateLine, Timeline, timeline_of
from workshops.models import Workshop
from workshops.states import DeadlineKind


@dataclass(frozen=True)
class Progress:
    label: str
    done: int
    of: int
    words: str


@dataclass(frozen=True)
class Dashboard:
    """``calm``: what to expect, for when nothing needs a person."""

    timeline: Timeline | None
    next: DateLine | None
    counts: dict[str, int]
    papers: int
    sealed: int
    progress: list[Progress]
    needs: list[Need]
    charts: Charts
    calm: str
    takes_papers: bool
    closed: bool
    empty: bool
    now: datetime


COMING = {
    DeadlineKind.SUBMISSION: "Papers come in. What is incomplete, late or asked for will stand here.",
    DeadlineKind.BIDDING: "Reviewers say what they would like to review. Then the papers are assigned.",
    DeadlineKind.REVIEW: "Reviews are being written. What is overdue, declined or missing will stand here.",
    DeadlineKind.RESPONSE: "Authors answer their reviews.",
    DeadlineKind.DISCUSSION: "Reviewers discuss. Then the papers are decided.",
    DeadlineKind.NOTIFICATION: "Papers are decided until the authors are told.",
    DeadlineKind.CAMERA_READY: "Authors prepare their final versions.",
}
"""What goes on before a date of each kind."""


def read_dashboard(workshop: Workshop, viewer: Viewer, now: datetime) -> Dashboard:
    """The same number of queries for any number of papers."""
    season = read_season(workshop, viewer, now)
    timeline = timeline_of(workshop, season.tracks, season.windows, now)
    coming = timeline.next if timeline else None
    windows = [season.windows[pk][DeadlineKind.SUBMISSION] for pk in season.tracks]
    return Dashboard(
        timeline=timeline,
        next=coming,
        counts=dict(Counter(paper.status for paper in season.papers)),
        papers=len(season.papers),
        sealed=season.sealed,
        progress=_progress(season),
        needs=read_needs(season, two=needs_second_person(workshop, season.organizers)),
        charts=read_charts(season),
        calm=_calm(timeline, coming),
        takes_papers=any(window.is_open for window in windows),
        closed=bool(season.closed),
        empty=not season.papers,
        now=now,
    )


def _calm(timeline: Timeline | None, coming: DateLine | None) -> str:
    if timeline is None:
        return "No date is set yet."
    return COMING[DeadlineKind(coming.kind)] if coming else "All dates have passed."


def _progress(season: Season) -> list[Progress]:
    """Reviews over the papers whose reviews the viewer may see, decisions over those that they decide on."""
    submitted = [paper for paper in season.papers if paper.is_submitted]
    reviewed = [paper for paper in submitted if paper.assessed]
    wanted = sum(season.wanted(paper) for paper in reviewed)
    given = sum(min(season.reviews_in(paper), season.wanted(paper)) for paper in reviewed)
    mine = [paper for paper in submitted if paper.acts]
    waiting = (DecisionStatus.TENTATIVE, DecisionStatus.CONFIRMED)
    told = sum(paper.told for paper in mine)
    decided = told + sum(paper.decision in waiting for paper in mine)
    begun = len(season.papers)
    return [
        Progress("Papers submitted", len(submitted), begun, f"{len(submitted)} of {begun} begun"),
        Progress("Reviews in", given, wanted, f"{given} of {wanted} wanted"),
        Progress("Decided", decided, len(mine), f"{decided} of {len(mine)}"),
        Progress("Authors told", told, len(mine), f"{told} of {len(mine)}"),
    ]
