"""What all pages of the organizers' desk begin with."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from access.rights import get_or_404, visible_to
from access.viewer import Viewer, viewer_of
from accounts.models import User
from workshops.models import Workshop

DeskView = Callable[..., HttpResponse]


def desk_page(view: DeskView) -> DeskView:
    """Hand ``view(request, workshop, viewer, **rest)`` to organizers of the workshop in the address; 404 to others."""

    @wraps(view)
    def inner(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        viewer = viewer_of(request)
        workshop = get_or_404(viewer, "staff", Workshop, slug=slug)
        return view(request, workshop, viewer, **kwargs)

    inner.is_desk_page = True  # type: ignore[attr-defined]  # a mark that the tests look for
    return inner


def actor(viewer: Viewer) -> User:
    """The person who looks at a desk page, as the ``by`` of a service: whoever is signed in, as whom they may look."""
    person = viewer.through or viewer.person
    assert person is not None
    return cast(User, person)


def operator_page(view: DeskView) -> DeskView:
    """A page of the desk that stands outside every workshop."""
    view.is_desk_page = True  # type: ignore[attr-defined]  # a mark that the tests look for
    return view


def desk_render(
    request: HttpRequest,
    template: str,
    workshop: Workshop,
    viewer: Viewer,
    section: str,
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a desk page: ``workshop``, ``section`` and the ``workshops`` of the switcher join the context."""
    workshops = list(
        visible_to(viewer, "staff", Workshop).order_by("-year", "slug").only("slug", "name", "year", "is_rehearsal")
    )
    base = {"workshop": workshop, "section": section, "workshops": workshops, "viewer": viewer}
    return render(request, template, {**base, **(context or {})}, status=status)
