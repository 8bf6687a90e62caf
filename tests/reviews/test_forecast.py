"""How many more people to invite: the arithmetic, without a database."""

import random
from statistics import fmean, variance
from typing import Any

import pytest

from reviews.forecast import MOST, Forecast, Season, Share


def test_forecast_that_has_seen_nothing_believes_the_usual_shares() -> None:
    found = Forecast(Season(wanted=363))

    assert [round(share.mean, 2) for share in (found.agree, found.silent, found.deliver)] == [0.6, 0.2, 0.77]


def test_twenty_answers_weigh_as_much_as_the_first_belief() -> None:
    found = Forecast(Season(wanted=10, agreed=20))

    assert found.agree.mean == pytest.approx((0.6 + 1.0) / 2)


def test_workshop_that_has_asked_many_believes_itself() -> None:
    found = Forecast(Season(wanted=10, agreed=300, declined=400, silent=300, due=200, delivered=180.0))

    assert found.agree.mean == pytest.approx(0.3, abs=0.01)
    assert found.deliver.mean == pytest.approx(0.9, abs=0.02)


def test_nobody_is_to_be_invited_where_no_review_is_wanted() -> None:
    found = Forecast(Season(wanted=0))

    assert (found.fewest, found.more, found.most, found.expected) == (0, 0, 0, 0)


def test_first_invitations_of_a_workshop_are_about_what_the_shares_say() -> None:
    found = Forecast(Season(wanted=363, load=4))

    assert found.more == pytest.approx(363 / (4 * 0.6 * 0.77), abs=2)
    assert found.fewest < found.more < found.most


def test_who_reviews_already_and_who_is_asked_already_need_not_be_invited() -> None:
    nobody = Forecast(Season(wanted=100, load=4)).more
    some = Forecast(Season(wanted=100, reviewers=10, capacity=40, load=4)).more
    waiting = Forecast(Season(wanted=100, reviewers=10, capacity=40, load=4, waiting=10)).more

    assert nobody > some > waiting
    assert some - waiting == 10


def test_number_to_invite_is_the_smallest_that_suffices() -> None:
    found = Forecast(Season(wanted=363, reviewers=30, capacity=150, load=5, waiting=12))

    for chance in (0.1, 0.5, 0.9):
        more = found.to_invite(chance)
        assert found.enough(more) >= chance > found.enough(more - 1)


def test_what_arrives_lies_between_nothing_and_all_that_is_offered() -> None:
    found = Forecast(Season(wanted=50, reviewers=2, capacity=6, load=3, waiting=1))

    assert 0 <= found.low <= found.expected <= found.high <= 9


def test_number_to_invite_ends_somewhere() -> None:
    assert Forecast(Season(wanted=10**9)).most == MOST


SEASONS = [
    Season(wanted=100, reviewers=20, capacity=100, load=5, waiting=15),
    Season(wanted=100, reviewers=0, capacity=0, load=4, waiting=40, agreed=10, declined=10, silent=5),
    Season(wanted=100, reviewers=30, capacity=90, load=3, waiting=0, due=10, delivered=5.5),
]


@pytest.mark.parametrize("season", SEASONS)
def test_mean_and_variance_are_those_of_seasons_played_by_chance(season: Season) -> None:
    found = Forecast(season)
    chance = random.Random(7)

    played = [_play(season, found.agree, found.deliver, chance) for _ in range(4000)]

    mean, spread = found.moments(5)
    assert fmean(played) == pytest.approx(mean, rel=0.03)
    assert variance(played) == pytest.approx(spread, rel=0.1)


def _play(season: Season, agree: Share, deliver: Share, chance: Any) -> float:
    """One season with five more invited."""
    a, d = (chance.betavariate(share.yes, share.no) for share in (agree, deliver))
    agreed = sum(chance.random() < a for _ in range(season.waiting + 5))
    own = season.capacity / season.reviewers if season.reviewers else 0
    old = sum(chance.random() < d for _ in range(season.reviewers))
    new = sum(chance.random() < d for _ in range(agreed))
    return own * old + season.load * new
