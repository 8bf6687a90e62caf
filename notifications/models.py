"""The outbox: nothing lost, nothing twice, nothing by surprise."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from audit.models import Root
from notifications.querysets import BatchQuerySet, MessageQuerySet
from notifications.states import BatchStatus, MessageStatus, Priority


class Template(models.Model):
    """The words of one kind of message, for the whole site (scope "") or for one workshop (scope "w:<id>").

    A kind without a row uses its default in ``templates/emails/<kind>/``.
    """

    scope = models.CharField(max_length=24, blank=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    version = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "kind"], name="one_template_a_kind")]

    def __str__(self) -> str:
        return f"{self.scope or 'site'}: {self.kind}"


class Batch(models.Model):
    """Bulk mail: drafted, rendered for everyone, confirmed, held, then sent with a pause and a stop."""

    workshop_id = models.BigIntegerField(help_text="The root; a lower floor has no foreign key to it.")
    kind = models.CharField(max_length=40)
    filter = models.JSONField(default=dict)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    is_rehearsal = models.BooleanField(default=False)
    left_out = models.JSONField(default=list, help_text="[{who, why}] as shown before it was confirmed")
    status = models.CharField(max_length=10, choices=BatchStatus.choices, default=BatchStatus.DRAFT)
    release_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["workshop_id", "-id"], name="batch_workshop"),
            models.Index(fields=["status", "release_at"], name="batch_release"),
        ]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Message(models.Model):
    """One mail to one address. The dedupe key makes a second one impossible."""

    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    batch = models.ForeignKey(
        Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    root_type = models.CharField(max_length=12, choices=Root.choices)
    root_id = models.BigIntegerField()
    aspect = models.CharField(max_length=20, help_text="Who may see the root's aspect may see this message.")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    address = models.CharField(max_length=254)
    reply_to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=255)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    attachments = models.JSONField(default=list, help_text="[{name, type, text}]: calendar files")
    values = models.JSONField(default=dict, help_text="What it was made from, while its bulk mail is a draft")
    is_rehearsal = models.BooleanField(default=False, help_text="Never leaves by the site's own mail server.")
    status = models.CharField(max_length=10, choices=MessageStatus.choices, default=MessageStatus.DUE)
    due_at = models.DateTimeField()
    claim_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    wiped_at = models.DateTimeField(null=True, blank=True)
    last_code = models.CharField(max_length=200, blank=True)
    search_text = models.TextField(blank=True, help_text="Subject and address, folded")

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["priority", "due_at", "id"], name="message_due", condition=models.Q(status="due")),
            models.Index(
                fields=["lease_until"], name="message_leased", condition=models.Q(status__in=["claimed", "sending"])
            ),
            models.Index(fields=["batch", "status"], name="message_batch"),
            models.Index(fields=["root_type", "root_id", "-id"], name="message_root"),
            models.Index(fields=["recipient", "-id"], name="message_recipient"),
            models.Index(fields=["claim_token"], name="message_claim", condition=~models.Q(claim_token="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Attempt(models.Model):
    """What the server said, once a try. No body."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    server = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=10, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=10, choices=MessageStatus.choices)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.outcome} {self.code}"
