"""What follows a deadline follows once: whoever looks how often, after whatever time of standing still."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.models import Once
from submissions import at_deadline
from submissions.tasks import follow_deadlines
from tests.factories import Cast, make_cast
from workshops.models import Deadline, Extension
from workshops.services.deadlines import set_deadline

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the steps of this test were called with; those of the product are set aside."""
    calls: list[dict[str, Any]] = []
    for name in ("_AFTER", "_AFTER_EXTENSION", "_BEFORE"):
        monkeypatch.setattr(at_deadline, name, [])
    return calls


@pytest.fixture
def cast(db: None, called: list[dict[str, Any]]) -> Cast:
    return make_cast()


@pytest.fixture
def deadline(cast: Cast) -> Deadline:
    return Deadline.objects.get(workshop=cast.workshop, kind="submission")


@pytest.fixture
def travel(time_machine: Any) -> Callable[[Any], None]:
    def to(at: Any) -> None:
        time_machine.move_to(at, tick=False)

    return to


def _after(called: list[dict[str, Any]]) -> None:
    @at_deadline.after_submission_deadline
    def step(**given: Any) -> None:
        called.append(given)


def test_step_is_called_once_for_each_track_when_the_deadline_has_passed(cast, deadline, called, travel):
    _after(called)
    travel(deadline.at - MINUTE)
    follow_deadlines()
    assert called == []

    travel(deadline.at + MINUTE)
    follow_deadlines()
    follow_deadlines()

    tracks = list(cast.workshop.tracks.all())
    assert called == [{"workshop": cast.workshop, "track": track, "deadline": deadline} for track in tracks]
    deadline.refresh_from_db()
    assert deadline.awaited is False


def test_step_waits_for_the_end_of_the_grace_time(cast, deadline, called, travel):
    _after(called)
    set_deadline(workshop=cast.workshop, kind="submission", at=deadline.at, grace_minutes=30, by=cast.olga)

    travel(deadline.at + 29 * MINUTE)
    follow_deadlines()
    assert called == []

    travel(deadline.at + 31 * MINUTE)
    follow_deadlines()
    assert len(called) == cast.workshop.tracks.count()


def test_step_is_made_up_for_after_two_weeks_of_standing_still(cast, deadline, called, travel):
    _after(called)
    travel(deadline.at + 14 * DAY)

    follow_deadlines()

    assert len(called) == cast.workshop.tracks.count()


def test_deadline_that_was_set_in_the_past_is_followed_by_nothing(cast, called):
    _after(called)
    past = timezone.now() - DAY
    set_deadline(workshop=cast.workshop, kind="submission", track=cast.track, at=past, by=cast.olga)

    follow_deadlines()

    assert called == []


def test_deadline_that_is_closed_at_once_is_followed(cast, deadline, called, travel):
    _after(called)
    set_deadline(workshop=cast.workshop, kind="submission", at=timezone.now() - MINUTE, by=cast.olga)

    follow_deadlines()

    assert len(called) == cast.workshop.tracks.count()


def test_deadline_that_moved_on_after_it_passed_is_followed_again(cast, deadline, called, travel):
    _after(called)
    travel(deadline.at + MINUTE)
    follow_deadlines()
    set_deadline(workshop=cast.workshop, kind="submission", at=deadline.at + DAY, by=cast.olga)
    follow_deadlines()
    once = len(called)

    travel(deadline.at + DAY + MINUTE)
    follow_deadlines()

    assert (once, len(called)) == (cast.workshop.tracks.count(), 2 * cast.workshop.tracks.count())


def test_deadline_whose_pin_changes_after_it_passed_is_not_followed_again(cast, deadline, called, travel):
    _after(called)
    travel(deadline.at + MINUTE)
    follow_deadlines()
    set_deadline(workshop=cast.workshop, kind="submission", at=deadline.at, pinned_by="NeurIPS", by=cast.olga)

    follow_deadlines()

    assert len(called) == cast.workshop.tracks.count()


def test_track_with_a_deadline_of_its_own_is_called_for_at_that(cast, deadline, called, travel):
    _after(called)
    later = deadline.at + DAY
    own = set_deadline(workshop=cast.workshop, kind="submission", track=cast.track, at=later, by=cast.olga)
    others = [track for track in cast.workshop.tracks.all() if track != cast.track]

    travel(deadline.at + MINUTE)
    follow_deadlines()
    first = [given["track"] for given in called]
    travel(later + MINUTE)
    follow_deadlines()

    assert (first, [(given["track"], given["deadline"]) for given in called[len(first) :]]) == (
        others,
        [(cast.track, own)],
    )


def test_step_that_fails_is_tried_again_and_keeps_no_other_from_its_turn(cast, deadline, called, travel):
    broken = [True]

    @at_deadline.after_submission_deadline
    def fails(**given: Any) -> None:
        Once.objects.create(key=f"left behind by a step that failed: {given['track']}")
        if broken[0]:
            raise RuntimeError

    _after(called)
    travel(deadline.at + MINUTE)
    follow_deadlines()
    tracks = cast.workshop.tracks.count()
    left = Once.objects.filter(key__startswith="left behind").count()
    broken[0] = False
    follow_deadlines()
    follow_deadlines()

    assert (left, len(called), Once.objects.filter(key__startswith="left behind").count()) == (0, tracks, tracks)


@pytest.mark.parametrize(
    ("left", "hours"),
    [(73 * HOUR, []), (71 * HOUR, [72]), (25 * HOUR, [72]), (23 * HOUR, [24]), (-MINUTE, [])],
)
def test_reminder_is_the_one_that_fits_how_many_hours_are_left(cast, deadline, called, travel, left, hours):
    @at_deadline.before_submission_deadline(72, 24)
    def step(**given: Any) -> None:
        called.append(given)

    travel(deadline.at - left)
    follow_deadlines()
    follow_deadlines()

    assert [given["hours"] for given in called if given["track"] == cast.track] == hours


def test_extension_is_followed_once_it_is_over_and_so_is_the_deadline(cast, deadline, called, travel):
    @at_deadline.after_extension
    def step(**given: Any) -> None:
        called.append(given)

    extension = Extension.objects.create(
        workshop=cast.workshop,
        root_type="submission",
        root_id=str(cast.paper.pk),
        until=deadline.at + DAY,
        reason="A storm.",
    )
    travel(deadline.at + HOUR)
    follow_deadlines()
    early = list(called)
    travel(deadline.at + DAY + MINUTE)
    follow_deadlines()
    follow_deadlines()

    assert (early, called) == ([], [{"submission": cast.paper, "extension": extension}])
