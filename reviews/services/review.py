"""A review is begun, saved as one types, submitted, changed, set aside. Every submitted version is kept."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from access.rights import may, require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from notifications.services.enqueue import enqueue
from reviews import emails
from reviews.access import discussion_open
from reviews.forms import ReviewForm
from reviews.models import Assignment, Review, ReviewVersion, Score
from reviews.services.assign import log_assignment
from reviews.states import ASSIGNMENT_MOVES, REVIEW_MOVES, REVIEWING, AssignmentStatus, ReviewStatus, SavedAs
from reviews.writing import Writing, writing
from submissions.models import Submission
from submissions.replies import reply_to
from workshops.answers import Kind
from workshops.deadlines import windows
from workshops.form_rules import scale_code
from workshops.instants import aoe, both
from workshops.reading import QuestionData, open_form, questions_of
from workshops.states import DeadlineKind

LONGEST_DRAFT = 500_000


class WrongAnswers(Refused):
    """Some answers are wrong; ``errors`` has the sentences of each, by the key of its question."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        count = "One answer needs" if len(errors) == 1 else f"{len(errors)} answers need"
        super().__init__(f"{count} a look before the review can be submitted.", field=next(iter(errors)))
        self.errors = dict(errors)


def form_of(review: Review | None, submission: Submission) -> int:
    """The version of the form that is asked: the one that the review answered, else the one that is open."""
    if review is not None and review.current is not None:
        return review.current.form_version_id
    return open_form(submission.workshop_id, submission.track_id).pk


@transaction.atomic
def open_review(*, assignment: Assignment, by: User | None, received_at: datetime | None = None) -> Review:
    """The review of this assignment, made at its first save. Who begins one has accepted the paper.

    It is open or closed as it was when the save came (``received_at``; None: now).
    """
    require(acting(by), "own", assignment)
    if assignment.kind not in REVIEWING:
        raise Refused("An area chair reads the reviews of this paper and writes none.")
    review, made = Review.objects.get_or_create(assignment=assignment)
    if made:
        _check_open(review, received_at or timezone.now())
        if assignment.status == AssignmentStatus.ACTIVE:
            move(assignment, AssignmentStatus.ACCEPTED, ASSIGNMENT_MOVES, version=assignment.version + 1)
            log_assignment("assignment.accepted", assignment, by)
        _log("review.started", review, by)
    return review


@transaction.atomic
def save_draft(
    *,
    review: Review,
    by: User | None,
    version: int,
    answers: Mapping[str, Any],
    autosave: bool = False,
    tab: str = "",
    received_at: datetime | None = None,
) -> Review:
    """Keep what is typed, right or wrong. What was submitted before stays as it is until the next submission.

    A save by button makes a version of the history, and so does the first ``autosave`` of a browser ``tab`` in each
    minute; the others only renew the draft. Either is refused on an old page: raises StaleState when the review was
    saved elsewhere since ``version``, unless the very same words are kept already (an answer that got lost). Raises
    Refused for a question that the form does not have, a text without end, and where the review was closed when the
    save came (``received_at``; None: now).
    """
    require(acting(by), "own", review)
    now = timezone.now()
    _check_open(review, received_at or now)
    form_version = form_of(review, review.assignment.submission)
    _check_keys(questions_of(form_version), answers)
    _check_length(answers)
    same = Review.objects.filter(pk=review.pk, version=version, status=review.status)
    if same.update(draft=dict(answers), draft_saved_at=now, version=version + 1) != 1:
        return _kept_already(review, answers)
    review.draft, review.draft_saved_at, review.version = dict(answers), now, version + 1
    if not autosave or _is_first_of_the_minute(review, form_version, tab, now):
        as_what = SavedAs.AUTOSAVED if autosave else SavedAs.SAVED
        _write_version(review, form_version, answers, as_what, by, tab=tab, at=now)
    return review


def _kept_already(review: Review, answers: Mapping[str, Any]) -> Review:
    """The row as it is, when its draft is what was sent: the same save again. Raises StaleState."""
    row = Review.objects.select_related(*_PATH).get(pk=review.pk)
    if row.draft_saved_at is None or row.draft != dict(answers):
        raise _stale()
    return row


def _is_first_of_the_minute(review: Review, form_version: int, tab: str, now: datetime) -> bool:
    minute = now.replace(second=0, microsecond=0)
    saved = review.versions.filter(tab=tab, saved_as=SavedAs.AUTOSAVED, form_version=form_version)
    return not saved.filter(at__gte=minute).exists()


def _write_version(
    review: Review,
    form_version: int,
    answers: Mapping[str, Any],
    saved_as: str,
    by: User | None,
    *,
    tab: str = "",
    late: bool = False,
    at: datetime | None = None,
) -> ReviewVersion:
    """The next of the history. The caller's transaction holds the review's row, so numbers have no gaps."""
    return ReviewVersion.objects.create(
        review=review,
        number=_next_number(review),
        form_version_id=form_version,
        answers=dict(answers),
        saved_as=saved_as,
        saved_by=by,
        tab=tab,
        late=late,
        at=at or timezone.now(),
    )


@transaction.atomic
def keep_former(*, review: Review, by: User | None, form_version: int, answers: Mapping[str, Any]) -> ReviewVersion:
    """Write answers to a former version of the form into the history, under its wording. The draft stays as it is."""
    require(acting(by), "own", review)
    _check_length(answers)
    Review.objects.select_for_update().get(pk=review.pk)
    return _write_version(review, form_version, answers, SavedAs.SAVED, by)


@transaction.atomic
def keep_refused(*, assignment: Assignment, by: User | None, answers: Mapping[str, Any]) -> ReviewVersion | None:
    """Keep, beside the history and counting in nothing, what somebody typed and the review no longer takes.

    None where nothing may be written any more (the workshop is frozen), and where it is no different from what is kept.
    """
    if not may(acting(by), "own", assignment):
        require(acting(by), "kept", assignment)
    if assignment.submission.workshop.frozen_at is not None:
        return None
    review, _ = Review.objects.get_or_create(assignment=assignment)
    review = Review.objects.select_for_update(of=("self",)).select_related(*_PATH).get(pk=review.pk)
    form_version = form_of(review, review.assignment.submission)
    known = {question.key for question in questions_of(form_version)}
    typed = {key: value for key, value in answers.items() if key in known and value not in ("", [], None)}
    _check_length(typed)
    last = review.versions.order_by("-number").first()
    if not typed or typed == review.draft or (last is not None and typed == last.answers):
        return None
    return _write_version(review, form_version, typed, SavedAs.KEPT, by)


@transaction.atomic
def submit_review(
    *,
    review: Review,
    by: User | None,
    version: int,
    answers: Mapping[str, Any],
    received_at: datetime,
    tab: str = "",
) -> ReviewVersion:
    """Submit a review, or a change of one: an immutable version, with the wording that it answers.

    Raises WrongAnswers with a sentence a question, StaleState for an old page, Refused once the review is closed.
    """
    require(acting(by), "own", review)
    review = Review.objects.select_for_update(of=("self",)).select_related(*_PATH).get(pk=review.pk)
    allowed = _check_open(review, received_at)
    if review.version != version:
        raise _stale()
    form_version = form_of(review, review.assignment.submission)
    questions = questions_of(form_version)
    clean = check_answers(questions, answers)
    first = review.status == ReviewStatus.DRAFT
    made = _write_version(review, form_version, clean, SavedAs.SUBMITTED, by, tab=tab, late=allowed.late)
    _move_to(review, made, version, received_at)
    _rewrite_scores(review, questions, clean)
    _log("review.submitted" if first else "review.changed", review, by, {"version": made.number})
    if first:
        _receipt(review, received_at)
    return made


_PATH = ("assignment__submission__workshop", "assignment__submission__track", "assignment__user", "current")


def check_answers(questions: tuple[QuestionData, ...], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are stored. Raises WrongAnswers, or Refused for a question that is not there."""
    _check_keys(questions, answers)
    form = ReviewForm.of_answers(questions, answers)
    if not form.is_valid():
        raise WrongAnswers({key: [str(one) for one in sentences] for key, sentences in form.errors.items()})
    return form.answers()


def _check_keys(questions: tuple[QuestionData, ...], answers: Mapping[str, Any]) -> None:
    if unknown := sorted(set(answers) - {question.key for question in questions}):
        raise Refused(
            f"The form has no question “{unknown[0]}”. Load the page again; your text is kept in this browser."
        )


def _check_length(answers: Mapping[str, Any]) -> None:
    if len(json.dumps(answers)) > LONGEST_DRAFT:
        raise Refused("This review is too long to be kept. Shorten it.")


class Closed(Refused):
    """The review takes nothing any more; the sentence says why."""


def _check_open(review: Review, at: datetime) -> Writing:
    """How it may be written at this instant. Raises Closed."""
    submission = review.assignment.submission
    roots: dict[str, object] = {DeadlineKind.REVIEW: review.assignment_id}
    state = writing(
        review.assignment.status,
        review.status,
        windows(submission.workshop_id, submission.track_id, at, roots=roots),
        at,
        contact=submission.workshop.contact,
        frozen=submission.workshop.frozen_at is not None,
    )
    if not state.allowed:
        raise Closed(state.why_not)
    return state


SAVED_ELSEWHERE = "This review was saved in another window since you opened this one."


def _stale() -> StaleState:
    return StaleState(
        f"{SAVED_ELSEWHERE} Press “Save draft”: both texts are then shown side by side, and neither is lost."
    )


def _next_number(review: Review) -> int:
    return (review.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def _move_to(review: Review, made: ReviewVersion, version: int, at: datetime) -> None:
    changes: dict[str, Any] = {"current": made, "version": version + 1, "draft": {}, "draft_saved_at": None}
    if review.submitted_at is None:
        changes["submitted_at"] = at
    if not Submission.objects.filter(discussion_open(timezone.now()), pk=review.assignment.submission_id).exists():
        changes["independent"] = made
    move(review, ReviewStatus.SUBMITTED, REVIEW_MOVES, **changes)


def _rewrite_scores(review: Review, questions: tuple[QuestionData, ...], answers: Mapping[str, Any]) -> None:
    review.scores.all().delete()
    scales = [question for question in questions if question.kind == Kind.SCALE and question.key in answers]
    Score.objects.bulk_create(
        Score(review=review, key=one.key, value=answers[one.key], scale=scale_code(one)) for one in scales
    )


def _receipt(review: Review, received_at: datetime) -> None:
    submission, writer = review.assignment.submission, review.assignment.user
    roots: dict[str, object] = {DeadlineKind.REVIEW: review.assignment_id}
    until = windows(submission.workshop_id, submission.track_id, received_at, roots=roots)[DeadlineKind.REVIEW].ends_at
    enqueue(
        kind=emails.REVIEW_RECEIVED,
        key=str(review.pk),
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="identities",
        values={
            "workshop": str(submission.workshop),
            "name": writer.name,
            "number": str(submission.number),
            "title": submission.title,
            "at": both(received_at),
            "until": aoe(until) if until and until > received_at else "",
            "link": emails.page("reviews:review", review.assignment_id),
            "contact": submission.workshop.contact,
        },
        recipient=writer,
        scope=f"w:{submission.workshop_id}",
        reply_to=reply_to([submission], to=writer.pk),
    )


@transaction.atomic
def set_aside(*, review: Review, by: User | None, reason: str) -> Review:
    """A conflict was found late: the review is kept, but out of every number, packet and gate."""
    require(acting(by), "act", review.assignment.submission)
    if not reason.strip():
        raise Refused("Say why the review is set aside; it is kept with it.", field="reason")
    move(review, ReviewStatus.SET_ASIDE, REVIEW_MOVES, version=review.version + 1)
    Assignment.objects.filter(pk=review.assignment_id).update(reason=reason.strip())
    _log("review.set_aside", review, by)
    return review


def _log(action: str, review: Review, by: User | None, data: dict[str, object] | None = None) -> None:
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=review.assignment.submission_id,
        aspect="identities",
        about=review,
        data=data,
    )
