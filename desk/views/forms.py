"""The forms of a workshop: what is asked in which track, a builder for a draft, and the step that opens it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import get_or_404
from access.viewer import Viewer
from audit.errors import Refused, StaleState, add_refusal
from audit.text import whole_number
from desk.forms_questions import EMPTY, NewForm, QuestionRows, StartForm
from desk.reading import forms as reading
from desk.views.base import actor, desk_page, desk_render
from reviews.reading import Answer, answers_in_words
from workshops.answers import QuestionsForm
from workshops.form_changes import changes
from workshops.form_merge import merged
from workshops.form_rules import Kind, WrongQuestions
from workshops.models import Form, FormVersion, Question, Workshop
from workshops.presets import DISCLOSURES, FORMS
from workshops.reading import NAMES, QuestionData
from workshops.services.forms import (
    asked_kinds,
    begin_form,
    change_questions,
    discard_draft,
    new_form_version,
    open_form_version,
    questions_at,
)
from workshops.states import FormStatus

SECTION = "forms"


@require_safe
@desk_page
def forms(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """What is asked of reviewers and of authors, in which track, by which version."""
    context = {"forms": reading.forms_of(workshop, viewer)}
    return desk_render(request, "desk/forms.html", workshop, viewer, SECTION, context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def new_form(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    given: dict[str, Any] = {"tracks": list(workshop.tracks.all()), "copies": reading.copies_for(viewer)}
    form = NewForm(request.POST if request.method == "POST" else None, **given)
    if form.is_valid():
        try:
            draft = begin_form(
                workshop=workshop,
                track=form.tracks.get(form.cleaned_data["track"]),
                purpose=form.cleaned_data["purpose"],
                by=actor(viewer),
                questions=_start(viewer, form.cleaned_data["start"]),
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("desk:form_draft", workshop.slug, draft.pk)
    status = 422 if form.errors else 200
    return desk_render(request, "desk/form_new.html", workshop, viewer, SECTION, {"form": form}, status)


def _start(viewer: Viewer, chosen: str) -> list[dict[str, Any]]:
    """The questions of a preset, of another form, or none."""
    kind, _, what = chosen.partition("-")
    if chosen == EMPTY:
        return []
    if kind == "copy":
        version = get_or_404(viewer, "settings", FormVersion, pk=what)
        return list(version.questions.values(*NAMES))
    return DISCLOSURES if what == "authors" else FORMS[what]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def form(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    """The versions of one form; POST begins the next one."""
    row = get_or_404(viewer, "settings", Form.objects.select_related("track", "workshop"), pk=pk, workshop=workshop)
    start = StartForm(request.POST if request.method == "POST" else None, copies=reading.copies_for(viewer, row))
    if start.is_valid():
        chosen = start.cleaned_data["start"]
        questions = None if chosen == "newest" else _start(viewer, chosen)
        try:
            draft = new_form_version(form=row, by=actor(viewer), questions=questions)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return redirect("desk:form", workshop.slug, row.pk)
        return redirect("desk:form_draft", workshop.slug, draft.pk)
    context = {"line": reading.forms_of(workshop, viewer, only=row.pk)[0], "start": start}
    status = 422 if start.errors else 200
    return desk_render(request, "desk/form.html", workshop, viewer, SECTION, context, status)


# --- the builder ------------------------------------------------------------------------------------------------------


def _draft(workshop: Workshop, viewer: Viewer, pk: int) -> FormVersion:
    rows = FormVersion.objects.select_related("form__track", "form__workshop")
    return get_or_404(viewer, "settings", rows, pk=pk, form__workshop=workshop)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def form_draft(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    """The builder: ``action`` is save, preview, bring-<number>, or what is done to the list without a script."""
    draft = _draft(workshop, viewer, pk)
    if draft.status != FormStatus.DRAFT:
        messages.info(request, f"Version {draft.number} is {draft.get_status_display().lower()} and keeps its wording.")
        return redirect("desk:form", workshop.slug, draft.form_id)
    asked = asked_kinds(draft.form)
    if request.method != "POST":
        rows = QuestionRows.stored(list(draft.questions.values(*NAMES)), asked=asked)
        return _builder(request, workshop, viewer, draft, rows, edit=draft.edit)
    action = request.POST.get("action", "save")
    if action.startswith("bring-"):
        return _bring_back(request, workshop, viewer, draft, action.removeprefix("bring-"))
    if action in ("save", "next"):
        return _save(request, workshop, viewer, draft, asked)
    rows = QuestionRows.typed(request.POST, bound=False, asked=asked).changed(action, asked)
    return _builder(request, workshop, viewer, draft, rows, edit=_edit(request), typed=True)


def _edit(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    number = whole_number(text, digits=8)
    return -1 if number is None else number


def _save(
    request: HttpRequest, workshop: Workshop, viewer: Viewer, draft: FormVersion, asked: dict[str, str]
) -> HttpResponse:
    rows = QuestionRows.typed(request.POST, asked=asked)
    edit = _edit(request)
    if rows.is_valid():
        questions = rows.questions()
        try:
            change_questions(version=draft, by=actor(viewer), questions=questions, edit=edit)
        except StaleState:
            return _both(request, workshop, viewer, draft, questions, edit)
        except WrongQuestions as wrong:
            rows.add_problems(wrong.problems)
        except Refused as refusal:
            context = {"sentence": refusal.sentence}
            return _builder(request, workshop, viewer, draft, rows, edit=edit, status=422, typed=True, **context)
        else:
            if request.POST.get("action") == "next":
                return redirect("desk:open_form", workshop.slug, draft.pk)
            messages.success(request, "Saved. Nobody is asked this until the version is open.")
            return redirect("desk:form_draft", workshop.slug, draft.pk)
    return _builder(request, workshop, viewer, draft, rows, edit=edit, status=422, typed=True)


def _both(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    draft: FormVersion,
    mine: list[dict[str, Any]],
    edit: int,
) -> HttpResponse:
    """Somebody saved meanwhile: what both changed stands side by side, everything else is joined. Nothing is saved."""
    draft.refresh_from_db(fields=["edit"])
    theirs = list(draft.questions.values(*NAMES))
    joined = merged(questions_at(draft, edit), theirs, mine)
    rows = QuestionRows.stored(joined.rows, asked=asked_kinds(draft.form))
    for row in rows:
        key = row.row["key"]
        row.theirs, row.gone = joined.theirs.get(key), key in joined.gone
        row.clashes = key in joined.theirs
    last = reading.edits_of(draft)
    context = {"joined": joined, "last": last[0] if last else None}
    return _builder(request, workshop, viewer, draft, rows, edit=draft.edit, status=409, typed=True, **context)


def _bring_back(
    request: HttpRequest, workshop: Workshop, viewer: Viewer, draft: FormVersion, number: str
) -> HttpResponse:
    """Save again what was saved before; what is there now stays in the history too."""
    edit = whole_number(number, digits=8)
    if edit is not None:
        questions = questions_at(draft, edit)
        try:
            change_questions(version=draft, by=actor(viewer), questions=questions, edit=_edit(request))
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, "Brought back. What stood here before is in the list of saves.")
    return redirect("desk:form_draft", workshop.slug, draft.pk)


def _builder(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    draft: FormVersion,
    rows: QuestionRows,
    *,
    edit: int,
    status: int = 200,
    typed: bool = False,
    **more: Any,
) -> HttpResponse:
    edits = reading.edits_of(draft)
    context = {
        "draft": draft,
        "rows": rows,
        "edit": edit,
        "edits": edits,
        "saved_at": edits[0].at if edits and edits[0].number and not typed else None,
        "typed": typed,
        "kinds": Kind.choices,
        "track": reading.track_words(draft.form),
        "preview": preview(draft.form, rows.drawn()),
        **more,
    }
    return desk_render(request, "desk/form_builder.html", workshop, viewer, SECTION, context, status)


@require_POST
@desk_page
def autosave_form(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    """What is typed, once it can be kept. 409 when somebody else has saved, 422 while a question is not finished."""
    draft = _draft(workshop, viewer, pk)
    rows = QuestionRows.typed(request.POST)
    if not rows.is_valid():
        number, _, sentence = rows.errors[0]
        return JsonResponse({"message": f"Question {number}: {sentence}"}, status=422)
    try:
        saved = change_questions(
            version=draft, by=actor(viewer), questions=rows.questions(), edit=_edit(request), typing=True
        )
    except StaleState as stale:
        return JsonResponse({"message": stale.sentence}, status=409)
    except Refused as refusal:
        return JsonResponse({"message": refusal.sentence}, status=422)
    return JsonResponse({"version": saved.edit, "saved_at": timezone.now().isoformat()})


@require_POST
@desk_page
def preview_form(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    """A piece of a page: what is typed, as it will be seen. Nothing is kept."""
    draft = _draft(workshop, viewer, pk)
    rows = QuestionRows.typed(request.POST, bound=False)
    return render(request, "desk/_form_preview.html", {"preview": preview(draft.form, rows.drawn())})


def preview(form: Form, questions: Sequence[QuestionData]) -> dict[str, Any]:
    """A form as whoever fills it in sees it, and what then is read by whom."""
    whole = [one for one in questions if one.kind != Kind.SCALE or one.low is not None]
    return {
        "is_review": form.purpose == Form.Purpose.REVIEW,
        "form": QuestionsForm.filled(whole, {}, prefix="preview"),
        "for_authors": _samples([one for one in whole if one.readers == Question.Readers.AUTHORS]),
        "hidden": [one.text for one in whole if one.readers != Question.Readers.AUTHORS],
        "unfinished": [one.text for one in questions if one not in whole],
        "lacks_overall": not any(one.key == "overall" and one.kind == Kind.SCALE for one in questions),
    }


def _samples(questions: Sequence[QuestionData]) -> tuple[Answer, ...]:
    """Each question with an answer that somebody might give."""
    samples: dict[str, Any] = {Kind.TEXT: "What the reviewer wrote stands here.", Kind.YESNO: True}
    given = {}
    for one in questions:
        choices = one.choices
        first = choices[len(choices) // 2][0] if choices else ""
        given[one.key] = samples.get(one.kind, [first] if one.kind == Kind.CHOICES else first)
        if one.kind == Kind.NUMBER:
            given[one.key] = one.high if one.high is not None else (one.low or 0)
    return answers_in_words(questions, given)


# --- opening a draft, throwing it away --------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def open_form(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    """What changes for whom, then the button."""
    draft = _draft(workshop, viewer, pk)
    if draft.status != FormStatus.DRAFT:
        return redirect("desk:form", workshop.slug, draft.form_id)
    sentence = ""
    if request.method == "POST":
        try:
            open_form_version(version=draft, by=actor(viewer), edit=_edit(request))
        except Refused as refusal:
            sentence = refusal.sentence
            draft.refresh_from_db()
        else:
            messages.success(request, f"Version {draft.number} is open: it is what is asked from now on.")
            return redirect("desk:form", workshop.slug, draft.form_id)
    line = reading.forms_of(workshop, viewer, only=draft.form_id)[0]
    shown = next(one for one in line.versions if one.pk == draft.pk)
    former = line.open
    context = {
        "draft": draft,
        "line": line,
        "former": former,
        "shown": shown,
        "changes": changes(former.questions, shown.questions) if former else [],
        "preview": preview(draft.form, shown.questions),
        "sentence": sentence,
    }
    return desk_render(request, "desk/form_open.html", workshop, viewer, SECTION, context, 422 if sentence else 200)


@require_POST
@desk_page
def discard_form(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    draft = _draft(workshop, viewer, pk)
    try:
        discard_draft(version=draft, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk:form", workshop.slug, draft.form_id)
    messages.success(request, "The draft is thrown away. What is open stays open.")
    return redirect("desk:forms", workshop.slug)
