"""The public pages of a workshop."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from access.rights import get_or_404, visible_to
from access.viewer import Viewer, viewer_of
from workshops.calendar import calendar_of
from workshops.calls import dates_of, listed, start_state, windows_of
from workshops.middleware import received_at
from workshops.models import Deadline, Topic, Track, Workshop
from workshops.states import DeadlineKind


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Calls that are open, then the others."""
    rows = visible_to(viewer_of(request), "public", Workshop.objects.newest_first())
    current, others = listed(rows.prefetch_related("tracks", "deadlines"), received_at(request))
    return render(request, "workshops/home.html", {"current": current, "others": others})


@require_safe
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """The call for papers."""
    viewer = viewer_of(request)
    workshop = get_or_404(viewer, "public", Workshop, slug=slug)
    tracks, deadlines = _season(viewer, workshop)
    windows = windows_of(tracks, deadlines, received_at(request))
    context = {
        "workshop": workshop,
        "start": start_state(windows.values()),
        "dates": dates_of(tracks, deadlines),
        "tracks": [(track, windows[track.pk][DeadlineKind.SUBMISSION]) for track in tracks],
        "topics": list(visible_to(viewer, "row", Topic).filter(workshop=workshop)),
        "now": received_at(request),
    }
    return render(request, "workshops/call.html", context)


@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The dates of the call as a file that calendars subscribe to."""
    viewer = viewer_of(request)
    workshop = get_or_404(viewer, "public", Workshop, slug=slug)
    url = settings.SITE_URL + reverse("workshops:call", args=[workshop.slug])
    content = calendar_of(workshop, dates_of(*_season(viewer, workshop)), url=url, now=received_at(request))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{workshop.slug}.ics"'
    return response


def _season(viewer: Viewer, workshop: Workshop) -> tuple[list[Track], list[Any]]:
    tracks = list(visible_to(viewer, "row", Track).filter(workshop=workshop))
    return tracks, list(visible_to(viewer, "row", Deadline).filter(workshop=workshop))
