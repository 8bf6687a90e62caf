"""Who does what in a workshop."""

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from workshops import links
from workshops.models import Membership, Track, Workshop
from workshops.querysets import MembershipQuerySet
from workshops.states import Role

LAST = "A workshop always has an organizer. Make somebody else one first."


@transaction.atomic
def give_role(*, workshop: Workshop, user: User, role: str, by: User | None, track: Track | None = None) -> Membership:
    """Give a person a role from now on; who has it keeps the one they have. An organizer gets a desk (``is_staff``).

    ``by`` is an organizer or the operator; None is the system, as when a reviewer accepts an invitation.
    Raises Refused for an unknown role, an account that is closed and a track of another workshop.
    """
    if by is not None:
        require(Viewer(by), "settings", workshop)
    _check(workshop, user, role, track)
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    having = Membership.objects.open().filter(workshop=workshop, user=user, role=role, track=track).first()
    if having is not None:
        return having
    given = Membership.objects.create(workshop=workshop, user=user, role=role, track=track)
    if role == Role.ORGANIZER:
        _set_staff(user, True)
    _record("role.given", given, by)
    links.role_given(given)
    return given


@transaction.atomic
def end_role(*, membership: Membership, by: User | None) -> Membership:
    """End a role now. Raises Refused for the last organizer and for a role that has ended."""
    if by is not None:
        require(Viewer(by), "settings", membership.workshop)
    Workshop.objects.select_for_update().get(pk=membership.workshop_id)
    if membership.role == Role.ORGANIZER and not _others(membership).filter(workshop=membership.workshop_id).exists():
        raise Refused(LAST)
    now = timezone.now()
    if Membership.objects.open().filter(pk=membership.pk).update(until=now) != 1:
        raise Refused("This role has ended already.")
    membership.until = now
    if membership.role == Role.ORGANIZER:
        _set_staff(membership.user, _has_desk(membership.user))
    _record("role.ended", membership, by)
    return membership


@transaction.atomic
def change_track(*, membership: Membership, track: Track | None, by: User | None) -> Membership:
    """The same role for another track, or (None) for all of them. The old one ends, and the log keeps both."""
    if membership.track_id == (track.pk if track else None):
        return membership
    end_role(membership=membership, by=by)
    return give_role(workshop=membership.workshop, user=membership.user, role=membership.role, by=by, track=track)


def _check(workshop: Workshop, user: User, role: str, track: Track | None) -> None:
    if role not in Role.values:
        raise Refused("Choose one of the roles: " + ", ".join(Role.labels) + ".", field="role")
    if not user.is_active:
        raise Refused("This account is closed; it cannot be given a role.", field="user")
    if track is not None and track.workshop_id != workshop.pk:
        raise Refused("This track belongs to another workshop.", field="track")


def _others(membership: Membership) -> MembershipQuerySet:
    """The open organizers other than this one."""
    return Membership.objects.open().filter(role=Role.ORGANIZER, user__is_active=True).exclude(pk=membership.pk)


def _has_desk(user: User) -> bool:
    return user.is_superuser or Membership.objects.open().filter(user=user, role=Role.ORGANIZER).exists()


def _set_staff(user: User, is_staff: bool) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=is_staff)
    user.is_staff = is_staff


def _record(action: str, membership: Membership, by: User | None) -> None:
    record(
        action,
        by=by,
        root_type=Root.WORKSHOP,
        root_id=membership.workshop_id,
        aspect="settings",
        about=membership,
        data={"user": membership.user_id, "role": membership.role, "track": membership.track_id},
    )
