"""A reviewer bids in a browser: by thumb, by keys, and in a tunnel."""

import re
from collections.abc import Callable

import pytest

from tests.e2e.conftest import Site, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

BIDDER = "bea@bidders.test"
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
workshop = create_workshop(by=None, slug="bidding", name="Bidding", year=now.year, announced=True,
                           submission_at=now - timedelta(days=1))
stage = SimpleNamespace(workshop=workshop, track=workshop.tracks.get(page_limit=4))
for number in (1, 2, 3):
    write(stage, f"Author{{number}}", f"a{{number}}@authors{{number}}.test")
set_deadline(workshop=workshop, kind="bidding", opens_at=now, at=now + timedelta(hours=12), by=None)
add_reviewer(workshop=workshop, user=bea, by=None)
begin_bidding(workshop=workshop, by=bea, received_at=timezone.now())
"""
SAVED = re.compile(r"^\s*Saved")  # and not “Not saved”
VALUES = "[...document.querySelectorAll('[data-row]')].map(row => row.dataset.value)"


def test_bids_are_saved_at_each_press_by_keys_and_after_a_tunnel(live: Site, visit: Callable[[], Visitor]) -> None:
    live.run(BEGIN)
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
