"""How assignments and reviews are read."""

from django.db import models

from reviews.states import CURRENT, ReviewStatus


class AssignmentQuerySet(models.QuerySet):
    def current(self) -> "AssignmentQuerySet":
        return self.filter(status__in=CURRENT)


class BidQuerySet(models.QuerySet):
    def placed(self) -> "BidQuerySet":
        """Bids of which something was said; the others, which are most of the rows, only stand on the page."""
        return self.filter(value__gt="")  # by the index, which “not empty” would not use


class ReviewQuerySet(models.QuerySet):
    def counted(self) -> "ReviewQuerySet":
        """Submitted reviews; one that is set aside is out of every number."""
        return self.filter(status=ReviewStatus.SUBMITTED)
