"""What authors live through in a browser: from the call to the receipt by keyboard, and what goes wrong on the way."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from submissions.reading_late import KEPT_LATE
from tests.e2e.conftest import Keyboard, Site, Visitor, code_of, serious, text_of
from tests.factories import pdf

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

ZOE, YAN, VERA, BEN = "zoe@new.test", "yan@new.test", "vera@authors.test", "ben@authors.test"
# Two workshops: one that takes papers, and one whose deadline has just passed. Vera has papers in both.
BEGIN = f"""
from datetime import timedelta
from types import SimpleNamespace
from accounts.services.register import create_person
from django.utils import timezone
from tests.submissions import stage
from workshops.services.create import create_workshop
from workshops.services.deadlines import set_deadline
now = timezone.now()
def person(email, given):
    return create_person(email=email, given=given, family="Example", by=None, confirmed=True)
olive, vera = person("olive@organizers.test", "Olive"), person({VERA!r}, "Vera")
def workshop(slug):
    made = create_workshop(by=olive, slug=slug, name=slug.title(), year=now.year, announced=True,
                           submission_at=now + timedelta(days=14), contact="olive@organizers.test")
    return SimpleNamespace(workshop=made, track=made.tracks.get(page_limit=4))
def paper(where, title, **options):
    made = stage.start(where, by=vera, title=title)
    stage.save(made, vera, title=title, **options)
    return made
codes, late = workshop("codes"), workshop("late")
for title in ("About an upload", "About two windows", "About a session"):
    paper(codes, title)
ben = stage.AuthorData(given="Ben", family="Example", email={BEN!r})
stage.upload(paper(codes, "About two authors", authors=[stage.author(vera, corresponding=True), ben]), vera)
stage.upload(paper(late, "About being late"), vera)
set_deadline(workshop=late.workshop, kind="submission", at=now - timedelta(minutes=5), by=olive)
"""
UPLOAD, WINDOWS, SESSION, SHARED = (f"/w/codes/papers/{number}/" for number in (1, 2, 3, 4))
LATE = "/w/late/papers/1/"


@pytest.fixture(scope="module")
def begun(live: Site) -> Site:
    live.run(BEGIN)
    return live


@pytest.fixture(scope="module")
def signed_in(begun: Site, chromium: Browser) -> list[Any]:
    """What Vera's browser keeps once she has signed in."""
    context = chromium.new_context()
    vera = Visitor(begun, context, context.new_page())
    vera.signs_in(VERA)
    vera.reads("My desk")
    cookies = context.cookies()
    context.close()
    return cookies


@pytest.fixture
def vera(visit: Callable[[], Visitor], signed_in: list[Any]) -> Iterator[Visitor]:
    somebody = visit()
    somebody.context.add_cookies(signed_in)
    yield somebody
    assert somebody.problems == []


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "codes.pdf"
    path.write_bytes(pdf("Symmetry in neural codes"))
    return path


def test_somebody_new_submits_by_keyboard_without_an_account(
    begun: Site, visit: Callable[[], Visitor], paper: Path
) -> None:
    zoe, began = visit(), time.monotonic()
    keys, looking = Keyboard(zoe.page), 0.0

    def looks(name: str) -> None:
        nonlocal looking
        before = time.monotonic()
        zoe.looks(name)
        looking += time.monotonic() - before

    zoe.goes_to("/w/codes/call/")
    looks("keyboard-call")
    keys.follows(".page-next a")
    keys.goes_to("[name=track]")
    keys.presses("Space")
    keys.types("[name=title]", "Symmetry in neural codes")
    looks("keyboard-start")
    keys.follows("main form .btn-primary")
    looks("keyboard-paper-new")
    keys.types("[name=authors-0-given]", "Zoë")
    keys.types("[name=authors-0-family]", "Nguyễn")
    keys.types("[name=authors-0-email]", ZOE)
    keys.goes_to("[data-add-row]")
    keys.presses("Enter")
    keys.types("[name=authors-1-given]", "Yan")
    keys.types("[name=authors-1-email]", YAN)
    keys.types("[name=abstract]", "We look at $SO(3)$ in the brain.")
    keys.chooses("[name=file]", paper)
    zoe.page.get_by_text("is stored. What we find").wait_for()
    looks("keyboard-paper-typed")
    keys.follows(".action-bar [value=save]")
    zoe.page.locator("#checks").get_by_text("Checked").wait_for()
    looks("keyboard-paper-complete")
    keys.follows("#address .btn")
    looks("keyboard-code")
    keys.types("[name=code]", code_of(begun.letter(ZOE, "code")))
    with zoe.page.expect_navigation():
        keys.presses("Enter")
    zoe.page.locator("#receipt").wait_for()
    looks("keyboard-submitted")
    took = time.monotonic() - began - looking
    words = f"From the call to the receipt: {keys.moves} keys beside {keys.typed} letters, {took:.0f} s."
    print(words)  # noqa: T201 (pytest -s shows what the way costs)

    assert zoe.page.locator("#state").inner_text().startswith("Submitted")
    assert zoe.page.locator(".messages").inner_text() == "Your address is confirmed, and the paper is submitted."
    assert "Symmetry in neural codes" in text_of(begun.letter(ZOE, "we have your paper"))
    assert begun.letter(YAN, "author")["To"]
    assert (keys.moves < 200, took < 300) == (True, True)
    assert zoe.problems == []


def test_coauthor_says_not_me_and_then_that_it_is(begun: Site, visit: Callable[[], Visitor]) -> None:
    ben = visit()
    [link] = set(re.findall(r"http\S+/a/[^)\s]+", text_of(begun.letter(BEN, "author"))))
    ben.goes_to(link)
    ben.reads("Are you an author of this paper?")
    ben.page.get_by_text("This is not me, or I do not want").click()
    ben.looks("coauthor")
    ben.fills(reason="I have left the project.")
    ben.presses("This is not me")
    ben.reads("The organizers take it up")
    ben.looks("coauthor-not-me")
    ben.presses("It is me after all")
    ben.reads("You are confirmed as an author of this paper")
    ben.looks("coauthor-paper")

    assert ben.page.url.endswith(SHARED)
    assert ben.problems == []


def test_upload_that_loses_its_connection_goes_on_where_it_stopped(vera: Visitor, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    large.write_bytes(pdf("Symmetry in neural codes") + b"\n" * (3 * 1024 * 1024))
    pieces: list[str] = []

    def second_is_lost(route: Route) -> None:
        pieces.append(route.request.headers["upload-offset"])
        if len(pieces) == 2:
            route.abort("connectionreset")
        else:
            route.continue_()

    vera.page.route(re.compile(r"/uploads/[0-9a-f-]{36}/$"), second_is_lost)
    vera.goes_to(UPLOAD)
    vera.page.locator("[name=file]").set_input_files(large)
    vera.reads("It goes on by itself as soon as it can")
    vera.complaints.clear()  # the browser itself tells of the connection that was lost
    vera.page.get_by_text("is stored. What we find").wait_for()
    vera.page.locator("#checks").get_by_text("Checked").wait_for()
    vera.looks("upload-done")

    assert (pieces[0], pieces[1] == pieces[2], len(pieces)) == ("0", True, 5)


def test_two_windows_that_save_the_same_paper_show_both_texts(vera: Visitor) -> None:
    vera.goes_to(WINDOWS)
    other = vera.context.new_page()
    other.goto(vera.page.url)
    other.locator("[name=title]").fill("The title of the other window")
    other.locator(".action-bar [value=save]").click()
    other.get_by_text("Saved.").wait_for()
    vera.fills(title="The title of this window")
    vera.page.locator(".action-bar [value=save]").click()
    vera.reads("Both versions, where they differ")
    texts = vera.page.locator("#merge .merge-text").all_inner_texts()
    vera.complaints.clear()  # the answer 409 stands on the console
    vera.looks("both-versions")
    vera.page.locator("#merge").get_by_text("Theirs, as it is saved").click()
    vera.page.locator(".action-bar [value=save]").click()
    vera.reads("Saved.")

    assert texts == ["The title of this window", "The title of the other window"]
    assert vera.page.locator("h1").inner_text() == "The title of the other window"
    assert vera.page.get_by_text("This browser kept text").count() == 0


def test_what_is_saved_late_is_kept_and_told(vera: Visitor) -> None:
    vera.goes_to(LATE)
    vera.page.get_by_text("Change it after the deadline").click()
    vera.looks("late-form")
    vera.fills(abstract="A better abstract, ten minutes late.")
    vera.page.locator(".action-bar [value=save]").click()
    vera.reads("Kept for the organizers to decide")
    told = vera.page.locator(".messages").inner_text()
    vera.looks("late-kept")

    assert "A better abstract" not in vera.page.locator("section .prose").first.inner_text()
    assert told == KEPT_LATE


def test_withdrawal_is_typed_and_taken_back(vera: Visitor) -> None:
    vera.goes_to(SHARED)
    vera.presses("Withdraw…")
    vera.presses("Withdraw paper #4")
    vera.reads("nothing has happened yet")
    vera.complaints.clear()  # the answer 422 stands on the console
    vera.looks("withdraw-refused")
    vera.fills(number="4")
    vera.presses("Withdraw paper #4")
    vera.reads("This paper is withdrawn")
    vera.looks("withdrawn")
    vera.presses("Take the withdrawal back")
    vera.page.locator("#paper-form").wait_for()

    assert vera.page.locator("#state").inner_text().startswith("Submitted")


def test_what_is_typed_when_the_session_has_ended_is_saved_after_signing_in(vera: Visitor) -> None:
    vera.goes_to(SESSION)
    vera.fills(title="Typed while the session had ended")
    vera.context.clear_cookies(name="session")
    vera.page.locator(".action-bar [value=save]").click()
    vera.page.wait_for_url("**/accounts/login/**")
    vera.looks("session-ended")
    vera.page.get_by_role("link", name="Send me a sign-in code").click()
    vera.page.locator("[name=email]").fill(VERA)
    vera.page.locator("main form button[type=submit]").first.click()
    vera.page.locator("[name=code]").wait_for()
    time.sleep(2)  # the mail that came first holds another code
    vera.enters_the_code(VERA, "code")
    vera.looks("session-back")

    assert vera.page.url.endswith(SESSION)
    assert vera.page.locator("[name=title]").input_value() == "Typed while the session had ended"
    assert serious(vera.page) == []
