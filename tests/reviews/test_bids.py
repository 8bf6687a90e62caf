"""Reviewers bid on papers, and what conflicts do while they may."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import Relation
from accounts.services.relations import Tie, add_relation, remove_relation
from audit.errors import Refused
from audit.models import Entry
from reviews.models import Bid
from reviews.services.bid import begin_bidding, bidding_at_night, place_bid
from reviews.services.reviewers import add_reviewer
from submissions.models import Conflict, Submission
from submissions.services.conflicts import set_conflict
from submissions.services.withdraw import withdraw
from tests.factories import make_user
from tests.reviews.stage import DAY, given, write
from workshops.models import Membership
from workshops.services.deadlines import set_deadline
from workshops.services.roles import end_role


def open_bidding(stage: Any, *, opens: timedelta = -DAY, ends: timedelta = 3 * DAY) -> None:
    now = timezone.now()
    set_deadline(workshop=stage.workshop, kind="bidding", opens_at=now + opens, at=now + ends, by=stage.olga)


def begin(stage: Any, name: str = "rui") -> int:
    return begin_bidding(workshop=stage.workshop, by=getattr(stage, name), received_at=timezone.now())


def bid(stage: Any, value: str, paper: int = 0, name: str = "rui") -> Bid:
    return place_bid(submission=stage.papers[paper], by=getattr(stage, name), value=value, received_at=timezone.now())


def shown(user: Any) -> set[int]:
    return set(visible_to(Viewer(user), "bid", Submission).values_list("number", flat=True))


def effective(user: Any) -> set[tuple[int, str]]:
    return set(Conflict.objects.effective().filter(user=user).values_list("submission__number", "reason"))


# --- beginning --------------------------------------------------------------------------------------------------------


def test_reviewer_begins_with_every_paper_without_a_conflict(stage: Any) -> None:
    open_bidding(stage)
    add_relation(user=stage.rui, by=stage.rui, tie=Tie("advisor", email="ada@ada.test"))

    assert (begin(stage), begin(stage, "noor")) == (1, 2)
    assert (shown(stage.rui), shown(stage.noor)) == ({2}, {1, 2})


def test_papers_are_nobodys_to_bid_on_before_they_begin(stage: Any) -> None:
    open_bidding(stage)

    assert shown(stage.rui) == set()
    with pytest.raises(PermissionDenied):
        bid(stage, "high")


def test_beginning_twice_changes_nothing(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    bid(stage, "high")

    assert begin(stage) == 2
    assert Bid.objects.placed().count() == 1
    assert Entry.objects.filter(action="bidding.begun").count() == 1


@pytest.mark.parametrize(
    ("opens", "ends", "words"),
    [(DAY, 3 * DAY, "has not begun yet"), (-3 * DAY, -DAY, "Bidding ended"), (None, None, "There is no bidding")],
)
def test_bidding_that_is_not_open_cannot_be_begun(stage: Any, opens: Any, ends: Any, words: str) -> None:
    if opens is not None:
        open_bidding(stage, opens=opens, ends=ends)

    with pytest.raises(Refused, match=words):
        begin(stage)


def test_who_does_not_review_has_nothing_to_bid_on(stage: Any) -> None:
    open_bidding(stage)
    end_role(membership=Membership.objects.get(user=stage.rui, role="reviewer"), by=stage.olga)

    for name in ("rui", "ada", "olga"):
        with pytest.raises(Refused, match="you are none"):
            begin(stage, name)
    assert Bid.objects.count() == 0


def test_reviewer_who_wrote_a_paper_does_not_find_it_though_no_conflict_was_found(stage: Any) -> None:
    open_bidding(stage)
    stage.papers[0].authorships.update(email="rui@rui.test")
    Conflict.objects.all().delete()

    begin(stage)

    assert shown(stage.rui) == {2}


def test_paper_of_a_track_without_bidding_is_not_shown(stage: Any) -> None:
    now = timezone.now()
    other = stage.workshop.tracks.exclude(pk=stage.track.pk)[0]
    set_deadline(workshop=stage.workshop, kind="bidding", track=other, at=now + DAY, opens_at=now, by=stage.olga)

    assert begin(stage) == 0


# --- placing ----------------------------------------------------------------------------------------------------------


def test_bid_is_kept_changed_and_taken_back(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)

    values = [bid(stage, value).value for value in ("very_high", "low", "low", "")]

    assert values == ["very_high", "low", "low", ""]
    told = Entry.objects.filter(action__startswith="bid.").order_by("pk").values_list("action", "data")
    assert list(told) == [
        ("bid.placed", {"from": "", "to": "very_high"}),
        ("bid.placed", {"from": "very_high", "to": "low"}),
        ("bid.taken_back", {"from": "low", "to": ""}),
    ]


def test_word_that_is_no_bid_is_refused(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)

    with pytest.raises(Refused, match="Choose one of: very high, high, neutral, low, very low, conflict"):
        bid(stage, "eager")


@pytest.mark.parametrize("why", ["closed", "frozen", "no role", "assigned", "withdrawn"])
def test_bid_is_refused_once_it_cannot_count(stage: Any, why: str) -> None:
    open_bidding(stage)
    begin(stage)
    expected: Any = Refused
    if why == "closed":
        open_bidding(stage, ends=-timedelta(minutes=30))
    elif why == "frozen":
        stage.workshop.frozen_at = timezone.now()
        stage.workshop.save()
    elif why == "no role":
        end_role(membership=Membership.objects.get(user=stage.rui, role="reviewer"), by=stage.olga)
    elif why == "assigned":
        given(stage)
    else:
        withdraw(submission=stage.papers[0], by=stage.ada)
        expected = PermissionDenied
    stage.papers[0].refresh_from_db()

    with pytest.raises(expected):
        bid(stage, "high")
    assert Bid.objects.placed().count() == 0


def test_one_reviewer_does_not_see_or_change_anothers_bid(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    begin(stage, "noor")
    bid(stage, "very_high")

    assert set(visible_to(Viewer(stage.noor), "own", Bid).values_list("user", flat=True)) == {stage.noor.pk}
    assert visible_to(Viewer(stage.noor), "row", Bid).count() == 0
    assert visible_to(Viewer(stage.ada), "row", Bid).count() == 0
    assert visible_to(Viewer(stage.olga), "row", Bid).placed().count() == 1


def test_organizer_with_a_conflict_sees_no_bid_on_the_paper(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    bid(stage, "high")
    bid(stage, "high", 1)
    Conflict.objects.create(submission=stage.papers[0], user=stage.olga, reason="organizer", state="confirmed")

    seen = visible_to(Viewer(stage.olga), "row", Bid.objects.placed()).values_list("submission__number", flat=True)

    assert set(seen) == {2}


# --- a conflict that one tells of -------------------------------------------------------------------------------------


def test_bid_conflict_makes_a_conflict_and_leaves_the_paper_on_the_page(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    bid(stage, "conflict")

    assert effective(stage.rui) == {(1, "bid")}
    assert shown(stage.rui) == {1, 2}


@pytest.mark.parametrize("value", ["high", ""])
def test_bid_conflict_is_undone_by_another_word(stage: Any, value: str) -> None:
    open_bidding(stage)
    begin(stage)
    bid(stage, "conflict")
    bid(stage, value)

    assert effective(stage.rui) == set()


def test_bid_conflict_that_an_organizer_has_settled_is_theirs(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    bid(stage, "conflict")
    set_conflict(
        submission=stage.papers[0], user=stage.rui, reason="bid", state="pinned", by=stage.olga, why="They told me."
    )

    with pytest.raises(Refused, match="organizers have settled"):
        bid(stage, "high")
    assert (effective(stage.rui), Bid.objects.placed().get().value) == ({(1, "bid")}, "conflict")


# --- while bidding is open, conflicts only come, and take nothing off the page ----------------------------------------


def test_tie_that_is_told_of_later_counts_from_the_night_on_and_hides_nothing(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    add_relation(user=stage.rui, by=stage.rui, tie=Tie("advisor", email="ada@ada.test"))
    by_day = (effective(stage.rui), shown(stage.rui))

    bidding_at_night()

    assert by_day == (set(), {1, 2})
    assert (effective(stage.rui), shown(stage.rui)) == ({(1, "relation")}, {1, 2})


def test_tie_that_is_taken_back_shows_no_paper_while_bidding_is_open(stage: Any) -> None:
    open_bidding(stage)
    tie = add_relation(user=stage.rui, by=stage.rui, tie=Tie("advisor", email="ada@ada.test"))
    begin(stage)
    remove_relation(relation=Relation.objects.get(pk=tie.pk), by=stage.rui)

    bidding_at_night()

    assert (effective(stage.rui), shown(stage.rui)) == ({(1, "relation")}, {2})


def test_tie_that_was_taken_back_goes_once_bidding_is_over(stage: Any) -> None:
    open_bidding(stage)
    tie = add_relation(user=stage.rui, by=stage.rui, tie=Tie("advisor", email="ada@ada.test"))
    begin(stage)
    remove_relation(relation=Relation.objects.get(pk=tie.pk), by=stage.rui)

    with time_machine.travel(timezone.now() + 4 * DAY, tick=True):
        bidding_at_night()

        assert effective(stage.rui) == set()


def test_paper_that_came_later_is_shown_from_the_night_on(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    stage.papers.append(write(stage, "Wes", "wes@wes.test", "A paper that came later"))
    by_day = shown(stage.rui)

    assert (bidding_at_night(), bidding_at_night()) == (1, 0)
    assert (by_day, shown(stage.rui), shown(stage.noor)) == ({1, 2}, {1, 2, 3}, set())


def test_reviewer_who_comes_while_bidding_is_open_is_compared_at_once(stage: Any) -> None:
    open_bidding(stage)
    new = make_user("Nell", email="nell@ada.test")
    add_reviewer(workshop=stage.workshop, user=new, by=stage.olga)
    stage.nell = new

    begin(stage, "nell")

    assert shown(new) == {2}
