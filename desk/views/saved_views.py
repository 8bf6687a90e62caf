"""Saved views of the lists of the desk: a person's own names for their filters."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from access.viewer import Viewer
from audit.errors import Refused
from desk.reading.list_query import ListQuery
from desk.reading.lists import LISTS
from desk.views.base import actor, desk_page
from desk.views.lists import FORGOTTEN
from submissions.models import SavedView
from submissions.services.saved_views import delete_view, rename_view, save_view
from workshops.models import Workshop


@require_POST
@desk_page
def keep_view(request: HttpRequest, workshop: Workshop, viewer: Viewer, which: str) -> HttpResponse:
    """Keep the filters that are shown, under a name."""
    query = _list(which).from_text(request.POST.get("query", ""))
    try:
        view = save_view(
            workshop=workshop, by=actor(viewer), page=which, name=request.POST.get("name", ""), query=query.as_text()
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Saved as “{view.name}”. It stands among your views.")
    return back_to(workshop, query)


@require_POST
@desk_page
def change_view(request: HttpRequest, workshop: Workshop, viewer: Viewer, which: str, pk: int) -> HttpResponse:
    """Give a view another name, or forget it (``do`` is delete)."""
    kind = _list(which)
    view = get_object_or_404(SavedView, pk=pk, workshop=workshop, user=actor(viewer), page=which)
    query = kind.from_text(view.query)
    if request.POST.get("do") == "delete":
        delete_view(view=view, by=actor(viewer))
        request.session[FORGOTTEN] = {"list": which, "name": view.name, "query": view.query}
        return back_to(workshop, kind.from_text(request.POST.get("query", "")))
    try:
        renamed = rename_view(view=view, by=actor(viewer), name=request.POST.get("name", ""))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"The view is called “{renamed.name}” now.")
    return back_to(workshop, query)


def _list(which: str) -> type[ListQuery]:
    if which not in LISTS:
        raise Http404
    return LISTS[which]


def back_to(workshop: Workshop, query: ListQuery) -> HttpResponse:
    """To the list as it was."""
    return redirect(f"{reverse(f'desk:{query.name}', args=[workshop.slug])}{query.url()}".rstrip("?"))
