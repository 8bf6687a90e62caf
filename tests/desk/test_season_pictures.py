"""Where things lie in the pictures of the dashboard, without a database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from desk.reading import charts
from desk.reading.timeline import MOST_TICKS, Timeline, timeline_of
from workshops.deadlines import windows_by_track
from workshops.models import Deadline, Track, Workshop
from workshops.states import DeadlineKind

DAY = timedelta(days=1)
START = datetime(2026, 9, 1, tzinfo=UTC)


@dataclass
class Edition:
    """A workshop with tracks and dates that are not stored."""

    workshop: Workshop
    tracks: dict[int, Track]
    dates: list[Deadline]

    def at(self, now: datetime) -> Timeline:
        found = timeline_of(self.workshop, self.tracks, windows_by_track(self.dates, self.tracks, now), now)
        assert found is not None
        return found


def edition(*days: tuple[str, int], tracks: int = 2, **fields) -> Edition:
    workshop = Workshop(pk=1, slug="w", name="W", year=2026, published_at=START, **fields)
    dates = [Deadline(pk=pk, workshop=workshop, kind=kind, at=START + day * DAY) for pk, (kind, day) in enumerate(days)]
    return Edition(workshop, {pk: Track(pk=pk, name=f"Track {pk}") for pk in range(1, tracks + 1)}, dates)


SEASON = (
    (DeadlineKind.SUBMISSION, 20),
    (DeadlineKind.REVIEW, 38),
    (DeadlineKind.NOTIFICATION, 41),
    (DeadlineKind.CAMERA_READY, 60),
)


def percent(text: str) -> float:
    return float(text.removesuffix("%"))


def test_phases_follow_each_other_without_a_gap():
    lane = edition(*SEASON).at(START + 25 * DAY).lanes[0]

    ends = [percent(phase.end) for phase in lane.phases[:-1]]
    begins = [percent(phase.x) for phase in lane.phases[1:]]
    assert ends == begins
    assert [phase.state for phase in lane.phases] == ["past", "now", "coming", "coming"]


@pytest.mark.parametrize("day", [-400, -3, 0, 25, 60, 75, 400])
def test_everything_lies_on_the_picture_on_any_day(day):
    found = edition(*SEASON, starts=(START + 95 * DAY).date()).at(START + day * DAY)

    places = [percent(at) for lane in found.lanes for phase in lane.phases for at in (phase.x, phase.end)]
    assert min(places) >= 0
    assert max(places) <= 100
    assert (found.today == "") == (abs(day) == 400)


@pytest.mark.parametrize("length", [3, 30, 70, 200, 900])
def test_ticks_have_room_for_their_words(length):
    found = edition((DeadlineKind.SUBMISSION, length // 2), (DeadlineKind.REVIEW, length)).at(START)

    places = [percent(tick.x) for tick in found.ticks]
    assert 1 <= len(places) <= MOST_TICKS + 1
    assert all(after - before > 8 for before, after in pairwise(places))


def test_tracks_with_other_dates_have_lanes_of_their_own():
    apart = edition(*SEASON)
    apart.dates.append(Deadline(pk=9, workshop=apart.workshop, kind="submission", track_id=2, at=START + 27 * DAY))
    found = apart.at(START)

    assert [lane.label for lane in found.lanes] == ["Track 1", "Track 2"]
    assert [(date.label, date.tracks) for date in found.dates] == [
        ("Submission", "Track 1"),
        ("Submission", "Track 2"),
        ("Reviews", "All tracks"),
        ("Notification", "All tracks"),
        ("Camera-ready", "All tracks"),
    ]


def test_picture_says_what_goes_on_to_whoever_does_not_see_it():
    said = [edition(*SEASON).at(START + day * DAY).words for day in (5, 25, 90)]

    assert said == [
        "The season in 4 dates. Now: Submission (All tracks).",
        "The season in 4 dates. Now: Reviews (All tracks).",
        "The season in 4 dates. All of them have passed.",
    ]


def test_line_counts_what_was_in_by_the_end_of_each_day():
    drawn = charts._cumulated([0.2, 0.4, 2.0, 9.5], 10, 0.0)

    assert [count for _, count in drawn] == [0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 4]


def test_line_of_a_running_season_ends_today():
    drawn = charts._cumulated([3.5, 9.5], 10, 3.5)

    assert drawn[-1] == (6.5, 2)


@pytest.mark.parametrize(("number", "top"), [(0, 2), (1, 2), (3, 4), (9, 10), (11, 20), (121, 200), (363, 400)])
def test_axis_ends_at_a_round_number(number, top):
    assert charts._top(number) == top
