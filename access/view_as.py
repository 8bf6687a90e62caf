"""Looking at the site as somebody else sees it: nothing is done, and nothing is seen that one may not see oneself.

The session keeps as whom, for whom and until when. The person who is signed in stays the one who looks: pages of an
account are always one's own, and are closed meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer

SESSION_KEY = "view_as"
LASTS = timedelta(minutes=30)
ASPECT = "view_as"
STOP = "desk:stop_view_as"
ALLOWED = frozenset({STOP, "account_logout"})
OF_AN_ACCOUNT = ("account_", "mfa_", "socialaccount_", "orcid_", "openid_connect_", "accounts:")
ONLY_LOOKING = "You look at the site as {name} sees it: nothing can be changed. Stop first, then do it as yourself."
NOT_THE_ACCOUNT = "{name}’s account is nobody’s to look at, and your own waits until you stop."
OVER = "You no longer look at the site as somebody else: the half hour is over, or the right has ended."
NOT_DONE = "Nothing was done: it was meant for what you saw as somebody else, and that is over."


@dataclass(frozen=True)
class SeenAs:
    """As whom somebody looks: ``viewer`` is that person, through whoever is signed in. ``workshop`` 0: none."""

    viewer: Viewer
    until: datetime
    workshop: int

    @property
    def name(self) -> str:
        return str(self.viewer.person)


def others(viewer: Viewer) -> Any:
    """Everybody but the viewer; who of them may be looked at is asked by the aspect."""
    return get_user_model()._default_manager.filter(is_active=True).exclude(pk=viewer.id)


def begin(request: HttpRequest, person: Any, *, workshop: int = 0) -> None:
    """Look as this person from the next page on. Who may was asked before."""
    until = timezone.now() + LASTS
    kept = {"person": person.pk, "by": request.user.pk, "until": until.timestamp(), "workshop": workshop}
    request.session[SESSION_KEY] = kept


def stop(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def seen_as(request: HttpRequest) -> SeenAs | None:
    """As whom this request looks, by the session; None once the time is over or the right has ended."""
    kept = request.session.get(SESSION_KEY)
    if not kept or not request.user.is_authenticated or kept["by"] != request.user.pk:
        return None
    by = Viewer(request.user)
    until = datetime.fromtimestamp(kept["until"], UTC)
    if timezone.now() >= until:
        return None
    found = _who_may_be_seen(by, kept["person"])
    return SeenAs(Viewer(found[0], through=request.user), until, kept["workshop"]) if found else None


@prepared
def _who_may_be_seen(by: Viewer, person: int) -> QuerySet:
    return visible_to(by, ASPECT, others(by)).filter(pk=person)


class ViewAsMiddleware:
    """Put ``request.seen_as`` where somebody looks as another person, and let nothing through but looking."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY not in request.session:
            return self.get_response(request)
        request.seen_as = seen_as(request)  # type: ignore[attr-defined]  # read by viewer_of and the banner
        if request.seen_as is None:  # type: ignore[attr-defined]  # set by the middleware
            stop(request)
            request.was_seen_as = True  # type: ignore[attr-defined]  # for process_view
            messages.info(request, OVER)
        response = self.get_response(request)
        add_never_cache_headers(response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        looks: SeenAs | None = getattr(request, "seen_as", None)
        name = request.resolver_match.view_name if request.resolver_match else ""
        safe = request.method in ("GET", "HEAD")
        if name in ALLOWED:
            return None
        if looks is None:
            return _refused(request, NOT_DONE) if getattr(request, "was_seen_as", False) and not safe else None
        if not safe:
            return _refused(request, ONLY_LOOKING.format(name=looks.name))
        if name.startswith(OF_AN_ACCOUNT):
            return _refused(request, NOT_THE_ACCOUNT.format(name=looks.name))
        return None


def _refused(request: HttpRequest, sentence: str) -> HttpResponse:
    if request.headers.get("X-Autosave"):
        return JsonResponse({"message": sentence}, status=403)
    return render(request, "access/only_looking.html", {"sentence": sentence}, status=403)
