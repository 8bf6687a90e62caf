"""A reviewer without a mouse, from the invitation to the review; a form that is built, and changed after a review."""

import re
import time
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.conftest import Keyboard, Site, Visitor, text_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

OLIVE, TESS, REX = "olive@desk.test", "tess@readers.test", "rex@readers.test"
LOVELY = "A lovely paper about symmetry."
# A workshop for each test, because any of them may run alone: one whose reviewer is invited, one with a review that is
# in, and one whose reviewer has a paper before them.
BEGIN = f"""
from datetime import timedelta
from types import SimpleNamespace
from accounts.services.register import create_person
from django.utils import timezone
from reviews.services.assign import assign
from reviews.services.invite import invite
from reviews.services.reviewers import add_reviewer
from tests.reviews.stage import SHORT, reviewed, write
from workshops.services.create import create_workshop
now = timezone.now()
def person(email, given):
    return create_person(email=email, given=given, family="Example", by=None, confirmed=True)
olive, rex = person({OLIVE!r}, "Olive"), person({REX!r}, "Rex")
def workshop(slug, papers):
    made = create_workshop(by=olive, slug=slug, name=slug.title(), year=now.year, announced=True,
                           submission_at=now - timedelta(days=1), contact={OLIVE!r})
    stage = SimpleNamespace(workshop=made, track=made.tracks.get(page_limit=4))
    return made, [write(stage, f"Writer{{n}}", f"w{{n}}@writers{{n}}.test", f"About {{slug}}") for n in range(papers)]
reading, _ = workshop("reading", 2)
invite(workshop=reading, by=olive, address={TESS!r}, name="Tess Example", undo_seconds=2)
def given_to_rex(slug):
    made, [paper] = workshop(slug, 1)
    add_reviewer(workshop=made, user=rex, by=olive)
    return assign(submission=paper, user=rex, by=olive)
reviewed(given_to_rex("wording"), SHORT | {{"text": {LOVELY!r}}})
given_to_rex("closing")
"""
ASSIGN = f"""
from accounts.models import User
from reviews.services.assign import assign
from submissions.models import Submission
for paper in Submission.objects.filter(workshop__slug="reading"):
    assign(submission=paper, user=User.objects.get(email={TESS!r}), by=User.objects.get(email={OLIVE!r}))
"""
MOVE = """
from accounts.models import User
from datetime import timedelta
from django.utils import timezone
from workshops.models import Workshop
from workshops.services.deadlines import set_deadline
set_deadline(workshop=Workshop.objects.get(slug="closing"), kind="review", at=timezone.now() - timedelta(hours=2),
             hard={hard}, by=User.objects.get(email="olive@desk.test"))
"""


@pytest.fixture(scope="module")
def begun(live: Site) -> Site:
    live.run(BEGIN)
    return live


@pytest.fixture
def olive(begun: Site, visit: Callable[[], Visitor]) -> Iterator[Visitor]:
    somebody = visit()
    somebody.signs_in(OLIVE)
    yield somebody
    assert somebody.problems == []


def test_somebody_new_comes_from_the_invitation_to_a_submitted_review_by_keyboard(
    begun: Site, visit: Callable[[], Visitor]
) -> None:
    tess, began = visit(), time.monotonic()
    keys = Keyboard(tess.page)

    letter = text_of(begun.letter(TESS, "Reading"))
    tess.goes_to(next(url for url in re.findall(r"http\S+/i/\S+", letter) if "answer=yes" in url))
    keys.follows("main form .btn-primary")
    tess.reads("Before you review")
    keys.goes_to("[name=agrees]")
    keys.presses("Space")
    keys.types("[name=publications]", "Symmetry in the dark")
    keys.goes_to("[name=named_all]")
    keys.presses("Space")
    keys.follows(".action-bar .btn-primary")
    tess.reads("that is all")
    begun.run(ASSIGN)
    tess.goes_to("/desk/")
    tess.looks("keyboard-desk-reviewer")
    keys.follows("main a[href^='/reviews/']")
    keys.types("form[data-autosave] textarea", LOVELY)
    for name in ("overall", "confidence"):
        keys.goes_to(f"[name=q-{name}]")
        keys.presses("Space")
    tess.looks("keyboard-review")
    keys.follows(".action-bar .btn-primary")
    tess.reads("Your review came in")
    tess.looks("keyboard-review-submitted")
    print(  # noqa: T201 (pytest -s shows what the way costs)
        f"From the invitation to the review: {keys.moves} keys beside {keys.typed} letters, "
        f"{time.monotonic() - began:.0f} s."
    )

    assert keys.moves < 250
    assert begun.letter(TESS, "review of paper")["To"]
    assert tess.problems == []


def test_form_is_changed_after_a_review_that_keeps_the_words_it_answered(olive: Visitor) -> None:
    olive.goes_to("/admin/w/wording/forms/")
    olive.looks("forms")
    olive.page.get_by_role("link", name="Extended Abstract").click()
    olive.page.get_by_text("Change the form: begin version 2").click()
    olive.presses("Begin the draft")
    olive.looks("form-builder")
    olive.page.locator("[name=questions-0-text]").fill("What should its authors hear from you?")
    olive.presses("Add a question")
    last = olive.page.locator("#question-rows > li").last
    last.locator("[name$='-text']").fill("Would you read it again?")
    last.locator("[name$='-kind']").select_option("yesno")
    olive.page.locator("#form-preview").get_by_text("Would you read it again?").first.wait_for()
    olive.looks("form-builder-changed")
    olive.presses("Save, then open it")
    olive.reads("Open this version?")
    olive.looks("form-open")
    olive.presses("Open version 2")
    olive.reads("1 review")
    olive.looks("form-two-versions")

    olive.goes_to("/admin/w/wording/papers/1/")
    page = olive.page.locator("main").inner_text()
    olive.looks("paper-of-two-forms")
    assert LOVELY in page
    assert ("What should its authors hear from you?" in page, "Would you read it again?" in page) == (False, False)


def test_after_a_hard_deadline_the_review_is_closed_and_the_text_is_kept(
    begun: Site, visit: Callable[[], Visitor]
) -> None:
    rex = visit()
    rex.signs_in(REX)
    rex.goes_to("/desk/")
    rex.presses("About closing")
    rex.page.locator("form[data-autosave] textarea").first.fill("Nearly finished when the clock struck.")
    begun.run(MOVE.format(hard=True))
    rex.presses("Submit the review")
    rex.reads("Reviews were open until")
    rex.complaints.clear()  # the answer stands on the console
    rex.looks("review-after-a-hard-deadline")

    assert "Nearly finished when the clock struck." in rex.page.content()
    assert rex.problems == []
