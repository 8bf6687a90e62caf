"""Who may see what of a person. Higher floors add grants of the directory."""

from django.db.models import Q

from access.registry import grant, through
from access.viewer import Viewer
from accounts.models import Affiliation, Publication, Relation, UnconfirmedAddress, User


@grant(User, "self", "directory", "account", "row", "settings")
def oneself(viewer: Viewer) -> Q:
    return Q(pk=viewer.id)


@grant(User, "account", "directory", "row", "settings", "view_as")
def operator(viewer: Viewer) -> Q:
    """Whoever runs the site sees people and settings (and papers only as an organizer does)."""
    return Q() if _is_operator(viewer) else Q(pk__in=[])


def _is_operator(viewer: Viewer) -> bool:
    return bool(getattr(viewer.person, "is_superuser", False) and getattr(viewer.person, "is_active", False))


through(Affiliation, "user", User, "self")
through(Affiliation, "user", User, "directory", gives="directory")
through(Publication, "user", User, "self")
through(Relation, "user", User, "self")
through(UnconfirmedAddress, "user", User, "self")
