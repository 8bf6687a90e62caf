"""When a request began, by the server's clock, and what was typed as text that can be kept."""

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

LONGEST_UPLOAD = timedelta(hours=2)


def received_at(request: HttpRequest) -> datetime:
    """The instant of the request's first byte."""
    instant: datetime = request.received_at  # type: ignore[attr-defined]  # set by the middleware below
    return instant


class FirstByteMiddleware:
    """Set ``request.received_at``: the instant of the first byte.

    A proxy of TRUSTED_PROXY buffers uploads and says in X-Request-Elapsed how many seconds ago the first byte came;
    from anybody else the header is not believed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.proxies = [ip_network(text, strict=False) for text in settings.TRUSTED_PROXY if text != "unix"]
        self.unix = "unix" in settings.TRUSTED_PROXY

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.received_at = self._first_byte(request)  # type: ignore[attr-defined]  # read by received_at
        return self.get_response(request)

    def _first_byte(self, request: HttpRequest) -> datetime:
        now = timezone.now()
        elapsed = request.headers.get("X-Request-Elapsed", "")
        if not elapsed or not self._trusted(request.META.get("REMOTE_ADDR", "")):
            return now
        try:
            waited = timedelta(seconds=float(elapsed))
        except (ValueError, OverflowError):
            return now
        return now - waited if timedelta(0) <= waited <= LONGEST_UPLOAD else now

    def _trusted(self, address: str) -> bool:
        if not address:
            return self.unix
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self.proxies)


class WithoutNulMiddleware:
    """Take the character NUL, which PostgreSQL keeps in no text, out of what an address or a form says.

    Its place is behind the one that checks forged requests, which has read the form. A view that is exempt from that
    chooses by itself how its form is read, and has ``without_nul`` look through it then.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        request.GET = without_nul(request.GET)  # type: ignore[assignment]  # a dictionary of what was typed, too
        if not getattr(view, "csrf_exempt", False):
            request.POST = without_nul(request.POST)  # type: ignore[assignment]  # the same


def without_nul(typed: QueryDict) -> QueryDict:
    """The same where there is none."""
    if not any("\x00" in text for name, texts in typed.lists() for text in (name, *texts)):
        return typed
    rest = QueryDict(mutable=True, encoding=typed.encoding)
    for name, texts in typed.lists():
        rest.setlist(name.replace("\x00", ""), [text.replace("\x00", "") for text in texts])
    return rest
