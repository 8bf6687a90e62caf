"""Reviewers' pages: the review, autosave, declining, and what a reviewer offers."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.models import Publication
from notifications.models import Message
from reviews.models import Assignment, Review, Reviewer, TopicInterest
from reviews.services.review import set_aside
from submissions.models import Blob, Conflict, File
from submissions.services.withdraw import withdraw
from tests.reviews.stage import DAY, SHORT, given, make_stage, reviewed
from workshops.models import Deadline

FORM = {"version": "1", "q-text": "Clear and interesting.", "q-overall": "5", "q-confidence": "4"}


@pytest.fixture
def rui(stage: Any) -> Client:
    """Rui's browser; paper 1 is his."""
    stage.assignment = given(stage)
    client = Client()
    client.force_login(stage.rui)
    return client


def page(stage: Any) -> str:
    return f"/reviews/{stage.assignment.pk}/"


def open_discussion(stage: Any) -> None:
    now = timezone.now()
    values = {"opens_at": now - timedelta(hours=1), "at": now + DAY}
    Deadline.objects.update_or_create(workshop=stage.workshop, track=None, kind="discussion", defaults=values)


def in_context(value: Any) -> list[Any]:
    """Every value inside a context, through lists, dicts, dataclasses and forms."""
    if isinstance(value, dict):
        return [value, *(one for inner in value.values() for one in in_context(inner))]
    if isinstance(value, list | tuple | set):
        return [value, *(one for inner in value for one in in_context(inner))]
    if hasattr(value, "__dataclass_fields__"):
        return [value, *(one for inner in vars(value).values() for one in in_context(inner))]
    return [value]


# --- the page ---------------------------------------------------------------------------------------------------------


def test_review_page_shows_the_paper_and_every_question_with_its_readers(rui: Client, stage: Any) -> None:
    response = rui.get(page(stage))
    text = response.content.decode()
    assert response.status_code == 200
    assert "Symmetry and the number 1" in text
    assert "We look at groups in neural codes." in text
    form = response.context["form"]
    assert {name: field.readers for name, field in form.fields.items()} == {
        name: "Read by organizers only"
        if name in ("good_talk", "fit", "ethics_flag", "ethics_text", "to_organizers")
        else "Read by authors, reviewers, chairs and organizers"
        for name in form.fields
    }
    assert f'data-autosave="/reviews/{stage.assignment.pk}/autosave/"' in text


def test_no_row_of_the_database_reaches_a_reviewers_template_but_the_reader(rui: Client, stage: Any) -> None:
    open_discussion(stage)
    reviewed(given(stage, "noor"))
    for address in (page(stage), "/w/neurreps-2027/reviewing/"):
        response = rui.get(address)
        values = [one for layer in response.context for part in layer for one in in_context(part)]
        assert {repr(one) for one in values if isinstance(one, Model) and one != stage.rui} == set()


def test_looking_at_the_page_changes_nothing(rui: Client, stage: Any) -> None:
    rui.get(page(stage))
    rui.head(page(stage))
    assert (Review.objects.count(), Assignment.objects.get().status) == (0, "active")


@pytest.mark.parametrize("name", ["noor", "ada", "olga"])
def test_review_page_of_somebody_else_is_not_there(stage: Any, name: str) -> None:
    stage.assignment = given(stage)
    client = Client()
    client.force_login(getattr(stage, name))
    for address in (page(stage), f"{page(stage)}autosave/", f"{page(stage)}decline/"):
        assert client.post(address, FORM).status_code == 404


def test_review_page_is_gone_once_a_conflict_is_confirmed(rui: Client, stage: Any) -> None:
    Conflict.objects.create(submission=stage.papers[0], user=stage.rui, reason="organizer", state="confirmed")
    assert rui.get(page(stage)).status_code == 404


def test_stranger_is_asked_to_sign_in(client: Client, stage: Any) -> None:
    stage.assignment = given(stage)
    assert client.get(page(stage))["Location"] == f"/accounts/login/?next={page(stage)}"


def test_submitting_says_so_and_shows_the_version(rui: Client, stage: Any) -> None:
    response = rui.post(page(stage), {**FORM, "do": "submit"}, follow=True)
    assert "Your review is submitted. Thank you." in response.content.decode()
    assert [line.number for line in response.context["page"].versions] == [1]
    assert Review.objects.get().current.answers == SHORT  # type: ignore[union-attr]  # it is submitted


def test_wrong_answers_stay_on_the_page_and_are_kept_as_a_draft(rui: Client, stage: Any) -> None:
    response = rui.post(page(stage), {"version": "1", "q-text": "kept words", "q-overall": "9", "do": "submit"})
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "overall": ["Choose a value from 1 to 6."],
        "confidence": ["Choose one of the values."],
    }
    assert "kept words" in response.content.decode()
    assert Review.objects.get().draft == {"text": "kept words", "overall": "9"}
    again = rui.post(page(stage), {**FORM, "version": response.context["version"], "do": "submit"})
    assert (again.status_code, Review.objects.get().status) == (302, "submitted")


def test_stale_page_is_refused_with_what_was_typed_still_there(rui: Client, stage: Any) -> None:
    rui.post(page(stage), {**FORM, "do": "save"})
    response = rui.post(page(stage), {**FORM, "q-text": "the other window", "do": "submit"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "saved in another window" in text
    assert "the other window" in text
    assert Review.objects.get().draft["text"] == "Clear and interesting."


def test_double_click_on_submit_makes_one_version_and_one_receipt(rui: Client, stage: Any) -> None:
    for _ in range(2):
        rui.post(page(stage), {**FORM, "do": "submit"})
    assert (Review.objects.get().versions.count(), Message.objects.filter(kind="review_received").count()) == (1, 1)


# --- autosave ---------------------------------------------------------------------------------------------------------


def test_autosave_answers_when_and_as_which_version(rui: Client, stage: Any) -> None:
    response = rui.post(f"{page(stage)}autosave/", {"version": "1", "q-text": "half a sen"})
    said = response.json()
    assert (response.status_code, sorted(said), said["version"]) == (200, ["saved", "saved_at", "version"], 2)
    assert Review.objects.get().draft == {"text": "half a sen"}


def test_autosave_of_an_old_page_is_a_conflict_and_overwrites_nothing(rui: Client, stage: Any) -> None:
    address = f"{page(stage)}autosave/"
    rui.post(address, {"version": "1", "q-text": "this window"})
    response = rui.post(address, {"version": "1", "q-text": "the other"})
    assert response.status_code == 409
    assert response.json() == {
        "message": "This review was saved in another window since you opened this one. Press “Save draft”: both texts "
        "are then shown side by side, and neither is lost."
    }
    assert Review.objects.get().draft == {"text": "this window"}


def test_autosave_with_a_question_that_is_not_there_keeps_nothing(rui: Client, stage: Any) -> None:
    response = rui.post(f"{page(stage)}autosave/", {"version": "1", "q-colour": "blue"})
    assert (response.status_code, Review.objects.get().draft) == (422, {})


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 50])
def test_autosave_without_a_good_version_is_a_conflict(rui: Client, stage: Any, version: str) -> None:
    assert rui.post(f"{page(stage)}autosave/", {"version": version, "q-text": "x"}).status_code == 409


def test_autosave_answers_to_posts_alone(rui: Client, stage: Any) -> None:
    assert rui.get(f"{page(stage)}autosave/").status_code == 405


# --- others' reviews --------------------------------------------------------------------------------------------------


def test_others_are_read_once_the_discussion_is_open_and_under_handles(rui: Client, stage: Any) -> None:
    other = given(stage, "noor")
    reviewed(other, {**SHORT, "text": "NOORS-WORDS", "to_organizers": "CONFIDENTIAL"})
    assert "NOORS-WORDS" not in rui.get(page(stage)).content.decode()
    open_discussion(stage)
    text = rui.get(page(stage)).content.decode()
    assert "NOORS-WORDS" in text
    assert f"Reviewer {other.handle}" in text
    assert "CONFIDENTIAL" not in text
    assert "Noor" not in text


def test_track_that_says_so_shows_names_to_reviewers(rui: Client, stage: Any) -> None:
    stage.track.names_to_reviewers = True
    stage.track.save()
    reviewed(given(stage, "noor"))
    open_discussion(stage)
    assert [one.who for one in rui.get(page(stage)).context["page"].others] == ["Noor Example"]


def test_draft_and_review_set_aside_are_read_by_no_other_reviewer(rui: Client, stage: Any) -> None:
    open_discussion(stage)
    set_aside(review=reviewed(given(stage, "noor")), by=stage.olga, reason="Co-author.")
    Review.objects.create(assignment=given(stage, "rae"), draft={"text": "RAES-DRAFT"})
    assert rui.get(page(stage)).context["page"].others == ()


# --- withdrawn, declined ----------------------------------------------------------------------------------------------


def test_withdrawn_paper_keeps_the_review_and_hides_the_paper(rui: Client, stage: Any) -> None:
    rui.post(page(stage), {**FORM, "do": "submit"})
    withdraw(submission=stage.papers[0], by=None)
    text = rui.get(page(stage)).content.decode()
    assert "This paper is no longer under review" in text
    assert "Clear and interesting." in text
    assert "Symmetry and the number 1" not in text
    assert "We look at groups" not in text


def test_declining_on_the_page_needs_a_word_and_leads_back(rui: Client, stage: Any) -> None:
    response = rui.post(f"{page(stage)}decline/", {"reason": ""})
    assert (response.status_code, list(response.context["decline_form"].errors)) == (422, ["reason"])
    response = rui.post(f"{page(stage)}decline/", {"reason": "I know the authors."})
    assert response["Location"] == "/w/neurreps-2027/reviewing/"
    assert Assignment.objects.get().status == "declined"
    assert rui.get(page(stage)).status_code == 404


# --- what a reviewer offers -------------------------------------------------------------------------------------------


def test_accepting_all_is_one_click(rui: Client, stage: Any) -> None:
    given(stage, paper=1)
    for _ in range(2):
        assert rui.post("/w/neurreps-2027/reviewing/accept/").status_code == 302
    assert set(Assignment.objects.values_list("status", flat=True)) == {"accepted"}


def test_offer_is_changed_with_its_topics(rui: Client, stage: Any) -> None:
    topic = stage.workshop.topics.all()[0]
    typed = {"load_max": "3", "statement": "Lie groups.", "topics": [str(topic.pk)], "emergency": "on"}
    assert rui.post("/w/neurreps-2027/reviewing/", typed).status_code == 302
    row = Reviewer.objects.get(user=stage.rui)
    assert (row.load_max, row.statement, row.emergency) == (3, "Lie groups.", True)
    assert list(TopicInterest.objects.values_list("reviewer", "topic")) == [(row.pk, topic.pk)]


@pytest.mark.parametrize(
    ("typed", "field"), [({"load_max": "0"}, "load_max"), ({"load_max": "3", "topics": ["0"]}, "topics")]
)
def test_wrong_offer_names_the_field_and_keeps_what_was_typed(
    rui: Client, stage: Any, typed: dict[str, Any], field: str
) -> None:
    response = rui.post("/w/neurreps-2027/reviewing/", {"statement": "kept words", **typed})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert "kept words" in response.content.decode()


def test_pasted_papers_become_publications(rui: Client, stage: Any) -> None:
    rui.post("/w/neurreps-2027/reviewing/publications/", {"text": "Grid cells on a torus\nLie groups in vision"})
    titles = Publication.objects.filter(user=stage.rui).order_by("title").values_list("title", flat=True)
    assert list(titles) == ["Grid cells on a torus", "Lie groups in vision"]


def test_page_of_a_workshop_that_one_does_not_review_for_is_not_there(client: Client, stage: Any) -> None:
    client.force_login(stage.ada)
    assert client.get("/w/neurreps-2027/reviewing/").status_code == 404


# --- the number of queries --------------------------------------------------------------------------------------------


def with_file(paper: Any) -> File:
    """A checked PDF and its copy for reviewers, as rows."""
    blob = Blob.objects.create(sha256=f"{paper.pk:064}", size=1000)
    values = {"blob": blob, "submission": paper, "status": "checked", "pages": 4}
    pdf = File.objects.create(purpose="paper", name="ada-example.pdf", **values)
    paper.revisions.update(pdf=pdf)
    return File.objects.create(purpose="blinded", name="paper.pdf", made_from=pdf, **values)


def test_reviewer_gets_the_copy_without_identifying_metadata(rui: Client, stage: Any) -> None:
    copy = with_file(stage.papers[0])
    text = rui.get(page(stage)).content.decode()
    assert f'href="/files/{copy.pk}/"' in text
    assert str(copy.made_from_id) not in text
    assert "ada-example.pdf" not in text


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_of_a_reviewer_cost_the_same_for_any_number_of_papers(
    db: Any, rows: int, django_assert_num_queries: Any
) -> None:
    stage = make_stage(papers=rows)
    for number in range(rows):
        with_file(stage.papers[number])
        stage.assignment = given(stage, paper=number, tell=False)
        reviewed(given(stage, "noor", paper=number, tell=False))
        reviewed(given(stage, "rae", paper=number, tell=False))
    reviewed(stage.assignment)
    open_discussion(stage)
    client = Client()
    client.force_login(stage.rui)
    with django_assert_num_queries(8):
        client.get(page(stage))
    with django_assert_num_queries(10):
        client.get("/w/neurreps-2027/reviewing/")
