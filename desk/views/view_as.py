"""See the site as somebody else sees it: the page that says what that means, the button, and the way back."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from access.rights import get_or_404
from access.view_as import LASTS, begin, others, seen_as, stop
from access.viewer import Viewer, viewer_of
from accounts.models import User
from desk.services.view_as import begin_view_as, end_view_as
from desk.views.base import actor, desk_page, desk_render, operator_page
from workshops.models import Workshop

MINUTES = int(LASTS.total_seconds() // 60)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def view_as(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    """Of somebody whom an organizer knows from this workshop."""
    person: User = get_or_404(viewer, "view_as", others(viewer), pk=pk)
    if request.method == "POST":
        return _begin(request, viewer, person, workshop)
    context = {"person": person, "minutes": MINUTES}
    return desk_render(request, "desk/view_as.html", workshop, viewer, "people", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def view_as_operator(request: HttpRequest, pk: int) -> HttpResponse:
    """Of anybody, for whoever runs the site."""
    viewer = viewer_of(request)
    if viewer.through is not None or not getattr(viewer.person, "is_superuser", False):
        raise Http404
    person: User = get_or_404(viewer, "view_as", others(viewer), pk=pk)
    if request.method == "POST":
        return _begin(request, viewer, person, None)
    return render(request, "desk/view_as_operator.html", {"person": person, "minutes": MINUTES})


def _begin(request: HttpRequest, viewer: Viewer, person: User, workshop: Workshop | None) -> HttpResponse:
    begin_view_as(person=person, by=actor(viewer), workshop=workshop)
    begin(request, person, workshop=workshop.pk if workshop else 0)
    return redirect("desk:my_desk")


@login_required
@require_POST
def stop_view_as(request: HttpRequest) -> HttpResponse:
    """Back to oneself; pressing it twice does no harm."""
    looks = seen_as(request)
    if looks is None:
        stop(request)
        return redirect("desk:my_desk")
    person, by = looks.viewer.person, looks.viewer.through
    assert isinstance(person, User)
    end_view_as(person=person, by=actor(Viewer(by)), workshop=looks.workshop)
    stop(request)
    workshop = Workshop.objects.filter(pk=looks.workshop).first()
    return redirect("desk:people", workshop.slug) if workshop else redirect("desk:my_desk")
