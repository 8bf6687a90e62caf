"""How assignments and reviews are read."""

from django.db import models

from reviews.states import CURRENT, ReviewStatus


class AssignmentQuerySet(models.QuerySet):
    def current(self) -> "AssignmentQuerySet":
        return self.filter(status__in=CURRENT)


class BidQuerySet(models.QuerySet):
    def placed(self) -> "BidQuerySet":
        """Bids of which something was said; the others only stand on the page."""
        return self.exclude(value="")


class ReviewQuerySet(models.QuerySet):
    def counted(self) -> "ReviewQuerySet":
        """Submitted reviews; one that is set aside is out of every number."""
        return self.filter(status=ReviewStatus.SUBMITTED)
