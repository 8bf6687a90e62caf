"""Who has signed in, typed."""

from typing import cast

from django.http import HttpRequest

from accounts.models import User


def person(request: HttpRequest) -> User:
    """Whoever is signed in; only for views that are closed to others."""
    return cast(User, request.user)
