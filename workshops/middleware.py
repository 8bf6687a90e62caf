"""When a request began, by the server's clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse
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
