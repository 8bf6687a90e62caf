"""Long work: claimed by lease, with a heartbeat, progress and three attempts."""

from django.conf import settings
from django.db import models

from audit.models import Root
from jobs.querysets import JobQuerySet
from jobs.states import JobStatus


class Job(models.Model):
    kind = models.CharField(max_length=40)
    root_type = models.CharField(max_length=12, choices=Root.choices)
    root_id = models.BigIntegerField()
    aspect = models.CharField(max_length=20, help_text="Who may see the root's aspect may see this job.")
    params = models.JSONField(default=dict, help_text="Ids only.")
    status = models.CharField(max_length=10, choices=JobStatus.choices, default=JobStatus.WAITING)
    lease_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    phase = models.CharField(max_length=80, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["status", "lease_until"], name="job_status_lease"),
            models.Index(fields=["root_type", "root_id", "-id"], name="job_root"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Heartbeat(models.Model):
    """The last sign of life of the beat and of a worker, for the operator's page."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Once(models.Model):
    """Something that was done and must not be done again, such as what follows a deadline. See services.once."""

    key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
