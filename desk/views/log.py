"""The log of a workshop, and the same as a file."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from access.viewer import Viewer
from desk.reading.list_query import pairs_of
from desk.reading.log import MOST, read_log, table_of
from desk.reading.log_query import GROUPS, LogQuery
from desk.reading.saved_views import own_views
from desk.services.reveal import reveal
from desk.views.base import actor, desk_page, desk_render
from desk.views.lists import chips, file_of, files, plain, row_of, views_of, wanted_file
from workshops.models import Workshop

READY_MADE = (("Everything", ""), ("Names looked at", "about=identity"), ("Decisions", "about=decision"))


@require_safe
@desk_page
def log(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    query = LogQuery.of(pairs_of(request.GET))
    if name := wanted_file(request):
        return _file(name, workshop, viewer, query)
    page = read_log(workshop, viewer, query)
    context = {
        "query": query,
        "page": page,
        "views": views_of(request, query, READY_MADE, own_views(workshop, viewer, query.name)),
        "filters": [row_of("About", chips(query, "about", plain(GROUPS)))],
        "older_url": query.url(before=str(page.older)) if page.older else "",
        "newer_url": query.url() if query.before else "",
        "kept": [("about", query.about)] if query.about else [],
        **files(query),
    }
    return desk_render(request, "desk/log.html", workshop, viewer, "log", context)


def _file(name: str, workshop: Workshop, viewer: Viewer, query: LogQuery) -> HttpResponse:
    """What the list shows under these filters, the newest ten thousand lines. Names leave the house: it is logged."""
    page = read_log(workshop, viewer, query, most=MOST)
    reveal(by=actor(viewer), workshop=workshop, page=f"log.{name}")
    return file_of(name, workshop, query.name, table_of(page))
