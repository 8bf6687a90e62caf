"""People. The e-mail address is the login; a person is never deleted, only erased in place."""

from collections.abc import Iterator
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from accounts.managers import UserManager
from accounts.session_store import SessionStore


def full_name(given: str, particle: str, family: str) -> str:
    return " ".join(part for part in (given, particle, family) if part)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField("e-mail address", unique=True)
    given = models.CharField("given names", max_length=120, blank=True)
    particle = models.CharField(max_length=40, blank=True, help_text="van, de la, von …")
    family = models.CharField("family name", max_length=120, blank=True)
    orcid = models.CharField("ORCID iD", max_length=19, null=True, blank=True, unique=True)
    homepage = models.URLField(blank=True)
    is_staff = models.BooleanField("may edit settings", default=False)
    is_active = models.BooleanField(default=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    search_identity = models.TextField(blank=True, editable=False)
    sessions_ended = models.PositiveIntegerField(
        default=0, editable=False, help_text="How often all sessions were ended at once; older ones no longer count."
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_has_a_name",
                condition=~models.Q(given="", family=""),
                violation_error_message="Give at least one name: given or family.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return full_name(self.given, self.particle, self.family)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.given or self.family

    def get_session_auth_hash(self) -> str:
        """A session counts while this is what it began with: until the password changes or all sessions are ended."""
        return self._with_endings(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return map(self._with_endings, super().get_session_auth_fallback_hash())

    def _with_endings(self, whole: str) -> str:
        return f"{whole}.{self.sessions_ended}" if self.sessions_ended else whole


class Session(AbstractBaseSession):
    """A session, and who is signed in by it (see session_store.py). Its key is a secret: it is the cookie."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore


class UnconfirmedAddress(models.Model):
    """An address that a person says is theirs and has not confirmed. It bars, as suspected; it never gives access.

    Kept apart from the library's addresses, so that nobody signs in with it, and nobody keeps its owner from using it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="unconfirmed_addresses", db_index=False)
    email = models.EmailField(db_index=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "email"], name="unconfirmed_address_once")]

    def __str__(self) -> str:
        return self.email


class SecondFactorReset(models.Model):
    """Whoever runs the site took a person's second factor away."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(help_text="How it is known that the person asked for it.")

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class Affiliation(models.Model):
    class Kind(models.TextChoices):
        EMPLOYMENT = "employment", "employment"
        STUDY = "study", "study"
        INTERNSHIP = "internship", "internship"
        VISIT = "visit", "visit"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="affiliations")
    name = models.CharField("institution", max_length=200)
    domain = models.CharField(
        max_length=120, blank=True, db_index=True, help_text="The institution's web domain, such as uni.edu"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.EMPLOYMENT)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True, help_text="Empty: until now")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="affiliation_ends_after_start",
                condition=models.Q(start=None) | models.Q(end=None) | models.Q(end__gte=models.F("start")),
                violation_error_message="The end is before the start.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Publication(models.Model):
    """A paper that shows what a person knows."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="publications", db_index=False)
    title = models.CharField(max_length=300)
    abstract = models.TextField(blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    venue = models.CharField(max_length=200, blank=True)
    coauthors = models.JSONField(default=list)
    text_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "text_hash"], name="publication_once")]

    def __str__(self) -> str:
        return self.title


class PublishedWith(models.Model):
    """Somebody whom a publication names, as names are compared (accounts.names.name_key)."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="names", db_index=False)
    key = models.CharField(max_length=120, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publication", "key"], name="published_with_once")]

    def __str__(self) -> str:
        return self.key


class Relation(models.Model):
    """A tie between two people that bars one from judging the other's papers. ``other`` may have no account."""

    class Kind(models.TextChoices):
        ADVISOR = "advisor", "advisor or student"
        COLLABORATOR = "collaborator", "work together"
        FAMILY = "family", "family or partner"
        OTHER = "other", "another close tie"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="relations")
    other = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Set only through a confirmed address.",
    )
    other_email = models.EmailField("their e-mail", blank=True)
    other_name = models.CharField("their name", max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.COLLABORATOR)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True, help_text="Empty: until now")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="relation_names_somebody",
                condition=~models.Q(other_email="", other_name=""),
                violation_error_message="Give the name or the address of the other person.",
            ),
            models.CheckConstraint(
                name="relation_ends_after_start",
                condition=models.Q(start=None) | models.Q(end=None) | models.Q(end__gte=models.F("start")),
                violation_error_message="The end is before the start.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Merge(models.Model):
    """Two accounts of one person became one: ``gone`` is closed, what hung on it hangs on ``kept``."""

    kept = models.ForeignKey(User, on_delete=models.PROTECT, related_name="merges")
    gone = models.OneToOneField(User, on_delete=models.PROTECT, related_name="merged_into")
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True, help_text="Why somebody else did it for the person.")
    moved = models.JSONField(default=dict, help_text="How many rows of each kind moved.")

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"
