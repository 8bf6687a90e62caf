"""One edition of a workshop, and everything about it that is data: tracks, topics, deadlines, people's roles, forms."""

from pathlib import Path

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from workshops.labels import LabelsField
from workshops.querysets import DeadlineQuerySet, ExtensionQuerySet, MembershipQuerySet, WorkshopQuerySet
from workshops.states import Blinding, DeadlineKind, FormStatus, Role

slug_rule = RegexValidator(r"^[a-z0-9][a-z0-9-]*$", "Use small letters, digits and hyphens, such as neurreps-2027.")


class Workshop(models.Model):
    slug = models.CharField(max_length=60, unique=True, validators=[slug_rule])
    name = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    tagline = models.CharField(max_length=300, blank=True)
    about = models.TextField(blank=True, help_text="What the workshop is about. Markdown; $mathematics$ works.")
    banner = models.FileField(blank=True, editable=False)
    banner_width = models.PositiveSmallIntegerField(default=0, editable=False)
    banner_height = models.PositiveSmallIntegerField(default=0, editable=False)
    banner_words = models.CharField(
        "banner in words", max_length=200, blank=True, help_text="For those who do not see it."
    )
    call = models.TextField("call for papers", blank=True, help_text="Markdown; $mathematics$ works.")
    contact = models.EmailField(blank=True, help_text="Whom authors and reviewers ask; printed on the call.")
    venue = models.CharField(max_length=200, blank=True)
    starts = models.DateField(null=True, blank=True)
    ends = models.DateField(null=True, blank=True)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Since when everybody sees it; until then its organizers do."
    )
    is_rehearsal = models.BooleanField(default=False, editable=False)
    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    hold_minutes = models.PositiveSmallIntegerField(
        default=10, help_text="How long bulk mail waits with a Cancel button: 0 to 60 minutes."
    )
    two_person = models.BooleanField(
        "second person confirms decisions", null=True, blank=True, help_text="Unset: from three organizers on."
    )
    conflict_years = models.PositiveSmallIntegerField(default=3)
    conflict_sources = models.JSONField(default=list, blank=True, help_text="Reasons that count; empty: all.")
    reviewer_policies = models.TextField(
        "policies for reviewers",
        blank=True,
        help_text="What reviewers agree to at their first visit. Markdown; empty: the usual ones.",
    )
    bids_wanted = models.PositiveSmallIntegerField(
        "bids wanted", default=20, help_text="On how many papers a reviewer should bid at least; 0: no number is named."
    )
    authors_may_be_revealed = models.BooleanField("reviewers learn the authors after release", default=False)

    objects = WorkshopQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hold_at_most_an_hour",
                condition=Q(hold_minutes__lte=60),
                violation_error_message="The hold is at most 60 minutes.",
            ),
            models.CheckConstraint(
                name="workshop_ends_after_start",
                condition=Q(starts=None) | Q(ends=None) | Q(ends__gte=models.F("starts")),
                violation_error_message="The workshop ends before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"

    @property
    def banner_version(self) -> str:
        """Another one for each picture."""
        return Path(self.banner.name or "").stem[:16]


class Track(models.Model):
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="tracks", db_index=False)
    slug = models.CharField(max_length=40, validators=[slug_rule])
    name = models.CharField(max_length=100)
    summary = models.CharField(max_length=300, blank=True)
    blinding = models.CharField(max_length=6, choices=Blinding.choices, default=Blinding.DOUBLE)
    archival = models.BooleanField(default=False)
    page_limit = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Without references; empty: no limit."
    )
    template_url = models.URLField(blank=True, help_text="Where authors find the style files.")
    reviews_per_paper = models.PositiveSmallIntegerField(default=3)
    reviews_enough = models.PositiveSmallIntegerField(default=2, help_text="Fewer need a written reason to decide.")
    names_to_reviewers = models.BooleanField("reviewers of a paper see each other's names", default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "slug"], name="track_slug_once"),
            models.CheckConstraint(
                name="enough_is_not_more_than_wanted",
                condition=Q(reviews_enough__lte=models.F("reviews_per_paper")),
                violation_error_message="“Enough” cannot be more than the reviews wanted.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PublicOrganizer(models.Model):
    """An organizer as the public page lists them; says nothing of rights."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="public_organizers")
    name = models.CharField(max_length=200)
    affiliation = models.CharField(max_length=200, blank=True)
    homepage = models.URLField("home page", blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class InvitedTalk(models.Model):
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="invited_talks")
    speaker = models.CharField(max_length=200)
    affiliation = models.CharField(max_length=200, blank=True)
    homepage = models.URLField("home page", blank=True)
    title = models.CharField(max_length=300, blank=True)
    abstract = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.speaker


class WorkshopLink(models.Model):
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="links")
    label = models.CharField(max_length=100)
    url = models.URLField("address")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label


class Topic(models.Model):
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="topics", db_index=False)
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["workshop", "name"], name="topic_once")]

    def __str__(self) -> str:
        return self.name


class Deadline(models.Model):
    """An instant of the season, for the whole workshop or for one track (which then wins)."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="deadlines", db_index=False)
    track = models.ForeignKey(Track, null=True, blank=True, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=14, choices=DeadlineKind.choices)
    opens_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField("until")
    grace_minutes = models.PositiveSmallIntegerField(default=0, help_text="What arrives within it still counts.")
    hard = models.BooleanField(default=False)
    pinned_by = models.CharField(
        max_length=80, blank=True, help_text="Who set this date (NeurIPS); it cannot be moved."
    )
    version = models.PositiveIntegerField(default=1)
    awaited = models.BooleanField(
        default=True, editable=False, help_text="What is to be done once it has passed is still to be done."
    )

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workshop", "track", "kind"], condition=Q(track__isnull=False), name="deadline_once_a_track"
            ),
            models.UniqueConstraint(
                fields=["workshop", "kind"], condition=Q(track__isnull=True), name="deadline_once_a_workshop"
            ),
            models.CheckConstraint(
                name="deadline_opens_before_it_ends",
                condition=Q(opens_at=None) | Q(opens_at__lt=models.F("at")),
                violation_error_message="It opens after it ends.",
            ),
        ]
        indexes = [models.Index(fields=["kind", "at"], name="deadline_awaited", condition=Q(awaited=True))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"


class Extension(models.Model):
    """One paper, assignment, response or camera-ready is open until an instant, whatever its deadline says."""

    class Root(models.TextChoices):
        SUBMISSION = "submission", "paper"
        ASSIGNMENT = "assignment", "review"
        RESPONSE = "response", "response"
        CAMERA_READY = "camera_ready", "camera-ready"

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="extensions", db_index=False)
    root_type = models.CharField(max_length=12, choices=Root.choices)
    root_id = models.CharField(max_length=36)
    until = models.DateTimeField()
    reason = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(auto_now_add=True)
    awaited = models.BooleanField(default=True, help_text="What is to be done once it is over is still to be done.")

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["workshop", "root_type", "root_id"], name="extension_root"),
            models.Index(fields=["until"], name="extension_awaited", condition=Q(awaited=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_root_type_display()} until {self.until:%Y-%m-%d %H:%M} UTC"


class Membership(models.Model):
    """A person's role in a workshop, open while ``until`` is empty."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships", db_index=False
    )
    role = models.CharField(max_length=20, choices=Role.choices)
    track = models.ForeignKey(Track, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "role", "workshop"], name="membership_user_role")]
        constraints = [
            models.UniqueConstraint(
                fields=["workshop", "user", "role"], condition=Q(until=None, track=None), name="role_once_a_workshop"
            ),
            models.UniqueConstraint(
                fields=["workshop", "user", "role", "track"],
                condition=Q(until=None, track__isnull=False),
                name="role_once_a_track",
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class Form(models.Model):
    class Purpose(models.TextChoices):
        REVIEW = "review", "Review"
        DISCLOSURE = "disclosure", "Questions to authors"

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="forms")
    track = models.ForeignKey(Track, null=True, blank=True, on_delete=models.PROTECT, related_name="forms")
    purpose = models.CharField(max_length=14, choices=Purpose.choices, default=Purpose.REVIEW)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workshop", "track", "purpose"], condition=Q(track__isnull=False), name="form_once_a_track"
            ),
            models.UniqueConstraint(
                fields=["workshop", "purpose"], condition=Q(track__isnull=True), name="form_once_a_workshop"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} form"


class FormVersion(models.Model):
    """One wording of a form; never changed once it is open."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=6, choices=FormStatus.choices, default=FormStatus.DRAFT)
    edit = models.PositiveIntegerField(default=0, editable=False, help_text="How often the draft was saved.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="form_version_once"),
            models.UniqueConstraint(fields=["form"], condition=Q(status="open"), name="one_open_version"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class FormEdit(models.Model):
    """A draft of a form as somebody saved it: all its questions, in order. Number 0 is what the draft began with."""

    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="edits", db_index=False)
    number = models.PositiveIntegerField()
    questions = models.JSONField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    typing = models.BooleanField(default=False, help_text="Saved while somebody typed, not by a button.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="form_edit_once")]

    def __str__(self) -> str:
        return f"save {self.number}"


class Question(models.Model):
    class Kind(models.TextChoices):
        SCALE = "scale", "Scale"
        CHOICE = "choice", "One of several"
        CHOICES = "choices", "Several"
        TEXT = "text", "Text"
        YESNO = "yesno", "Yes or no"
        NUMBER = "number", "Number"

    class Readers(models.TextChoices):
        AUTHORS = "authors", "Authors, reviewers, chairs and organizers"
        REVIEWERS = "reviewers", "Reviewers of the paper, chairs and organizers"
        CHAIRS = "chairs", "Chairs and organizers"
        ORGANIZERS = "organizers", "Organizers only"

    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="questions", db_index=False)
    key = models.CharField(max_length=30, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")])
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.CharField(max_length=300)
    help = models.TextField(blank=True)
    labels = LabelsField(default=dict, blank=True, help_text='{"6": "strong accept", …} for scales and choices')
    low = models.SmallIntegerField(null=True, blank=True)
    high = models.SmallIntegerField(null=True, blank=True)
    words = models.PositiveIntegerField(null=True, blank=True, help_text="At most so many words.")
    required = models.BooleanField(default=False)
    readers = models.CharField(max_length=10, choices=Readers.choices, default=Readers.AUTHORS)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="question_once")]

    def __str__(self) -> str:
        return self.text
