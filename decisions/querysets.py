"""How decisions are read."""

from django.db import models

from decisions.states import TOLD


class DecisionQuerySet(models.QuerySet):
    def told(self) -> "DecisionQuerySet":
        """Those that the authors know."""
        return self.filter(status__in=TOLD)
