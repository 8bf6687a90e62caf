"""What organizers do about a paper's list of authors, its likeness to another, and its withdrawal."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from access.rights import get_or_404, may
from access.viewer import Viewer
from audit.errors import Refused
from audit.text import whole_number
from desk.reading import author_list as reading
from desk.services.reveal import reveal
from desk.views.base import acted_on, actor, desk_page, desk_render
from submissions.models import AuthorListRequest, Submission
from submissions.services.author_requests import grant_request, refuse_request
from submissions.services.find_likeness import settle_likeness
from submissions.services.withdraw import undo_withdrawal
from submissions.services.withdraw import withdraw as withdraw_paper
from workshops.models import Workshop


@require_safe
@desk_page
def author_list(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """The authors by name, and what waits for an answer. That somebody looked is in the log."""
    return _page(request, workshop, viewer, number)


def _page(
    request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, typed: dict[str, Any] | None = None
) -> HttpResponse:
    found = reading.read_author_list(workshop, viewer, number)
    if found is None:
        raise Http404
    reveal(by=actor(viewer), workshop=workshop, page="author list", submission=found.paper)
    context = {
        "paper": found.paper,
        "authors": found.authors,
        "waiting": found.waiting,
        "answered": found.answered,
        "typed": typed or {},
    }
    return desk_render(
        request, "desk/author_list.html", workshop, viewer, "papers", context, status=422 if typed else 200
    )


@require_POST
@desk_page
def answer_request(
    request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, pk: int, verb: str
) -> HttpResponse:
    """Grant or refuse. What was typed stays where it is turned away."""
    if verb not in ("grant", "refuse"):
        raise Http404
    found = acted_on(workshop, viewer, number)
    rows = AuthorListRequest.objects.select_related("by", "authorship__user", "submission__workshop")
    asked = get_object_or_404(rows.select_related("submission__track"), submission=found, pk=pk)
    answer = request.POST.get("answer", "")
    seen = [key for text in request.POST.getlist("seen") if (key := whole_number(text)) is not None]
    try:
        if verb == "grant":
            grant_request(request=asked, by=actor(viewer), answer=answer, seen=seen)
        else:
            refuse_request(request=asked, by=actor(viewer), answer=answer)
    except Refused as refusal:
        typed = {"pk": asked.pk, "answer": answer, "error": refusal.sentence}
        return _page(request, workshop, viewer, number, typed)
    messages.success(request, f"{asked.get_status_display()}. All authors are told.")
    if not may(Viewer(viewer.person), "act", found):  # by it they came to have a conflict themselves
        return redirect("desk:papers", workshop.slug)
    return redirect("desk:author_list", workshop.slug, number)


@require_POST
@desk_page
def settle_twin(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, pk: int) -> HttpResponse:
    """They are two papers."""
    found = acted_on(workshop, viewer, number)
    pairs = reading.shown_likenesses(viewer).select_related("first", "second")
    pair = get_object_or_404(pairs, pk=pk)
    if found.pk not in (pair.first_id, pair.second_id):
        raise Http404
    for paper in (pair.first, pair.second):
        get_or_404(viewer, "act", Submission, pk=paper.pk)
    settle_likeness(likeness=pair, by=actor(viewer))
    messages.success(request, "Noted: they are two papers.")
    return redirect("desk:paper", workshop.slug, number)


@require_POST
@desk_page
def withdraw(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """Withdraw the paper for its authors, with a reason that they read."""
    found = acted_on(workshop, viewer, number)
    try:
        withdraw_paper(submission=found, by=actor(viewer), reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Paper {number} is withdrawn, and its authors are told.")
    return redirect("desk:paper", workshop.slug, number)


@require_POST
@desk_page
def bring_back(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """Take a withdrawal back, however long ago it was."""
    found = acted_on(workshop, viewer, number)
    try:
        undo_withdrawal(submission=found, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Paper {number} is back, as it was. Its authors and reviewers are told.")
    return redirect("desk:paper", workshop.slug, number)
