"""The one search box of the desk: its page, and what stands under the box while one types."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from access.viewer import Viewer
from desk.reading.search import A_GROUP, WHILE_TYPING, SearchQuery, numbered
from desk.reading.search import search as find
from desk.views.base import desk_page, desk_render
from workshops.models import Workshop


@require_safe
@desk_page
def search(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """A number alone goes to its paper; ``part=found`` is asked for by the box."""
    query = SearchQuery.of(request.GET.dict())
    typing = request.GET.get("part") == "found"
    if not typing and not query.only:
        number = numbered(workshop, viewer, query)
        if number is not None:
            return redirect("desk:paper", workshop.slug, number)
    result = find(workshop, viewer, query, most=WHILE_TYPING if typing else A_GROUP)
    context = {"workshop": workshop, "query": query, "searched": query.q, "result": result}
    if typing:
        return render(request, "desk/_found.html", context)
    return desk_render(request, "desk/search.html", workshop, viewer, "search", context)
