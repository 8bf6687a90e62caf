"""The dashboard, and what is begun from it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from access.viewer import Viewer
from audit.errors import Refused
from desk.reading.dashboard import read_dashboard
from desk.views.base import actor, desk_page, desk_render
from submissions.services.conflicts import find_conflicts as find
from submissions.services.handlers import appoint_handlers as appoint
from workshops.models import Workshop


@require_safe
@desk_page
def dashboard(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    board = read_dashboard(workshop, viewer, timezone.now())
    return desk_render(request, "desk/dashboard.html", workshop, viewer, "dashboard", {"board": board})


@require_POST
@desk_page
def appoint_handlers(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    try:
        appoint(workshop=workshop, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "Every paper that an organizer is free on has a handler now.")
    return redirect("desk:dashboard", workshop.slug)


@require_POST
@desk_page
def find_conflicts(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """How many were found is not said: some may be on papers that are sealed from the viewer."""
    try:
        find(workshop=workshop, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "All papers and people were compared. What is suspected stands below to be settled.")
    return redirect("desk:dashboard", workshop.slug)
