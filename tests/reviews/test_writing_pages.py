"""The page of a review when something comes between: another window, a deadline, a paper taken back. And versions."""

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from reviews.models import Review, StackOrder
from reviews.services.assign import remove_assignment
from submissions.models import Conflict
from submissions.services.withdraw import withdraw
from tests.reviews.stage import DAY, SHORT, given, reviewed
from workshops.models import Deadline

FORM = {"version": "1", "tab": "one", "q-text": "Clear and interesting.", "q-overall": "5", "q-confidence": "4"}
HOME = "/w/neurreps-2027/reviewing/"


@pytest.fixture
def rui(stage: Any) -> Client:
    """Rui's browser; paper 1 is his."""
    stage.assignment = given(stage)
    client = Client()
    client.force_login(stage.rui)
    return client


def page(stage: Any) -> str:
    return f"/reviews/{stage.assignment.pk}/"


def text_of(response: Any) -> str:
    return response.content.decode()


def stored() -> dict[str, Any]:
    return Review.objects.get().draft


def review_ended(stage: Any, **values: Any) -> None:
    Deadline.objects.filter(workshop=stage.workshop, kind="review").update(at=timezone.now() - DAY, **values)


def versions() -> list[tuple[int, str]]:
    return list(Review.objects.get().versions.order_by("number").values_list("number", "saved_as"))


# --- two windows ------------------------------------------------------------------------------------------------------


def both(rui: Client, stage: Any) -> Any:
    """One window changed the text and saved; the other, drawn before, changed the score and the text, and saves."""
    drawn = rui.get(page(stage)).context["drawn"]
    rui.post(page(stage), {**FORM, "q-overall": "", "q-text": "The first window.", "do": "save"})
    mine = {**FORM, "q-text": "The second window.", "q-confidence": "", "drawn": drawn, "do": "save"}
    return rui.post(page(stage), mine)


def test_both_texts_stand_side_by_side_and_what_one_left_alone_is_the_others(rui: Client, stage: Any) -> None:
    response = both(rui, stage)

    shown = [(one.name, one.mine, one.theirs, one.pick) for one in response.context["merge"]]
    assert response.status_code == 409
    assert [one[:1] + one[3:] for one in shown] == [("text", "mine"), ("overall", "mine"), ("confidence", "theirs")]
    assert shown[0][1:3] == ("The second window.", "The first window.")
    assert "<del>first</del>" in text_of(response)
    assert "<ins>second</ins>" in text_of(response)
    assert stored()["text"] == "The first window."


def test_choice_between_them_is_saved_and_the_other_stays_in_the_history(rui: Client, stage: Any) -> None:
    version = both(rui, stage).context["version"]
    picks = {"pick-text": "theirs", "pick-overall": "mine", "pick-confidence": "theirs"}
    rui.post(page(stage), {**FORM, **picks, "version": version, "q-text": "The second window.", "do": "save"})

    assert (stored()["text"], stored()["overall"], stored()["confidence"]) == ("The first window.", "5", "4")
    assert versions() == [(1, "saved"), (2, "saved")]


def test_save_over_a_save_with_the_same_words_has_nothing_to_choose(rui: Client, stage: Any) -> None:
    rui.post(page(stage), {**FORM, "do": "save"})
    response = rui.post(page(stage), {**FORM, "do": "submit"})

    assert (response.status_code, Review.objects.get().status) == (302, "submitted")


# --- deadlines and what is taken away --------------------------------------------------------------------------------


def test_after_a_soft_deadline_the_page_says_late_and_takes_the_review(rui: Client, stage: Any) -> None:
    review_ended(stage)
    assert "marked as late" in text_of(rui.get(page(stage)))
    rui.post(page(stage), {**FORM, "do": "submit"})

    assert Review.objects.get().current.late  # type: ignore[union-attr]
    assert ", late. It counts" in re.sub(r"<[^>]+>", "", text_of(rui.get(page(stage))))


def test_after_a_hard_deadline_a_sentence_says_so_and_the_text_is_kept_and_downloadable(
    rui: Client, stage: Any
) -> None:
    review_ended(stage, hard=True)
    response = rui.post(page(stage), {**FORM, "do": "submit"})

    text = text_of(response)
    assert response.status_code == 422
    assert "Reviews were open until" in text
    assert "Clear and interesting." in text
    assert (Review.objects.get().status, versions()) == ("draft", [(1, "kept")])
    file = rui.get(f"{page(stage)}copy/?version=1")
    assert (file["Content-Disposition"], "Clear and interesting." in text_of(file)) == (
        'attachment; filename="review-of-paper-1.md"',
        True,
    )


def test_in_a_frozen_workshop_nothing_is_written_and_the_text_can_be_downloaded_from_the_page(
    rui: Client, stage: Any
) -> None:
    type(stage.workshop).objects.update(frozen_at=timezone.now())
    response = rui.post(page(stage), {**FORM, "do": "submit"})

    text = text_of(response)
    assert ("closed for good" in text, "download it before you leave" in text) == (True, True)
    assert Review.objects.count() == 0
    file = rui.post(f"{page(stage)}copy/", {"q-text": "Clear and interesting.", "q-overall": "5"})
    assert ("Clear and interesting." in text_of(file), "- [x] 5" in text_of(file)) == (True, True)


@pytest.mark.parametrize("begun", [True, False])
def test_paper_taken_back_while_one_typed_keeps_the_text_and_shows_no_paper(
    rui: Client, stage: Any, begun: bool
) -> None:
    if begun:
        rui.post(page(stage), {**FORM, "q-text": "So far.", "do": "save"})
    stage.assignment.refresh_from_db()
    remove_assignment(assignment=stage.assignment, by=stage.olga)
    response = rui.post(page(stage), {**FORM, "version": "2", "do": "submit"})

    text = text_of(response)
    assert "You do not review this paper any more." in text
    assert "Clear and interesting." in text
    assert "Symmetry and the number" not in text
    assert ("So far." if begun else "Clear and interesting.") in text_of(rui.get(page(stage)))
    assert (response.status_code, versions()[-1][1]) == (409, "kept")
    said = rui.post(f"{page(stage)}autosave/", FORM)
    assert (said.status_code, "any more" in said.json()["message"]) == (422, True)


def test_paper_taken_back_that_one_never_wrote_about_is_not_there(rui: Client, stage: Any) -> None:
    remove_assignment(assignment=stage.assignment, by=stage.olga)

    answers = [rui.get(f"{page(stage)}{path}").status_code for path in ("", "versions/", "copy/")]
    assert answers == [404, 404, 404]


def test_withdrawn_paper_says_thank_you_frees_the_load_and_keeps_the_text(rui: Client, stage: Any) -> None:
    rui.post(page(stage), {**FORM, "do": "save"})
    withdraw(submission=stage.papers[0], by=None)
    response = rui.get(page(stage))

    text = text_of(response)
    assert ("Thank you for the work" in text, "Clear and interesting." in text) == (True, True)
    assert response.context["page"].is_open is False
    late = rui.post(page(stage), {**FORM, "q-text": "One more thought.", "version": "2", "do": "save"})
    assert "One more thought." in text_of(late)
    assert versions() == [(1, "saved"), (2, "kept")]


# --- versions ---------------------------------------------------------------------------------------------------------


def test_versions_are_listed_compared_and_gone_back_to(rui: Client, stage: Any) -> None:
    rui.post(page(stage), {**FORM, "do": "submit"})
    rui.post(page(stage), {**FORM, "q-text": "Clear and dull.", "q-overall": "2", "version": "2", "do": "submit"})
    text = text_of(rui.get(f"{page(stage)}versions/?from=1&to=2"))
    rui.post(f"{page(stage)}versions/1/restore/", {"version": "3"})

    assert "Clear and <del>interesting</del><ins>dull</ins>." in text
    assert (stored()["text"], Review.objects.get().current.answers["overall"]) == (  # type: ignore[union-attr]
        "Clear and interesting.",
        2,
    )


def test_versions_of_somebody_else_are_not_there(rui: Client, stage: Any) -> None:
    rui.post(page(stage), {**FORM, "do": "submit"})
    other = Client()
    for name in ("noor", "olga", "ada"):
        other.force_login(getattr(stage, name))
        answers = {
            other.get(f"{page(stage)}versions/").status_code,
            other.get(f"{page(stage)}copy/").status_code,
            other.post(f"{page(stage)}versions/1/restore/").status_code,
        }
        assert answers == {404}


# --- away from the site -----------------------------------------------------------------------------------------------


def upload(rui: Client, name: str, content: bytes) -> Any:
    return rui.post(f"{HOME}copies/", {"file": SimpleUploadedFile(name, content)})


def test_all_papers_come_in_a_zip_and_go_back_filled_in_once_they_were_looked_at(rui: Client, stage: Any) -> None:
    given(stage, paper=1)
    rui.post(page(stage), {**FORM, "do": "save"})
    archive = zipfile.ZipFile(io.BytesIO(rui.get(f"{HOME}copies/all/").content))
    first, second = (archive.read(name).decode() for name in sorted(archive.namelist()))
    filled = io.BytesIO()
    with zipfile.ZipFile(filled, "w") as file:
        file.writestr("one.md", first.replace("Clear and interesting.", "Clear and brave."))
        file.writestr("notes/two.md", second.replace("- [ ] 6", "- [x] 6", 1))
    preview = upload(rui, "filled.zip", filled.getvalue())
    before = Review.objects.get().draft["text"]
    rui.post(f"{HOME}copies/save/", {"read": preview.context["packed"]})

    assert "Clear and <del>interesting</del>" in text_of(preview)
    assert before == "Clear and interesting."
    drafts = {row.assignment.submission.number: row.draft for row in Review.objects.all()}
    assert (drafts[1]["text"], drafts[1]["confidence"], drafts[2]) == ("Clear and brave.", 4, {"overall": 6})


def test_copy_that_is_older_than_what_was_saved_since_is_not_saved_over_it(rui: Client, stage: Any) -> None:
    copy = text_of(rui.get(f"{page(stage)}copy/")).replace("- [ ] 6", "- [x] 6", 1)
    preview = upload(rui, "one.md", copy.encode())
    rui.post(page(stage), {**FORM, "do": "save"})
    response = rui.post(f"{HOME}copies/save/", {"read": preview.context["packed"]}, follow=True)

    assert "was not saved" in text_of(response)
    assert stored()["overall"] == "5"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.zip", b"PK\x03\x04 and nothing more", "cannot be opened"),
        ("a.md", "Ünicode".encode("latin-1"), "not written in UTF-8"),
        ("a.md", b"x" * 1_000_001, "larger than 1 MB"),
        ("a.md", b"", "This file is empty."),
        ("a.md", b"# My notes", "does not say which review it is"),
        ("a.md", b"<!-- review 4b0b1a52-0000-4000-8000-000000000001 -->", "a paper that you do not review now"),
    ],
)
def test_file_that_is_no_copy_says_why(rui: Client, name: str, content: bytes, sentence: str) -> None:
    assert sentence in text_of(upload(rui, name, content))


def damaged() -> bytes:
    """A ZIP file whose list is whole, and whose packed text is not."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.md", "Clear and interesting. " * 100)
    content = bytearray(buffer.getvalue())
    content[34:44] = b"\xff" * 10
    return bytes(content)


def test_zip_file_that_is_damaged_says_so(rui: Client) -> None:
    assert "cannot be opened" in text_of(upload(rui, "a.zip", damaged()))


HOSTILE = ["Infinity", "NaN", "1.5", '"\\ud800"', '{"a": 1}', '["\\udfff"]', "[" * 20_000 + "]" * 20_000]


@pytest.mark.both
@pytest.mark.parametrize("answer", HOSTILE)
def test_answer_that_somebody_tampered_with_saves_nothing(rui: Client, stage: Any, answer: str) -> None:
    read = f'[{{"assignment": "{stage.assignment.pk}", "version": 1, "answers": {{"text": {answer}}}}}]'

    response = rui.post(f"{HOME}copies/save/", {"read": read}, follow=True)

    assert ("Nothing was saved" in text_of(response), Review.objects.count()) == (True, 0)


@pytest.mark.both
def test_character_that_no_database_keeps_is_left_out_of_a_copy(rui: Client, stage: Any) -> None:
    read = f'[{{"assignment": "{stage.assignment.pk}", "version": 1, "answers": {{"text": "a\\u0000b"}}}}]'

    rui.post(f"{HOME}copies/save/", {"read": read})

    assert Review.objects.get().draft == {"text": "ab"}


ENDLESS = '[{"assignment": "4b0b1a52-0000-4000-8000-000000000001", "version": Infinity, "answers": {}}]'


@pytest.mark.parametrize(
    "read", ["", "{", "[1]", '[{"assignment": "x", "version": 1, "answers": {}}]', "null", ENDLESS, "[" * 20_000]
)
def test_preview_that_somebody_tampered_with_saves_nothing(rui: Client, read: str) -> None:
    response = rui.post(f"{HOME}copies/save/", {"read": read}, follow=True)

    assert ("Nothing was saved" in text_of(response), Review.objects.count()) == (True, 0)


def test_preview_with_somebody_elses_review_saves_nothing(rui: Client, stage: Any) -> None:
    other = given(stage, "noor")
    row = [{"assignment": str(other.pk), "version": 1, "answers": {"text": "Mine."}}]
    rui.post(f"{HOME}copies/save/", {"read": json.dumps(row)})

    assert Review.objects.count() == 0


# --- score, then rank -------------------------------------------------------------------------------------------------


@pytest.fixture
def stacked(stage: Any, rui: Client) -> Any:
    """Rui has reviewed both papers."""
    stage.second = given(stage, paper=1)
    reviewed(stage.assignment, {**SHORT, "overall": 3})
    reviewed(stage.second)
    return stage


def order(*rows: Any) -> dict[str, list[str]]:
    return {"paper": [str(row.pk) for row in rows], "place": [str(n) for n in range(1, len(rows) + 1)]}


def test_stack_begins_by_score_is_ordered_and_seen_by_organizers(stacked: Any, rui: Client) -> None:
    began = [one.number for one in rui.get(f"{HOME}order/").context["papers"]]
    rui.post(f"{HOME}order/", order(stacked.assignment, stacked.second))
    now = [one.number for one in rui.get(f"{HOME}order/").context["papers"]]
    olga = Client()
    olga.force_login(stacked.olga)

    assert (began, now) == ([2, 1], [1, 2])
    assert "puts it at place 2 of 2" in text_of(olga.get("/admin/w/neurreps-2027/papers/2/"))


def test_order_is_counted_as_if_a_hidden_paper_did_not_exist(stacked: Any, rui: Client) -> None:
    rui.post(f"{HOME}order/", order(stacked.assignment, stacked.second))
    Conflict.objects.create(submission=stacked.papers[0], user=stacked.otto, reason="organizer", state="confirmed")
    otto = Client()
    otto.force_login(stacked.otto)

    assert "puts it at place" not in text_of(otto.get("/admin/w/neurreps-2027/papers/2/"))


def test_button_without_script_moves_a_paper_and_keeps_nothing_yet(stacked: Any, rui: Client) -> None:
    response = rui.post(f"{HOME}order/", {**order(stacked.second, stacked.assignment), "do": "up-2"})

    assert [one.number for one in response.context["papers"]] == [1, 2]
    assert StackOrder.objects.count() == 0


def test_order_waits_for_the_last_review(stage: Any, rui: Client) -> None:
    given(stage, paper=1)
    reviewed(stage.assignment)

    assert rui.get(f"{HOME}order/").status_code == 404


@pytest.mark.parametrize("typed", [{}, {"paper": ["x", "y"], "place": ["1", "2"]}])
def test_order_of_other_papers_is_refused(stacked: Any, rui: Client, typed: dict[str, Any]) -> None:
    assert rui.post(f"{HOME}order/", typed).status_code == 422
    assert rui.post(f"{HOME}order/", order(stacked.second, stacked.second)).status_code == 422
    assert StackOrder.objects.count() == 0
