"""What every page of an author begins with."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import salted_hmac

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer, viewer_of
from accounts.models import User
from accounts.request import person
from submissions.models import Submission
from submissions.reading import papers_for_authors
from submissions.services import signed_out

View = Callable[..., HttpResponse]


def own_paper(request: HttpRequest, slug: str, number: int) -> Submission:
    found: list[Submission] = _own(viewer_of(request), slug, number)
    if len(found) != 1:
        raise Http404
    return found[0]


@prepared
def _own(viewer: Viewer, slug: str, number: int) -> QuerySet[Submission]:
    papers = papers_for_authors(Submission.objects.filter(workshop__slug=slug, number=number))
    return visible_to(viewer, "own", papers)


def by_link(request: HttpRequest, submission: Submission) -> bool:
    """Is the paper open to this person by its private link, whoever is signed in?"""
    return submission.claim_token_hash is not None and submission.claim_token_hash in viewer_of(request).keys


def actor(request: HttpRequest, submission: Submission) -> User | None:
    """Whom services are told: nobody for whoever came by the paper's private link, which own_paper has looked at."""
    return None if by_link(request, submission) else person(request)


def for_authors(view: View) -> View:
    """For whoever is signed in, or holds the private link of the paper; others are asked to sign in.

    What they typed while their session had ended is kept meanwhile (services/signed_out.py).
    """

    @wraps(view)
    def asked(request: HttpRequest, slug: str, number: int, **rest: Any) -> HttpResponse:
        if request.user.is_authenticated or _holds(request, slug, number):
            return view(request, slug, number, **rest)
        if request.headers.get("X-Autosave"):
            return JsonResponse({"message": "You are signed out: sign in in another tab, then go on here."}, status=401)
        if request.method == "POST":
            signed_out.keep(request, slug, number)
        return redirect_to_login(request.path)

    return asked


def _holds(request: HttpRequest, slug: str, number: int) -> bool:
    viewer = viewer_of(request)
    papers = Submission.objects.filter(workshop__slug=slug, number=number)
    return bool(viewer.keys) and visible_to(viewer, "own", papers).exists()


def browser_mark(request: HttpRequest) -> str:
    """The same for the same session, and nothing that could be used elsewhere."""
    key = request.session.session_key or ""
    return salted_hmac("submissions.browser", key).hexdigest()[:32] if key else ""
