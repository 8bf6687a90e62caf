"""How decisions are read."""

from django.db import models
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from decisions.states import TOLD


class DecisionQuerySet(models.QuerySet):
    def told(self) -> "DecisionQuerySet":
        """Those that the authors know."""
        return self.filter(status__in=TOLD)

    def made_in_conflict(self) -> "DecisionQuerySet":
        """Those that are told, or on their way, and were made or confirmed by somebody who has a conflict by now.

        Whoever handles the paper says of each whether it stands.
        """
        from submissions.models import Conflict

        conflicts = Conflict.objects.effective().filter(submission=OuterRef("submission"))
        made = conflicts.filter(user=OuterRef("decided_by"))
        confirmed = conflicts.filter(user=OuterRef("confirmed_by"))
        out = Q(status__in=TOLD) | Q(release__isnull=False)
        return self.filter(out, Exists(made) | Exists(confirmed), upheld_by=None)


def submitted_reviews() -> Coalesce:
    """An annotation of Submission: how many reviews are submitted and counted."""
    from reviews.models import Review

    counted = Review.objects.counted().filter(assignment__submission=OuterRef("pk")).order_by()
    per_paper = counted.values("assignment__submission").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(per_paper, output_field=IntegerField()), 0)


def current_reviewers() -> Coalesce:
    """An annotation of Submission: how many reviewers have it."""
    from reviews.models import Assignment
    from reviews.states import AssignmentKind

    held = Assignment.objects.current().exclude(kind=AssignmentKind.AREA_CHAIR)
    per_paper = held.filter(submission=OuterRef("pk")).order_by().values("submission").annotate(n=Count("pk"))
    return Coalesce(Subquery(per_paper.values("n"), output_field=IntegerField()), 0)
