"""Who is looking. Every read takes a Viewer, never a bare user."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from access.facts import read_facts

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


@dataclass(frozen=True)
class Viewer:
    """A person who looks, or (``through``) a person who looks as somebody else sees it.

    ``person`` None is the public. With ``through`` every right is the intersection of both people's.
    """

    person: "AbstractBaseUser | Any | None" = None
    through: "AbstractBaseUser | Any | None" = None
    system: bool = False
    _facts: dict[str, frozenset[int]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def id(self) -> int:
        """The person's key; 0, which no row has, for the public."""
        return int(self.person.pk) if self.person is not None else 0

    def fact(self, name: str) -> frozenset[int]:
        """The keys of one fact about this person (access.facts); all are read together, once for this viewer."""
        if self.person is None:
            return frozenset()
        if not self._facts:
            self._facts.update(read_facts(self.id))
        return self._facts[name]


PUBLIC = Viewer()
SYSTEM = Viewer(system=True)


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer behind a request, the same one for the whole of it."""
    if not request.user.is_authenticated:
        return PUBLIC
    known = getattr(request, "_viewer", None)
    if known is None or known.person != request.user:
        known = Viewer(request.user)
        request._viewer = known  # type: ignore[attr-defined]  # kept with the request
    return known


def acting(by: "AbstractBaseUser | Any | None") -> Viewer:
    """The viewer behind a service's ``by``: the person, or the system for None."""
    return SYSTEM if by is None else Viewer(by)
