"""On the way to an account elsewhere."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

View = Callable[..., HttpResponse]


def leaving(view: View) -> View:
    """A form of ours may be sent to nobody but us, not even by a redirect; a page of ours leads on instead."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        address = response.get("Location", "")
        if not urlsplit(address).netloc:
            return response
        context = {"address": address, "place": urlsplit(address).hostname}
        return render(request, "socialaccount/leaving.html", context)

    return inner
