"""Files in and out: people, assignments, reviews, and the settings of the workshop."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from access.viewer import Viewer
from audit.errors import Refused, StaleState
from desk.forms_exchange import ImportForm, SettingsFileForm
from desk.reading.exchange import SHEETS, TYPES, as_file, review_notes
from desk.services.exchange import Answer, bring_in, foresee
from desk.services.reveal import reveal
from desk.services.settings_json import apply_settings, foresee_settings, write_settings
from desk.views.base import actor, desk_page, desk_render
from workshops.models import Workshop

WHAT = {
    "people": ("People", "Names, addresses, affiliations, roles, loads and topics."),
    "assignments": ("Assignments", "Who has which paper, of the papers whose reviewers you may know."),
    "reviews": ("Reviews", "What is submitted, of the papers whose reviews you may read."),
}
NOTES = "notes"
"""Reviews as OpenReview's API gives them."""


@require_safe
@desk_page
def exchange(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    return _page(request, workshop, viewer)


def _page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    *,
    form: ImportForm | None = None,
    settings_form: SettingsFileForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form or ImportForm(),
        "settings_form": settings_form or SettingsFileForm(auto_id="settings_%s"),
        "sheets": [(what, label, words, ("csv", "xlsx", "json")) for what, (label, words) in WHAT.items()],
    }
    return desk_render(request, "desk/exchange.html", workshop, viewer, "people", context, status)


@require_safe
@desk_page
def export(request: HttpRequest, workshop: Workshop, viewer: Viewer, what: str, kind: str) -> HttpResponse:
    """Exactly what the viewer may see. Names of reviewers leave the house, so it is logged."""
    if (what, kind) == ("reviews", NOTES):
        return _download(review_notes(workshop, viewer), f"{workshop.slug}-reviews.json", TYPES["json"])
    if what not in SHEETS or kind not in TYPES:
        raise Http404
    sheet = SHEETS[what](workshop, viewer)
    if sheet.papers:
        reveal(by=actor(viewer), workshop=workshop, page=f"{what}.{kind}", papers=sorted(sheet.papers))
    return _download(as_file(sheet, kind), f"{workshop.slug}-{what}.{kind}", TYPES[kind])


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


# --- in ---------------------------------------------------------------------------------------------------------------


@require_POST
@desk_page
def bring_in_file(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """``do=look`` shows what the file would do; ``do=bring`` does it."""
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, workshop, viewer, form=form, status=422)
    given = form.cleaned_data
    file: dict[str, Any] = {key: given[key] for key in ("kind", "content", "name", "mail")}
    if request.POST.get("do") != "bring":
        return _foresee(request, workshop, viewer, form, file)
    rest = bool(request.POST.get("rest"))
    try:
        answer = bring_in(workshop=workshop, by=actor(viewer), seen=given["seen"] or 0, rest=rest, **file)
    except Refused as refusal:
        status = 409 if isinstance(refusal, StaleState) else 422
        return _foresee(request, workshop, viewer, form, file, refusal=refusal.sentence, status=status)
    messages.success(request, _said(answer))
    if answer.batch is not None:
        return redirect("desk:batch", workshop.slug, answer.batch.pk)
    return redirect("desk:people" if given["kind"] == "people" else "desk:papers", workshop.slug)


def _foresee(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    form: ImportForm,
    file: dict[str, Any],
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    answer = foresee(workshop=workshop, by=actor(viewer), **file)
    context = {
        "answer": answer,
        "label": WHAT[file["kind"]][0],
        "file": file,
        "again": form.packed(),
        "refusal": refusal,
    }
    return desk_render(request, "desk/exchange_look.html", workshop, viewer, "people", context, status)


def _said(answer: Answer) -> str:
    count = len(answer.does)
    said = "1 row is brought in." if count == 1 else f"{count} rows are brought in."
    if answer.batch is not None:
        return f"{said} The mails wait below: nobody gets one before you confirm them."
    return f"{said} Nobody was mailed."


# --- settings ---------------------------------------------------------------------------------------------------------


@require_safe
@desk_page
def settings_file(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    return _download(write_settings(workshop), f"{workshop.slug}-settings.json", TYPES["json"])


@require_POST
@desk_page
def change_settings(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """``do=look`` shows what the file would change; ``do=apply`` changes it."""
    form = SettingsFileForm(request.POST, request.FILES, auto_id="settings_%s")
    if not form.is_valid():
        return _page(request, workshop, viewer, settings_form=form, status=422)
    content, seen = form.cleaned_data["content"], form.cleaned_data["seen"]
    refusal, status = "", 200
    if request.POST.get("do") == "apply":
        try:
            count = apply_settings(workshop=workshop, by=actor(viewer), content=content, seen=seen)
        except Refused as refused:
            refusal, status = refused.sentence, 409 if isinstance(refused, StaleState) else 422
        else:
            messages.success(request, "1 setting is changed." if count == 1 else f"{count} settings are changed.")
            return redirect("desk:exchange", workshop.slug)
    try:
        plan = foresee_settings(workshop=workshop, by=actor(viewer), content=content)
    except Refused as refused:
        form.add_error("file", refused.sentence)
        return _page(request, workshop, viewer, settings_form=form, status=422)
    context = {"plan": plan, "again": form.packed(), "name": form.cleaned_data["name"], "refusal": refusal}
    return desk_render(request, "desk/exchange_settings.html", workshop, viewer, "settings", context, status)
