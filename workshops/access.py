"""Who may see and set what of a workshop."""

from django.db.models import Q

from access.facts import fact
from access.registry import grant, through
from access.viewer import Viewer
from accounts.models import User
from workshops.models import (
    Deadline,
    Form,
    FormEdit,
    FormVersion,
    InvitedTalk,
    Membership,
    PublicOrganizer,
    Question,
    Topic,
    Track,
    Workshop,
    WorkshopLink,
)
from workshops.querysets import open_roles
from workshops.states import Role

fact("organizes", lambda user_id: open_roles(user_id, Role.ORGANIZER), key="workshop")
fact("belongs to", lambda user_id: open_roles(user_id, *Role.values), key="workshop")


@grant(Workshop, "public")
def everyone(viewer: Viewer) -> Q:
    """Once it is announced."""
    return Q(published_at__isnull=False)


@grant(Workshop, "public", "member", "row")
def members(viewer: Viewer) -> Q:
    return Q(pk__in=viewer.fact("belongs to"))


@grant(Workshop, "staff", "settings")
def organizers(viewer: Viewer) -> Q:
    return organizing(viewer, "pk")


@grant(Workshop, "public", "settings", "row")
def operator(viewer: Viewer) -> Q:
    """Whoever runs the site sees every workshop's settings."""
    return Q() if getattr(viewer.person, "is_superuser", False) else Q(pk__in=[])


@grant(User, "directory", "row")
def people_of_my_workshops(viewer: Viewer) -> Q:
    """Organizers know the people who have a role in their workshops."""
    mine = Workshop.objects.filter(organizing(viewer, "pk")).values("pk")
    return Q(pk__in=Membership.objects.filter(workshop__in=mine).values("user"))


@grant(User, "view_as")
def people_as_whom_organizers_look(viewer: Viewer) -> Q:
    """Whoever has a role in a workshop of theirs."""
    return Q(pk__in=Membership.objects.open().filter(organizing(viewer)).values("user"))


def organizing(viewer: Viewer, path: str = "workshop") -> Q:
    """Rows whose workshop (at ``path``) the viewer organizes."""
    return Q(**{f"{path}__in": viewer.fact("organizes")})


for model, path in (
    (Track, "workshop"),
    (Topic, "workshop"),
    (Deadline, "workshop"),
    (PublicOrganizer, "workshop"),
    (InvitedTalk, "workshop"),
    (WorkshopLink, "workshop"),
    (Form, "workshop"),
    (FormVersion, "form__workshop"),
    (Question, "version__form__workshop"),
):
    through(model, path, Workshop, "public")
    through(model, path, Workshop, "settings", gives="settings")
through(FormEdit, "version__form__workshop", Workshop, "settings")
through(Membership, "workshop", Workshop, "staff")
through(Membership, "workshop", Workshop, "settings", gives="settings")
