"""The form changes while reviews are under way: what was typed is taken over, what changed is said, nothing is lost."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reviews.models import Assignment, Review
from reviews.services.review import open_review, save_draft
from tests.reviews.stage import given
from workshops.models import Form, FormVersion
from workshops.reading import NAMES
from workshops.services.forms import change_questions, new_form_version, open_form_version


class Writing:
    """Rui has typed under the first version; then Olga asks for a summary in place of the text, on a scale to 10."""

    def __init__(self, stage: Any) -> None:
        self.stage, self.assignment = stage, given(stage)
        review = open_review(assignment=self.assignment, by=stage.rui)
        self.typed = {"text": "Half a sent", "overall": 5, "confidence": 4}
        save_draft(review=review, by=stage.rui, version=1, answers=self.typed)
        self.former = FormVersion.objects.get(form__track=stage.track, status="open")
        self.client = Client()
        self.client.force_login(stage.rui)

    def change_form(self) -> FormVersion:
        draft = new_form_version(form=Form.objects.get(track=self.stage.track), by=self.stage.olga)
        rows = list(draft.questions.values(*NAMES))
        rows = [row for row in rows if row["key"] != "text"]
        for row in rows:
            if row["key"] == "overall":
                row |= {"high": 10, "labels": {"10": "best", "1": "worst"}}
        rows.append({"key": "summary", "kind": "text", "text": "Summary"})
        change_questions(version=draft, by=self.stage.olga, questions=rows)
        open_form_version(version=draft, by=self.stage.olga)
        return draft

    def page(self) -> str:
        return unescape(self.client.get(reverse("reviews:review", args=[self.assignment.pk])).content.decode())

    def post(self, name: str = "review", **data: str) -> Any:
        return self.client.post(reverse(f"reviews:{name}", args=[self.assignment.pk]), data)

    @property
    def review(self) -> Review:
        return Review.objects.get(assignment=self.assignment)


@pytest.fixture
def writing(stage: Any) -> Writing:
    return Writing(stage)


def test_draft_under_the_former_form_shows_what_changed_and_what_was_answered(writing: Writing) -> None:
    assert "The form changed since you began" not in writing.page()
    writing.change_form()
    page = writing.page()

    assert "The form changed since you began" in page
    assert "“Summary” is new." in page
    assert "is no longer asked. You had answered:<blockquote>Half a sent</blockquote>" in page
    assert "goes from 1 to 10 now, not from 1 to 6. You had answered:<blockquote>5 (accept)</blockquote>" in page


def test_what_fits_stays_in_the_form_and_the_notice_stays_until_the_review_is_submitted(writing: Writing) -> None:
    asked = writing.change_form()
    form = str(asked.pk)
    draft = {"version": "2", "form": form, "q-confidence": "4", "q-summary": "New", "do": "save"}
    assert writing.post(**draft).status_code == 302

    assert writing.review.draft["summary"] == "New"
    assert "<blockquote>Half a sent</blockquote>" in writing.page()
    writing.post(**draft | {"version": "3", "q-overall": "9", "do": "submit"})
    assert writing.review.current.form_version == asked  # type: ignore[union-attr]
    assert "The form changed since you began" not in writing.page()


def test_page_that_was_drawn_before_the_change_loses_nothing(writing: Writing) -> None:
    asked = writing.change_form()
    old = {"version": "2", "form": str(writing.former.pk), "q-text": "A whole sentence", "q-confidence": "3"}
    autosaved = writing.post("autosave", **old)
    answer = writing.post(**old, do="submit")

    assert autosaved.status_code == 409
    assert "The form changed while you were writing" in autosaved.json()["message"]
    assert answer.status_code == 302
    assert (writing.review.status, writing.review.draft) == ("draft", {"confidence": "3"})
    assert "<blockquote>A whole sentence</blockquote>" in writing.page()
    versions = writing.review.versions.order_by("number").values_list("form_version", flat=True)
    assert list(versions) == [writing.former.pk, writing.former.pk, asked.pk]


def test_form_that_nobody_asks_here_is_refused_with_what_was_typed(writing: Writing) -> None:
    other = new_form_version(form=Form.objects.get(track__slug="findings"), by=None)
    answer = writing.post(version="2", form=str(other.pk), **{"q-text": "Mine"})

    assert answer.status_code == 422
    assert "Mine" in answer.content.decode()
    assert writing.review.draft == writing.typed


def test_submitted_review_is_changed_under_the_words_that_it_answered(writing: Writing) -> None:
    typed = {"q-text": "Done.", "q-overall": "5", "q-confidence": "4", "form": str(writing.former.pk)}
    writing.post(version="2", do="submit", **typed)
    writing.change_form()
    writing.post(version="3", do="submit", **{**typed, "q-overall": "4"})

    assert {one.form_version for one in writing.review.versions.all()} == {writing.former}
    assert Assignment.objects.get().review.scores.get(key="overall").value == 4
