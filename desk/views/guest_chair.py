"""A guest chair: the answer to a call, and the page of the one paper that they see and decide."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import get_or_404
from access.viewer import Viewer, viewer_of
from accounts.models import User
from accounts.services.prove import owner_of
from audit.errors import Refused, add_refusal
from decisions.models import Decision
from decisions.services import decide as deciding
from decisions.states import TOLD, DecisionStatus
from desk.forms import AssignForm, DecisionForm
from desk.forms_conflicts import GuestAnswerForm
from desk.reading import paper as reading
from desk.reading.conflicts import readings_asked
from desk.reading.papers import authors_of, scales_from
from desk.services.reveal import reveal
from desk.views.base import actor
from desk.views.conflicts import answer_request
from reviews.models import Assignment
from reviews.services.assign import assign as assign_reviewer
from reviews.services.assign import remove_assignment
from submissions.author_links import LONGEST_TOKEN
from submissions.models import ConflictRequest, Submission
from submissions.services.guest_chairs import accept_call, decline_call, resolve
from submissions.states import AskedKind, AskedStatus, HandlerKind

TOKEN = "guest_call"  # noqa: S105 (a key of the session)
VERBS: dict[str, Callable[..., Any]] = {"confirm": deciding.confirm, "clear": deciding.clear}
SAID = {"confirm": "Confirmed.", "clear": "The paper is undecided again."}


# --- the call ---------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail: remember it and show the page. It answers nothing, whoever follows it."""
    request.session[TOKEN] = token[:LONGEST_TOKEN]
    return redirect("desk:guest_call")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """What is asked, and the two buttons. An account is made by accepting, where the address has none."""
    found = resolve(request.session.get(TOKEN, ""))
    if found is None:
        return render(request, "desk/guest_no_call.html", status=404)
    form = GuestAnswerForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            if request.POST.get("verb") == "accept":
                accept_call(request=found, given=said["given"], family=said["family"])
            else:
                decline_call(request=found, answer=said["answer"])
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("desk:guest_call")
    known = owner_of(found.address)
    paper = reverse("desk:guest_paper", args=[found.submission.workshop.slug, found.submission.number])
    context = {
        "call": found,
        "submission": found.submission,
        "workshop": found.submission.workshop,
        "form": form,
        "is_open": found.status == AskedStatus.OPEN,
        "has_account": known is not None,
        "signed_in": known is not None and request.user == known,
        "paper_url": paper,
    }
    return render(request, "desk/guest_call.html", context, status=422 if form.errors else 200)


# --- the paper --------------------------------------------------------------------------------------------------------

PaperView = Callable[..., HttpResponse]


def guest_page(view: PaperView) -> PaperView:
    """Hand ``view(request, submission, viewer, **rest)`` to the guest chair of the paper; 404 to others."""

    @wraps(view)
    @login_required
    @never_cache
    def inner(request: HttpRequest, slug: str, number: int, **kwargs: Any) -> HttpResponse:
        viewer = viewer_of(request)
        handled = {"handlers__user": viewer.id, "handlers__until": None, "handlers__kind": HandlerKind.GUEST}
        papers = Submission.objects.filter(**handled).select_related("track", "workshop")
        submission = get_or_404(viewer, "act", papers, workshop__slug=slug, number=number)
        return view(request, submission, viewer, **kwargs)

    return cast(PaperView, inner)


@require_safe
@guest_page
def paper(request: HttpRequest, submission: Submission, viewer: Viewer) -> HttpResponse:
    return show(request, submission, viewer, {})


def show(request: HttpRequest, submission: Submission, viewer: Viewer, bound: dict[str, Form]) -> HttpResponse:
    """The page, with a form that was refused in its place (``bound``). Each look is in the log."""
    workshop = submission.workshop
    found: Any = reading.find_paper(workshop, viewer, submission.number)
    if found is None:
        raise Http404
    reveal(by=actor(viewer), workshop=workshop, page="guest chair", submission=submission)
    rows = reading.read_parts(workshop, viewer, found, "assign")
    reviews = reading.reviews_of(rows, names=True)
    scores = [review.score for review in reviews if review.status == "submitted" and review.score is not None]
    decision = next(iter(rows["decision"]), None)
    context = {
        "paper": found,
        "workshop": workshop,
        "file": reading.file_of(found),
        "authors": authors_of([found.pk]).get(found.pk, []) if request.GET.get("authors") == "1" else None,
        "reviews": reviews,
        "scores": scores,
        "mean": sum(scores) / len(scores) if scores else None,
        "scale": scales_from(rows["scales"], [found.track_id])[0][found.track_id],
        "assignments": reading.assignments_of(rows),
        "decision": decision,
        "told": decision is not None and decision.status in TOLD,
        "held": decision is not None and decision.release_id is not None and decision.status not in TOLD,
        "may_confirm": decision is not None and decision.status == DecisionStatus.TENTATIVE,
        "asked": readings_asked(found, viewer),
        "forms": {
            "decide": bound.get("decide") or _decision_form(rows, decision),
            "assign": bound.get("assign") or _assign_form(rows),
        },
    }
    return render(request, "desk/guest_paper.html", context, status=422 if bound else 200)


def _decision_form(rows: reading.Rows, decision: Decision | None, data: Any = None) -> DecisionForm:
    """With a reason whatever the decision, since no second person confirms it."""
    form = DecisionForm(data, outcomes=reading.outcomes_of(rows), decision=decision, auto_id="decision_%s")
    form.fields["reason"].required = True
    return form


def _assign_form(rows: reading.Rows, data: Any = None) -> AssignForm:
    return AssignForm(data, people=reading.candidates(rows), auto_id="assign_%s")


def _back(submission: Submission) -> HttpResponse:
    return redirect("desk:guest_paper", submission.workshop.slug, submission.number)


@require_POST
@guest_page
def decide(request: HttpRequest, submission: Submission, viewer: Viewer) -> HttpResponse:
    rows = reading.read_offered(viewer, submission, "decide")
    form = _decision_form(rows, next(iter(rows["decided"]), None), request.POST)
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("reason", "to_authors", "version")}
        try:
            deciding.decide(submission=submission, outcome=form.chosen, by=actor(viewer), **values)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{form.chosen.label}. The organizers tell the authors, with all others.")
            return _back(submission)
    return show(request, submission, viewer, {"decide": form})


@require_POST
@guest_page
def change_decision(request: HttpRequest, submission: Submission, viewer: Viewer, verb: str) -> HttpResponse:
    if verb not in VERBS:
        raise Http404
    decision = get_object_or_404(Decision.objects.select_related("submission__workshop"), submission=submission)
    try:
        VERBS[verb](decision=decision, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, SAID[verb])
    return _back(submission)


@require_POST
@guest_page
def assign(request: HttpRequest, submission: Submission, viewer: Viewer) -> HttpResponse:
    form = _assign_form(reading.read_offered(viewer, submission, "assign"), request.POST)
    if form.is_valid():
        user = get_object_or_404(User, pk=form.cleaned_data["user"])
        try:
            assign_reviewer(submission=submission, user=user, by=actor(viewer), override=form.cleaned_data["override"])
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{user.name} has the paper now.")
            return _back(submission)
    return show(request, submission, viewer, {"assign": form})


@require_POST
@guest_page
def unassign(request: HttpRequest, submission: Submission, viewer: Viewer, pk: UUID) -> HttpResponse:
    assignment = get_object_or_404(Assignment, pk=pk, submission=submission)
    try:
        remove_assignment(assignment=assignment, by=actor(viewer), reason=request.POST.get("reason", "").strip())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"{assignment.known_as} no longer has the paper.")
    return _back(submission)


@require_POST
@guest_page
def answer(request: HttpRequest, submission: Submission, viewer: Viewer, pk: int, verb: str) -> HttpResponse:
    """May a conflicted organizer read it? Where nobody else is free, that is asked here."""
    rows = submission.conflict_requests.filter(kind=AskedKind.READING)
    found: ConflictRequest = get_object_or_404(
        rows.select_related("submission__workshop", "submission__track", "user", "by"), pk=pk
    )
    if not answer_request(request, found, viewer, verb):
        raise Http404
    return _back(submission)
