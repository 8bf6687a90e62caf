"""Papers that nobody is responsible for, once submissions are closed.

They are shown to every organizer, also those that are sealed from them: a number, a title, a track.
"""

from dataclasses import dataclass

from django.utils import timezone

from access.registry import right
from access.viewer import Viewer
from desk.reading.levels import flag
from submissions.models import Submission
from workshops.deadlines import windows_by_track
from workshops.models import Deadline, Workshop
from workshops.states import DeadlineKind


@dataclass(frozen=True)
class Unhandled:
    """``may_settle``: the viewer is no author of it, so they may see to it that somebody handles it."""

    number: int
    title: str
    track: str
    may_settle: bool


def unhandled(workshop: Workshop, viewer: Viewer) -> list[Unhandled]:
    """By number. One query, and the dates where a paper has no handler."""
    rows = Submission.objects.of(workshop.pk).without_handler()
    rows = rows.annotate(may_settle=flag(right(Submission, "settle", viewer))).order_by("number")
    found = list(rows.values_list("track", "number", "title", "track__name", "may_settle"))
    closed = _closed(workshop, {track for track, *_ in found}) if found else set()
    return [Unhandled(*row) for track, *row in found if track in closed]


def _closed(workshop: Workshop, tracks: set[int]) -> set[int]:
    seasons = windows_by_track(Deadline.objects.filter(workshop=workshop), tracks, timezone.now())
    return {track for track in tracks if seasons[track][DeadlineKind.SUBMISSION].is_late}
