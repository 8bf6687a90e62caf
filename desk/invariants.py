"""The rules of the house, asked of a live database. Each rule gives the rows that break it, by their ids.

``python manage.py invariants`` runs them all; the tests run them after every season that they play.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.addresses import normalise_email
from accounts.models import User
from audit.models import Root
from decisions.models import Decision, Release
from decisions.rules import needs_second_person
from decisions.states import TOLD, ReleaseStatus
from notifications.models import Batch, Message
from notifications.states import BatchStatus, MessageStatus
from reviews.models import Assignment, Review, Reviewer
from reviews.states import ReviewStatus
from submissions.models import Authorship, Conflict, Handler, Submission
from submissions.states import EFFECTIVE, AuthorshipStatus, ConflictReason, HandlerKind, SubmissionStatus
from submissions.verifying import sha256_of, verify_files
from workshops.models import Membership, Question, Workshop
from workshops.states import Role

Rule = Callable[[], Iterator[str]]


@dataclass(frozen=True)
class Violation:
    rule: str
    what: str


RULES: dict[str, Rule] = {}


def rule(sentence: str) -> Callable[[Rule], Rule]:
    def register(function: Rule) -> Rule:
        RULES[sentence] = function
        return function

    return register


def violations() -> Iterator[Violation]:
    """Run every rule. An empty iterator: the house is in order."""
    for sentence, function in RULES.items():
        for what in function():
            yield Violation(sentence, what)


@rule("The log refuses changes")
def append_only() -> Iterator[str]:
    if connection.vendor == "postgresql":
        query = "SELECT count(*) FROM pg_trigger WHERE tgname = 'audit_entry_append_only' AND tgenabled <> 'D'"
        wanted = 1
    else:
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_entry_no_%%'"
        wanted = 2
    with connection.cursor() as cursor:
        cursor.execute(query.replace("%%", "%"))
        if cursor.fetchone()[0] != wanted:
            yield "the triggers on audit_entry are missing or disabled"


@rule("Nobody reviews a paper of their own or with a conflict")
def no_conflicted_assignment() -> Iterator[str]:
    own = Authorship.objects.filter(submission=OuterRef("submission"), user=OuterRef("user"))
    conflict = Conflict.objects.filter(submission=OuterRef("submission"), user=OuterRef("user"), state__in=EFFECTIVE)
    held = Assignment.objects.current().filter(Exists(own.exclude(status=AuthorshipStatus.DISOWNED)) | Exists(conflict))
    for row in held.values_list("pk", flat=True):
        yield f"assignment {row}"


@rule("A handler is free on the paper")
def handlers_are_free() -> Iterator[str]:
    own = Authorship.objects.filter(submission=OuterRef("submission"), user=OuterRef("user"))
    conflict = Conflict.objects.filter(submission=OuterRef("submission"), user=OuterRef("user"), state__in=EFFECTIVE)
    personal = Exists(conflict.exclude(reason=ConflictReason.INSTITUTION))
    waived = Q(kind=HandlerKind.WAIVER)
    close = Exists(own.exclude(status=AuthorshipStatus.DISOWNED)) | personal | Exists(conflict) & ~waived
    for row in Handler.objects.filter(until=None).filter(close).values_list("submission", flat=True):
        yield f"submission {row}"


@rule("A submitted paper has a title, authors, what was saved, and a file unless it was imported")
def submitted_is_complete() -> Iterator[str]:
    submitted = Submission.objects.filter(status=SubmissionStatus.SUBMITTED).annotate(n=Count("authorships"))
    bad = Q(title="") | Q(n=0) | Q(current=None) | Q(submitted_at=None)
    bad |= Q(current__pdf=None, imported_from="")
    for row in submitted.filter(bad).values_list("pk", flat=True):
        yield f"submission {row}"


@rule("An author's account is tied to the paper by a confirmed address")
def authors_are_confirmed() -> Iterator[str]:
    confirmed = EmailAddress.objects.filter(user=OuterRef("user"), email=OuterRef("email"), verified=True)
    for row in Authorship.objects.filter(user__isnull=False).exclude(Exists(confirmed)).values_list("pk", flat=True):
        yield f"authorship {row}"


@rule("What authors were told was released, and what was not released they were not told")
def told_is_released() -> Iterator[str]:
    told = Decision.objects.filter(status__in=TOLD).exclude(release__status=ReleaseStatus.RELEASED)
    for decision in told.filter(submission__imported_from="").values_list("pk", flat=True):
        yield f"decision {decision} is told without a release"
    unfinished = Decision.objects.filter(release=OuterRef("pk")).exclude(status__in=TOLD)
    released = Release.objects.filter(Exists(unfinished), status=ReleaseStatus.RELEASED)
    for release in released.values_list("pk", flat=True):
        yield f"release {release} took effect without all of its decisions"
    untold = Decision.objects.exclude(status__in=TOLD).values("submission")
    early = Message.objects.filter(kind__startswith="decision_", root_type=Root.SUBMISSION, root_id__in=untold)
    for row in early.exclude(status__in=[MessageStatus.HELD, MessageStatus.CANCELLED]).values_list("pk", flat=True):
        yield f"message {row} tells what is not released"


@rule("A second person confirmed what needs one")
def second_person() -> Iterator[str]:
    for workshop in Workshop.objects.all():
        if not needs_second_person(workshop):
            continue
        told = Decision.objects.filter(submission__workshop=workshop, status__in=TOLD, confirmed_by=F("decided_by"))
        for row in told.values_list("pk", flat=True):
            yield f"decision {row}"


@rule("No author gets two decision mails for one paper")
def one_decision_mail() -> Iterator[str]:
    out = Message.objects.filter(kind__startswith="decision_").exclude(status=MessageStatus.CANCELLED)
    twice = out.values("root_id", "address").annotate(n=Count("pk")).filter(n__gt=1)
    for row in twice.values_list("root_id", flat=True):
        yield f"submission {row}"


@rule("A submitted review has a version, and its scores are those of that version")
def scores_match() -> Iterator[str]:
    scales = Question.objects.filter(kind=Question.Kind.SCALE).values_list("version", "key")
    keys: dict[int, set[str]] = {}
    for version, key in scales:
        keys.setdefault(version, set()).add(key)
    counted = Review.objects.exclude(status=ReviewStatus.DRAFT).select_related("current").prefetch_related("scores")
    for review in counted.iterator(chunk_size=500):
        if review.current is None:
            yield f"review {review.pk} has no version"
            continue
        wanted = keys.get(review.current.form_version_id, set())
        given = {key: value for key, value in review.current.answers.items() if key in wanted and value is not None}
        if {score.key: score.value for score in review.scores.all()} != given:
            yield f"review {review.pk} has other scores than its version"


@rule("A reviewer of a workshop has the role")
def reviewers_have_the_role() -> Iterator[str]:
    role = Membership.objects.filter(workshop=OuterRef("workshop"), user=OuterRef("user"), role=Role.REVIEWER)
    for row in Reviewer.objects.exclude(Exists(role)).values_list("pk", flat=True):
        yield f"reviewer {row}"


@rule("Every workshop has an organizer")
def organizers() -> Iterator[str]:
    role = Membership.objects.open().filter(workshop=OuterRef("pk"), role=Role.ORGANIZER)
    for slug in Workshop.objects.exclude(Exists(role)).values_list("slug", flat=True):
        yield f"workshop {slug}"


@rule("The mail of a rehearsal stays here")
def rehearsal_mail() -> Iterator[str]:
    ours = Q(root_type=Root.WORKSHOP, root_id__in=Workshop.objects.filter(is_rehearsal=True).values("pk"))
    ours |= Q(
        root_type=Root.SUBMISSION, root_id__in=Submission.objects.filter(workshop__is_rehearsal=True).values("pk")
    )
    for row in Message.objects.filter(ours, is_rehearsal=False).values_list("pk", flat=True)[:50]:
        yield f"message {row}"


@rule("No mail is stuck, and a batch that is done has nothing left")
def mail_moves() -> Iterator[str]:
    stuck = [MessageStatus.CLAIMED, MessageStatus.SENDING]
    old = timezone.now() - timedelta(minutes=10)
    for row in Message.objects.filter(status__in=stuck, lease_until__lt=old).values_list("pk", flat=True):
        yield f"message {row} is with a worker that died; is the beat running?"
    for row in Batch.objects.with_counts().filter(status=BatchStatus.DONE, n_left__gt=0).values_list("pk", flat=True):
        yield f"batch {row} is done and has mails left"


@rule("An address is written one way")
def addresses_are_normal() -> Iterator[str]:
    for pk, email in User.objects.values_list("pk", "email").iterator(chunk_size=2000):
        if email != normalise_email(email):
            yield f"person {pk}"


def broken_files() -> Iterator[Violation]:
    """Read every stored file and compare its hash; slow, so the command does it only when asked."""
    verdict = verify_files()
    for state, found in (("missing", verdict.missing), ("damaged", verdict.damaged)):
        for sha256 in found:
            yield Violation("A stored file is there and has its hash", f"file {sha256[:12]}… is {state}")


def broken_banners() -> Iterator[Violation]:
    """The same for the pictures of workshops' pages, whose names are the hashes."""
    rule = "The picture of a workshop is there and has its hash"
    for slug, name in Workshop.objects.exclude(banner="").values_list("slug", "banner"):
        if not default_storage.exists(name):
            yield Violation(rule, f"the picture of {slug} is missing")
        elif sha256_of(Path(default_storage.path(name))) != Path(name).stem:
            yield Violation(rule, f"the picture of {slug} is damaged")
