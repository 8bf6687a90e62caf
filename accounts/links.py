"""What hangs on a person, told by the higher floors: each registers in ``AppConfig.ready()`` what it does for them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from accounts.models import User

Confirmed = Callable[["User", str], None]

Changed = Callable[["User"], None]
SignedIn = Callable[[HttpRequest, "User"], None]

_ON_CONFIRMED: list[Confirmed] = []
_ON_PROFILE_CHANGED: list[Changed] = []
_ON_SIGNED_IN: list[SignedIn] = []


def on_confirmed(function: Confirmed) -> Confirmed:
    """Have ``function(user, address)`` called in the transaction in which an address of a person is confirmed.

    The address is written as accounts.addresses.normalise_email writes it. It may be called again for the same address.
    """
    if function not in _ON_CONFIRMED:
        _ON_CONFIRMED.append(function)
    return function


def on_signed_in(function: SignedIn) -> SignedIn:
    """Have ``function(request, user)`` called when a person has signed in, with the session that they had before."""
    if function not in _ON_SIGNED_IN:
        _ON_SIGNED_IN.append(function)
    return function


def signed_in(request: HttpRequest, user: "User") -> None:
    """Tell everyone who asked."""
    for function in _ON_SIGNED_IN:
        function(request, user)


def address_confirmed(user: "User", address: str) -> None:
    """Tell everyone who asked."""
    for function in _ON_CONFIRMED:
        function(user, address)


def on_profile_changed(function: Changed) -> Changed:
    """Have ``function(user)`` called in the transaction that changes what tells of a person's conflicts of interest:
    names, affiliations, publications, relations.
    """
    if function not in _ON_PROFILE_CHANGED:
        _ON_PROFILE_CHANGED.append(function)
    return function


def profile_changed(user: "User") -> None:
    """Tell everyone who asked."""
    for function in _ON_PROFILE_CHANGED:
        function(user)
