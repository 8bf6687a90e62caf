"""Drafts of forms: every save is kept, two people's changes are joined, what was asked keeps its kind."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Entry
from tests.factories import make_user
from workshops.form_changes import changes
from workshops.form_merge import merged
from workshops.form_rules import WrongQuestions, key_for, scale_code
from workshops.models import Form, FormVersion, Question, Workshop
from workshops.presets import DISCLOSURES, FORMS
from workshops.reading import NAMES, QuestionData, open_form, questions_of
from workshops.services.forms import (
    begin_form,
    change_questions,
    discard_draft,
    new_form_version,
    open_form_version,
    questions_at,
)
from workshops.services.roles import give_role

TEXT = {"key": "text", "kind": "text", "text": "What is it about?"}
SCALE = {
    "key": "overall",
    "kind": "scale",
    "text": "Overall",
    "low": 1,
    "high": 3,
    "labels": {"3": "good", "1": "poor"},
}
FIT = {"key": "fit", "kind": "choice", "text": "Does it fit?", "labels": {"yes": "yes", "partly": "partly", "no": "no"}}


@pytest.fixture
def otto(workshop: Workshop) -> User:
    user = make_user("Otto")
    give_role(workshop=workshop, user=user, role="organizer", by=None)
    return user


@pytest.fixture
def draft(workshop: Workshop, olga: User) -> FormVersion:
    """A draft of the form of Findings with two questions."""
    form = Form.objects.get(track__slug="findings")
    return new_form_version(form=form, by=olga, questions=[TEXT, SCALE])


def save(draft: FormVersion, by: User, *questions: dict[str, Any], **options: Any) -> FormVersion:
    return change_questions(version=draft, by=by, questions=list(questions), **options)


class TestSaving:
    def test_every_save_by_a_button_is_in_the_history_in_order(self, draft: FormVersion, olga: User, otto: User):
        save(draft, olga, TEXT)
        save(draft, otto, TEXT, FIT)

        kept = [(one.number, one.saved_by, len(one.questions)) for one in draft.edits.order_by("number")]
        assert kept == [(0, olga, 2), (1, olga, 1), (2, otto, 2)]

    def test_save_on_an_old_page_is_refused_and_changes_nothing(self, draft: FormVersion, olga: User, otto: User):
        save(draft, otto, FIT, edit=0)

        with pytest.raises(StaleState, match="Otto Example has saved this form since you opened it"):
            save(draft, olga, TEXT, edit=0)
        assert [one.key for one in questions_of(draft.pk)] == ["fit"]

    def test_saves_while_typing_go_on_with_one_row_a_minute_and_are_logged_once(
        self, draft: FormVersion, olga: User, otto: User
    ):
        now = timezone.now()
        for seconds in (0, 20, 40, 70):
            with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
                save(draft, olga, {**TEXT, "text": f"After {seconds}"}, typing=True)
        with time_machine.travel(now + timedelta(seconds=80), tick=False):
            save(draft, otto, TEXT, typing=True)

        assert list(draft.edits.order_by("number").values_list("number", "saved_by__given")) == [
            (0, "Olga"),
            (3, "Olga"),
            (4, "Olga"),
            (5, "Otto"),
        ]
        assert Entry.objects.filter(action="form.changed").count() == 3

    def test_questions_at_a_save_that_was_typed_over_are_those_before_it(self, draft: FormVersion, olga: User):
        for words in ("One", "Two"):
            save(draft, olga, {**TEXT, "text": words}, typing=True)

        assert [one["text"] for one in questions_at(draft, 2)] == ["Two"]
        assert [one["text"] for one in questions_at(draft, 1)] == [TEXT["text"], SCALE["text"]]

    def test_order_of_the_answers_is_kept_by_the_database_and_by_the_history(self, draft: FormVersion, olga: User):
        labels = {"yes": "yes", "absolutely": "absolutely", "no": "no", "b": "perhaps"}
        save(draft, olga, {**FIT, "labels": labels})

        assert list(questions_of(draft.pk)[0].labels) == ["yes", "absolutely", "no", "b"]
        assert list(questions_at(draft, 1)[0]["labels"]) == ["yes", "absolutely", "no", "b"]

    def test_all_that_is_wrong_is_said_at_once(self, draft: FormVersion, olga: User):
        with pytest.raises(WrongQuestions) as wrong:
            save(draft, olga, {**TEXT, "text": ""}, {**SCALE, "low": None}, {**TEXT, "text": "Again?"})

        assert [(one.place, one.field) for one in wrong.value.problems] == [(0, "text"), (1, "low"), (2, "key")]

    def test_question_that_was_asked_keeps_its_kind_and_one_that_never_was_does_not(
        self, draft: FormVersion, olga: User
    ):
        save(draft, olga, {**TEXT, "kind": "yesno", "key": "new"})
        save(draft, olga, {**TEXT, "key": "new"})

        with pytest.raises(Refused, match="it was asked as “text”, and answers to it are kept"):
            save(draft, olga, {**TEXT, "kind": "yesno"})

    @pytest.mark.parametrize("name", sorted(FORMS))
    def test_every_preset_can_be_asked(self, workshop: Workshop, olga: User, name: str):
        draft = begin_form(workshop=workshop, track=None, purpose="review", by=olga, questions=FORMS[name])

        open_form_version(version=draft, by=olga)
        assert [one.key for one in questions_of(draft.pk)] == [one["key"] for one in FORMS[name]]
        assert sum(one.key == "overall" for one in questions_of(draft.pk)) == 1

    def test_openreviews_default_goes_from_one_to_ten(self):
        overall = next(one for one in FORMS["openreview"] if one["key"] == "overall")

        assert (overall["low"], overall["high"], len(overall["labels"])) == (1, 10, 10)


class TestForms:
    def test_second_form_of_the_same_kind_for_a_track_is_refused_at_the_track(self, workshop: Workshop, olga: User):
        track = workshop.tracks.get(slug="findings")
        begin_form(workshop=workshop, track=track, purpose="disclosure", by=olga, questions=DISCLOSURES)

        with pytest.raises(Refused, match="There is such a form for “Findings” already") as refused:
            begin_form(workshop=workshop, track=track, purpose="review", by=olga, questions=[])
        assert refused.value.field == "track"

    def test_discarded_draft_leaves_what_is_open_and_takes_a_form_that_was_nothing_else(
        self, workshop: Workshop, draft: FormVersion, olga: User
    ):
        save(draft, olga, TEXT)
        discard_draft(version=draft, by=olga)
        lone = begin_form(workshop=workshop, track=None, purpose="review", by=olga, questions=[])
        discard_draft(version=lone, by=olga)

        assert draft.form.versions.get().status == "open"
        assert not Form.objects.filter(pk=lone.form_id).exists()

    def test_version_that_was_open_is_not_discarded(self, workshop: Workshop, olga: User):
        version = open_form(workshop.pk, workshop.tracks.get(slug="findings").pk)

        with pytest.raises(Refused, match="so it is kept"):
            discard_draft(version=version, by=olga)

    def test_opening_a_draft_that_somebody_changed_meanwhile_is_refused(
        self, draft: FormVersion, olga: User, otto: User
    ):
        save(draft, otto, TEXT)

        with pytest.raises(StaleState, match="Look at the questions once more, then open it"):
            open_form_version(version=draft, by=olga, edit=0)


class TestJoining:
    def both(self, base: list, theirs: list, mine: list) -> Any:
        return merged(base, theirs, mine)

    def keys(self, rows: list[dict[str, Any]]) -> list[str]:
        return [row["key"] for row in rows]

    def test_changes_of_different_questions_are_joined_and_named(self):
        other = {**SCALE, "text": "Overall, then?"}
        joined = self.both([TEXT, SCALE], [TEXT, other], [{**TEXT, "help": "Short."}, SCALE])

        assert [row["text"] for row in joined.rows] == [TEXT["text"], "Overall, then?"]
        assert (joined.rows[0]["help"], joined.theirs, joined.taken) == ("Short.", {}, ("Overall, then?",))

    def test_same_question_changed_by_both_is_ones_own_with_theirs_beside_it(self):
        joined = self.both([TEXT], [{**TEXT, "text": "Theirs"}], [{**TEXT, "text": "Mine"}])

        assert [row["text"] for row in joined.rows] == ["Mine"]
        assert (joined.theirs["text"] or {})["text"] == "Theirs"

    def test_same_change_by_both_is_no_clash(self):
        same = {**TEXT, "text": "Same"}

        assert self.both([TEXT], [same], [same]).theirs == {}

    def test_question_that_one_removed_and_the_other_changed_stays_to_be_looked_at(self):
        theirs = self.both([TEXT, SCALE], [{**TEXT, "text": "Changed"}, SCALE], [SCALE])
        mine = self.both([TEXT, SCALE], [SCALE], [{**TEXT, "text": "Changed"}, SCALE])

        assert (self.keys(theirs.rows), theirs.gone) == (["text", "overall"], {"text"})
        assert (self.keys(mine.rows), mine.theirs) == (["text", "overall"], {"text": None})

    def test_questions_that_both_added_stand_behind_their_neighbours_and_removed_ones_are_gone(self):
        new = {**TEXT, "key": "new"}
        joined = self.both([TEXT, SCALE], [TEXT, FIT, SCALE], [TEXT, new])

        assert self.keys(joined.rows) == ["text", "new", "fit"]

    def test_own_order_wins_where_one_moved_something(self):
        assert self.keys(self.both([TEXT, SCALE], [TEXT, SCALE, FIT], [SCALE, TEXT]).rows) == ["overall", "fit", "text"]
        assert self.keys(self.both([TEXT, SCALE], [SCALE, TEXT], [TEXT, SCALE]).rows) == ["overall", "text"]

    def test_order_of_answers_is_a_change_of_a_choice_and_none_of_a_scale(self):
        turned = {**FIT, "labels": dict(reversed(FIT["labels"].items()))}
        scale = {**SCALE, "labels": dict(reversed(SCALE["labels"].items()))}
        joined = self.both([FIT, SCALE], [turned, scale], [FIT, SCALE])

        assert (list(joined.rows[0]["labels"]), joined.taken) == (["no", "partly", "yes"], (FIT["text"],))


class TestWords:
    def told(self, **changed: Any) -> list[str]:
        was = QuestionData(**SCALE)
        return [one.words for one in changes([was], [QuestionData(**{**SCALE, **changed})])]

    def test_what_differs_is_said_in_words(self):
        assert self.told() == []
        assert self.told(text="In all") == ["“In all” was “Overall”."]
        assert self.told(high=4) == ["“Overall” goes from 1 to 4 now, not from 1 to 3."]
        assert self.told(required=True, readers="chairs") == [
            "“Overall” must be answered now and is read by chairs and organizers now."
        ]

    def test_new_and_removed_questions_are_said_too(self):
        found = changes([QuestionData(**TEXT)], [QuestionData(**FIT)])

        assert [one.words for one in found] == [
            "“Does it fit?” is new.",
            "“What is it about?” is no longer asked.",
        ]

    def test_scale_means_the_same_whatever_its_question_and_another_thing_with_other_ends_or_words(self):
        same = QuestionData(**{**SCALE, "text": "?", "labels": {"1": "poor", "3": "good ", "2": ""}})
        others = [QuestionData(**{**SCALE, **one}) for one in ({"high": 4}, {"labels": {"3": "great", "1": "poor"}})]

        assert scale_code(same) == scale_code(QuestionData(**SCALE))
        assert len({scale_code(one) for one in [same, *others]}) == 3

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("What is it about?", "what_is_it_about"),
            ("Überraschung", "uberraschung"),
            ("問題", "q"),
            ("3 things", "q_3_things"),
            ("text", "text_2"),
            ("x" * 80, "x" * 30),
        ],
    )
    def test_name_in_exports_is_made_of_the_words(self, text: str, key: str):
        assert key_for(text, ["text"]) == key


def test_names_of_a_blank_question_are_those_that_are_read():
    from workshops.form_merge import BLANK

    assert tuple(BLANK) == NAMES
    assert Question.Readers(BLANK["readers"])
