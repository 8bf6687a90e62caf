"""What the higher floors add to a workshop: each registers in ``AppConfig.ready()`` what it does, shows or copies."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workshops.models import Membership, Track, Workshop

RoleGiven = Callable[["Membership"], None]


@dataclass(frozen=True)
class PublicLink:
    """A link on the public page. The first is what the page leads to once its call is closed."""

    label: str
    url: str
    icon: str


@dataclass(frozen=True)
class Clone:
    """An edition that was begun from another one; ``tracks`` goes from the old ones' keys to the new ones."""

    old: "Workshop"
    new: "Workshop"
    tracks: "dict[int, Track]"


PublicLinks = Callable[["Workshop"], list[PublicLink]]
Cloned = Callable[[Clone], None]
Unannouncing = Callable[["Workshop"], None]

_ON_ROLE_GIVEN: list[RoleGiven] = []
_PUBLIC_LINKS: list[PublicLinks] = []
_ON_CLONED: list[Cloned] = []
_ON_UNANNOUNCING: list[Unannouncing] = []
_CONFLICT_REASONS: dict[str, str] = {}


def on_role_given(function: RoleGiven) -> RoleGiven:
    """Have ``function(membership)`` called in the transaction that gives a person a role."""
    if function not in _ON_ROLE_GIVEN:
        _ON_ROLE_GIVEN.append(function)
    return function


def on_public_page(function: PublicLinks) -> PublicLinks:
    """Have the links of ``function(workshop)`` on the workshop's public page. One query at most."""
    if function not in _PUBLIC_LINKS:
        _PUBLIC_LINKS.append(function)
    return function


def on_cloned(function: Cloned) -> Cloned:
    """Have ``function(clone)`` copy its part in the transaction that begins a new edition from another one."""
    if function not in _ON_CLONED:
        _ON_CLONED.append(function)
    return function


def on_unannouncing(function: Unannouncing) -> Unannouncing:
    """Have ``function(workshop)`` called before a call is taken back; it raises Refused where that would do harm."""
    if function not in _ON_UNANNOUNCING:
        _ON_UNANNOUNCING.append(function)
    return function


def may_count(reasons: Iterable[tuple[str, str]]) -> None:
    """Offer these reasons of a conflict of interest, each with its words, in the settings of a workshop."""
    _CONFLICT_REASONS.update(reasons)


def conflict_reasons() -> list[tuple[str, str]]:
    """The reasons that a workshop may count or leave out, with their words."""
    return list(_CONFLICT_REASONS.items())


def role_given(membership: "Membership") -> None:
    """Tell everyone who asked."""
    for function in _ON_ROLE_GIVEN:
        function(membership)


def public_links(workshop: "Workshop") -> list[PublicLink]:
    """All of them, in the order of the floors."""
    return [link for function in _PUBLIC_LINKS for link in function(workshop)]


def cloned(clone: Clone) -> None:
    """Tell everyone who asked."""
    for function in _ON_CLONED:
        function(clone)


def unannouncing(workshop: "Workshop") -> None:
    """Ask everyone who wants to be asked. Raises Refused."""
    for function in _ON_UNANNOUNCING:
        function(workshop)
