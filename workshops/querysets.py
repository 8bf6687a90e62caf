"""How workshops, deadlines and roles are read."""

from django.db import models
from django.db.models import Q

from workshops.states import Role


class WorkshopQuerySet(models.QuerySet):
    def newest_first(self) -> "WorkshopQuerySet":
        return self.order_by("-year", "slug")

    def organized_by(self, user_id: int) -> "WorkshopQuerySet":
        return self.filter(pk__in=open_roles(user_id, Role.ORGANIZER).values("workshop"))


class DeadlineQuerySet(models.QuerySet):
    def applying_to(self, workshop_id: int, track_id: int | None) -> "DeadlineQuerySet":
        """The workshop's deadlines and those of this track."""
        return self.filter(workshop_id=workshop_id).filter(Q(track=None) | Q(track_id=track_id))


class MembershipQuerySet(models.QuerySet):
    def open(self) -> "MembershipQuerySet":
        return self.filter(until=None)


def open_roles(user_id: int, *roles: str) -> MembershipQuerySet:
    """The open memberships of a person in these roles."""
    from workshops.models import Membership

    return Membership.objects.open().filter(user_id=user_id, role__in=roles)
