"""Moments are written the same for readers in every time zone."""

from datetime import UTC, datetime, timedelta

import pytest

from workshops.templatetags.instants import aoe, distance, instant, relative, utc

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(days=2, hours=4, minutes=50), "in 2 days 4 hours"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(days=34, hours=5), "in 34 days"),
        (timedelta(days=366), "in 1 year 1 day"),
        (timedelta(hours=1, minutes=1), "in 1 hour 1 minute"),
        (timedelta(seconds=30), "in less than a minute"),
        (timedelta(0), "just now"),
        (timedelta(hours=-3), "3 hours ago"),
    ],
)
def test_a_distance_is_said_in_its_two_largest_units(away: timedelta, words: str) -> None:
    assert relative(NOW + away, NOW) == words


def test_a_distance_shorter_than_a_minute_is_not_zero() -> None:
    assert distance(timedelta(seconds=59)) == "less than a minute"


def test_an_instant_is_written_in_aoe_and_utc() -> None:
    moment = datetime(2026, 11, 25, 11, 59, tzinfo=UTC)

    assert (aoe(moment), utc(moment)) == ("24 Nov 2026, 23:59 AoE", "25 Nov 2026, 11:59 UTC")


def test_no_moment_gives_nothing() -> None:
    assert (aoe(None), utc(None), instant(None)) == ("", "", "")


def test_a_deadline_within_two_days_is_marked_soon() -> None:
    near, far = (instant(NOW + timedelta(hours=h), deadline=True, now=NOW) for h in (47, 49))

    assert ("instant-soon" in near, "instant-soon" in far) == (True, False)


def test_a_brief_instant_keeps_the_exact_one_in_its_title() -> None:
    assert instant(NOW, "brief", now=NOW) == (
        '<time class="instant instant-brief" datetime="2026-11-24T12:00:00Z" '
        'title="24 Nov 2026, 00:00 AoE · 24 Nov 2026, 12:00 UTC" data-instant>'
        '<span class="instant-relative">just now</span></time>'
    )
