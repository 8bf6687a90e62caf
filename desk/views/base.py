"""What all pages of the organizers' desk begin with."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from access.prepared import prepared
from access.rights import get_or_404, visible_to
from access.viewer import Viewer, viewer_of
from accounts.models import User
from submissions.models import Submission
from workshops.models import Workshop

DeskView = Callable[..., HttpResponse]


def desk_page(view: DeskView) -> DeskView:
    """Hand ``view(request, workshop, viewer, **rest)`` to organizers of the workshop in the address; 404 to others."""

    @wraps(view)
    def inner(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        viewer = viewer_of(request)
        workshops = _organized(viewer)
        workshop = next((each for each in workshops if each.slug == slug), None)
        if workshop is None:
            raise Http404
        request.switcher = workshops  # type: ignore[attr-defined]  # for desk_render
        return view(request, workshop, viewer, **kwargs)

    inner.is_desk_page = True  # type: ignore[attr-defined]  # a mark that the tests look for
    return inner


@prepared
def _organized(viewer: Viewer) -> QuerySet[Workshop]:
    return visible_to(viewer, "staff", Workshop).order_by("-year", "slug")


def acted_on(workshop: Workshop, viewer: Viewer, number: int) -> Submission:
    """The paper of this number, for whoever may act on it; 404 to others."""
    papers = Submission.objects.of(workshop.pk).select_related("track", "workshop")
    return get_or_404(viewer, "act", papers, number=number)


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
    base = {"workshop": workshop, "section": section, "workshops": _switcher(request, viewer), "viewer": viewer}
    base["tabs"] = _tabs(workshop.slug)
    return render(request, template, {**base, **(context or {})}, status=status)


TABS = ("dashboard", "papers", "people", "reviews", "assignment", "decisions", "dates", "forms", "mail", "log")


@lru_cache(maxsize=100)
def _tabs(slug: str) -> list[dict[str, str]]:
    """The sections of a workshop's desk."""
    return [{"name": name, "url": reverse(f"desk:{name}", args=[slug]), "words": name.capitalize()} for name in TABS]


def _switcher(request: HttpRequest, viewer: Viewer) -> list[Workshop]:
    """The workshops that the viewer organizes: read with the one of the page, where it has one."""
    known: list[Workshop] | None = getattr(request, "switcher", None)
    return _organized(viewer) if known is None else known
