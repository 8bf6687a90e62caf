"""Word a form: draft a version, change it, open it. What is open is never changed."""

from typing import Any

from django.db import transaction

from access.rights import require
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, refuse_invalid
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from workshops.models import Form, FormVersion, Question
from workshops.reading import NAMES
from workshops.states import FORM_MOVES, FormStatus

FIXED = "This version of the form is open or closed and keeps its wording. Begin a new version and change that one."


@transaction.atomic
def new_form_version(*, form: Form, by: User | None) -> FormVersion:
    """A draft that copies the newest version's questions. Raises Refused while there is a draft already."""
    _require(form, by)
    Form.objects.select_for_update().get(pk=form.pk)
    newest = form.versions.order_by("-number").first()
    if newest is not None and newest.status == FormStatus.DRAFT:
        raise Refused(f"Version {newest.number} is still a draft: change that one.")
    draft = FormVersion.objects.create(form=form, number=newest.number + 1 if newest else 1)
    if newest is not None:
        rows = newest.questions.values("position", *NAMES)
        Question.objects.bulk_create([Question(version=draft, **row) for row in rows])
    _record("form.drafted", draft, by)
    return draft


@transaction.atomic
def change_questions(*, version: FormVersion, by: User | None, questions: list[dict[str, Any]]) -> FormVersion:
    """Replace the questions of a draft by these, in their order.

    Raises Refused, naming the question, for whatever cannot be asked, and for a version that is not a draft.
    """
    _require(version.form, by)
    if FormVersion.objects.select_for_update().get(pk=version.pk).status != FormStatus.DRAFT:
        raise Refused(FIXED)
    rows = [Question(version=version, position=n, **values) for n, values in enumerate(questions)]
    _check(rows)
    version.questions.all().delete()
    Question.objects.bulk_create(rows)
    _record("form.changed", version, by)
    return version


@transaction.atomic
def open_form_version(*, version: FormVersion, by: User | None) -> FormVersion:
    """Ask with this version from now on; the former one is closed and its reviews keep it.

    Raises Refused for a version without questions or one that was open before, StaleState when somebody was quicker.
    """
    _require(version.form, by)
    if version.status != FormStatus.DRAFT:
        raise Refused(FIXED)
    if not version.questions.exists():
        raise Refused("A form needs at least one question before it can be opened.")
    for former in version.form.versions.filter(status=FormStatus.OPEN):
        move(former, FormStatus.CLOSED, FORM_MOVES)
    move(version, FormStatus.OPEN, FORM_MOVES)
    _record("form.opened", version, by)
    return version


def _require(form: Form, by: User | None) -> None:
    if by is not None:
        require(Viewer(by), "settings", form.workshop)


def _check(rows: list[Question]) -> None:
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        if problem := _problem(row):
            raise Refused(f"Question {number}: {problem}", field="questions")
        if row.key in seen:
            raise Refused(f"Question {number}: its key “{row.key}” is used twice.", field="questions")
        seen.add(row.key)


def _problem(row: Question) -> str:
    try:
        refuse_invalid(row, exclude=["version"])
    except Refused as refused:
        return f"{refused.field}: {refused.sentence}" if refused.field else refused.sentence
    if row.kind == Question.Kind.SCALE:
        return _scale_problem(row)
    if row.kind in (Question.Kind.CHOICE, Question.Kind.CHOICES) and len(row.labels) < 2:
        return "give at least two answers to choose from."
    return ""


def _scale_problem(row: Question) -> str:
    if row.low is None or row.high is None or row.low >= row.high:
        return "a scale needs a lowest and a higher highest number."
    numbers = {str(number) for number in range(row.low, row.high + 1)}
    if outside := sorted(set(row.labels) - numbers):
        return f"the label of {outside[0]} is outside the scale from {row.low} to {row.high}."
    return ""


def _record(action: str, version: FormVersion, by: User | None) -> None:
    record(
        action,
        by=by,
        root_type=Root.WORKSHOP,
        root_id=version.form.workshop_id,
        aspect="settings",
        about=version,
        data={"form": version.form_id, "number": version.number},
    )
