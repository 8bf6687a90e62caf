"""How jobs are read."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from jobs.states import JobStatus


class JobQuerySet(models.QuerySet):
    def about(self, root_type: str, root_id: int) -> "JobQuerySet":
        return self.filter(root_type=root_type, root_id=root_id)

    def claimable(self, now: datetime) -> "JobQuerySet":
        """Waiting, or left by a worker that died: its lease has run out."""
        return self.filter(Q(status=JobStatus.WAITING) | Q(status=JobStatus.RUNNING, lease_until__lt=now))
