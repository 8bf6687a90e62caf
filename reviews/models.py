"""Invitations, reviewers, the proposals of the engine, assignments and reviews."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from jobs.models import Job
from reviews.querysets import AssignmentQuerySet, BidQuerySet, ReviewQuerySet
from reviews.states import (
    CURRENT,
    AffinityMethod,
    AssignmentKind,
    AssignmentStatus,
    BidValue,
    EmergencyStatus,
    Imported,
    InvitationStatus,
    Knowing,
    NominationStatus,
    OfferStatus,
    Origin,
    RequestStatus,
    ReviewStatus,
    RunOutcome,
    RunPurpose,
    RunStatus,
    SavedAs,
)
from submissions.models import Submission
from workshops.models import FormVersion, Topic, Track, Workshop
from workshops.states import Role

USER = settings.AUTH_USER_MODEL


class Reviewer(models.Model):
    """What a person offers to review in one workshop."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="reviewers", db_index=False)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="reviewing")
    load_min = models.PositiveSmallIntegerField(default=0)
    load_max = models.PositiveSmallIntegerField(default=6, validators=[MaxValueValidator(50)])
    senior = models.BooleanField(default=False)
    emergency = models.BooleanField(default=False, help_text="May be asked at short notice.")
    statement = models.TextField(blank=True, help_text="What this person knows, in their own words.")
    policies_at = models.DateTimeField(null=True, blank=True, help_text="Since when they agree to the policies.")
    ties_at = models.DateTimeField(null=True, blank=True, help_text="Since when they have named their conflicts.")
    bidding_since = models.DateTimeField(null=True, blank=True, help_text="When they had the papers to bid on shown.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workshop", "user"], name="reviewer_once"),
            models.CheckConstraint(
                name="load_min_not_above_max",
                condition=Q(load_min__lte=models.F("load_max")),
                violation_error_message="The smallest load is above the largest.",
            ),
        ]

    def __str__(self) -> str:
        return f"reviewer {self.pk}"


class TopicInterest(models.Model):
    """A topic of the workshop that a reviewer knows, and how well."""

    class Level(models.IntegerChoices):
        LITTLE = 1, "a little"
        WELL = 2, "well"
        BEST = 3, "best of all"

    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="interests", db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.WELL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reviewer", "topic"], name="interest_once")]

    def __str__(self) -> str:
        return str(self.topic_id)


class Invitation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="invitations", db_index=False)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.REVIEWER)
    track = models.ForeignKey(Track, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    load = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(50)])
    emergency = models.BooleanField(default=False, help_text="For the pool of those who are asked at short notice.")
    note = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=InvitationStatus.choices, default=InvitationStatus.SENT)
    reason = models.TextField(blank=True)
    invited_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sent_count = models.PositiveSmallIntegerField(default=1)
    batch_id = models.BigIntegerField(null=True, blank=True, help_text="The bulk mail that carries it.")
    created_at = models.DateTimeField(auto_now_add=True)
    asked_at = models.DateTimeField(default=timezone.now, help_text="When it was last written to them.")
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workshop", "role", "address"], name="invited_once")]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Offer(models.Model):
    """Somebody who would review, by their own word; a role only once an organizer has accepted it."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="offers", db_index=False)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="offers")
    load = models.PositiveSmallIntegerField(default=3, validators=[MaxValueValidator(50)])
    statement = models.TextField(blank=True, help_text="What this person knows, in their own words.")
    status = models.CharField(max_length=10, choices=OfferStatus.choices, default=OfferStatus.OPEN)
    granted = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(50)], help_text="How many papers the answer says."
    )
    batch_id = models.BigIntegerField(null=True, blank=True, help_text="The bulk mail that answers it.")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workshop", "user"], name="offer_once")]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class OfferedTopic(models.Model):
    """A topic of the workshop that somebody who would review knows."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="interests", db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "topic"], name="offered_topic_once")]

    def __str__(self) -> str:
        return str(self.topic_id)


class Link(models.Model):
    """A signed link from a mail. Only its hash is stored; several may live at once."""

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20)
    invitation = models.ForeignKey(Invitation, null=True, blank=True, on_delete=models.PROTECT, related_name="links")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.purpose


class Bid(models.Model):
    """A paper on a reviewer's bidding page, and what they said of it.

    The row is there from the moment the paper is shown to them, with an empty value, and stays: a conflict that is
    declared later takes no paper off the page, or who wrote it could be guessed from what disappears.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="bids", db_index=False)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="bids", db_index=False)
    value = models.CharField(max_length=9, choices=BidValue.choices, blank=True)
    shown_at = models.DateTimeField()
    at = models.DateTimeField(null=True, blank=True, help_text="When it was last said.")

    objects = BidQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "submission"], name="bid_once")]
        indexes = [models.Index(fields=["submission", "value", "user"], name="bid_said")]

    def __str__(self) -> str:
        return self.get_value_display() if self.value else "no bid"


class Affinity(models.Model):
    """How near a paper is to what a reviewer knows, by one method.

    ``value``: from 0 to 1, comparable between the reviewers of one paper. ``percentile``: its mid-rank among the known
    values of the paper. Both are empty where nothing is known of the reviewer (``unknown``). ``shared``: what made the
    score, {"publications": [[key, how near], …], "terms": [[word, part of the score], …]}, the nearest first; the key
    is a publication's, or "profile" for topics and statement. Only near pairs have it.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="affinities", db_index=False)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="affinities", db_index=False)
    method = models.CharField(max_length=8, choices=AffinityMethod.choices)
    value = models.FloatField(null=True, blank=True)
    percentile = models.FloatField(null=True, blank=True)
    unknown = models.BooleanField(default=False)
    shared = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "affinities"
        constraints = [models.UniqueConstraint(fields=["submission", "user", "method"], name="affinity_once")]
        indexes = [models.Index(fields=["user", "method"], name="affinity_user")]

    def __str__(self) -> str:
        return "unknown" if self.value is None else f"{self.value:.3f}"


class AffinityBook(models.Model):
    """Which affinities count in a workshop, and how far they are. ``input_hash``: of the texts they were made from."""

    workshop = models.OneToOneField(Workshop, on_delete=models.PROTECT, related_name="affinity_book")
    method = models.CharField(max_length=8, choices=AffinityMethod.choices, default=AffinityMethod.TFIDF)
    imported = models.CharField(max_length=7, choices=Imported.choices, blank=True, default=Imported.NONE)
    imported_at = models.DateTimeField(null=True, blank=True)
    input_hash = models.CharField(max_length=64, blank=True)
    computed_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.get_method_display()


class TextVector(models.Model):
    """What the sentence model makes of a text, by the hash of the text: 384 little-endian 32-bit floats."""

    text_hash = models.CharField(max_length=64, unique=True)
    vector = models.BinaryField()
    used_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.text_hash


class AssignmentRun(models.Model):
    """One proposal: parameters, certificate and outcome. Reviewers never see one.

    Pages and addresses call it by its number in the workshop; a key would tell how many there are on the whole site.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="runs", db_index=False)
    number = models.PositiveIntegerField()
    track = models.ForeignKey(Track, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=RunPurpose.choices, default=RunPurpose.REVIEWERS)
    mode = models.CharField(max_length=10, default="total")
    params = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=0)
    input_hash = models.CharField(max_length=64, blank=True)
    total = models.FloatField(null=True, blank=True)
    bound = models.FloatField(null=True, blank=True)
    gap = models.FloatField(null=True, blank=True)
    rounds = models.PositiveIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=RunOutcome.choices, default=RunOutcome.PENDING)
    reasons = models.JSONField(default=list)
    facts = models.JSONField(default=dict, help_text="Numbers over all its papers, as reviews.services.solve writes.")
    status = models.CharField(max_length=10, choices=RunStatus.choices, default=RunStatus.OPEN)
    created_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    published_at = models.DateTimeField(null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, help_text="The held batch of assignment mails.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workshop", "number"], name="run_number_once")]

    def __str__(self) -> str:
        return f"proposal {self.number}"


class ProposedPair(models.Model):
    """A proposal is never an Assignment: what reviewers and authors read cannot contain one."""

    run = models.ForeignKey(AssignmentRun, on_delete=models.CASCADE, related_name="pairs", db_index=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.ENGINE)
    kept = models.BooleanField(default=True)
    score = models.FloatField(null=True, blank=True)
    unknown = models.BooleanField(default=False)
    rank = models.PositiveIntegerField(null=True, blank=True)
    allowed = models.PositiveIntegerField(null=True, blank=True, help_text="How many reviewers the rank is among.")
    why = models.TextField(blank=True, help_text="Why it was added in spite of a suspected conflict.")
    replaces = models.ForeignKey(
        "Assignment",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The assignment whose place it takes, in a repair.",
    )
    alternates = models.JSONField(
        default=list, help_text="[[person, score, unknown, rank, cost], …] who else could fill the hole."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "submission", "user"], name="pair_once_a_run")]

    def __str__(self) -> str:
        return f"pair {self.pk}"


class RunPaper(models.Model):
    """A paper as the solver saw it, so that no page needs a solver.

    ``people``: [[person, score, unknown, affinity, bid, topic, rank or null], …], the highest score first; of very
    many people only the best. ``price``: what one more review of it would add; ``senior_price``: one senior less.
    """

    run = models.ForeignKey(AssignmentRun, on_delete=models.CASCADE, related_name="papers", db_index=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    demand = models.PositiveSmallIntegerField()
    allowed = models.PositiveIntegerField(default=0, help_text="How many people might review it.")
    price = models.FloatField(default=0.0)
    senior_price = models.FloatField(default=0.0)
    authors = models.JSONField(default=list, help_text="Who of the people wrote it.")
    people = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "submission"], name="paper_once_a_run")]

    def __str__(self) -> str:
        return f"paper {self.submission_id} of run {self.run_id}"


class RunPerson(models.Model):
    """A reviewer or chair as the solver saw them. ``price``: what one more place of theirs would add to the total."""

    run = models.ForeignKey(AssignmentRun, on_delete=models.CASCADE, related_name="people", db_index=False)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    least = models.PositiveSmallIntegerField(default=0)
    most = models.PositiveSmallIntegerField()
    senior = models.BooleanField(default=False)
    institutions = models.JSONField(default=list)
    price = models.FloatField(default=0.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "user"], name="person_once_a_run")]

    def __str__(self) -> str:
        return f"person {self.user_id} of run {self.run_id}"


class RunEdit(models.Model):
    """One edit of a proposal by hand, so that it can be undone: each of its pairs as it was, and as it is since.

    ``pairs``: [{"paper": key, "user": key, "before": state or null, "after": state}, …]; a state is {"kept", "origin",
    "why", "replaces_id"}.
    """

    run = models.ForeignKey(AssignmentRun, on_delete=models.CASCADE, related_name="edits")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(
        Submission,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The second paper, of an exchange.",
    )
    pairs = models.JSONField()
    by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    undone = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"edit {self.pk}"


class Assignment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    kind = models.CharField(max_length=10, choices=AssignmentKind.choices, default=AssignmentKind.REVIEWER)
    run = models.ForeignKey(AssignmentRun, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments")
    handle = models.PositiveSmallIntegerField(help_text="Reviewer 1, 2 … of the paper; drawn at random.")
    status = models.CharField(max_length=10, choices=AssignmentStatus.choices, default=AssignmentStatus.ACTIVE)
    reason = models.TextField(blank=True)
    override = models.TextField(blank=True, help_text="Why it was made in spite of a suspected conflict.")
    due_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "user"], condition=Q(status__in=CURRENT), name="assigned_once"
            ),
            models.UniqueConstraint(fields=["submission", "handle"], name="handle_once"),
        ]
        indexes = [models.Index(fields=["user", "status"], name="assignment_user")]

    def __str__(self) -> str:
        return f"assignment {self.pk}"

    @property
    def known_as(self) -> str:
        return "Area chair" if self.kind == AssignmentKind.AREA_CHAIR else f"Reviewer {self.handle}"


class EmergencyOffer(models.Model):
    """One place of a paper, offered to several people at once at short notice. The first yes takes it.

    ``place``: what the offers of one place share. ``replaces``: whose assignment ends with a yes, where somebody has
    the place still. ``batch_id``: the bulk mail that asks them, before which leaves nobody hears of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.UUIDField(default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="emergency_offers")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="emergency_offers")
    replaces = models.ForeignKey(Assignment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=EmergencyStatus.choices, default=EmergencyStatus.OPEN)
    made_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "user"], name="offered_a_place_once")]

    def __str__(self) -> str:
        return f"emergency offer {self.pk}"


class Nomination(models.Model):
    """Somebody from outside whom a reviewer proposes for one of their papers. They learn yes or no, never why."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="nominations")
    nominated_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=254)
    why = models.TextField(help_text="What this person knows of the paper's subject.")
    status = models.CharField(max_length=10, choices=NominationStatus.choices, default=NominationStatus.OPEN)
    invitation = models.ForeignKey(
        Invitation, null=True, blank=True, on_delete=models.PROTECT, related_name="nominations"
    )
    override = models.TextField(blank=True, help_text="Why it was approved in spite of a suspected conflict.")
    made_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nominated_by", "submission", "address"], name="nominated_once"),
        ]

    def __str__(self) -> str:
        return f"nomination {self.pk}"


class Review(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="review")
    status = models.CharField(max_length=10, choices=ReviewStatus.choices, default=ReviewStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    draft = models.JSONField(default=dict)
    draft_saved_at = models.DateTimeField(null=True, blank=True)
    current = models.ForeignKey("ReviewVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    independent = models.ForeignKey("ReviewVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(
        null=True, blank=True, help_text="When its writer, who declined, left the draft to the organizers."
    )

    objects = ReviewQuerySet.as_manager()

    def __str__(self) -> str:
        return f"review {self.pk}"


class ReviewVersion(models.Model):
    """What was submitted or saved, with the wording it answered. Immutable.

    Every submission and every save by button makes one, and the first autosave of a browser tab in each minute.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()
    saved_as = models.CharField(max_length=9, choices=SavedAs.choices, default=SavedAs.SUBMITTED)
    late = models.BooleanField(default=False, help_text="Submitted after the deadline and its grace time.")
    tab = models.CharField(max_length=36, blank=True, help_text="The browser tab that it was saved from.")
    saved_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="review_version_once")]

    def __str__(self) -> str:
        return f"version {self.number}"


class Score(models.Model):
    """A scale's value in the current version; rewritten in the transaction that submits."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="scores", db_index=False)
    key = models.CharField(max_length=30)
    value = models.SmallIntegerField()
    scale = models.CharField(max_length=8, help_text="Which scale it is on; numbers of two scales are never averaged.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "key"], name="score_once")]
        indexes = [models.Index(fields=["key", "review"], name="score_key")]

    def __str__(self) -> str:
        return f"{self.key} {self.value}"


class ExtensionRequest(models.Model):
    """A reviewer asks for more days for one paper. What is granted is an Extension of the assignment."""

    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, related_name="extension_requests", db_index=False
    )
    until = models.DateTimeField()
    reason = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=RequestStatus.choices, default=RequestStatus.OPEN)
    answer = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(status="open"), name="one_open_extension_request"
            )
        ]
        indexes = [models.Index(fields=["assignment", "asked_at"], name="extension_requests")]

    def __str__(self) -> str:
        return f"request {self.pk}"


class AuthorsKnown(models.Model):
    """A reviewer thinks they know who wrote the paper: a note to its organizers, which closes nothing."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="authors_known")
    knowing = models.CharField(max_length=5, choices=Knowing.choices)
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.get_knowing_display()


class StackOrder(models.Model):
    """Where a paper stands in the order in which one reviewer would accept the papers of their stack; 1 is first."""

    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="stack", db_index=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "submission"], name="stacked_once")]

    def __str__(self) -> str:
        return f"place {self.position}"
