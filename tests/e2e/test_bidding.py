"""A reviewer bids in a browser: by thumb, by keys, and in a tunnel; an organizer reminds who has not."""

import re
from collections.abc import Callable

import pytest

from tests.e2e.conftest import Site, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

BIDDER, SILENT, OLIVE = "bea@bidders.test", "ned@bidders.test", "olive@bidding.test"
DESK = "/admin/w/bidding"
BEGIN = f"""
from datetime import timedelta
from types import SimpleNamespace
from accounts.services.register import create_person
from django.utils import timezone
from reviews.services.bid import begin_bidding
from reviews.services.reviewers import add_reviewer
from tests.reviews.stage import write
from workshops.services.create import create_workshop
from workshops.services.deadlines import set_deadline
now = timezone.now()
bea = create_person(email={BIDDER!r}, given="Bea", family="Example", by=None, confirmed=True)
ned = create_person(email={SILENT!r}, given="Ned", family="Example", by=None, confirmed=True)
olive = create_person(email={OLIVE!r}, given="Olive", family="Example", by=None, confirmed=True)
workshop = create_workshop(by=olive, slug="bidding", name="Bidding", year=now.year, announced=True,
                           submission_at=now - timedelta(days=1))
stage = SimpleNamespace(workshop=workshop, track=workshop.tracks.get(page_limit=4))
for number in (1, 2, 3):
    write(stage, f"Author{{number}}", f"a{{number}}@authors{{number}}.test")
set_deadline(workshop=workshop, kind="bidding", opens_at=now, at=now + timedelta(hours=12), by=None)
for user in (bea, ned):
    add_reviewer(workshop=workshop, user=user, by=None)
begin_bidding(workshop=workshop, by=bea, received_at=timezone.now())
"""
SAVED = re.compile(r"^\s*Saved")  # and not “Not saved”
VALUES = "[...document.querySelectorAll('[data-row]')].map(row => row.dataset.value)"


@pytest.fixture(scope="module")
def begun(live: Site) -> Site:
    live.run(BEGIN)
    return live


def test_bids_are_saved_at_each_press_by_keys_and_after_a_tunnel(begun: Site, visit: Callable[[], Visitor]) -> None:
    bea = visit()
    bea.signs_in(BIDDER)
    bea.goes_to("/w/bidding/reviewing/bids/")
    bea.looks("bids")
    page, state = bea.page, bea.page.locator("[data-save-state]")

    page.get_by_role("button", name="Neutral").first.click()
    state.get_by_text(SAVED).wait_for()
    page.context.set_offline(True)
    page.get_by_role("button", name="Conflict").nth(1).click()
    state.get_by_text("Not saved: 1 bid, you are offline. Kept in this browser").wait_for()
    page.context.set_offline(False)
    state.get_by_text(SAVED).wait_for()
    page.reload()
    by_thumb = page.evaluate(VALUES)
    page.keyboard.press("j")
    for key in ("1", "4", "5"):  # each brings up the next paper
        page.keyboard.press(key)
    page.locator(".meter-words").get_by_text("3 of 3 papers").wait_for()  # the last of them is saved
    page.reload()

    assert (by_thumb, page.evaluate(VALUES)) == (["neutral", "conflict", ""], ["very_high", "low", "very_low"])
    bea.reads("3 of 3 papers")
    assert bea.problems == []


def test_who_has_not_bid_is_reminded_and_the_mail_is_cancelled_while_it_waits(
    begun: Site, visit: Callable[[], Visitor]
) -> None:
    olive = visit()
    olive.signs_in(OLIVE)
    olive.goes_to(f"{DESK}/people/?role=reviewer")
    olive.looks("bids-people")
    olive.goes_to(f"{DESK}/assignment/matching/")
    olive.looks("bids-desk")
    olive.presses("Remind who has not bid")
    olive.reads("Ned Example")
    olive.looks("bids-remind")
    olive.presses("Write reminders for")
    olive.reads("Look at them, then confirm")
    olive.looks("bids-reminder")
    olive.presses("Confirm")
    olive.reads("Held")

    olive.goes_to(f"{DESK}/mail/")
    olive.page.get_by_label("Select Reminder to bid").first.check()
    olive.looks("mail-several")
    olive.page.locator(".bulk-bar:visible").get_by_role("button", name="Look first").click()
    olive.reads("held, ")
    olive.looks("mail-several-look")
    olive.presses("Cancel 1 bulk mail")

    olive.reads("1 bulk mail is cancelled.")
    assert olive.problems == []
