"""How workshops, deadlines and roles are read."""

from collections.abc import Mapping
from datetime import datetime

from django.db import models
from django.db.models import Case, CharField, OuterRef, Q, Subquery, When
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

    def with_extension(self, roots: Mapping[str, tuple[str, str]]) -> "DeadlineQuerySet":
        """Annotate ``extended_until``, for each kind of deadline from the extensions of (type, id), or None."""
        from workshops.models import Extension

        cases = [
            When(
                kind=kind,
                then=Subquery(
                    Extension.objects.filter(workshop=OuterRef("workshop"), root_type=root_type, root_id=root_id)
                    .order_by("-until")
                    .values("until")[:1]
                ),
            )
            for kind, (root_type, root_id) in roots.items()
        ]
        return self.annotate(extended_until=Case(*cases, output_field=models.DateTimeField()))


class ExtensionQuerySet(models.QuerySet):
    def of(self, root_type: str, *root_ids: object) -> "ExtensionQuerySet":
        """The extensions of these papers (or assignments, responses, camera-readies)."""
        return self.filter(root_type=root_type, root_id__in=[str(root_id) for root_id in root_ids])

    def of_papers(self, pk: OuterRef) -> "ExtensionQuerySet":
        """Those of the papers of an outer statement."""
        return self.filter(root_type="submission", root_id=Cast(pk, CharField()))

    def running(self, at: datetime) -> "ExtensionQuerySet":
        """Those that reach over this instant."""
        return self.filter(until__gte=at)


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
