"""The one book of who did or read what, and when. Rows are only ever added (triggers on both databases)."""

from django.conf import settings
from django.db import models

from audit.querysets import EntryQuerySet


class Root(models.TextChoices):
    """The three things that a row of a ground-floor app can be about."""

    WORKSHOP = "workshop", "workshop"
    SUBMISSION = "submission", "paper"
    PERSON = "person", "person"


class Entry(models.Model):
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    through = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    action = models.CharField(max_length=64)
    root_type = models.CharField(max_length=12, choices=Root.choices)
    root_id = models.BigIntegerField()
    aspect = models.CharField(max_length=20, help_text="Who may see the root's aspect may read this entry.")
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict, help_text="Ids and moves; never a name, an address or a text.")

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["root_type", "root_id", "-id"], name="entry_root"),
            models.Index(fields=["actor", "-id"], name="entry_actor"),
            models.Index(fields=["action", "-id"], name="entry_action"),
        ]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.action} {self.root_type} {self.root_id}"
