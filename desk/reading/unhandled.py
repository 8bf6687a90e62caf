"""Papers that nobody is responsible for, once submissions are closed.

They are shown to every organizer, also those that are sealed from them: a number, a title, a track.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import QuerySet
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


Row = tuple[int, str, str, bool, int]


def unhandled(workshop: Workshop, viewer: Viewer) -> list[Unhandled]:
    """By number. One query, and the dates where a paper has no handler."""
    found = list(unhandled_rows(viewer, workshop.pk))
    return unhandled_from(found, Deadline.objects.filter(workshop=workshop)) if found else []


def unhandled_rows(viewer: Viewer, workshop_id: int) -> "QuerySet[Submission, Row]":
    """Papers without a handler, for who reads them with others; those whose track is still open are among them."""
    rows: Any = Submission.objects.of(workshop_id).without_handler()
    rows = rows.annotate(may_settle=flag(right(Submission, "settle", viewer)))
    return cast("QuerySet[Submission, Row]", rows.values_list("number", "title", "track__name", "may_settle", "track"))


def unhandled_from(rows: Iterable[Row], dates: Iterable[Deadline]) -> list[Unhandled]:
    """The same, from these rows and the dates of the workshop."""
    found = sorted(rows)
    seasons = windows_by_track(dates, {track for *_, track in found}, timezone.now())
    return [
        Unhandled(number, title, name, may_settle)
        for number, title, name, may_settle, track in found
        if seasons[track][DeadlineKind.SUBMISSION].is_late
    ]
