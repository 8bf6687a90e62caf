"""Outcomes, decisions and their release."""

import uuid

from django.conf import settings
from django.db import models

from decisions.querysets import DecisionQuerySet
from decisions.states import DecisionStatus, OutcomeKind, ReleaseStatus
from notifications.models import Batch
from submissions.models import Submission
from workshops.models import Track, Workshop

USER = settings.AUTH_USER_MODEL


class Outcome(models.Model):
    """What can be decided in a track."""

    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="outcomes", db_index=False)
    key = models.CharField(max_length=30)
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=OutcomeKind.choices)
    offers_track = models.ForeignKey(Track, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["track", "key"], name="outcome_once")]

    def __str__(self) -> str:
        return self.label


class Release(models.Model):
    """Telling the authors: a held batch; until its hold ends no author sees anything."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="releases")
    track = models.ForeignKey(Track, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="+")
    started_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    status = models.CharField(max_length=10, choices=ReleaseStatus.choices, default=ReleaseStatus.HELD)
    exceptions = models.JSONField(default=list, help_text="[{submission, reason}]: papers that are told later")
    alone = models.TextField(blank=True, help_text="Why decisions went out that no second person had confirmed.")
    unseconded = models.JSONField(default=list, help_text="Their papers' keys.")
    started_at = models.DateTimeField(auto_now_add=True)
    takes_effect_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"release {self.pk}"


class Decision(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="decision")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="decisions")
    status = models.CharField(
        max_length=10, choices=DecisionStatus.choices, default=DecisionStatus.TENTATIVE, db_index=True
    )
    reason = models.TextField(blank=True, help_text="For the organizers.")
    to_authors = models.TextField(blank=True, help_text="A word to the authors, sent with the decision.")
    decided_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(auto_now=True)
    confirmed_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    release = models.ForeignKey(Release, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    released_at = models.DateTimeField(null=True, blank=True)
    upheld_by = models.ForeignKey(
        USER,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Who said that it stands, after a conflict of whoever made it was found.",
    )
    version = models.PositiveIntegerField(default=1)

    objects = DecisionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"decision {self.pk}"
