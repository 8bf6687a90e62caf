"""Bring in reviews that were written elsewhere."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts.addresses import normalise_email
from accounts.models import User
from accounts.services.register import create_person
from audit.models import Root
from audit.services.record import record
from reviews.models import Assignment, Review, ReviewVersion, Score
from reviews.states import AssignmentKind, AssignmentStatus, ReviewStatus
from submissions.importing.records import ImportedReview
from submissions.models import Submission
from workshops.form_rules import scale_code
from workshops.models import FormVersion, Question
from workshops.reading import open_form


@transaction.atomic
def import_reviews(*, submission: Submission, reviews: tuple[ImportedReview, ...], by: models.Model | None) -> int:
    """Write each review as submitted, under a handle of its own, in the words of the open form. Returns how many.

    Whoever wrote it is not known here: a placeholder that nobody can sign in with and nobody mails stands for the
    signature. Answers under keys that the form does not ask are kept with the version. A review that is here already
    (same signature) is left alone, so that a second import adds nothing. Raises Refused when no review form is open.
    """
    form = open_form(submission.workshop_id, submission.track_id)
    known = set(Assignment.objects.filter(submission=submission).values_list("user__email", flat=True))
    taken = set(Assignment.objects.filter(submission=submission).values_list("handle", flat=True))
    count = 0
    for review in reviews:
        address = _placeholder_address(submission, review.reviewer)
        if address in known:
            continue
        handle = next(number for number in range(1, len(taken) + 2) if number not in taken)
        taken.add(handle)
        _import_one(submission, review, form, _placeholder(address, review.reviewer), handle, by)
        count += 1
    return count


def _placeholder_address(submission: Submission, signature: str) -> str:
    slug = "".join(c if c.isalnum() else "-" for c in signature.lower()).strip("-") or "reviewer"
    return normalise_email(f"{slug}.{submission.pk}@imported.invalid")


def _placeholder(address: str, signature: str) -> User:
    person = User.objects.filter(email=address).first()
    if person is None:
        person = create_person(email=address, given="Imported", family=signature or "reviewer", by=None)
        User.objects.filter(pk=person.pk).update(is_active=False)
    return person


def _import_one(
    submission: Submission, review: ImportedReview, form: FormVersion, person: User, handle: int, by: Any
) -> None:
    assignment = Assignment.objects.create(
        submission=submission,
        user=person,
        kind=AssignmentKind.EXTERNAL,
        handle=handle,
        status=AssignmentStatus.ACCEPTED,
        created_by_id=by.pk if by else None,
    )
    write_imported(assignment, form, review.answers, at=review.created_at, by=by)


def write_imported(
    assignment: Assignment, form: FormVersion, answers: dict[str, Any], *, at: datetime | None, by: Any
) -> Review:
    """The review of this assignment as it was submitted elsewhere. Inside the caller's transaction."""
    row = Review.objects.create(assignment=assignment, status=ReviewStatus.SUBMITTED, submitted_at=at or timezone.now())
    version = ReviewVersion.objects.create(review=row, number=1, form_version=form, answers=answers)
    row.current = row.independent = version
    row.save(update_fields=["current", "independent"])
    Score.objects.bulk_create(_scores(row, form, answers))
    record(
        "review.imported",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=assignment.submission_id,
        aspect="identities",
        about=row,
        data={"assignment": str(assignment.pk)},
    )
    return row


def _scores(review: Review, form: FormVersion, answers: dict[str, Any]) -> list[Score]:
    given = [one for one in form.questions.filter(kind=Question.Kind.SCALE) if isinstance(answers.get(one.key), int)]
    return [Score(review=review, key=one.key, value=answers[one.key], scale=scale_code(one)) for one in given]
