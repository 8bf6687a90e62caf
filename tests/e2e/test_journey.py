"""One paper's whole life in a browser: its author, its reviewer and its organizers."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Site, Visitor, text_of
from tests.factories import pdf

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ADA, RUI, OLGA = "ada@example.test", "rui@reviewers.test", "olga@organizers.test"
TITLE = "Symmetry in neural codes"
# What an operator does first: an organizer, a colleague, and a workshop whose abstracts need one review.
BEGIN = f"""
from accounts.services.register import create_person
from django.utils import timezone
from datetime import timedelta
from decisions.services.outcomes import add_default_outcomes
from workshops.models import Track
from workshops.services.create import create_workshop
from workshops.services.roles import give_role
olga = create_person(email={OLGA!r}, given="Olga", family="Example", by=None, confirmed=True)
pia = create_person(email="pia@colleagues.test", given="Pia", family="Example", by=None, confirmed=True)
workshop = create_workshop(by=olga, slug="neurreps", name="NeurReps", year=timezone.now().year,
                           submission_at=timezone.now() + timedelta(days=14), announced=True)
add_default_outcomes(workshop=workshop, by=olga)
give_role(workshop=workshop, user=pia, role="organizer", by=olga)
Track.objects.filter(workshop=workshop).update(reviews_enough=1, reviews_per_paper=1)
"""
# The half minute in which an invitation can be taken back is over; test_reviewing waits for a shorter one.
HALF_A_MINUTE_PASSES = f"""
from django.utils import timezone
from notifications.models import Message
from notifications.tasks import ring
Message.objects.filter(address={RUI!r}, kind="invitation").update(due_at=timezone.now())
ring()
"""


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf("Symmetry in neural codes", who="Ada Example"))
    return path


def test_paper_is_submitted_reviewed_decided_and_told(live: Site, visit: Callable[[], Visitor], paper: Path) -> None:
    live.run(BEGIN)
    olga, ada, rui = visit(), visit(), visit()

    organizer_invites(olga)
    author_submits(ada, paper)
    live.run(HALF_A_MINUTE_PASSES)
    reviewer_accepts(rui)
    organizer_assigns(olga)
    reviewer_reviews(rui)
    organizer_decides_and_releases(olga)
    author_reads(ada)

    assert [problem for person in (olga, ada, rui) for problem in person.problems] == []


def organizer_invites(olga: Visitor) -> None:
    olga.signs_in(OLGA)
    olga.looks("my-desk-organizer")
    olga.goes_to("/admin/w/neurreps/")
    olga.looks("dashboard-empty")
    olga.goes_to("/admin/w/neurreps/people/invite/")
    olga.fills(lines=f"Rui Example <{RUI}>", note="Your work is close to our papers.")
    olga.presses("Preview")
    olga.looks("invite-preview")
    olga.presses("Invite 1 person")
    olga.reads(RUI)
    olga.looks("people")


def author_submits(ada: Visitor, paper: Path) -> None:
    ada.goes_to("/")
    ada.looks("home")
    ada.goes_to("/w/neurreps/")
    ada.looks("workshop")
    ada.goes_to("/w/neurreps/call/")
    ada.looks("call")
    ada.goes_to("/w/neurreps/submit/")
    ada.presses("sign in first")
    ada.looks("sign-in")
    ada.page.locator("main").get_by_role("link", name="Make one").click()
    ada.looks("sign-up")
    ada.signs_up(ADA, "Ada", "Example")
    ada.reads("A title and a track are enough to begin")
    ada.page.get_by_text("Extended Abstract").first.click()
    ada.fills(title=TITLE)
    ada.looks("start")
    ada.presses("Start")
    ada.reads("Still missing")
    ada.looks("paper-draft")
    fills_in_the_paper(ada, paper)
    ada.reads("This paper is submitted")
    ada.page.reload()
    ada.reads("Receipt")
    ada.looks("paper-submitted")
    receipt = text_of(ada.site.letter(ADA, "NeurReps"))
    assert TITLE in receipt
    assert re.search(r"\b[0-9a-f]{64}\b", receipt)


def fills_in_the_paper(ada: Visitor, paper: Path) -> None:
    ada.presses("Add an author")
    ada.fills(**{"authors-1-given": "Ben", "authors-1-family": "Example", "authors-1-email": "ben@example.test"})
    ada.fills(abstract="We look at $SO(3)$ in the brain.")
    ada.page.locator("input[name='file']").set_input_files(paper)
    ada.page.locator(".action-bar").get_by_role("button", name="Save").click()
    ada.reads("Saved")


def reviewer_accepts(rui: Visitor) -> None:
    letter = text_of(rui.site.letter(RUI, "NeurReps"))
    link = next(url for url in re.findall(r"http\S+/i/\S+", letter) if "answer=yes" in url)
    rui.goes_to(link)
    rui.reads("Will you join us")
    rui.looks("invitation")
    rui.presses("Send my answer")
    rui.reads("tell us what you know")
    rui.looks("first-visit")
    rui.page.get_by_label("I agree to these policies").check()
    rui.page.get_by_label("are all that I know of").check()
    rui.fills(publications="Symmetry in the dark")
    rui.presses("Save")
    rui.reads("that is all")
    rui.looks("reviewing")


def organizer_assigns(olga: Visitor) -> None:
    olga.goes_to("/admin/w/neurreps/assignment/")
    olga.looks("assignment")
    olga.presses("Propose an assignment")
    olga.page.get_by_role("link", name="Look at it and publish").wait_for(timeout=60_000)
    olga.reads("of the largest there is")
    olga.looks("proposal")
    olga.presses(TITLE)
    olga.reads("Who is proposed")
    olga.looks("proposal-paper")
    olga.page.go_back()
    olga.presses("Look at it and publish")
    olga.reads("1 reviewer will get one mail each")
    olga.looks("proposal-publish")
    olga.presses("Publish")
    olga.reads("see them, or cancel them")
    olga.presses("see them, or cancel them")
    olga.looks("batch-held")
    olga.presses("Send now")


def reviewer_reviews(rui: Visitor) -> None:
    letter = text_of(rui.site.letter(RUI, "to review"))
    assert TITLE in letter
    rui.goes_to("/desk/")
    rui.looks("my-desk-reviewer")
    rui.page.locator("a[href^='/reviews/']").first.click()
    rui.reads(TITLE)
    assert "Ada" not in rui.page.content()
    rui.looks("review")
    rui.page.locator("form[data-autosave] textarea").first.fill("A lovely paper about symmetry.")
    rui.page.get_by_text("Saved", exact=False).first.wait_for()
    rui.page.wait_for_function("document.querySelector('form[data-autosave] [name=version]').value !== '1'")
    rui.page.reload()
    assert rui.page.locator("form[data-autosave] textarea").first.input_value() == "A lovely paper about symmetry."
    for name in ("overall", "confidence"):
        rui.page.locator(f"input[name='q-{name}'][value='5']").check(force=True)
    rui.presses("Submit the review")
    rui.reads("Your review came in")
    rui.looks("review-submitted")
    assert TITLE in text_of(rui.site.letter(RUI, "eview"))


def organizer_decides_and_releases(olga: Visitor) -> None:
    olga.goes_to("/admin/w/neurreps/papers/")
    olga.reads(TITLE)
    olga.looks("papers")
    olga.goes_to("/admin/w/neurreps/papers/1/")
    olga.reads("A lovely paper about symmetry.")
    olga.looks("paper-desk")
    olga.page.get_by_text("Add a reviewer by hand").click()
    olga.page.get_by_label("Reviewer", exact=True).wait_for()
    olga.looks("paper-desk-acting")
    olga.goes_to("/admin/w/neurreps/decisions/")
    row = olga.page.locator("[data-paper='1']")
    row.locator("select").select_option(label="Accept")
    row.get_by_role("button", name="Save").click()
    row.get_by_text("Tentative").wait_for()
    olga.looks("decisions")
    row.get_by_role("button", name="Confirm").click()
    row.get_by_text("Confirmed").wait_for()
    olga.goes_to("/admin/w/neurreps/reviews/")
    olga.looks("reviews")
    olga.goes_to("/admin/w/neurreps/people/")
    olga.looks("people")
    olga.page.get_by_role("link", name="Rui").first.click()
    olga.looks("person")
    olga.goes_to("/admin/w/neurreps/decisions/release/")
    olga.fills(typed="2")
    olga.looks("release")
    olga.presses("Start the release")
    olga.looks("release-held")
    olga.presses("Send now")
    olga.goes_to("/admin/w/neurreps/mail/")
    olga.looks("mail")
    olga.goes_to("/admin/w/neurreps/log/")
    olga.looks("log")


def author_reads(ada: Visitor) -> None:
    letter = text_of(ada.site.letter(ADA, "ccepted"))
    assert "A lovely paper about symmetry." in letter
    ada.goes_to("/w/neurreps/papers/1/")
    ada.reads("A lovely paper about symmetry.")
    assert "Rui" not in ada.page.content()
    ada.looks("paper-decided")
    ada.goes_to("/desk/")
    ada.looks("my-desk-author")


def test_what_is_wrong_with_a_page_is_found(visit: Callable[[], Visitor]) -> None:
    """The look itself works: a picture without words, a page that is too wide, a style that the policy stops."""
    somebody = visit()
    somebody.goes_to("/")
    somebody.page.evaluate(
        """document.querySelector("main").innerHTML =
           '<img src="/static/img/mark.svg" width="900" height="9"><p onclick="go()">Words</p>'"""
    )
    somebody.looks("wrong")

    found = " ".join(somebody.problems)
    assert "image-alt" in found
    assert "too wide" in found
    assert "Content Security Policy" in found
