"""Reviewers who ask for more days: all of them on one page, and the answer with one click."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from access.rights import get_or_404
from access.viewer import Viewer
from audit.errors import Refused
from desk.reading.from_reviewers import requests_of
from desk.views.base import actor, desk_page, desk_render
from reviews.models import ExtensionRequest
from reviews.services.extension_request import grant_days, refuse_days
from workshops.instants import aoe
from workshops.models import Workshop

VERBS = ("grant", "refuse")


@require_safe
@desk_page
def more_days(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    context = {"requests": requests_of(workshop, viewer)}
    return desk_render(request, "desk/more_days.html", workshop, viewer, "assignment", context)


@require_POST
@desk_page
def answer(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, pk: int, verb: str) -> HttpResponse:
    """Grant the days, or leave the date as it is. ``from=paper`` comes back to the paper's page."""
    asked = get_or_404(
        viewer,
        "answer",
        ExtensionRequest.objects.select_related("assignment__user"),
        pk=pk,
        assignment__submission__workshop=workshop,
        assignment__submission__number=number,
    )
    if verb not in VERBS:
        raise Http404
    words = request.POST.get("answer", "")
    name = asked.assignment.user.name
    try:
        if verb == "grant":
            extension = grant_days(request=asked, by=actor(viewer), answer=words)
            messages.success(request, f"{name} has time until {aoe(extension.until)}, and is told.")
        else:
            refuse_days(request=asked, by=actor(viewer), answer=words)
            messages.success(request, f"The date stays as it is. {name} is told.")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    if request.POST.get("from") == "paper":
        return redirect("desk:paper", workshop.slug, number)
    return redirect("desk:more_days", workshop.slug)
