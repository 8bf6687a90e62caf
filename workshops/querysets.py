"""How workshops, deadlines and roles are read."""

from datetime import datetime

from django.db import models
from django.db.models import CharField, Q
from django.db.models.expressions import OuterRef
from django.db.models.functions import Cast

from workshops.states import Role


class WorkshopQuerySet(models.QuerySet):
    def newest_first(self) -> "WorkshopQuerySet":
        return self.order_by("-year", "slug")

    def announced(self) -> "WorkshopQuerySet":
        """Those that everybody sees."""
        return self.filter(published_at__isnull=False)

    def organized_by(self, user_id: int) -> "WorkshopQuerySet":
        return self.filter(pk__in=open_roles(user_id, Role.ORGANIZER).values("workshop"))


class DeadlineQuerySet(models.QuerySet):
    def applying_to(self, workshop_id: int, track_id: int | None) -> "DeadlineQuerySet":
        """The workshop's deadlines and those of this track."""
        return self.filter(workshop_id=workshop_id).filter(Q(track=None) | Q(track_id=track_id))


class ExtensionQuerySet(models.QuerySet):
    def of(self, root_type: str, *root_ids: object) -> "ExtensionQuerySet":
        """The extensions of these papers (or assignments, responses, camera-readies)."""
        return self.filter(root_type=root_type, root_id__in=[str(root_id) for root_id in root_ids])

    def of_papers(self, pk: OuterRef) -> "ExtensionQuerySet":
        """Those of the papers of an outer statement."""
        return self.filter(root_type="submission", root_id=Cast(pk, CharField()))

    def running(self, at: datetime) -> "ExtensionQuerySet":
        """Those that hold at this instant."""
        return self.filter(at__lte=at, until__gte=at)


class MembershipQuerySet(models.QuerySet):
    def open(self) -> "MembershipQuerySet":
        return self.filter(until=None)


def open_organizers(workshop_id: int) -> MembershipQuerySet:
    """The open memberships of a workshop's organizers."""
    from workshops.models import Membership

    return Membership.objects.open().filter(workshop_id=workshop_id, role=Role.ORGANIZER)


def open_roles(user_id: int, *roles: str) -> MembershipQuerySet:
    """The open memberships of a person in these roles."""
    from workshops.models import Membership

    return Membership.objects.open().filter(user_id=user_id, role__in=roles)
