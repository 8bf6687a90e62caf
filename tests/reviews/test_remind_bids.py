"""Who has bid, on the page of people, and a reminder to those who have not."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.utils import timezone

from audit.errors import Refused
from notifications.models import Batch, Message
from notifications.services.batches import cancel_batch, confirm_batch, send_now
from reviews.services.leave import end_role_of
from reviews.services.remind_bids import remind_of_bids
from reviews.services.remind_reviewers import remind_reviewers
from submissions.services.conflicts import set_conflict
from submissions.services.remind import plan_reminders as plan_paper_reminders
from submissions.services.start import start_submission
from tests.factories import deliver, make_user
from tests.reviews.stage import given, make_stage
from tests.reviews.test_bids import begin, bid, open_bidding
from tests.reviews.test_people_desk import browser
from workshops.models import Membership

PEOPLE = "/admin/w/neurreps-2027/people/"
DAY = timedelta(days=1)


@pytest.fixture
def stage(db: Any) -> Any:
    """Bidding is open; Rui has bid on both papers, Noor has begun and said nothing, Rae has not begun."""
    stage = make_stage(papers=2, reviewers=("Rui", "Noor", "Rae"))
    open_bidding(stage)
    for name in ("rui", "noor"):
        begin(stage, name)
    bid(stage, "high")
    bid(stage, "low", 1)
    return stage


def seen(user: Any, query: str = "") -> dict[str, str]:
    found = browser(user).get(f"{PEOPLE}?{query}").context["found"].people
    return {row.name.split()[0]: row.bid_words for row in found}


def remind(stage: Any, *names: str, by: Any = None, again: bool = False) -> Batch:
    people = [getattr(stage, name).pk for name in names]
    return remind_of_bids(workshop=stage.workshop, by=by or stage.olga, people=people, again=again)


def written(batch: Batch) -> list[str]:
    return sorted(batch.messages.exclude(status="cancelled").values_list("recipient__given", flat=True))


# --- what the page says ---


def test_line_says_how_many_bids_and_marks_find_who_has_none(stage: Any) -> None:
    assert seen(stage.olga, "role=reviewer&sort=-bids") == {"Rui": "2", "Noor": "none", "Rae": "none"}
    assert list(seen(stage.olga, "look=no_bids")) == ["Noor", "Rae"]


def test_file_holds_the_bids(stage: Any) -> None:
    lines = browser(stage.olga).get(f"{PEOPLE}?format=csv&look=no_bids").content.decode("utf-8-sig").splitlines()
    assert (lines[0].split(",")[-1], [line.split(",")[-1] for line in lines[1:]]) == ("bids", ["0", "0"])


def test_bids_are_not_spoken_of_where_there_is_no_bidding(db: Any) -> None:
    stage = make_stage(papers=1, reviewers=("Rui",))
    page = browser(stage.olga).get(f"{PEOPLE}?look=no_bids")
    text = browser(stage.olga).get(PEOPLE).content.decode()
    assert (page.context["found"].people, "Bids" in text, "Has not bid" in text, "Remind to bid" in text) == (
        [],
        False,
        False,
        False,
    )


def test_reminder_is_offered_only_while_bidding_is_open(stage: Any) -> None:
    client = browser(stage.olga)
    during = client.get(PEOPLE).content.decode()
    with time_machine.travel(timezone.now() + 5 * DAY):
        after = browser(stage.olga).get(PEOPLE).content.decode()
    assert ("Remind to bid" in during, "Remind to bid" in after, "2 of 2" in after or "Bids" in after) == (
        True,
        False,
        True,
    )


def test_bid_on_an_organizers_own_paper_changes_nothing_for_anybody(stage: Any) -> None:
    """Otto has a conflict with paper 2; Noor bids on it and on no other."""
    set_conflict(
        submission=stage.papers[1],
        user=stage.otto,
        reason="organizer",
        state="confirmed",
        by=stage.olga,
        why="Advisor.",
    )
    before = {name: seen(getattr(stage, name)) for name in ("olga", "otto")}
    bid(stage, "high", 1, "noor")

    assert {name: seen(getattr(stage, name)) for name in ("olga", "otto")} == before
    assert before["otto"]["Rui"] == "1"
    assert written(remind(stage, "rui", "noor", "rae")) == ["Noor", "Rae"]


# --- the reminder ---


def test_who_has_not_bid_gets_one_mail_that_waits_for_a_look(stage: Any) -> None:
    client = browser(stage.olga)
    look = client.get(f"{PEOPLE}acts/?act=remind_bids&all=1&list=role%3Dreviewer")
    assert [one.words.split()[0] for one in look.context["plan"].takes] == ["Noor", "Rae"]
    assert [(one.words.split()[0], one.why) for one in look.context["plan"].left_out] == [("Rui", "They have bid.")]
    assert not Message.objects.filter(kind="bid_reminder").exists()

    answer = client.post(f"{PEOPLE}acts/", {"act": "remind_bids", "all": "1", "list": "role=reviewer", "seen": "2"})

    batch = Batch.objects.get(kind="bid_reminder")
    assert (answer.url, batch.status, written(batch)) == (
        f"/admin/w/neurreps-2027/mail/batches/{batch.pk}/",
        "draft",
        ["Noor", "Rae"],
    )
    assert "/w/neurreps-2027/reviewing/bids/" in batch.messages.all()[0].text


def test_page_of_bids_leads_to_the_reminder(stage: Any) -> None:
    page = browser(stage.olga).get("/admin/w/neurreps-2027/assignment/matching/")
    link = f"{PEOPLE}acts/?act=remind_bids&amp;all=1&amp;list={quote(page.context['not_bid'])}"
    assert link in page.content.decode()


def test_nobody_is_reminded_twice_within_three_days_unless_it_is_wished(stage: Any) -> None:
    remind(stage, "noor")
    with pytest.raises(Refused, match="reminded within three days"):
        remind(stage, "noor", by=stage.otto)
    assert written(remind(stage, "noor", again=True)) == ["Noor"]


def test_who_bids_during_the_hold_gets_no_reminder(stage: Any) -> None:
    batch = confirm_batch(batch=remind(stage, "noor", "rae"), by=stage.olga, typed=None, hold_minutes=10)
    bid(stage, "high", 0, "noor")

    send_now(batch=batch, by=stage.olga)
    deliver()

    assert dict(batch.messages.values_list("recipient__given", "status")) == {"Noor": "cancelled", "Rae": "sent"}


def test_who_stops_reviewing_during_the_hold_gets_no_reminder(stage: Any) -> None:
    batch = confirm_batch(batch=remind(stage, "noor", "rae"), by=stage.olga, typed=None, hold_minutes=10)
    end_role_of(membership=Membership.objects.get(user=stage.noor), by=stage.olga, take_back=False)

    send_now(batch=batch, by=stage.olga)

    assert dict(batch.messages.values_list("recipient__given", "status")) == {"Noor": "cancelled", "Rae": "due"}


@pytest.mark.parametrize("act", ["remind", "remind_bids"])
def test_reminder_names_nobody_who_has_no_role_here(stage: Any, act: str) -> None:
    """The keys of accounts are numbers: whoever counts them up must not read the names of the whole site."""
    stranger = make_user("Zacharias")

    page = browser(stage.olga).get(f"{PEOPLE}acts/?act={act}&line={stranger.pk}&line={stage.rui.pk}")

    plan = page.context["plan"]
    assert ([one.words.split()[0] for one in plan.left_out], plan.takes) == (["Rui"], [])
    assert "Zacharias" not in page.content.decode()


def test_reminder_of_nobody_says_so_and_promises_no_reasons(stage: Any) -> None:
    page = browser(stage.olga).get(f"{PEOPLE}acts/?act=remind_bids&line={make_user('Zacharias').pk}").content.decode()

    said = [words in page for words in ("None of those that you selected", "stands below", "Show those who were")]
    assert said == [True, False, False]


def test_reminder_is_refused_where_bidding_is_over_or_there_is_nobody(stage: Any) -> None:
    with pytest.raises(Refused, match="they have bid"):
        remind(stage, "rui")
    with time_machine.travel(timezone.now() + 5 * DAY), pytest.raises(Refused, match="Bidding is not open"):
        remind(stage, "noor")


# --- one reminder a person a day, whatever its kind ---


def test_who_was_reminded_to_bid_is_not_reminded_of_a_review_on_the_same_day(stage: Any) -> None:
    assignment = given(stage, "rae")
    remind(stage, "rae")

    with pytest.raises(Refused, match="reminded within the last day"):
        remind_of_review(stage, assignment)
    assert written(remind_of_review(stage, assignment, again=True)) == ["Rae"]
    with time_machine.travel(timezone.now() + DAY):
        Message.objects.update(status="sent")
        assert written(remind_of_review(stage, assignment)) == ["Rae"]


def test_who_was_reminded_of_a_review_is_not_reminded_to_bid_on_the_same_day(stage: Any) -> None:
    assignment = given(stage, "rae")
    batch = remind_of_review(stage, assignment)

    with pytest.raises(Refused, match="reminded within three days"):
        remind(stage, "rae")
    cancel_batch(batch=batch, by=stage.olga)
    assert written(remind(stage, "rae")) == ["Rae"]


def test_reminder_about_a_paper_that_an_organizer_is_kept_from_keeps_nobody_from_being_reminded_to_bid(
    stage: Any,
) -> None:
    """Otto has a conflict with the paper: who is left out would tell him that Rae reviews it."""
    conflict = {"user": stage.otto, "reason": "organizer", "state": "confirmed", "why": "Advisor."}
    set_conflict(submission=stage.papers[1], by=stage.olga, **conflict)
    remind_of_review(stage, given(stage, "rae", paper=1))

    assert written(remind(stage, "rae", by=stage.otto)) == ["Rae"]


def test_author_who_was_reminded_to_bid_is_not_reminded_of_a_draft_on_the_same_day(stage: Any) -> None:
    at = timezone.now() - 2 * DAY
    draft = start_submission(workshop=stage.workshop, track=stage.track, by=stage.rae, received_at=at, title="Begun")
    remind(stage, "rae")

    assert [one.why_not for one in plan_paper_reminders([draft])] == [
        "Its author was reminded within the last day, or a reminder waits in bulk mail."
    ]
    assert [one.why_not for one in plan_paper_reminders([draft], again=True)] == [""]


def remind_of_review(stage: Any, assignment: Any, *, again: bool = False) -> Batch:
    return remind_reviewers(workshop=stage.workshop, by=stage.olga, assignments=[assignment.pk], again=again)
