"""Begin a workshop, set its deadlines, give roles, word forms."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Entry
from tests.factories import make_user
from tests.workshops.conftest import SUBMISSION_AT
from workshops.instants import AOE, aoe
from workshops.models import Deadline, FormVersion, Membership, Question, Workshop
from workshops.reading import QuestionData, find_open_form, open_form, questions_of
from workshops.services.create import create_workshop
from workshops.services.deadlines import set_deadline
from workshops.services.forms import change_questions, new_form_version, open_form_version
from workshops.services.roles import end_role, give_role

DAY = timedelta(days=1)


def log_of(workshop: Workshop) -> list[str]:
    return list(Entry.objects.about("workshop", workshop.pk).order_by("id").values_list("action", flat=True))


class TestCreate:
    def test_preset_brings_tracks_topics_forms_and_deadlines(self, workshop: Workshop):
        tracks = workshop.tracks.values_list(
            "name", "blinding", "archival", "page_limit", "reviews_per_paper", "reviews_enough"
        )
        assert list(tracks) == [
            ("Proceedings", "double", True, 9, 3, 2),
            ("Extended Abstract", "double", False, 4, 3, 2),
            ("Findings", "single", False, None, 2, 1),
        ]
        assert workshop.topics.count() == 10
        days = {row.kind: (row.at - SUBMISSION_AT).days for row in workshop.deadlines.all()}
        assert days == {"submission": 0, "review": 15, "notification": 18, "camera_ready": 46}

    def test_each_track_asks_with_its_own_form_and_says_who_reads_the_answers(self, workshop: Workshop):
        asked = {
            track.slug: {
                question.key: question.readers for question in questions_of(open_form(workshop.pk, track.pk).pk)
            }
            for track in workshop.tracks.all()
        }
        short = {"text": "authors", "overall": "authors", "confidence": "authors"}
        assert asked["findings"] == {"overall": "authors", "text": "authors", "to_organizers": "organizers"}
        assert asked["extended-abstract"] == short | dict.fromkeys(
            ["good_talk", "fit", "ethics_flag", "ethics_text", "to_organizers"], "organizers"
        )
        for_authors = "summary strengths weaknesses questions soundness presentation contribution overall confidence"
        for_organizers = "extended_abstract good_talk prize fit ethics_flag ethics_text knows_authors to_organizers"
        full = dict.fromkeys(for_authors.split(), "authors") | dict.fromkeys(for_organizers.split(), "organizers")
        assert asked["proceedings"] == full

    def test_scales_are_labelled_from_end_to_end(self, workshop: Workshop):
        scales = Question.objects.filter(version__form__workshop=workshop, kind="scale")
        for question in scales:
            assert sorted(question.labels) == [str(n) for n in range(question.low, question.high + 1)]
        ends = set(scales.values_list("key", "low", "high"))
        quality = {(key, 1, 4) for key in ("soundness", "presentation", "contribution")}
        assert ends == quality | {("overall", 1, 6), ("confidence", 1, 5)}

    def test_whoever_begins_it_organizes_it_and_gets_a_desk(self, workshop: Workshop, olga: User):
        olga.refresh_from_db()
        assert olga.is_staff is True
        assert list(Membership.objects.open().values_list("user", "role")) == [(olga.pk, "organizer")]
        assert log_of(workshop) == ["workshop.created", *["form.opened"] * 4, "role.given"]

    def test_deadline_falls_on_the_end_of_a_day_in_a_month_by_default(self, olga: User, now):
        workshop = create_workshop(by=olga, slug="later", name="Later", year=now.year)
        at = workshop.deadlines.get(kind="submission").at.astimezone(AOE)
        assert (at.hour, at.minute) == (23, 59)
        assert (at.date() - now.astimezone(AOE).date()).days == 30

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"slug": "neurreps-2027"}, "slug"),
            ({"slug": "Neur Reps"}, "slug"),
            ({"slug": ""}, "slug"),
            ({"name": " "}, "name"),
            ({"name": "x" * 201}, "name"),
            ({"year": 27}, "year"),
            ({"contact": "nobody"}, "contact"),
            ({"hold_minutes": 61}, ""),
            ({"starts": date(2027, 12, 4), "ends": date(2027, 12, 3)}, ""),
        ],
    )
    def test_wrong_field_is_refused_at_the_field_and_nothing_is_made(
        self, workshop: Workshop, olga: User, changes: dict, field: str
    ):
        values = {"slug": "other", "name": "Other", "year": 2027, **changes}
        with pytest.raises(Refused) as refused:
            create_workshop(by=olga, **values)
        assert refused.value.field == field
        assert refused.value.sentence
        assert Workshop.objects.count() == 1

    def test_unknown_field_is_a_mistake_of_the_program(self, olga: User):
        with pytest.raises(TypeError, match="does not take colour"):
            create_workshop(by=olga, slug="other", name="Other", year=2027, colour="blue")


class TestDeadlines:
    def test_moving_counts_the_version_up_and_is_told_in_the_log(self, workshop: Workshop, olga: User):
        later = SUBMISSION_AT + 6 * DAY
        row = set_deadline(workshop=workshop, kind="submission", at=later, by=olga, reason="A storm")
        row.refresh_from_db()
        assert (row.at, row.version) == (later, 2)
        entry = Entry.objects.get(action="deadline.moved")
        assert entry.actor_id == olga.pk
        assert entry.data == {
            "kind": "submission",
            "track": None,
            "from": "2027-09-05T11:59:59+00:00",
            "to": "2027-09-11T11:59:59+00:00",
            "version": 2,
            "reason": "A storm",
        }

    def test_setting_what_holds_already_writes_nothing(self, workshop: Workshop, olga: User):
        before = log_of(workshop)
        row = set_deadline(workshop=workshop, kind="submission", at=SUBMISSION_AT, by=olga)
        assert row.version == 1
        assert log_of(workshop) == before

    def test_other_fields_change_without_a_move(self, workshop: Workshop, olga: User):
        opens = SUBMISSION_AT - 30 * DAY
        row = set_deadline(
            workshop=workshop, kind="submission", at=SUBMISSION_AT, by=olga, opens_at=opens, grace_minutes=15, hard=True
        )
        assert (row.opens_at, row.grace_minutes, row.hard, row.version) == (opens, 15, True, 2)
        assert log_of(workshop)[-1] == "deadline.set"
        kept = set_deadline(workshop=workshop, kind="submission", at=SUBMISSION_AT + DAY, by=olga)
        assert (kept.opens_at, kept.grace_minutes, kept.hard) == (opens, 15, True)

    def test_deadline_before_its_predecessor_is_refused_with_both_in_aoe(self, workshop: Workshop, olga: User):
        with pytest.raises(Refused) as refused:
            set_deadline(workshop=workshop, kind="review", at=SUBMISSION_AT - DAY, by=olga)
        assert refused.value.sentence == (
            "Reviews on 3 Sep 2027, 23:59 AoE would be before Submission on 4 Sep 2027, 23:59 AoE. Move that one first."
        )
        assert refused.value.field == "at"
        assert workshop.deadlines.get(kind="review").version == 1

    def test_deadline_after_its_successor_is_refused(self, workshop: Workshop, olga: User):
        with pytest.raises(Refused, match=r"Submission on .* would be after Reviews on"):
            set_deadline(workshop=workshop, kind="submission", at=SUBMISSION_AT + 16 * DAY, by=olga)

    def test_new_kind_finds_its_place_between_the_others(self, workshop: Workshop, olga: User):
        row = set_deadline(workshop=workshop, kind="response", at=SUBMISSION_AT + 16 * DAY, by=olga)
        assert row.version == 1
        with pytest.raises(Refused, match=r"Discussion on .* would be before Author response"):
            set_deadline(workshop=workshop, kind="discussion", at=SUBMISSION_AT + 15 * DAY, by=olga)

    def test_same_instant_as_the_predecessor_is_in_order(self, workshop: Workshop, olga: User):
        assert set_deadline(workshop=workshop, kind="review", at=SUBMISSION_AT, by=olga).at == SUBMISSION_AT

    def test_track_of_its_own_keeps_the_order_of_what_holds_for_it(self, workshop: Workshop, olga: User):
        findings = workshop.tracks.get(slug="findings")
        late = SUBMISSION_AT + 14 * DAY
        row = set_deadline(workshop=workshop, track=findings, kind="submission", at=late, by=olga)
        assert row.track == findings
        with pytest.raises(Refused, match=r"Reviews on .* would be before Submission \(Findings\) on"):
            set_deadline(workshop=workshop, kind="review", at=SUBMISSION_AT + 13 * DAY, by=olga)

    def test_pinned_deadline_cannot_be_moved_until_the_pin_is_released(self, workshop: Workshop, olga: User):
        at = workshop.deadlines.get(kind="notification").at
        pin = {"workshop": workshop, "kind": "notification", "by": olga}
        set_deadline(**pin, at=at, pinned_by="NeurIPS")
        with pytest.raises(Refused) as refused:
            set_deadline(**pin, at=at + DAY, pinned_by="")
        assert refused.value.sentence == ("Notification was set by NeurIPS and cannot be moved. Release the pin first.")
        set_deadline(**pin, at=at, pinned_by="")
        assert set_deadline(**pin, at=at + DAY).at == at + DAY

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"kind": "lunch"}, "kind"),
            ({"at": SUBMISSION_AT.replace(year=2207)}, "at"),
            ({"at": SUBMISSION_AT.replace(year=2025)}, "at"),
            ({"opens_at": SUBMISSION_AT}, "opens_at"),
            ({"opens_at": SUBMISSION_AT + DAY}, "opens_at"),
            ({"grace_minutes": -1}, "grace_minutes"),
            ({"grace_minutes": 1441}, "grace_minutes"),
        ],
    )
    def test_wrong_value_is_refused_at_its_field(self, workshop: Workshop, olga: User, changes: dict, field: str):
        values = {"kind": "submission", "at": SUBMISSION_AT, **changes}
        with pytest.raises(Refused) as refused:
            set_deadline(workshop=workshop, by=olga, **values)
        assert refused.value.field == field
        assert Deadline.objects.get(workshop=workshop, kind="submission").version == 1

    def test_far_year_is_named_with_the_year_of_the_workshop(self, workshop: Workshop, olga: User):
        wrong = SUBMISSION_AT.replace(year=2025)
        with pytest.raises(Refused) as refused:
            set_deadline(workshop=workshop, kind="submission", at=wrong, by=olga)
        assert refused.value.sentence == f"{aoe(wrong)} is far from the workshop’s year 2027. Look at the year."

    def test_track_of_another_workshop_is_refused(self, workshop: Workshop, olga: User):
        other = create_workshop(by=olga, slug="other", name="Other", year=2027)
        with pytest.raises(Refused) as refused:
            set_deadline(workshop=workshop, track=other.tracks.first(), kind="submission", at=SUBMISSION_AT, by=olga)
        assert refused.value.field == "track"

    def test_stranger_and_organizer_of_another_workshop_may_not(self, workshop: Workshop, zed: User):
        create_workshop(by=zed, slug="other", name="Other", year=2027)
        with pytest.raises(PermissionDenied):
            set_deadline(workshop=workshop, kind="submission", at=SUBMISSION_AT + DAY, by=zed)


class TestRoles:
    def test_organizer_gets_a_desk_and_loses_it_with_the_last_role(self, workshop: Workshop, olga: User, zed: User):
        given = give_role(workshop=workshop, user=zed, role="organizer", by=olga)
        zed.refresh_from_db()
        assert zed.is_staff is True
        ended = end_role(membership=given, by=olga)
        zed.refresh_from_db()
        assert zed.is_staff is False
        assert ended.until is not None
        assert log_of(workshop)[-2:] == ["role.given", "role.ended"]

    def test_organizer_of_two_workshops_keeps_the_desk(self, workshop: Workshop, olga: User, zed: User):
        create_workshop(by=zed, slug="other", name="Other", year=2027)
        end_role(membership=give_role(workshop=workshop, user=zed, role="organizer", by=olga), by=olga)
        zed.refresh_from_db()
        assert zed.is_staff is True

    def test_operator_who_stops_organizing_keeps_the_desk(self, workshop: Workshop, olga: User):
        operator = make_user("Opal", is_staff=True, is_superuser=True)
        end_role(membership=give_role(workshop=workshop, user=operator, role="organizer", by=olga), by=olga)
        operator.refresh_from_db()
        assert operator.is_staff is True

    def test_reviewer_gets_no_desk(self, workshop: Workshop, zed: User):
        give_role(workshop=workshop, user=zed, role="reviewer", by=None)
        zed.refresh_from_db()
        assert zed.is_staff is False

    def test_last_organizer_stays(self, workshop: Workshop, olga: User):
        with pytest.raises(Refused) as refused:
            end_role(membership=workshop.memberships.get(), by=olga)
        assert refused.value.sentence == "A workshop always has an organizer. Make somebody else one first."
        assert workshop.memberships.get().until is None

    def test_giving_a_role_twice_gives_it_once(self, workshop: Workshop, olga: User, zed: User):
        first = give_role(workshop=workshop, user=zed, role="reviewer", by=olga)
        assert give_role(workshop=workshop, user=zed, role="reviewer", by=olga) == first
        assert log_of(workshop).count("role.given") == 2

    def test_role_can_be_given_again_after_it_ended(self, workshop: Workshop, olga: User, zed: User):
        first = give_role(workshop=workshop, user=zed, role="reviewer", by=olga)
        end_role(membership=first, by=olga)
        assert give_role(workshop=workshop, user=zed, role="reviewer", by=olga) != first

    def test_ended_role_cannot_end_again(self, workshop: Workshop, olga: User, zed: User):
        given = give_role(workshop=workshop, user=zed, role="reviewer", by=olga)
        end_role(membership=given, by=olga)
        with pytest.raises(Refused, match="has ended already"):
            end_role(membership=given, by=olga)

    def test_wrong_role_closed_account_and_foreign_track_are_refused(self, workshop: Workshop, olga: User, zed: User):
        other = create_workshop(by=olga, slug="other", name="Other", year=2027)
        closed = make_user("Cora", is_active=False)
        wrong = [
            ({"role": "king"}, "role"),
            ({"user": closed}, "user"),
            ({"track": other.tracks.first()}, "track"),
        ]
        for changes, field in wrong:
            with pytest.raises(Refused) as refused:
                give_role(**{"workshop": workshop, "user": zed, "role": "reviewer", "by": olga, **changes})
            assert refused.value.field == field

    def test_stranger_gives_and_ends_nothing(self, workshop: Workshop, zed: User):
        with pytest.raises(PermissionDenied):
            give_role(workshop=workshop, user=zed, role="organizer", by=zed)
        with pytest.raises(PermissionDenied):
            end_role(membership=workshop.memberships.get(), by=zed)


class TestForms:
    @pytest.fixture
    def opened(self, workshop: Workshop) -> FormVersion:
        return open_form(workshop.pk, workshop.tracks.get(slug="findings").pk)

    def test_new_version_copies_the_questions_and_opening_it_closes_the_former(self, opened: FormVersion, olga: User):
        draft = new_form_version(form=opened.form, by=olga)
        assert (draft.number, draft.status) == (2, "draft")
        assert questions_of(draft.pk) == questions_of(opened.pk)
        open_form_version(version=draft, by=olga)
        opened.refresh_from_db()
        assert (opened.status, draft.status) == ("closed", "open")
        assert find_open_form(opened.form.workshop_id, opened.form.track_id) == draft
        assert log_of(opened.form.workshop)[-2:] == ["form.drafted", "form.opened"]

    def test_open_version_cannot_be_changed_or_opened_again(self, opened: FormVersion, olga: User):
        before = questions_of(opened.pk)
        with pytest.raises(Refused, match="keeps its wording"):
            change_questions(version=opened, by=olga, questions=[])
        with pytest.raises(Refused, match="keeps its wording"):
            open_form_version(version=opened, by=olga)
        assert questions_of(opened.pk) == before

    def test_old_copy_of_a_draft_that_somebody_opened_is_stale(self, opened: FormVersion, olga: User):
        draft = new_form_version(form=opened.form, by=olga)
        old = FormVersion.objects.get(pk=draft.pk)
        open_form_version(version=draft, by=olga)
        with pytest.raises(StaleState):
            open_form_version(version=old, by=olga)
        assert find_open_form(opened.form.workshop_id, opened.form.track_id) == draft

    def test_second_draft_is_refused(self, opened: FormVersion, olga: User):
        new_form_version(form=opened.form, by=olga)
        with pytest.raises(Refused, match="Version 2 is still a draft"):
            new_form_version(form=opened.form, by=olga)

    def test_draft_without_questions_cannot_be_opened(self, opened: FormVersion, olga: User):
        draft = new_form_version(form=opened.form, by=olga)
        change_questions(version=draft, by=olga, questions=[])
        with pytest.raises(Refused, match="at least one question"):
            open_form_version(version=draft, by=olga)

    @pytest.mark.parametrize(
        ("question", "said"),
        [
            ({"key": "Über", "kind": "text", "text": "?"}, "Question 2: its name in exports begins with"),
            ({"key": "k", "kind": "song", "text": "?"}, "Question 2: choose its kind."),
            ({"key": "k", "kind": "text", "text": ""}, "Question 2: write what is asked"),
            ({"key": "k", "kind": "text", "text": "?", "readers": "public"}, "Question 2: choose who reads"),
            ({"key": "k", "kind": "text", "text": "?", "words": 0}, "Question 2: limit a text to between 1 and"),
            ({"key": "k", "kind": "scale", "text": "?"}, "Question 2: a scale needs a lowest"),
            ({"key": "k", "kind": "scale", "text": "?", "low": 4, "high": 4}, "Question 2: a scale needs a lowest"),
            (
                {"key": "k", "kind": "scale", "text": "?", "low": 1, "high": 11},
                "Question 2: a scale from 1 to 11 has 11 points; at most 10",
            ),
            (
                {"key": "k", "kind": "scale", "text": "?", "low": 1, "high": 4, "labels": {"1": "poor", "2": "fair"}},
                "Question 2: say in words what 4 means: both ends need it.",
            ),
            ({"key": "k", "kind": "number", "text": "?", "low": 9, "high": 4}, "Question 2: the smallest number, 9"),
            (
                {"key": "k", "kind": "choices", "text": "?", "labels": {"a": "yes", "b": "Yes "}},
                "Question 2: two of the answers read the same.",
            ),
            (
                {"key": "k", "kind": "scale", "text": "?", "low": 1, "high": 4, "labels": {"5": "x"}},
                "Question 2: the label of 5 is outside the scale from 1 to 4.",
            ),
            ({"key": "k", "kind": "choice", "text": "?", "labels": {"a": "b"}}, "Question 2: give at least two"),
            (
                {"key": "text", "kind": "text", "text": "?"},
                "Question 2: its name in exports, “text”, is that of question 1 too.",
            ),
        ],
    )
    def test_question_that_cannot_be_asked_is_named(self, opened: FormVersion, olga: User, question: dict, said: str):
        draft = new_form_version(form=opened.form, by=olga)
        before = questions_of(draft.pk)
        with pytest.raises(Refused) as refused:
            change_questions(
                version=draft, by=olga, questions=[{"key": "text", "kind": "text", "text": "Text"}, question]
            )
        assert refused.value.sentence.startswith(said)
        assert questions_of(draft.pk) == before

    def test_questions_of_a_draft_are_replaced_in_order(self, opened: FormVersion, olga: User):
        draft = new_form_version(form=opened.form, by=olga)
        questions = [
            {"key": "b", "kind": "text", "text": "B"},
            {"key": "a", "kind": "choice", "text": "A", "labels": {"y": "yes", "n": "no"}},
        ]
        change_questions(version=draft, by=olga, questions=questions)
        assert questions_of(draft.pk) == (
            QuestionData("b", "text", "B"),
            QuestionData("a", "choice", "A", labels={"y": "yes", "n": "no"}),
        )

    def test_form_of_the_track_wins_over_that_of_the_workshop(self, workshop: Workshop, opened: FormVersion):
        common = workshop.forms.create(track=None).versions.create(number=1)
        common.questions.create(key="text", kind="text", text="Text")
        open_form_version(version=common, by=None)
        assert open_form(workshop.pk, opened.form.track_id) == opened
        assert open_form(workshop.pk, None) == common

    def test_track_without_an_open_form_is_said_in_a_sentence(self, workshop: Workshop):
        with pytest.raises(Refused, match="There is no open form for this track"):
            open_form(workshop.pk, None)

    def test_stranger_words_no_form(self, opened: FormVersion, zed: User):
        with pytest.raises(PermissionDenied):
            new_form_version(form=opened.form, by=zed)
        with pytest.raises(PermissionDenied):
            open_form_version(version=opened, by=zed)
        with pytest.raises(PermissionDenied):
            change_questions(version=opened, by=zed, questions=[])


def test_scale_is_answered_best_first():
    scale = QuestionData("overall", "scale", "Overall", labels={"1": "poor", "2": "good"}, low=1, high=2)
    assert scale.choices == [("2", "good"), ("1", "poor")]


def test_submission_at_of_the_fixture_is_an_end_of_day():
    assert datetime(2027, 9, 5, 11, 59, 59, tzinfo=UTC) == SUBMISSION_AT
