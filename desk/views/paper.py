"""A paper's page for organizers, and what is done on it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, add_refusal
from decisions.models import Decision
from decisions.rules import needs_no_second, needs_second_person
from decisions.services import decide as deciding
from decisions.states import TOLD, DecisionStatus
from desk.forms import DecisionForm, SettleForm
from desk.paper_acts import ACTS, Fold, folds, form_of
from desk.paper_dates import paper_dates
from desk.reading import paper as reading
from desk.reading.author_list import open_requests, twins_of
from desk.reading.from_authors import from_authors
from desk.reading.from_reviewers import from_reviewers
from desk.reading.levels import in_words
from desk.reading.list_query import pairs_of
from desk.reading.paper_query import LIST, PaperQuery
from desk.reading.papers import authors_of, beside, numbers_in_order, scales_from
from desk.services.reveal import reveal
from desk.views.base import acted_on, actor, desk_page, desk_render
from reviews.models import Assignment
from reviews.scores import scores_in
from reviews.services.assign import assign as assign_reviewer
from reviews.services.assign import remove_assignment
from submissions.models import Submission
from submissions.services.claim_paper import accept_draft
from submissions.services.conflicts import set_conflict
from submissions.services.handlers import appoint_handler
from submissions.states import ConflictReason, ConflictState, Level
from workshops.models import Workshop

HISTORY, NEWEST = "history", 5
VERBS: dict[str, Callable[..., Any]] = {
    "confirm": deciding.confirm,
    "unconfirm": deciding.unconfirm,
    "clear": deciding.clear,
}
SAID = {"confirm": "Confirmed.", "unconfirm": "No longer confirmed.", "clear": "The paper is undecided again."}


@require_safe
@desk_page
def paper(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """The paper; with ``act`` the form of that act is on it, with ``history=all`` all that happened.

    ``part`` is what a fold of the page fetches when it is opened: the form of an act alone, or the older history.
    """
    part = request.GET.get("part")
    if part == HISTORY:
        return _older_history(request, workshop, viewer, number)
    return _form_alone(request, workshop, viewer, number, part) if part else show(request, workshop, viewer, number)


def _form_alone(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, name: str) -> HttpResponse:
    if name not in ACTS:
        raise Http404
    found = acted_on(workshop, viewer, number)
    form = form_of(name, reading.read_offered(viewer, found, name))
    return render(request, "desk/_paper_act_form.html", {"fold": folds(workshop.slug, number, {name: form})[name]})


def _older_history(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    found: Any = reading.find_paper(workshop, viewer, number)
    if found is None or not found.is_open:
        raise Http404
    events = reading.read_history(workshop, viewer, found)
    return render(request, "components/timeline.html", {"events": events[NEWEST:]})


def show(
    request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, bound: dict[str, Form] | None = None
) -> HttpResponse:
    """The page, with a form that was refused in its place (``bound``)."""
    found: Any = reading.find_paper(workshop, viewer, number)
    if found is None:
        raise Http404
    query = PaperQuery.of(pairs_of(request.GET)) if request.GET.get("in") == LIST else PaperQuery()
    act = request.GET.get("act", "") if request.GET.get("act") in ACTS else ""
    rows = reading.read_parts(workshop, viewer, found, act)
    if query.place():
        before, after = beside(numbers_in_order(workshop, viewer, query), number)
    else:
        before, after = next(iter(rows["before"]), None), next(iter(rows["after"]), None)
    context: dict[str, Any] = {"place": query.place(), "list_url": query.url()}
    context |= {
        "paper": found,
        "before": before,
        "after": after,
        "handler": next(iter(rows["handler"]), None),
    }
    if not found.is_open:
        context["reasons"] = in_words(rows["reasons"])
        return desk_render(request, "desk/paper_sealed.html", workshop, viewer, "papers", context)
    context |= _open(request, workshop, viewer, found, rows)
    context["history"] = _history(request, workshop, found, rows, query)
    if found.is_assessed:
        context |= _assessment(found, rows)
        if found.level == Level.PERSONAL:  # by leave, for a while
            reveal(by=actor(viewer), workshop=workshop, page="sealed paper", submission=found)
    if found.acts:
        context |= _acting(workshop, viewer, found, rows)
        context["folds"] = _folds(workshop, found, rows, query, act, bound or {})
    elif found.level != "free":
        context["reasons"] = in_words(rows["reasons"])
    return desk_render(
        request, "desk/paper.html", workshop, viewer, "papers", context, 422 if bound and found.acts else 200
    )


def _open(request: HttpRequest, workshop: Workshop, viewer: Viewer, found: Any, rows: reading.Rows) -> dict[str, Any]:
    """What every open line has: the paper itself, its file, its authors when asked for, its history."""
    authors: list[str] | None = None
    if found.knows_authors and request.GET.get("authors") == "1":
        authors = authors_of([found.pk]).get(found.pk, [])
        reveal(by=actor(viewer), workshop=workshop, page="paper", submission=found)
    file = reading.file_of(found)
    return {
        "authors": authors,
        "file": file,
        "findings": reading.findings_of(found, file, rows),
        "topics": [name for _, name in sorted(rows["topics"])],
        "decision": next(iter(rows["decision"]), None),
        "twins": twins_of(found, rows["twins"]),
    }


def _history(
    request: HttpRequest, workshop: Workshop, found: Any, rows: reading.Rows, query: PaperQuery
) -> dict[str, Any]:
    """The newest, and where the others are fetched; or all, where they are asked for."""
    events = reading.history_of(rows["history"], names=found.knows_reviewers)
    if len(events) <= NEWEST or request.GET.get(HISTORY) == "all":
        return {"shown": events}
    here = reverse("desk:paper", args=[workshop.slug, found.number])
    return {
        "shown": events[:NEWEST],
        "older": {
            "words": f"Show all {len(events)}",
            "part": f"{here}?part={HISTORY}",
            "url": f"{here}{query.place(history='all')}#{HISTORY}",
            "label": "Show them on the page",
        },
    }


def _assessment(found: Any, rows: reading.Rows) -> dict[str, Any]:
    reviews = reading.reviews_of(rows, names=found.knows_reviewers)
    scale = scales_from(rows["scales"], [found.track_id])[0][found.track_id]
    counted = [review.overall for review in reviews if review.status == "submitted"]
    return {
        "reviews": reviews,
        "scores": scores_in(counted, (scale.low, scale.high)),
        "assignments": reading.assignments_of(rows),
    }


def _acting(workshop: Workshop, viewer: Viewer, found: Any, rows: reading.Rows) -> dict[str, Any]:
    decision = next(iter(rows["decided"]), None)
    two = needs_second_person(workshop, len(rows["organizers"]))
    handler = next(iter(rows["handler"]), None)
    mine = decision is not None and decision.decided_by_id == viewer.id
    tentative = decision is not None and decision.status == DecisionStatus.TENTATIVE
    return {
        "dates": paper_dates(found, rows["saves"], rows["extensions"]),
        "conflicts": reading.conflicts_of(rows),
        "asked": open_requests(rows["asked"]),
        "told_us": from_authors(found, rows["disclosures"]),
        "reviewers_say": from_reviewers(found, rows),
        "told": decision is not None and decision.status in TOLD,
        "held": decision is not None and decision.release_id is not None and decision.status not in TOLD,
        "may_confirm": tentative and not (mine and two),
        "needs_other": tentative and mine and two,
        "sole": handler is not None and needs_no_second(handler, viewer.id),
    }


def _folds(
    workshop: Workshop, found: Any, rows: reading.Rows, query: PaperQuery, act: str, bound: dict[str, Form]
) -> dict[str, Fold]:
    """What can be done. Open is what was refused, what is asked for, and the decision until there is one."""
    opened = {act} if act else set()
    if not rows["decided"]:
        opened.add("decide")
    forms = {name: form_of(name, rows) for name in opened - bound.keys()} | bound
    made = folds(workshop.slug, found.number, forms, query)
    if rows["decided"]:
        made["decide"] = replace(made["decide"], words="Change the decision")
    return made


# --- what is done on it: each asks for the right to act first ---


def _form(found: Submission, viewer: Viewer, name: str, request: HttpRequest) -> Form:
    """What was typed into the form of an act, which offers here what it does on the page."""
    return form_of(name, reading.read_offered(viewer, found, name), request.POST)


@require_POST
@desk_page
def accept(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """Count a complete draft whose address nobody confirmed in time."""
    found = acted_on(workshop, viewer, number)
    try:
        accept_draft(submission=found, by=actor(viewer))
        messages.success(request, f"Paper {number} is submitted.")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk:paper", workshop.slug, number)


@require_POST
@desk_page
def decide(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    found = acted_on(workshop, viewer, number)
    form = cast(DecisionForm, _form(found, viewer, "decide", request))
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("reason", "to_authors", "version")}
        try:
            deciding.decide(submission=found, outcome=form.chosen, by=actor(viewer), **values)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"Paper {number}: {form.chosen.label}. The authors do not know it yet.")
            return redirect("desk:paper", workshop.slug, number)
    return show(request, workshop, viewer, number, {"decide": form})


@require_POST
@desk_page
def change_decision(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, verb: str) -> HttpResponse:
    """Confirm, take the confirmation back, or make the paper undecided again."""
    if verb not in VERBS:
        raise Http404
    found = acted_on(workshop, viewer, number)
    rows = Decision.objects.select_related("submission__workshop")
    decision = get_object_or_404(rows, submission=found)
    try:
        VERBS[verb](decision=decision, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, SAID[verb])
    return redirect("desk:paper", workshop.slug, number)


@require_POST
@desk_page
def assign(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    found = acted_on(workshop, viewer, number)
    form = _form(found, viewer, "assign", request)
    if form.is_valid():
        user = get_object_or_404(User, pk=form.cleaned_data["user"])
        try:
            assign_reviewer(submission=found, user=user, by=actor(viewer), override=form.cleaned_data["override"])
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{user.name} has paper {number} now.")
            return redirect("desk:paper", workshop.slug, number)
    return show(request, workshop, viewer, number, {"assign": form})


@require_POST
@desk_page
def unassign(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, pk: UUID) -> HttpResponse:
    found = acted_on(workshop, viewer, number)
    assignment = get_object_or_404(Assignment, pk=pk, submission=found)
    try:
        remove_assignment(assignment=assignment, by=actor(viewer), reason=request.POST.get("reason", "").strip())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"{assignment.known_as} no longer has paper {number}.")
    return redirect("desk:paper", workshop.slug, number)


@require_POST
@desk_page
def handle(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    found = acted_on(workshop, viewer, number)
    form = _form(found, viewer, "handle", request)
    if form.is_valid():
        user = get_object_or_404(User, pk=form.cleaned_data["user"])
        try:
            appoint_handler(submission=found, user=user, by=actor(viewer), reason=form.cleaned_data["reason"])
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{user.name} handles paper {number} now.")
            return redirect("desk:paper", workshop.slug, number)
    return show(request, workshop, viewer, number, {"handle": form})


@require_POST
@desk_page
def declare_conflict(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    found = acted_on(workshop, viewer, number)
    form = _form(found, viewer, "declare", request)
    if form.is_valid():
        user = get_object_or_404(User, pk=form.cleaned_data["user"])
        reason, state = ConflictReason.ORGANIZER, ConflictState.CONFIRMED
        why = form.cleaned_data["why"]
        try:
            set_conflict(submission=found, user=user, reason=reason, state=state, by=actor(viewer), why=why)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{user.name} has a conflict with paper {number} now.")
            return _back(workshop, viewer, number, user)
    return show(request, workshop, viewer, number, {"declare": form})


def _back(workshop: Workshop, viewer: Viewer, number: int, user: User) -> HttpResponse:
    """Whoever says that they have a conflict themself does not return to the paper."""
    if user.pk == viewer.id:
        return redirect("desk:papers", workshop.slug)
    return redirect("desk:paper", workshop.slug, number)


@require_POST
@desk_page
def settle_conflict(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    found = acted_on(workshop, viewer, number)
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose “holds” or “waive” for the conflict.")
        return redirect("desk:paper", workshop.slug, number)
    asked = form.cleaned_data
    known = found.conflicts.filter(user=asked["user"], reason=asked["reason"]).select_related("user")
    conflict = get_object_or_404(known)
    try:
        set_conflict(
            submission=found,
            user=conflict.user,
            reason=asked["reason"],
            state=asked["state"],
            by=actor(viewer),
            why=asked["why"],
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Settled: {conflict.user.name}.")
    return _back(workshop, viewer, number, conflict.user)
