"""Where conflicts leave nobody, or somebody who had judged: who may handle a paper, and what is asked and answered."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import get_or_404, may
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from decisions.models import Decision
from decisions.services.late_conflicts import uphold as uphold_decision
from desk.forms_conflicts import AllowForm, GuestForm, ReadingForm, WaiverForm
from desk.reading.conflicts import Handling, read_conflicts, read_handling, verbs_for
from desk.views.base import actor, desk_page, desk_render
from submissions.models import Conflict, ConflictRequest, Submission
from submissions.services import break_glass, declared, guest_chairs, waivers
from submissions.states import AskedKind, ConflictReason
from workshops.models import Workshop

ANSWERS: dict[tuple[str, str], Callable[..., Any]] = {
    (AskedKind.WAIVER, "approve"): waivers.approve_waiver,
    (AskedKind.WAIVER, "refuse"): waivers.refuse_waiver,
    (AskedKind.WAIVER, "take-back"): waivers.take_back_waiver,
    (AskedKind.GUEST, "take-back"): guest_chairs.take_back_call,
    (AskedKind.GUEST, "end"): guest_chairs.end_guest_chair,
    (AskedKind.READING, "allow"): break_glass.allow_reading,
    (AskedKind.READING, "refuse"): break_glass.refuse_reading,
    (AskedKind.READING, "take-back"): break_glass.take_back_reading,
    (AskedKind.READING, "end"): break_glass.end_reading,
    (AskedKind.DECLARED, "take-back"): declared.take_back_asking,
}
SAID = {
    "approve": "Approved. It is handled from now on.",
    "refuse": "Refused.",
    "take-back": "Taken back.",
    "allow": "Allowed. All organizers are told, without content.",
    "end": "Ended.",
}


@require_safe
@desk_page
def conflicts(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    context = {"page": read_conflicts(workshop, viewer), "allow": AllowForm(auto_id=False)}
    return desk_render(request, "desk/conflicts.html", workshop, viewer, "dashboard", context)


# --- one paper: who may handle it ---


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def handling(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """Its number, its title, the organizers' reasons; and what may be asked where nobody is free."""
    found = read_handling(workshop, viewer, number)
    if found is None:
        raise Http404
    asked = request.POST.get("ask", "") if request.method == "POST" else ""
    forms = _forms(found, asked, request)
    form = forms.get(asked)
    if form is not None and form.is_valid():
        try:
            _ask(asked, found.paper, actor(viewer), form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, ASKED[asked])
            return redirect("desk:handling", workshop.slug, number)
    context = {"page": found, "forms": forms, "allow": AllowForm(auto_id=False)}
    status = 422 if request.method == "POST" else 200
    return desk_render(request, "desk/conflicts_paper.html", workshop, viewer, "papers", context, status)


ASKED = {
    "waiver": "Asked. Another organizer who is no author of the paper approves it.",
    "guest": "The mail is on its way. Until they answer, the paper stays where it is.",
    "reading": "Asked. Whoever is free on the paper answers.",
}


def _forms(found: Handling, asked: str, request: HttpRequest) -> dict[str, Form]:
    """Those that the page offers; the one that was sent holds what was typed."""

    def data(name: str) -> Any:
        return request.POST if name == asked else None

    forms: dict[str, Form] = {}
    if found.for_waiver and found.is_open:
        forms["waiver"] = WaiverForm(data("waiver"), people=found.for_waiver, auto_id="waiver_%s")
    if found.may_call_guest:
        forms["guest"] = GuestForm(data("guest"), auto_id="guest_%s")
    if found.may_ask_to_read:
        forms["reading"] = ReadingForm(data("reading"), auto_id="reading_%s")
    return forms


def _ask(asked: str, submission: Submission, by: User, said: dict[str, Any]) -> None:
    if asked == "waiver":
        user = get_object_or_404(User, pk=said["user"])
        waivers.ask_for_waiver(submission=submission, user=user, reason=said["reason"], by=by)
    elif asked == "guest":
        words = {name: said[name] for name in ("name", "address", "reason")}
        guest_chairs.call_guest_chair(submission=submission, by=by, **words)
    else:
        break_glass.ask_to_read(submission=submission, reason=said["reason"], by=by)


# --- what is asked is answered ---


@require_POST
@desk_page
def answer(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int, verb: str) -> HttpResponse:
    """Approve, allow, refuse, take back or end, as far as this person may."""
    rows = ConflictRequest.objects.filter(submission__workshop=workshop).select_related(
        "submission__workshop", "submission__track", "user", "by"
    )
    found = get_or_404(viewer, "row", rows, pk=pk)
    if not answer_request(request, found, viewer, verb):
        raise Http404
    return redirect("desk:conflicts", workshop.slug)


def answer_request(request: HttpRequest, found: ConflictRequest, viewer: Viewer, verb: str) -> bool:
    """Do it, and say so on the next page; False where this person may not."""
    if verb not in verbs_for(found, viewer.id, acts=may(viewer, "act", found.submission)):
        return False
    options: dict[str, Any] = {}
    if verb == "refuse":
        options["answer"] = request.POST.get("answer", "")
    if verb == "allow":
        hours = request.POST.get("hours", "")
        options["hours"] = whole_number(hours, digits=3) or 0
    try:
        ANSWERS[found.kind, verb](request=found, by=actor(viewer), **options)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, SAID[verb])
    return True


@require_POST
@desk_page
def ask_authors(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """Whom the authors have named is waived only with their consent."""
    papers = Submission.objects.of(workshop.pk).select_related("track", "workshop")
    submission = get_or_404(viewer, "act", papers, number=number)
    user = request.POST.get("user", "")
    rows = Conflict.objects.filter(submission=submission, reason=ConflictReason.BY_AUTHOR).select_related("user")
    conflict = get_object_or_404(rows, user=whole_number(user) or 0)
    conflict.submission = submission
    try:
        declared.ask_authors(conflict=conflict, why=request.POST.get("why", ""), by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"The authors are asked about {conflict.user.name}. If they agree, it is waived.")
    return redirect("desk:paper", workshop.slug, number)


@require_POST
@desk_page
def uphold(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """A decision stands although whoever made it has a conflict."""
    submission = get_or_404(viewer, "act", Submission.objects.of(workshop.pk), number=number)
    decision = get_object_or_404(Decision.objects.made_in_conflict(), submission=submission)
    try:
        uphold_decision(decision=decision, by=actor(viewer), why=request.POST.get("why", ""))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"The decision on paper {number} stands.")
    return redirect("desk:conflicts", workshop.slug)
