"""Nothing typed and no place is lost: text that was not sent, also in forms that were fetched, and the focus in a row
that is exchanged.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Site, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

OLGA = "olga@unsent.test"
PAPER = "/admin/w/unsent/papers/1/"
WHY = "#act-declare textarea"
# One paper, and one person besides its author with whom there could be a conflict.
BEGIN = f"""
from datetime import timedelta
from django.utils import timezone
from accounts.services.register import create_person
from reviews.services.reviewers import add_reviewer
from submissions.importing.records import ImportedAuthor, ImportedPaper
from submissions.services.import_papers import import_papers
from workshops.services.create import create_workshop
olga = create_person(email={OLGA!r}, given="Olga", family="Example", by=None, confirmed=True)
workshop = create_workshop(by=olga, slug="unsent", name="Unsent", year=timezone.now().year, announced=True,
                           submission_at=timezone.now() - timedelta(days=1))
author = ImportedAuthor("Wri", "", "Ter", "w@writer.test")
paper = ImportedPaper(key="p1", title="On tori", abstract="We study tori.", authors=(author,))
import_papers(workshop=workshop, track=workshop.tracks.first(), papers=[paper], by=None)
rui = create_person(email="rui@unsent.test", given="Rui", family="Example", by=None, confirmed=True)
add_reviewer(workshop=workshop, user=rui, by=olga, load_max=4)
"""


def test_typed_text_is_there_again_until_it_is_sent(live: Site, visit: Callable[[], Visitor]) -> None:
    live.run(BEGIN)
    olga = visit()
    olga.signs_in(OLGA)
    olga.goes_to(PAPER)
    olga.page.locator("#act-declare summary").click()
    olga.page.locator("#act-declare select").select_option(label="Rui Example")
    olga.page.locator(WHY).fill("They share an office.")

    olga.goes_to("/desk/")
    olga.page.go_back()
    olga.reads("You typed this before and have not sent it.")
    olga.looks("unsent")

    assert olga.page.locator(WHY).input_value() == "They share an office."
    assert olga.page.locator("#act-declare select option:checked").inner_text() == "Rui Example"
    olga.presses("Declare")
    olga.reads("has a conflict with paper 1 now")
    olga.page.wait_for_function("() => !Object.keys(sessionStorage).some(key => key.startsWith('unsent:'))")
    assert olga.problems == []


def test_typed_text_is_thrown_away_by_one_press(live: Site, visit: Callable[[], Visitor]) -> None:
    live.run(BEGIN.replace("unsent", "thrown").replace("writer.test", "thrown-writer.test"))
    olga = visit()
    olga.signs_in(OLGA.replace("unsent", "thrown"))
    olga.goes_to(PAPER.replace("unsent", "thrown"))
    olga.page.locator("#act-declare summary").click()
    olga.page.locator(WHY).fill("They share an office.")
    olga.page.reload()

    olga.page.get_by_role("button", name="Throw it away").click()

    assert olga.page.locator(WHY).input_value() == ""
    olga.page.reload()
    olga.page.locator("#act-declare summary").click()
    assert olga.page.locator(WHY).input_value() == ""
    assert olga.problems == []


OPEN = """
from datetime import timedelta
from django.utils import timezone
from accounts.services.register import create_person
from workshops.services.create import create_workshop
olga = create_person(email="olga@kept.test", given="Olga", family="Example", by=None, confirmed=True)
create_workshop(by=olga, slug="kept", name="Kept", year=timezone.now().year, announced=True,
                submission_at=timezone.now() + timedelta(days=3))
"""


def test_refused_save_shows_the_text_and_offers_it_no_second_time(
    live: Site, visit: Callable[[], Visitor], tmp_path: Path
) -> None:
    live.run(OPEN)
    (tmp_path / "paper.pdf").write_bytes(b"no PDF")
    ada = visit()
    ada.goes_to("/w/kept/submit/")
    ada.page.locator("[name='track']").first.check()
    ada.fills(title="On tori")
    ada.presses("Start")
    ada.fills(**{"authors-0-email": "no address"})
    ada.page.set_input_files("input[type='file']", tmp_path / "paper.pdf")
    ada.reads("This is not a PDF.")

    ada.presses("Save")

    ada.reads("Author 1, e-mail")
    ada.page.locator(".error-summary:focus").wait_for()
    assert ada.page.locator("[name='authors-0-email']").input_value() == "no address"
    assert ada.page.get_by_text("This browser kept text").count() == 0


def test_focus_stays_where_it_was_when_a_row_is_exchanged(live: Site, visit: Callable[[], Visitor]) -> None:
    live.run(BEGIN.replace("unsent", "focus").replace("writer.test", "focus-writer.test"))
    olga = visit()
    olga.signs_in(OLGA.replace("unsent", "focus"))
    olga.goes_to("/admin/w/focus/decisions/")

    olga.page.locator("#paper-1 button").press("Enter")

    olga.page.locator("#paper-1 [role=alert]").wait_for()
    olga.page.locator("#paper-1 button:focus").get_by_text("Save").wait_for()  # the focus comes a moment after the row
    assert olga.problems == []
