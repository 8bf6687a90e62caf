"""The public pages of a workshop."""

from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from access.prepared import prepared
from access.rights import get_or_404, visible_to
from access.viewer import Viewer, viewer_of
from workshops.banners import CONTENT_TYPE
from workshops.calendar import calendar_of
from workshops.calls import dates_of, listed, rules_of, start_state, windows_of
from workshops.editions import editions_of
from workshops.instants import AOE
from workshops.links import public_links
from workshops.middleware import received_at
from workshops.models import Deadline, InvitedTalk, PublicOrganizer, Topic, Track, Workshop, WorkshopLink
from workshops.reading import in_order
from workshops.states import DeadlineKind

AN_HOUR = 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Calls that are open, then the others."""
    rows = visible_to(viewer_of(request), "public", Workshop.objects.newest_first())
    current, others = listed(rows.prefetch_related("tracks", "deadlines"), received_at(request))
    return render(request, "workshops/home.html", {"current": current, "others": others})


@require_safe
def public(request: HttpRequest, slug: str) -> HttpResponse:
    """The workshop: what it is about, who speaks, when and where, and the one thing to do next."""
    viewer = viewer_of(request)
    workshop = get_or_404(viewer, "public", Workshop, slug=slug)
    now = received_at(request)
    rows: dict[str, list[Any]] = _shown(viewer, workshop.pk)
    tracks, deadlines = in_order(rows["tracks"]), rows["deadlines"]
    dates = dates_of(tracks, deadlines)
    last_day = workshop.ends or workshop.starts
    context = {
        "workshop": workshop,
        "start": start_state(windows_of(tracks, deadlines, now).values()),
        "dates": dates,
        "notified": next((date for date in dates if date.kind == DeadlineKind.NOTIFICATION), None),
        "is_over": last_day is not None and last_day < now.astimezone(AOE).date(),
        "organizers": in_order(rows["organizers"]),
        "talks": in_order(rows["talks"]),
        "links": in_order(rows["links"]),
        "more": public_links(workshop),
        "editions": editions_of(workshop),
        "prepares": _prepares(viewer, workshop),
        "now": now,
    }
    return render(request, "workshops/public.html", context)


@prepared
def _shown(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    parts: dict[str, type[Model]] = {
        "tracks": Track,
        "deadlines": Deadline,
        "organizers": PublicOrganizer,
        "talks": InvitedTalk,
        "links": WorkshopLink,
    }
    return {name: visible_to(viewer, "row", model).filter(workshop=workshop_id) for name, model in parts.items()}


@require_safe
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """The call for papers."""
    viewer = viewer_of(request)
    workshop = get_or_404(viewer, "public", Workshop, slug=slug)
    now = received_at(request)
    tracks, deadlines = _season(viewer, workshop)
    windows = windows_of(tracks, deadlines, now)
    context = {
        "workshop": workshop,
        "start": start_state(windows.values()),
        "dates": dates_of(tracks, deadlines),
        "tracks": [(track, windows[track.pk][DeadlineKind.SUBMISSION]) for track in tracks],
        "rules": rules_of(tracks, windows),
        "needs_reviewers": not all(windows[track.pk][DeadlineKind.REVIEW].is_late for track in tracks),
        "topics": list(visible_to(viewer, "row", Topic).filter(workshop=workshop)),
        "prepares": _prepares(viewer, workshop),
        "now": now,
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


@require_safe
def banner(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The picture of the workshop. Its address on the page changes with the picture."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    name = workshop.banner.name
    if not name or not default_storage.exists(name):
        raise Http404
    etag = f'"{workshop.banner_version}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None and unchanged.status_code == 304:
        response: HttpResponseBase = unchanged
    else:
        response = FileResponse(default_storage.open(name), content_type=CONTENT_TYPE)
        response["Content-Disposition"] = f'inline; filename="{workshop.slug}.webp"'
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={AN_HOUR}" if workshop.published_at else "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _season(viewer: Viewer, workshop: Workshop) -> tuple[list[Track], list[Any]]:
    tracks = list(visible_to(viewer, "row", Track).filter(workshop=workshop))
    return tracks, list(visible_to(viewer, "row", Deadline).filter(workshop=workshop))


def _prepares(viewer: Viewer, workshop: Workshop) -> bool:
    """Does an organizer look at what nobody else sees yet?"""
    return workshop.published_at is None and workshop.pk in viewer.fact("organizes")
