"""Who is looking. Every read takes a Viewer, never a bare user."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

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

    @property
    def id(self) -> int:
        """The person's key; 0, which no row has, for the public."""
        return int(self.person.pk) if self.person is not None else 0


PUBLIC = Viewer()
SYSTEM = Viewer(system=True)


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer behind a request."""
    return Viewer(request.user) if request.user.is_authenticated else PUBLIC


def acting(by: "AbstractBaseUser | Any | None") -> Viewer:
    """The viewer behind a service's ``by``: the person, or the system for None."""
    return SYSTEM if by is None else Viewer(by)
