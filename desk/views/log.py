"""The log of a workshop."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from access.viewer import Viewer
from desk.reading.log import GROUPS, read_log
from desk.views.base import desk_page, desk_render
from workshops.models import Workshop


@require_safe
@desk_page
def log(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    group = request.GET.get("about", "") if request.GET.get("about") in GROUPS else ""
    before = request.GET.get("before", "")
    key = int(before) if before.isdigit() and len(before) < 19 else None
    page = read_log(workshop, viewer, group=group, before=key)
    chips = [
        {"words": words, "count": None, "on": name == group, "url": "?" if name == group else f"?about={name}"}
        for name, words in GROUPS.items()
    ]
    kept = f"about={group}&" if group else ""
    context = {
        "page": page,
        "chips": chips,
        "older_url": f"?{kept}before={page.older}" if page.older else "",
        "newer_url": (f"?about={group}" if group else "?") if key else "",
    }
    return desk_render(request, "desk/log.html", workshop, viewer, "log", context)
