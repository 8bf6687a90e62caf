"""What follows from a role, told by the higher floors: each registers in ``AppConfig.ready()`` what it does then."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workshops.models import Membership

RoleGiven = Callable[["Membership"], None]

_ON_ROLE_GIVEN: list[RoleGiven] = []


def on_role_given(function: RoleGiven) -> RoleGiven:
    """Have ``function(membership)`` called in the transaction that gives a person a role."""
    if function not in _ON_ROLE_GIVEN:
        _ON_ROLE_GIVEN.append(function)
    return function


def role_given(membership: "Membership") -> None:
    """Tell everyone who asked."""
    for function in _ON_ROLE_GIVEN:
        function(membership)
