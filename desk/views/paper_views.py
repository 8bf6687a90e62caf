"""Saved views of the list of papers: a person's own names for its filters."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from access.viewer import Viewer
from audit.errors import Refused
from desk.reading.paper_query import LIST, PaperQuery
from desk.views.base import actor, desk_page
from desk.views.papers import FORGOTTEN
from submissions.models import SavedView
from submissions.services.saved_views import delete_view, rename_view, save_view
from workshops.models import Workshop


@require_POST
@desk_page
def keep_view(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """Keep the filters that are shown, under a name."""
    query = PaperQuery.from_text(request.POST.get("query", ""))
    try:
        view = save_view(
            workshop=workshop, by=actor(viewer), page=LIST, name=request.POST.get("name", ""), query=query.as_text()
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Saved as “{view.name}”. It stands among your views.")
    return _back(workshop, query)


@require_POST
@desk_page
def change_view(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    """Give a view another name, or forget it (``do`` is delete)."""
    view = get_object_or_404(SavedView, pk=pk, workshop=workshop, user=actor(viewer), page=LIST)
    query = PaperQuery.from_text(view.query)
    if request.POST.get("do") == "delete":
        delete_view(view=view, by=actor(viewer))
        request.session[FORGOTTEN] = {"name": view.name, "query": view.query}
        return _back(workshop, PaperQuery.from_text(request.POST.get("query", "")))
    try:
        renamed = rename_view(view=view, by=actor(viewer), name=request.POST.get("name", ""))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"The view is called “{renamed.name}” now.")
    return _back(workshop, query)


def _back(workshop: Workshop, query: PaperQuery) -> HttpResponse:
    return redirect(f"{reverse('desk:papers', args=[workshop.slug])}{query.url()}".rstrip("?"))
