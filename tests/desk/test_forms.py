"""The builder of forms: what is typed is kept or said to be wrong where it stands, and what will be seen is shown."""

from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from desk.forms_questions import QuestionRows
from tests.factories import make_user
from workshops.models import Form, FormVersion, Track
from workshops.reading import NAMES, open_form, questions_of
from workshops.services.create import create_workshop
from workshops.services.forms import change_questions, new_form_version, open_form_version
from workshops.services.roles import give_role

pytestmark = pytest.mark.django_db
TEXT = {"key": "text", "kind": "text", "text": "What is it about?", "required": True}
SCALE = {
    "key": "overall",
    "kind": "scale",
    "text": "Overall",
    "low": 1,
    "high": 3,
    "labels": {"3": "good", "1": "poor"},
    "readers": "chairs",
}


class Stage:
    """A workshop of Olga's and Otto's, with a draft of the form of Findings that Olga looks at."""

    def __init__(self) -> None:
        self.olga, self.otto = make_user("Olga"), make_user("Otto")
        self.workshop = create_workshop(by=self.olga, slug="neurreps", name="NeurReps", year=2027)
        give_role(workshop=self.workshop, user=self.otto, role="organizer", by=None)
        self.track: Track = self.workshop.tracks.get(slug="findings")
        form = Form.objects.get(track=self.track)
        self.draft = new_form_version(form=form, by=self.olga, questions=[TEXT, SCALE])
        self.client = Client()
        self.client.force_login(self.olga)

    def url(self, name: str = "form_draft", *rest: Any) -> str:
        return reverse(f"desk:{name}", args=["neurreps", *(rest or [self.draft.pk])])

    def typed(self, **changes: str) -> dict[str, str]:
        """What the builder posts, with some of its fields changed."""
        self.draft.refresh_from_db()
        rows = QuestionRows.stored(list(self.draft.questions.values(*NAMES)))
        return typed(rows) | {"version": str(self.draft.edit)} | changes

    def post(self, action: str = "save", **changes: str) -> HttpResponse:
        return self.client.post(self.url(), self.typed(**changes) | {"action": action})

    @property
    def asked(self) -> list[str]:
        return [one.text for one in questions_of(self.draft.pk)]


def typed(rows: QuestionRows) -> dict[str, str]:
    found = {"questions-TOTAL_FORMS": str(len(rows))}
    for place, row in enumerate(rows.rows):
        found |= {f"questions-{place}-{name}": value for name, value in row.items()}
        found[f"questions-{place}-ORDER"] = str(place + 1)
    return found


@pytest.fixture
def stage() -> Stage:
    return Stage()


def words(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


class TestSaving:
    def test_what_is_typed_is_saved_as_it_is_asked(self, stage: Stage):
        before = questions_of(stage.draft.pk)
        answer = stage.post(**{"questions-1-label-1-words": "fair"})

        text, scale = questions_of(stage.draft.pk)
        assert (answer.status_code, answer.url) == (302, stage.url())
        assert (text, scale.labels) == (before[0], {"3": "good", "2": "fair", "1": "poor"})

    def test_order_is_that_of_the_order_fields_and_removed_rows_are_gone(self, stage: Stage):
        stage.post(**{"questions-0-ORDER": "9"})
        assert stage.asked == ["Overall", TEXT["text"]]
        stage.post(**{"questions-0-DELETE": "on"})
        assert stage.asked == [TEXT["text"]]

    def test_new_choice_gets_names_for_its_answers_and_itself(self, stage: Stage):
        new = {
            "kind": "choice",
            "text": "Does it fit?",
            "readers": "organizers",
            "label-0-words": "Oh yes",
            "label-4-words": "not really",
        }
        stage.post(**{"questions-TOTAL_FORMS": "3"}, **{f"questions-2-{name}": value for name, value in new.items()})

        made = questions_of(stage.draft.pk)[2]
        assert (made.key, made.labels) == ("does_it_fit", {"oh_yes": "Oh yes", "not_really": "not really"})

    def test_wrong_question_is_said_on_top_and_at_its_field_and_nothing_typed_is_lost(self, stage: Stage):
        answer = stage.post(**{"questions-1-label-0-words": "", "questions-0-text": "A new wording"})
        page = words(answer)

        assert (answer.status_code, stage.asked[0]) == (422, TEXT["text"])
        assert "Question 2: Say in words what 3 means: both ends need it." in page
        assert 'href="#id_questions-1-text"' in page
        assert 'value="A new wording"' in page

    def test_number_that_is_none_is_said_at_its_field(self, stage: Stage):
        page = words(stage.post(**{"questions-1-high": "many"}))

        assert 'href="#id_questions-1-high">Question 2: Write a whole number.' in page
        assert 'value="many"' in page

    @pytest.mark.parametrize(
        ("action", "asked"),
        [
            ("up-1", ["Overall", "What is it about?"]),
            ("down-0", ["Overall", "What is it about?"]),
            ("remove-0", ["Overall"]),
            ("copy-0", ["What is it about?", "What is it about?", "Overall"]),
            ("add-text", ["What is it about?", "Overall", ""]),
            ("up-0", ["What is it about?", "Overall"]),
            ("eat-7", ["What is it about?", "Overall"]),
        ],
    )
    def test_list_changes_by_buttons_without_a_script_and_saves_nothing(
        self, stage: Stage, action: str, asked: list[str]
    ):
        answer = stage.post(action)

        assert answer.status_code == 200
        assert [row["text"] for row in answer.context["rows"].rows] == asked
        assert stage.asked == ["What is it about?", "Overall"]

    def test_double_press_of_save_saves_once(self, stage: Stage):
        typed = stage.typed(**{"questions-0-text": "Once"}) | {"action": "save"}
        first, second = (stage.client.post(stage.url(), typed) for _ in range(2))

        stage.draft.refresh_from_db()
        assert (first.status_code, second.status_code, stage.draft.edit) == (302, 302, 1)


class TestTwoAtOnce:
    def test_changes_of_different_questions_are_joined_and_saved_by_one_more_press(self, stage: Stage):
        old = stage.typed(**{"questions-0-text": "Olga's words"}) | {"action": "save"}
        change_questions(version=stage.draft, by=stage.otto, questions=[TEXT, {**SCALE, "text": "Otto's words"}])
        both = stage.client.post(stage.url(), old)

        assert both.status_code == 409
        assert "Otto Example has saved this form meanwhile" in words(both)
        assert "From them: “Otto's words”" in words(both)
        assert stage.asked == ["What is it about?", "Otto's words"]
        again = typed(both.context["rows"]) | {"version": str(both.context["edit"]), "action": "save"}
        assert stage.client.post(stage.url(), again).status_code == 302
        assert stage.asked == ["Olga's words", "Otto's words"]

    def test_same_question_changed_by_both_shows_both(self, stage: Stage):
        old = stage.typed(**{"questions-0-text": "Olga's words"}) | {"action": "save"}
        change_questions(version=stage.draft, by=stage.otto, questions=[{**TEXT, "text": "Otto's words"}, SCALE])
        page = words(stage.client.post(stage.url(), old))

        assert 'value="Olga\'s words"' in page
        assert "<dd>Otto's words</dd>" in page
        assert stage.asked[0] == "Otto's words"

    def test_earlier_save_is_brought_back_and_what_stood_there_stays_in_the_history(self, stage: Stage):
        stage.post(**{"questions-0-text": "Second thought"})
        stage.post("bring-0")

        assert stage.asked[0] == TEXT["text"]
        assert [one.number for one in stage.draft.edits.order_by("number")] == [0, 1, 2]
        assert "“Second thought” was “What is it about?”" in words(stage.client.get(stage.url()))


class TestAutosave:
    def test_keeps_what_is_typed_and_tells_the_version(self, stage: Stage):
        answer = stage.client.post(stage.url("autosave_form"), stage.typed(**{"questions-0-text": "Typed"}))

        assert (answer.status_code, answer.json()["version"], stage.asked[0]) == (200, 1, "Typed")

    def test_old_page_is_told_who_saved_and_question_without_words_what_it_lacks(self, stage: Stage):
        old = stage.typed(**{"questions-0-text": "Olga's"})
        wrong = stage.client.post(stage.url("autosave_form"), old | {"questions-0-text": ""})
        change_questions(version=stage.draft, by=stage.otto, questions=[TEXT])
        stale = stage.client.post(stage.url("autosave_form"), old)

        assert (wrong.status_code, stale.status_code) == (422, 409)
        assert wrong.json()["message"] == "Question 1: write what is asked, in at most 300 characters."
        assert stale.json()["message"].startswith("Otto Example has saved this form since you opened it.")


class TestPreview:
    def test_shows_what_is_typed_as_a_reviewer_and_as_an_author_and_keeps_nothing(self, stage: Stage):
        answer = stage.client.post(stage.url("preview_form"), stage.typed(**{"questions-0-text": "Typed words"}))
        page = words(answer)

        assert stage.asked[0] == TEXT["text"]
        assert page.count("Typed words") == 2
        assert "Read by chairs and organizers" in page
        assert "Not shown to authors: Overall" in page

    def test_draws_what_is_not_finished_without_falling_over(self, stage: Stage):
        nonsense = {"questions-1-high": "9999", "questions-0-kind": "song", "questions-0-readers": "all"}
        page = words(stage.client.post(stage.url("preview_form"), stage.typed(**nonsense)))

        assert "“Overall” is shown once its lowest and highest number make a scale" in page

    def test_says_that_nothing_is_named_overall(self, stage: Stage):
        page = words(stage.client.post(stage.url("preview_form"), stage.typed(**{"questions-1-key": "other"})))

        assert "No scale has the name “overall” in exports." in page


class TestVersions:
    def test_new_form_begins_with_a_preset_another_form_or_nothing(self, stage: Stage):
        other = create_workshop(by=stage.olga, slug="last", name="Last", year=2026)
        short = open_form(other.pk, other.tracks.get(slug="extended-abstract").pk)
        starts = {"preset-openreview": 4, f"copy-{short.pk}": short.questions.count(), "empty": 0}
        for start, count in starts.items():
            Form.objects.filter(track=None, purpose="review").delete()
            data = {"purpose": "review", "track": "", "start": start}
            answer = stage.client.post(reverse("desk:new_form", args=["neurreps"]), data)
            draft = FormVersion.objects.latest("pk")
            assert (answer.url, draft.questions.count()) == (stage.url("form_draft", draft.pk), count)
            draft.edits.all().delete()
            draft.questions.all().delete()
            draft.delete()

    def test_form_of_others_is_neither_offered_nor_copied_nor_shown(self, stage: Stage):
        others = create_workshop(by=make_user("Elsa"), slug="others", name="Others", year=2026)
        secret = open_form(others.pk, others.tracks.first().pk)
        page = words(stage.client.get(stage.url("form", stage.draft.form_id)))
        asked = stage.client.post(stage.url("form", stage.draft.form_id), {"start": f"copy-{secret.pk}"})

        assert "Others" not in page
        assert asked.status_code == 422
        assert stage.client.get(stage.url("form", secret.form_id)).status_code == 404
        assert stage.client.get(stage.url("form_draft", secret.pk)).status_code == 404

    def test_opening_says_first_what_changes(self, stage: Stage):
        page = words(stage.client.get(stage.url("open_form")))

        assert "“What is it about?” was “Text to the authors”." in page
        assert "“Comment to the editors” is no longer asked." in page
        assert "“Overall” was “Recommendation”, goes from 1 to 3 now, not from 1 to 6, may stay empty now and" in page
        assert "Numbers of the old and the new one are not averaged together." in page
        opened = stage.client.post(stage.url("open_form"), {"version": "0"})
        assert opened.url == stage.url("form", stage.draft.form_id)
        assert open_form(stage.workshop.pk, stage.track.pk) == stage.draft

    def test_version_that_is_open_leads_to_its_form_in_place_of_the_builder(self, stage: Stage):
        open_form_version(version=stage.draft, by=stage.olga)

        assert stage.client.get(stage.url()).url == stage.url("form", stage.draft.form_id)
        assert stage.client.post(stage.url("autosave_form"), stage.typed()).status_code == 422

    def test_draft_is_thrown_away(self, stage: Stage):
        stage.client.post(stage.url("discard_form"))

        assert not FormVersion.objects.filter(pk=stage.draft.pk).exists()
