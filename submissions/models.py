"""Papers: the submission, its authors in order, what was saved and when, its files, its conflicts and its handler."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from submissions.querysets import (
    AuthorListRequestQuerySet,
    ConflictQuerySet,
    ConflictRequestQuerySet,
    FileQuerySet,
    LikenessQuerySet,
    RevisionQuerySet,
    SubmissionQuerySet,
)
from submissions.states import (
    AskedKind,
    AskedStatus,
    AuthorshipStatus,
    ConflictReason,
    ConflictState,
    FilePurpose,
    FileStatus,
    HandlerKind,
    RequestKind,
    RequestStatus,
    RevisionStatus,
    SubmissionStatus,
)
from workshops.models import Question, Topic, Track, Workshop


class Submission(models.Model):
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="submissions", db_index=False)
    number = models.PositiveIntegerField()
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="submissions")
    title = models.CharField(max_length=300, blank=True)
    abstract = models.TextField(blank=True)
    tldr = models.CharField("in one sentence", max_length=300, blank=True)
    keywords = models.CharField(max_length=300, blank=True)
    code_url = models.URLField("code", blank=True)
    status = models.CharField(max_length=14, choices=SubmissionStatus.choices, default=SubmissionStatus.DRAFT)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    version = models.PositiveIntegerField(default=1, help_text="Grows with each save; a page that is older is refused.")
    current = models.ForeignKey("Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    topics = models.ManyToManyField(Topic, through="SubmissionTopic", related_name="submissions")
    entered_why = models.TextField(
        blank=True, help_text="Why an organizer entered it for its authors; empty: they did."
    )
    imported_from = models.CharField(max_length=120, blank=True, help_text="The key it had where it was imported from.")
    claim_token_hash = models.CharField(
        max_length=64, null=True, blank=True, unique=True, help_text="Of a paper begun without an account."
    )
    claim_until = models.DateTimeField(
        null=True, blank=True, help_text="By then an author's address must be confirmed, or the paper does not count."
    )
    compared_version = models.PositiveIntegerField(
        default=0, editable=False, help_text="The version that was last compared with the other papers."
    )
    declared_conflicts = models.TextField(
        blank=True, help_text="Whom the authors name as unfit to review it, as typed; only organizers read it."
    )
    search_text = models.TextField(blank=True, editable=False)
    search_identity = models.TextField(blank=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workshop", "number"], name="submission_number_once")]
        indexes = [models.Index(fields=["workshop", "track", "status"], name="submission_list")]

    def __str__(self) -> str:
        return f"#{self.number}"


class SubmissionTopic(models.Model):
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "topic"], name="submission_topic_once")]

    def __str__(self) -> str:
        return str(self.topic_id)


class Authorship(models.Model):
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="authorships")
    position = models.PositiveSmallIntegerField()
    given = models.CharField("given names", max_length=120, blank=True)
    particle = models.CharField(max_length=40, blank=True)
    family = models.CharField("family name", max_length=120, blank=True)
    email = models.CharField("e-mail", max_length=254, blank=True, db_index=True)
    affiliation = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="authorships",
        help_text="Set only through a confirmed address.",
    )
    corresponding = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=AuthorshipStatus.choices, default=AuthorshipStatus.LISTED)
    would_review = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "email"], condition=~Q(email=""), name="author_once"),
            models.CheckConstraint(name="author_has_a_name", condition=~Q(given="", family="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given, self.particle, self.family) if part)


class AuthorLink(models.Model):
    """A signed link from the mail that says “you are listed”. Only its hash is stored; several live at once.

    Whoever is taken off the list takes their links along.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    authorship = models.ForeignKey(Authorship, on_delete=models.CASCADE, related_name="links")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"link of author {self.authorship_id}"


class AuthorListRequest(models.Model):
    """A change of the list of authors that is asked for after the deadline, or a dispute about it."""

    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="author_list_requests", db_index=False
    )
    kind = models.CharField(max_length=8, choices=RequestKind.choices)
    authorship = models.ForeignKey(
        Authorship,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="requests",
        help_text="Whom it is about, while they are on the list.",
    )
    data = models.JSONField(default=dict, help_text="The author as typed, or as listed when it was asked.")
    reason = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=RequestStatus.choices, default=RequestStatus.OPEN)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: by the link of a mail, without an account.",
    )
    at = models.DateTimeField(auto_now_add=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    objects = AuthorListRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["submission", "status"], name="author_requests")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def who(self) -> str:
        """The name of whom it is about."""
        parts = (self.data.get(name, "") for name in ("given", "particle", "family"))
        return " ".join(part for part in parts if part)


class Likeness(models.Model):
    """Two papers of a workshop that look like one. ``first`` has the smaller key."""

    first = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    same_file = models.BooleanField(default=False)
    title = models.PositiveSmallIntegerField(default=0, help_text="How alike the titles are, in percent.")
    abstract = models.PositiveSmallIntegerField(default=0, help_text="How alike the abstracts are, in percent.")
    same_authors = models.BooleanField(default=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True, blank=True, help_text="Somebody looked: they are two papers.")

    objects = LikenessQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="likeness_once")]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class Blob(models.Model):
    """Bytes, once each. Its hash is never in an address and never a right."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return self.sha256


class File(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="files")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="files", db_index=False)
    purpose = models.CharField(max_length=12, choices=FilePurpose.choices)
    name = models.CharField(max_length=200, help_text="As it was called when it came; only its authors see it.")
    made_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    status = models.CharField(max_length=8, choices=FileStatus.choices, default=FileStatus.STORED)
    pages = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = FileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["submission", "purpose"], name="file_purpose")]

    def __str__(self) -> str:
        return str(self.pk)


class Finding(models.Model):
    class Severity(models.TextChoices):
        ERROR = "error", "Must be mended"
        WARNING = "warning", "Please look"
        INFO = "info", "For your information"

    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="findings")
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    sure = models.BooleanField(default=True)
    page = models.PositiveIntegerField(null=True, blank=True)
    data = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.code


class Revision(models.Model):
    """What was saved, whole, at one instant. The receipt shows it."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    snapshot = models.JSONField()
    pdf = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    received_at = models.DateTimeField(help_text="First byte of the request, by the server's clock.")
    saved_at = models.DateTimeField(auto_now_add=True)
    supplement = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=RevisionStatus.choices, default=RevisionStatus.IN_TIME)
    answer = models.TextField(blank=True, help_text="What the organizers said of a late one; its authors read it.")

    objects = RevisionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="revision_once")]
        indexes = [models.Index(fields=["submission", "-number"], name="revision_late", condition=Q(status="late"))]

    def __str__(self) -> str:
        return f"revision {self.number}"


class WorkingCopy(models.Model):
    """What a person typed into the form of a paper and has not saved. ``version`` is of the paper it was typed over."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="working_copies", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: typed behind the link of a paper that was begun without an account.",
    )
    data = models.JSONField(help_text="The names and values of the form, as they were typed.")
    version = models.PositiveIntegerField()
    received_at = models.DateTimeField(help_text="First byte of the request that brought it, by the server's clock.")
    browser = models.CharField(max_length=32, blank=True, help_text="A mark of the session that it came from.")
    discarded_at = models.DateTimeField(null=True, blank=True, help_text="Put aside; can be taken back for a day.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "user"], condition=Q(user__isnull=False), name="working_copy_once_a_person"
            ),
            models.UniqueConstraint(fields=["submission"], condition=Q(user=None), name="working_copy_once_a_link"),
        ]

    def __str__(self) -> str:
        return f"working copy over version {self.version}"


class Upload(models.Model):
    """A file that comes in pieces, so that a broken connection goes on where it stopped.

    Its bytes lie in partial_files.py's folder; only the first ``received`` of them are known to be there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="uploads")
    purpose = models.CharField(max_length=12, choices=FilePurpose.choices, default=FilePurpose.PAPER)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    mark = models.CharField(max_length=100, help_text="What the browser knows the file by when it is chosen again.")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(help_text="First byte of its first piece: the file counts from then.")
    touched_at = models.DateTimeField(auto_now=True)
    file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.pk)


class Disclosure(models.Model):
    """An author's answer to a question of the track. ``text`` as typed; ``number`` for a scale, a number, yes or no."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="disclosures", db_index=False)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField(null=True, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "question"], name="disclosure_once")]

    def __str__(self) -> str:
        return str(self.question_id)


class SavedView(models.Model):
    """A person's own name for the filters of a list page."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views", db_index=False
    )
    page = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "workshop", "page", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name


class Conflict(models.Model):
    """Why a person must not assess a paper. Effective while confirmed or pinned."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="conflicts", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="conflicts", db_index=False
    )
    reason = models.CharField(max_length=14, choices=ConflictReason.choices)
    state = models.CharField(max_length=10, choices=ConflictState.choices)
    evidence = models.JSONField(default=dict)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(auto_now=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "user", "reason"], name="conflict_once_a_reason"),
            models.CheckConstraint(
                name="authorship_is_never_waived", condition=~Q(reason="authorship", state="waived")
            ),
        ]
        indexes = [models.Index(fields=["user", "state", "submission"], name="conflict_user")]

    def __str__(self) -> str:
        return self.get_reason_display()


class Handler(models.Model):
    """The one person who is responsible for a paper."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="handlers", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="handled")
    kind = models.CharField(max_length=12, choices=HandlerKind.choices, default=HandlerKind.ORGANIZER)
    sole = models.BooleanField(default=False, help_text="The only free organizer of this paper.")
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.TextField(blank=True)
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission"], condition=Q(until=None), name="one_handler_a_paper")
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class ConflictRequest(models.Model):
    """What is asked for because people have conflicts with a paper, and what was answered."""

    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="conflict_requests", db_index=False
    )
    kind = models.CharField(max_length=8, choices=AskedKind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whom it is about; of a guest chair set once they have accepted.",
    )
    address = models.CharField(max_length=254, blank=True, help_text="Where a guest chair is invited.")
    name = models.CharField(max_length=200, blank=True, help_text="Of a guest chair, as it was typed.")
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True, help_text="Of the invitation.")
    reason = models.TextField()
    status = models.CharField(max_length=10, choices=AskedStatus.choices, default=AskedStatus.OPEN)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True, blank=True, help_text="How long the link, or the reading, lasts.")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    objects = ConflictRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["submission", "kind", "status"], name="conflict_requests")]

    def __str__(self) -> str:
        return self.get_kind_display()
