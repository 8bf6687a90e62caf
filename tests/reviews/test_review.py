"""A review is begun, saved, submitted, changed, set aside."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from access.rights import visible_to
from access.viewer import Viewer
from audit.errors import Refused, StaleState
from audit.models import Entry
from notifications.models import Message
from reviews.models import Assignment, Review, ReviewVersion, Score
from reviews.services.extend import extend_review
from reviews.services.review import WrongAnswers, open_review, save_draft, set_aside, submit_review
from submissions.services.withdraw import withdraw
from tests.reviews.stage import DAY, SHORT, given, reviewed
from workshops.models import Deadline, Form, Question
from workshops.services.forms import new_form_version, open_form_version


@pytest.fixture
def review(stage: Any) -> Review:
    stage.assignment = given(stage)
    stage.review = open_review(assignment=stage.assignment, by=stage.rui)
    return stage.review


def save(stage: Any, answers: dict[str, Any], version: int | None = None) -> Review:
    review = Review.objects.get(assignment=stage.assignment)
    return save_draft(
        review=review, by=stage.rui, version=review.version if version is None else version, answers=answers
    )


def submit(stage: Any, at: datetime | None = None, version: int | None = None, **changes: Any) -> ReviewVersion:
    review = Review.objects.get(assignment=stage.assignment)
    return submit_review(
        review=review,
        by=stage.rui,
        version=review.version if version is None else version,
        answers={key: value for key, value in {**SHORT, **changes}.items() if value is not None},
        received_at=at or timezone.now(),
    )


def deadline(stage: Any, kind: str, **values: Any) -> None:
    Deadline.objects.update_or_create(workshop=stage.workshop, track=None, kind=kind, defaults=values)


def test_beginning_a_review_accepts_the_paper(stage: Any, review: Review) -> None:
    assert Assignment.objects.get().status == "accepted"
    assert open_review(assignment=stage.assignment, by=stage.rui) == review
    assert Entry.objects.filter(action="review.started").count() == 1


def test_nobody_else_begins_or_saves_it(stage: Any, review: Review) -> None:
    for user in (stage.noor, stage.olga):
        with pytest.raises(PermissionDenied):
            open_review(assignment=stage.assignment, by=user)
        with pytest.raises(PermissionDenied):
            save_draft(review=review, by=user, version=1, answers={})


def test_draft_is_kept_right_or_wrong(stage: Any, review: Review) -> None:
    saved = save(stage, {"overall": "99", "text": "half a sen"})
    assert (saved.version, saved.draft, saved.status) == (2, {"overall": "99", "text": "half a sen"}, "draft")


def versions(stage: Any) -> list[tuple[int, str, str]]:
    rows = ReviewVersion.objects.filter(review__assignment=stage.assignment).order_by("number")
    return [(row.number, row.saved_as, row.answers.get("text", "")) for row in rows]


def autosave(stage: Any, text: str, tab: str) -> Review:
    review = Review.objects.get(assignment=stage.assignment)
    return save_draft(
        review=review, by=stage.rui, version=review.version, answers={"text": text}, autosave=True, tab=tab
    )


def test_every_save_by_button_is_a_version_and_a_tabs_first_autosave_of_a_minute(stage: Any, review: Review) -> None:
    began = timezone.now().replace(second=10)
    with time_machine.travel(began, tick=False) as clock:
        autosave(stage, "a", "one")
        autosave(stage, "ab", "one")
        autosave(stage, "abc", "two")
        save(stage, {"text": "abcd"})
        autosave(stage, "abcde", "one")
        clock.shift(timedelta(seconds=49))
        autosave(stage, "abcdef", "one")
        clock.shift(timedelta(seconds=1))
        autosave(stage, "abcdefg", "one")
        submit(stage, text="All of it.")

    assert versions(stage) == [
        (1, "autosaved", "a"),
        (2, "autosaved", "abc"),
        (3, "saved", "abcd"),
        (4, "autosaved", "abcdefg"),
        (5, "submitted", "All of it."),
    ]


def test_save_that_is_sent_again_because_its_answer_got_lost_is_kept_once(stage: Any, review: Review) -> None:
    save(stage, {"text": "on a train"}, version=1)
    again = save(stage, {"text": "on a train"}, version=1)

    assert (again.version, len(versions(stage))) == (2, 1)


def test_drafts_among_the_versions_are_read_by_their_writer_alone(stage: Any, review: Review) -> None:
    save(stage, {"text": "half a sen"})
    submit(stage)
    seen = {
        name: list(visible_to(Viewer(getattr(stage, name)), "row", ReviewVersion).values_list("number", flat=True))
        for name in ("rui", "olga", "noor", "ada")
    }

    assert {name: sorted(numbers) for name, numbers in seen.items()} == {
        "rui": [1, 2],
        "olga": [2],
        "noor": [],
        "ada": [],
    }


def test_draft_of_an_old_page_is_refused_and_overwrites_nothing(stage: Any, review: Review) -> None:
    save(stage, {"text": "from this window"})
    with pytest.raises(StaleState, match="saved in another window"):
        save(stage, {"text": "from the other"}, version=1)
    assert Review.objects.get().draft == {"text": "from this window"}


def test_question_that_the_form_does_not_have_is_refused(stage: Any, review: Review) -> None:
    for write in (save, submit):
        with pytest.raises(Refused, match="no question “colour”"):
            write(stage, {"colour": "blue"}) if write is save else submit(stage, colour="blue")


def test_submitting_makes_a_version_its_scores_and_one_receipt(stage: Any, review: Review) -> None:
    made = submit(stage)
    row = Review.objects.get()
    assert (row.status, row.current, row.independent, row.draft) == ("submitted", made, made, {})
    assert (made.number, made.answers) == (1, SHORT)
    assert set(Score.objects.values_list("key", "value")) == {("overall", 5), ("confidence", 4)}
    assert list(Message.objects.filter(kind="review_received").values_list("address", flat=True)) == ["rui@rui.test"]


def test_changing_it_keeps_the_version_before_rewrites_scores_and_mails_nobody(stage: Any, review: Review) -> None:
    first = submit(stage)
    second = submit(stage, overall=2, text="I was wrong.")
    assert [one.answers["overall"] for one in (first, second)] == [5, 2]
    assert ReviewVersion.objects.get(pk=first.pk).answers == SHORT
    assert set(Score.objects.values_list("key", "value")) == {("overall", 2), ("confidence", 4)}
    assert Message.objects.filter(kind="review_received").count() == 1
    assert list(Entry.objects.filter(action__startswith="review.").order_by("pk").values_list("action", flat=True)) == [
        "review.started",
        "review.submitted",
        "review.changed",
    ]


def test_double_click_submits_once(stage: Any, review: Review) -> None:
    submit(stage, version=1)
    with pytest.raises(StaleState):
        submit(stage, version=1)
    assert (ReviewVersion.objects.count(), Message.objects.filter(kind="review_received").count()) == (1, 1)


def test_form_with_every_field_wrong_names_every_field(stage: Any, review: Review) -> None:
    version = Question.objects.filter(version__form__track=stage.track)
    version.filter(key="text").update(words=2)
    wrong = {
        "text": "three words here",
        "overall": 7,
        "confidence": "many",
        "good_talk": "perhaps",
        "fit": "blue",
        "ethics_flag": "x",
    }
    with pytest.raises(WrongAnswers) as said:
        submit(stage, **wrong)
    assert said.value.errors == {
        "text": ["This has 3 words; at most 2 are possible."],
        "overall": ["Choose a value from 1 to 6."],
        "confidence": ["Choose a value from 1 to 5."],
        "good_talk": ["Choose yes or no."],
        "fit": ["Choose one of the answers that are offered."],
        "ethics_flag": ["Choose yes or no."],
    }
    assert (Review.objects.get().status, ReviewVersion.objects.count(), Score.objects.count()) == ("draft", 0, 0)


def test_form_with_nothing_in_it_names_what_is_required(stage: Any, review: Review) -> None:
    with pytest.raises(WrongAnswers) as said:
        submit(stage, text=None, overall=None, confidence=None)
    assert said.value.errors == {
        "text": ["Write something here."],
        "overall": ["Choose one of the values."],
        "confidence": ["Choose one of the values."],
    }
    assert said.value.sentence == "3 answers need a look before the review can be submitted."


def test_submitted_review_keeps_the_wording_it_answered(stage: Any, review: Review) -> None:
    first = submit(stage)
    form = Form.objects.get(track=stage.track)
    again = new_form_version(form=form, by=stage.olga)
    open_form_version(version=again, by=stage.olga)
    assert submit(stage, overall=1).form_version == first.form_version
    other = reviewed(given(stage, "noor"))
    assert other.current is not None
    assert other.current.form_version == again


def test_review_is_in_time_within_the_grace_time_and_late_after_a_soft_deadline(stage: Any, review: Review) -> None:
    now = timezone.now()
    deadline(stage, "review", at=now - timedelta(minutes=5), grace_minutes=10)
    in_time = submit(stage)
    deadline(stage, "review", at=now - DAY, grace_minutes=10)
    late = submit(stage, overall=3)

    assert (in_time.late, late.late) == (False, True)
    assert Review.objects.get().current == late


def test_first_review_after_a_soft_deadline_comes_in_late(stage: Any, review: Review) -> None:
    deadline(stage, "review", at=timezone.now() - DAY)

    assert submit(stage).late


def test_soft_deadline_ends_when_the_authors_are_told(stage: Any, review: Review) -> None:
    deadline(stage, "review", at=timezone.now() - 3 * DAY)
    deadline(stage, "notification", at=timezone.now() - DAY)

    with pytest.raises(Refused, match="the authors are told by now"):
        submit(stage)


def test_hard_deadline_ends_it(stage: Any, review: Review) -> None:
    submit(stage)
    deadline(stage, "review", at=timezone.now() - DAY, hard=True)

    for write in (submit, lambda stage: save(stage, {"text": "more"})):
        with pytest.raises(Refused, match=r"chairs@neurreps\.test"):
            write(stage)


def test_hard_deadline_does_not_end_what_an_extension_opens(stage: Any, review: Review) -> None:
    deadline(stage, "review", at=timezone.now() - DAY, hard=True)
    extend_review(assignment=stage.assignment, until=timezone.now() + DAY, reason="A storm.", by=stage.olga)

    assert submit(stage).late is False


def test_frozen_workshop_takes_nothing(stage: Any, review: Review) -> None:
    type(stage.workshop).objects.update(frozen_at=timezone.now())

    for write in (submit, lambda stage: save(stage, {"text": "more"})):
        with pytest.raises(Refused, match="closed for good"):
            write(stage)
    assert ReviewVersion.objects.count() == 0


def test_independent_version_is_the_last_before_the_discussion(stage: Any, review: Review) -> None:
    before = submit(stage)
    now = timezone.now()
    deadline(stage, "review", at=now - DAY)
    deadline(stage, "discussion", opens_at=now - timedelta(hours=1), at=now + DAY)
    after = submit(stage, overall=6)
    row = Review.objects.get()
    assert (row.independent, row.current) == (before, after)


def test_first_review_after_the_discussion_opened_is_not_independent(stage: Any, review: Review) -> None:
    now = timezone.now()
    deadline(stage, "discussion", opens_at=now - timedelta(hours=1), at=now + DAY)
    submit(stage)
    assert Review.objects.get().independent is None


def test_review_of_a_withdrawn_paper_is_kept_and_closed(stage: Any, review: Review) -> None:
    save(stage, {"text": "so far"})
    withdraw(submission=stage.papers[0], by=None)
    with pytest.raises(Refused, match="no longer under review"):
        save(stage, {"text": "more"})
    assert Review.objects.get().draft == {"text": "so far"}


def test_review_that_is_set_aside_is_kept_and_out_of_every_number(stage: Any, review: Review) -> None:
    submit(stage)
    with pytest.raises(Refused, match="Say why"):
        set_aside(review=Review.objects.get(), by=stage.olga, reason="")
    set_aside(review=Review.objects.get(), by=stage.olga, reason="Found to be a co-author.")
    assert (Review.objects.counted().count(), Review.objects.get().status) == (0, "set_aside")
    with pytest.raises(Refused, match="set this review aside"):
        submit(stage, overall=1)


def test_reviewer_cannot_set_a_review_aside(stage: Any, review: Review) -> None:
    submit(stage)
    with pytest.raises(PermissionDenied):
        set_aside(review=Review.objects.get(), by=stage.rui, reason="No.")


@pytest.mark.parametrize(("seconds", "kept"), [(-1, True), (0, True), (1, False)])
def test_first_save_counts_from_the_instant_at_which_it_came(stage: Any, seconds: int, kept: bool) -> None:
    """The server is busy, and has it in its hands a minute after the hard end."""
    assignment, end = given(stage), timezone.now() - timedelta(minutes=1)
    deadline(stage, "review", at=end, hard=True, grace_minutes=0)
    came = end + timedelta(seconds=seconds)

    with nullcontext() if kept else pytest.raises(Refused):
        review = open_review(assignment=assignment, by=stage.rui, received_at=came)
        save_draft(review=review, by=stage.rui, version=1, answers=SHORT, received_at=came)
        submit_review(review=review, by=stage.rui, version=2, answers=SHORT, received_at=came)

    found = dict(Review.objects.values_list("status", "versions__late"))
    assert found == ({"submitted": False} if kept else {})
