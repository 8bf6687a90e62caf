"""A page that was drawn before the organizers changed the form: what was typed on it is kept, and taken over."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from reviews.carry import carry
from reviews.models import Review
from reviews.services.review import form_of, keep_former, save_draft
from workshops.models import FormVersion
from workshops.reading import questions_of
from workshops.states import FormStatus


@transaction.atomic
def follow_form(*, review: Review, by: User | None, version: int, answers: Mapping[str, Any], form: int) -> Review:
    """Keep answers to the version ``form`` under its wording, and make of them the draft under the one that is asked.

    Raises what save_draft raises, and Refused for a form that was never asked in this workshop; then nothing is kept.
    """
    require(acting(by), "own", review)
    submission = review.assignment.submission
    asked_once = FormVersion.objects.filter(pk=form, form__workshop=submission.workshop_id)
    if not asked_once.exclude(status=FormStatus.DRAFT).exists():
        raise Refused("This page asks what nobody asks here. Load it again; your text is kept in this browser.")
    old, new = questions_of(form), questions_of(form_of(review, submission))
    typed = {one.key: answers[one.key] for one in old if one.key in answers}
    keep_former(review=review, by=by, form_version=form, answers=typed)
    return save_draft(review=review, by=by, version=version, answers=carry(old, new, typed).answers)
