"""Who is looking. Every read takes a Viewer, never a bare user."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from django.utils import timezone

from access.facts import read_facts

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


@dataclass(frozen=True)
class Viewer:
    """A person who looks, or (``through``) a person who looks as somebody else sees it.

    ``person`` None is the public. With ``through`` every right is the intersection of both people's. ``keys`` are the
    hashes of the private links that this session has followed, whoever is signed in.
    """

    person: "AbstractBaseUser | Any | None" = None
    through: "AbstractBaseUser | Any | None" = None
    system: bool = False
    keys: frozenset[str] = frozenset()
    _facts: dict[str, frozenset[int]] = field(default_factory=dict, init=False, compare=False, repr=False)
    _sides: list["Viewer"] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def id(self) -> int:
        """The person's key; 0, which no row has, for the public."""
        return int(self.person.pk) if self.person is not None else 0

    @property
    def now(self) -> datetime:
        """The instant that rights which begin with a date are asked for."""
        return timezone.now()

    @property
    def sides(self) -> tuple["Viewer", "Viewer"]:
        """Of a view through somebody: the person whose view it is, and the one who looks; the same two each time."""
        if not self._sides:
            self._sides.extend((Viewer(self.person), Viewer(self.through)))
        return self._sides[0], self._sides[1]

    def fact(self, name: str) -> frozenset[int]:
        """The keys of one fact about this person (access.facts); all are read together, once for this viewer."""
        if self.person is None:
            return frozenset()
        if self.through is not None:
            return self.sides[0].fact(name)
        if not self._facts:
            self._facts.update(read_facts(self.id))
        return self._facts[name]


PUBLIC = Viewer()
SYSTEM = Viewer(system=True)
LINKS = "private_links"
MOST_LINKS = 20


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer behind a request, the same one for the whole of it.

    While an organizer looks at the site as somebody else (access.view_as), that person through the organizer.
    """
    if seen_as := getattr(request, "seen_as", None):
        return cast(Viewer, seen_as.viewer)
    person = request.user if request.user.is_authenticated else None
    keys = frozenset(key_of(token) for token in links_of(request))
    if person is None and not keys:
        return PUBLIC
    known = getattr(request, "_viewer", None)
    if known is None or known.person != person or known.keys != keys:
        known = Viewer(person, keys=keys)
        request._viewer = known  # type: ignore[attr-defined]  # kept with the request
    return known


def key_of(token: str) -> str:
    """What is stored of a private link, and compared: its hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def links_of(request: HttpRequest) -> list[str]:
    """The private links that this session has followed, the newest last."""
    session = getattr(request, "session", None)
    return list(session.get(LINKS, ())) if session is not None else []


def follow_link(request: HttpRequest, token: str) -> None:
    """Remember a private link in the session, so that no page carries it in its address."""
    others = [each for each in links_of(request) if each != token]
    request.session[LINKS] = [*others, token][-MOST_LINKS:]


def acting(by: "AbstractBaseUser | Any | None") -> Viewer:
    """The viewer behind a service's ``by``: the person, or the system for None."""
    return SYSTEM if by is None else Viewer(by)
