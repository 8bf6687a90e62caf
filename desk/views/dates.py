"""The dates of the season: look, move one in two steps, take that back; single papers opened for longer; late saves."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.viewer import Viewer
from audit.errors import Refused
from audit.text import whole_number
from desk.forms_dates import AnswerForm, ExtendForm, MoveForm, NewDateForm
from desk.reading import dates as reading
from desk.reading.levels import papers_on_desk
from desk.services.move_dates import held_moves, move_dates, readers, undo_move, values_of
from desk.views.base import acted_on, actor, desk_page, desk_render
from notifications.models import Batch
from notifications.rendering import render, scope_of
from submissions.models import Revision
from submissions.services.answer_late import answer_late
from submissions.services.extend import end_extension, extend_paper
from workshops.emails import DEADLINE_MOVED
from workshops.instants import aoe, parse_aoe
from workshops.middleware import received_at
from workshops.models import Deadline, Extension, Workshop


@require_safe
@desk_page
def dates(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    now = received_at(request)
    context = {
        "rows": reading.date_rows(reading.deadlines_of(workshop), now),
        "held": held_moves(workshop),
        "late": reading.late_rows(workshop, viewer),
        "extensions": reading.extension_rows(workshop, viewer, now),
    }
    return desk_render(request, "desk/dates.html", workshop, viewer, "dates", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def move_date(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    """First where to, by GET; then what it comes to, and one button that does it."""
    row = get_object_or_404(Deadline.objects.filter(workshop=workshop).select_related("track", "workshop"), pk=pk)
    if request.method == "POST":
        return _move(request, workshop, viewer, row)
    chosen = NewDateForm(request.GET or None, initial={"at": row.at})
    if not chosen.is_bound or not chosen.is_valid() or row.pinned_by:
        context = {"row": row, "label": reading.label_of(row), "form": chosen}
        return desk_render(
            request, "desk/dates_move.html", workshop, viewer, "dates", context, 422 if chosen.errors else 200
        )
    to = chosen.cleaned_data["at"]
    return _preview(request, workshop, viewer, row, to, MoveForm(initial={"at": to, "tell": True}))


def _move(request: HttpRequest, workshop: Workshop, viewer: Viewer, row: Deadline) -> HttpResponse:
    form = MoveForm(request.POST)
    if not form.is_valid():
        if "at" in form.errors:
            return redirect("desk:move_date", workshop.slug, row.pk)
        return _preview(request, workshop, viewer, row, _typed_at(request), form)
    plan = reading.plan_of(workshop, viewer, row, form.cleaned_data["at"], timezone.now())
    ticked = set(request.POST.getlist("with"))
    shifts = [shift for shift in plan.shifts if str(shift.deadline.pk) in ticked and not shift.pinned_by]
    moves = {row.pk: plan.to} | {shift.deadline.pk: shift.to for shift in shifts}
    versions = {pk: _version(request, pk) for pk in moves}
    try:
        batch = move_dates(
            workshop=workshop,
            moves=moves,
            versions=versions,
            by=actor(viewer),
            reason=form.cleaned_data["reason"],
            tell=form.cleaned_data["tell"],
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in ("reason",) else None, refusal.sentence)
        return _preview(request, workshop, viewer, row, plan.to, form)
    told = f" The mail leaves in {workshop.hold_minutes} minutes; until then all of it can be undone." if batch else ""
    messages.success(request, f"{plan.label} is until {aoe(plan.to)} now.{told}")
    return redirect("desk:dates", workshop.slug)


def _version(request: HttpRequest, pk: int) -> int:
    text = request.POST.get(f"version-{pk}", "")
    number = whole_number(text, digits=8)
    return -1 if number is None else number


def _typed_at(request: HttpRequest) -> datetime:
    return parse_aoe(request.POST["at"])


def _preview(
    request: HttpRequest, workshop: Workshop, viewer: Viewer, row: Deadline, to: datetime, form: MoveForm
) -> HttpResponse:
    plan = reading.plan_of(workshop, viewer, row, to, received_at(request))
    ticked = set(request.POST.getlist("with")) if form.is_bound else None
    rows = [(shift, shift.needed if ticked is None else str(shift.deadline.pk) in ticked) for shift in plan.shifts]
    moved = [row, *(shift.deadline for shift, on in rows if on and not shift.pinned_by)]
    moves = {row.pk: to} | {shift.deadline.pk: shift.to for shift, on in rows if on and not shift.pinned_by}
    before = {each.pk: each.at for each in moved}
    known = set(papers_on_desk(workshop.pk, viewer).values_list("pk", flat=True))
    told = [reader for reader in readers(workshop, moved) if reader.paper is None or reader.paper.pk in known]
    for each in moved:
        each.at = moves[each.pk]
    reason = form["reason"].value() or "(your reason)"
    sample = render(
        DEADLINE_MOVED, scope_of(workshop.pk), values_of(workshop, moved, before, reason, actor(viewer).name)
    )
    context = {
        "plan": plan,
        "after": reading.load_after(workshop, plan, moves),
        "shifts": rows,
        "was": before[row.pk],
        "told": len(told),
        "sample": sample,
        "form": form,
    }
    status = 422 if form.errors else 200
    return desk_render(request, "desk/dates_plan.html", workshop, viewer, "dates", context, status)


@require_POST
@desk_page
def undo(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    batch = get_object_or_404(Batch, pk=pk, workshop_id=workshop.pk, kind=DEADLINE_MOVED)
    try:
        undo_move(batch=batch, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "The dates are back where they were, and nobody is told.")
    return redirect("desk:dates", workshop.slug)


# --- one paper: each asks for the right to act first ---


def _said(form: ExtendForm | AnswerForm) -> str:
    return " ".join(f"{form[name].label}: {errors[0]}" for name, errors in form.errors.items())


@require_POST
@desk_page
def extend(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    paper = acted_on(workshop, viewer, number)
    form = ExtendForm(request.POST)
    if not form.is_valid():
        messages.error(request, _said(form))
        return redirect("desk:paper", workshop.slug, number)
    try:
        extension = extend_paper(submission=paper, by=actor(viewer), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Paper {number} is open until {aoe(extension.until)}. Its authors are told.")
    return redirect("desk:paper", workshop.slug, number)


@require_POST
@desk_page
def end(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, pk: int) -> HttpResponse:
    paper = acted_on(workshop, viewer, number)
    known = Extension.objects.of(Extension.Root.SUBMISSION, paper.pk)
    extension = get_object_or_404(known, pk=pk)
    try:
        end_extension(submission=paper, extension=extension, by=actor(viewer), reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Paper {number} is no longer open. Its authors are told.")
    return redirect("desk:paper", workshop.slug, number)


@require_POST
@desk_page
def answer(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, revision: int) -> HttpResponse:
    paper = acted_on(workshop, viewer, number)
    row = get_object_or_404(Revision.objects.select_related("submission"), submission=paper, number=revision)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _said(form))
        return redirect("desk:paper", workshop.slug, number)
    try:
        answer_late(revision=row, by=actor(viewer), accept=form.accepts, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        done = "It is the paper now." if form.accepts else "What was saved before the deadline counts."
        messages.success(request, f"Paper {number}: answered. {done} Its authors are told.")
    return redirect("desk:paper", workshop.slug, number)
