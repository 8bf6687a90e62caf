"""Word a form: draft a version, change it, open it. What is open is never changed."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from workshops.form_merge import as_told
from workshops.form_rules import check
from workshops.labels import of_pairs, pairs
from workshops.models import Form, FormEdit, FormVersion, Question, Track, Workshop
from workshops.reading import NAMES
from workshops.states import FORM_MOVES, FormStatus

FIXED = "This version of the form is open or closed and keeps its wording. Begin a new version and change that one."
KEPT_EVERY = timedelta(minutes=1)
Questions = list[dict[str, Any]]


@transaction.atomic
def begin_form(
    *, workshop: Workshop, track: Track | None, purpose: str, by: User | None, questions: Questions
) -> FormVersion:
    """A new form of a track, or of all tracks without one of their own: its first draft, with these questions.

    Raises Refused where there is such a form already, and for questions that cannot be asked.
    """
    if by is not None:
        require(Viewer(by), "settings", workshop)
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    if Form.objects.filter(workshop=workshop, track=track, purpose=purpose).exists():
        whose = f"“{track.name}”" if track else "all tracks"
        raise Refused(f"There is such a form for {whose} already. Begin a new version of that one.", field="track")
    form = Form.objects.create(workshop=workshop, track=track, purpose=purpose)
    draft = _draft(form, 1, questions, by)
    _record("form.drafted", draft, by)
    return draft


@transaction.atomic
def new_form_version(*, form: Form, by: User | None, questions: Questions | None = None) -> FormVersion:
    """A draft that copies the newest version's questions, or begins with these.

    Raises Refused while there is a draft already.
    """
    _require(form, by)
    Form.objects.select_for_update().get(pk=form.pk)
    newest = form.versions.order_by("-number").first()
    if newest is not None and newest.status == FormStatus.DRAFT:
        raise Refused(f"Version {newest.number} is still a draft: change that one.")
    copied = list(newest.questions.values(*NAMES)) if newest else []
    draft = _draft(form, newest.number + 1 if newest else 1, copied if questions is None else questions, by)
    _record("form.drafted", draft, by)
    return draft


def _draft(form: Form, number: int, questions: Questions, by: User | None) -> FormVersion:
    draft = FormVersion.objects.create(form=form, number=number)
    rows = _rows(draft, questions)
    check(rows, asked_kinds(form))
    Question.objects.bulk_create(rows)
    _keep(draft, 0, questions, by, typing=False)
    return draft


@transaction.atomic
def change_questions(
    *, version: FormVersion, by: User | None, questions: Questions, edit: int | None = None, typing: bool = False
) -> FormVersion:
    """Replace the questions of a draft by these, in their order.

    ``edit`` is the number of the save that the change was made on; without one it is whatever is there. Every save is
    kept; of those that are made while somebody types (``typing``), one a minute.
    Raises WrongQuestions for what cannot be asked, StaleState when somebody has saved something else since ``edit``,
    and Refused for a version that is not a draft.
    """
    _require(version.form, by)
    locked = FormVersion.objects.select_for_update().get(pk=version.pk)
    if locked.status != FormStatus.DRAFT:
        raise Refused(FIXED)
    rows = _rows(version, questions)
    check(rows, asked_kinds(version.form))
    if edit is not None and edit != locked.edit:
        if _same(questions, list(version.questions.values(*NAMES))):
            return locked
        raise StaleState(_who_saved(locked))
    version.questions.all().delete()
    Question.objects.bulk_create(rows)
    version.edit = locked.edit + 1
    FormVersion.objects.filter(pk=version.pk).update(edit=version.edit)
    if _keep(version, version.edit, questions, by, typing=typing):
        _record("form.changed", version, by, {"save": version.edit})
    return version


def _same(questions: Questions, stored: Questions) -> bool:
    """Are these the very questions that are there? Then a press came twice, or an answer got lost."""
    return as_told(questions) == as_told(stored)


def _who_saved(version: FormVersion) -> str:
    last = version.edits.select_related("saved_by").order_by("-number").first()
    who = last.saved_by.name if last and last.saved_by else "Somebody"
    return f"{who} has saved this form since you opened it. Press Save to see both, side by side; nothing is lost."


def _keep(version: FormVersion, number: int, questions: Questions, by: User | None, *, typing: bool) -> bool:
    """Write the save into the history; False where it goes on with the same person's of the same minute."""
    now = timezone.now()
    stored = [{**row, "labels": pairs(row.get("labels") or {})} for row in questions]
    last = version.edits.order_by("-number").first() if typing else None
    if last is not None and last.typing and last.saved_by_id == (by.pk if by else None) and now < last.at + KEPT_EVERY:
        FormEdit.objects.filter(pk=last.pk).update(number=number, questions=stored)
        return False
    FormEdit.objects.create(version=version, number=number, questions=stored, saved_by=by, at=now, typing=typing)
    return True


def questions_at(version: FormVersion, edit: int) -> Questions:
    """The questions of a draft as they were at this save; where that one was typed over, at the one before it."""
    row = version.edits.filter(number__lte=edit).order_by("-number").first()
    return [{**one, "labels": of_pairs(one["labels"])} for one in row.questions] if row else []


def asked_kinds(form: Form) -> dict[str, str]:
    """The kinds of the questions that were ever asked, by key. One query."""
    asked = Question.objects.filter(version__form=form).exclude(version__status=FormStatus.DRAFT)
    return dict(asked.order_by("version__number").values_list("key", "kind"))


@transaction.atomic
def open_form_version(*, version: FormVersion, by: User | None, edit: int | None = None) -> FormVersion:
    """Ask with this version from now on; the former one is closed and its reviews keep it.

    Raises Refused for a version without questions or one that was open before, StaleState when somebody was quicker.
    """
    _require(version.form, by)
    if version.status != FormStatus.DRAFT:
        raise Refused(FIXED)
    locked = FormVersion.objects.select_for_update().get(pk=version.pk)
    if edit is not None and edit != locked.edit:
        raise StaleState(_who_saved(locked).split(". ")[0] + ". Look at the questions once more, then open it.")
    if not version.questions.exists():
        raise Refused("A form needs at least one question before it can be opened.")
    for former in version.form.versions.filter(status=FormStatus.OPEN):
        move(former, FormStatus.CLOSED, FORM_MOVES)
    move(version, FormStatus.OPEN, FORM_MOVES)
    _record("form.opened", version, by)
    return version


@transaction.atomic
def discard_draft(*, version: FormVersion, by: User | None) -> None:
    """Throw a draft away, and its form with it where it has no other version. What is open stays open."""
    _require(version.form, by)
    locked = FormVersion.objects.select_for_update().get(pk=version.pk)
    if locked.status != FormStatus.DRAFT:
        raise Refused("This version was open: reviews may have answered it, so it is kept.")
    _record("form.discarded", version, by)
    version.edits.all().delete()
    version.questions.all().delete()
    form = version.form
    locked.delete()
    if not form.versions.exists():
        form.delete()


def _rows(version: FormVersion, questions: Questions) -> list[Question]:
    return [Question(version=version, position=n, **values) for n, values in enumerate(questions)]


def _require(form: Form, by: User | None) -> None:
    if by is not None:
        require(Viewer(by), "settings", form.workshop)


def _record(action: str, version: FormVersion, by: User | None, data: dict[str, Any] | None = None) -> None:
    record(
        action,
        by=by,
        root_type=Root.WORKSHOP,
        root_id=version.form.workshop_id,
        aspect="settings",
        about=version,
        data={"form": version.form_id, "number": version.number, **(data or {})},
    )
