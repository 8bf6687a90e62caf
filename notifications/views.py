"""The inbox of a machine whose mail stays on it. It shows sign-in codes: it exists nowhere else."""

from functools import wraps
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.text import whole_number
from notifications.channels import is_loopback
from notifications.inbox import list_inbox, open_letter

FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")


class View(Protocol):
    def __call__(self, request: HttpRequest, **kwargs: str) -> HttpResponse: ...


def only_here(view: View) -> View:
    """404 unless mail stays on this machine and the request comes from it, directly and under a name of its own."""

    @wraps(view)
    def inner(request: HttpRequest, **kwargs: str) -> HttpResponse:
        if not settings.DEVELOPMENT_INBOX or settings.TRUSTED_PROXY or not _from_here(request):
            raise Http404
        return view(request, **kwargs)

    return inner


def _from_here(request: HttpRequest) -> bool:
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    forwarded = any(header in request.META for header in FORWARDED)
    return is_loopback(request.META.get("REMOTE_ADDR", "")) and is_loopback(host) and not forwarded


@never_cache
@require_safe
@only_here
def inbox(request: HttpRequest, **kwargs: str) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:200]
    page = _page_number(request.GET.get("page", ""))
    items, more = list_inbox(query, page)
    context = {
        "items": items,
        "query": query,
        "newer_url": _url(query, page - 1) if page > 1 else "",
        "older_url": _url(query, page + 1) if more else "",
    }
    return render(request, "notifications/inbox.html", context)


@never_cache
@require_safe
@only_here
def letter(request: HttpRequest, **kwargs: str) -> HttpResponse:
    found = open_letter(kwargs["name"])
    if found is None:
        raise Http404
    return render(request, "notifications/letter.html", {"letter": found})


def _page_number(text: str) -> int:
    return whole_number(text, digits=5) or 1


def _url(query: str, page: int) -> str:
    parts = {"q": query, "page": page if page > 1 else ""}
    return "?" + urlencode({name: value for name, value in parts.items() if value})
