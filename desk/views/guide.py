"""The first hour: from nothing to an open call, and the button that opens it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from access.viewer import Viewer
from audit.errors import Refused
from desk.reading.guide import read_guide
from desk.views.base import actor, desk_page, desk_render
from workshops.models import Workshop
from workshops.services.announce import announce, unannounce


@require_safe
@desk_page
def guide(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    context = {"guide": read_guide(workshop, timezone.now())}
    return desk_render(request, "desk/guide.html", workshop, viewer, "dashboard", context)


@require_POST
@desk_page
def open_call(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    try:
        announce(workshop=workshop, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "The call is open: everybody sees it now. Send its address to your mailing lists.")
    return redirect("desk:guide", workshop.slug)


@require_POST
@desk_page
def take_back_call(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    try:
        unannounce(workshop=workshop, by=actor(viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "The call is taken back: nobody outside sees it.")
    return redirect("desk:guide", workshop.slug)
