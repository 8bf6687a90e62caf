"""A paper that was begun without an account becomes somebody's: by an address that they confirm."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q

from access.rights import require
from access.viewer import acting
from accounts.models import User
from accounts.services.prove import prove_address
from accounts.services.register import create_person
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from submissions.models import Authorship, Revision, Submission, WorkingCopy
from submissions.services import unclaimed
from submissions.services.conflicts import find_conflicts
from submissions.services.revisions import AuthorData, content_now
from submissions.services.save import clean_authors, save_submission
from submissions.services.submit import submit_if_complete
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.deadlines import window
from workshops.models import Topic
from workshops.states import DeadlineKind

CLAIMED = "This paper is tied to an account already. Sign in with an address that is on its list of authors."


def ask_for_address(
    *, submission: Submission, by: User | None, given: str, family: str, email: str, received_at: datetime
) -> Authorship:
    """Have this person confirm their address, so that the paper counts. They become an author if they are none yet.

    The one among the authors is found by the address, else by the name of a row without one. Raises Refused for an
    address or a name that is none, and after the deadline for an address that is not on the list.
    """
    require(acting(by), "own", submission)
    person = clean_authors([AuthorData(given=given, family=family, email=email)])[0]
    if not person.email:
        raise Refused("Write your e-mail address, such as name@example.org.", field="email")
    if submission.claim_token_hash is None:
        raise Refused(CLAIMED)
    known = submission.authorships.filter(email=person.email).first()
    if known is None or not submission.authorships.filter(corresponding=True).exclude(email="").exists():
        _list(submission, by, person, received_at)
        known = submission.authorships.get(email=person.email)
    submission.refresh_from_db()
    unclaimed.ask(submission, known, again=True)
    return known


def join(*, submission: Submission, by: User, received_at: datetime) -> None:
    """Put ``by``, who holds the paper's private link, on its list of authors, unless a confirmed address of theirs is.

    Raises Refused after the deadline, and for a person without a confirmed address.
    """
    addresses = EmailAddress.objects.filter(user=by, verified=True).order_by("-primary", "pk")
    confirmed = list(addresses.values_list("email", flat=True))
    if not confirmed:
        raise Refused("Confirm your e-mail address first: papers are tied to people by it.")
    if not submission.authorships.filter(email__in=confirmed).exists():
        person = AuthorData(given=by.given, particle=by.particle, family=by.family, email=confirmed[0])
        _list(submission, None, person, received_at)


def account_for(*, author: Authorship) -> User:
    """The account of this address, confirmed or not; a new one, not confirmed, where there is none."""
    whose = Q(verified=True) | Q(user__email=author.email)
    rows = EmailAddress.objects.filter(whose, email=author.email).order_by("-verified")
    address = rows.select_related("user").first()
    if address is not None:
        return address.user
    return create_person(
        email=author.email, given=author.given, particle=author.particle, family=author.family, by=None
    )


@transaction.atomic
def confirm_by_link(*, author: Authorship, received_at: datetime) -> tuple[User, bool]:
    """Whoever presses the button behind the link that was mailed to this address has shown that it is theirs.

    Returns the person, and whether their account is new. Their paper counts from now on if it is in time.
    """
    is_new = not EmailAddress.objects.filter(email=author.email).exists()
    names = {"given": author.given, "particle": author.particle, "family": author.family}
    person = prove_address(address=author.email, **names)
    claim_submission(submission=author.submission, by=person, received_at=received_at)
    return person, is_new


@transaction.atomic
def claim_submission(*, submission: Submission, by: User, received_at: datetime) -> bool:
    """Tie the paper to ``by``, one of its authors by a confirmed address; its private link opens nothing any more.

    What is complete is submitted, and counts from the save that made it so, when the address was confirmed in time
    (see unclaimed.wait_for_address). Later, it stays a draft, which organizers may still accept. Returns whether it is
    submitted. A second call changes nothing.
    """
    row = Submission.objects.select_for_update().select_related("workshop").get(pk=submission.pk)
    confirmed = EmailAddress.objects.filter(user=by, verified=True).values_list("email", flat=True)
    mine = row.authorships.filter(email__in=list(confirmed)).exclude(status=AuthorshipStatus.DISOWNED)
    if not mine.exists():
        raise Refused("None of your confirmed addresses is on the list of authors. Add yours, save, and try again.")
    if row.claim_token_hash is None:
        return row.status == SubmissionStatus.SUBMITTED
    in_time = _in_time(row, received_at)
    mine.update(user=by, status=AuthorshipStatus.CLAIMED)
    changes = {"claim_token_hash": None, "claim_until": None, "created_by": row.created_by or by}
    Submission.objects.filter(pk=row.pk).update(**changes)
    Revision.objects.filter(submission=row, saved_by=None).update(saved_by=by)
    if not WorkingCopy.objects.filter(submission=row, user=by).exists():
        WorkingCopy.objects.filter(submission=row, user=None).update(user=by)
    unclaimed.stop_asking(row)
    record("submission.claimed", by=by, root_type=Root.SUBMISSION, root_id=row.pk, aspect="authors", about=row)
    find_conflicts(workshop=row.workshop, by=None, submission=row)
    if in_time:
        submit_if_complete(submission=row, by=by)
    submission.refresh_from_db()
    return submission.status == SubmissionStatus.SUBMITTED


@transaction.atomic
def accept_draft(*, submission: Submission, by: User | None) -> Submission:
    """Count a complete draft as submitted although nobody confirmed an address in time. For whoever may act for it."""
    require(acting(by), "act", submission)
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    if row.status != SubmissionStatus.DRAFT:
        raise Refused("This paper is no draft; there is nothing to accept.")
    Submission.objects.filter(pk=row.pk).update(claim_token_hash=None, claim_until=None)
    unclaimed.stop_asking(row)
    if not submit_if_complete(submission=row, by=by):
        raise Refused("This draft is not complete, so it cannot be submitted as it is. Its page says what is missing.")
    submission.refresh_from_db()
    return submission


def _in_time(submission: Submission, at: datetime) -> bool:
    if submission.claim_until is not None and at <= submission.claim_until:
        return True
    kind = DeadlineKind.SUBMISSION
    return window(submission.workshop_id, kind, submission.track_id, at=at, root_id=submission.pk).is_open


def _list(submission: Submission, by: User | None, person: AuthorData, received_at: datetime) -> None:
    """Save the list of authors with this person in it; the corresponding one, if there was none to reach."""
    content = content_now(submission)
    listed = [AuthorData(**author) for author in content["authors"]]
    place = next((n for n, each in enumerate(listed) if _same(each, person)), None)
    if place is None:
        listed.append(person)
        place = len(listed) - 1
    reachable = any(each.corresponding and each.email for each in listed)
    listed[place] = AuthorData(**(vars(listed[place]) | {"email": person.email}))
    if not reachable:
        listed = [AuthorData(**(vars(each) | {"corresponding": n == place})) for n, each in enumerate(listed)]
    names = ("title", "abstract", "tldr", "keywords", "code_url")
    save_submission(
        submission=submission,
        by=by,
        received_at=received_at,
        version=submission.version,
        topics=Topic.objects.filter(pk__in=content["topics"]),
        authors=listed,
        **{name: content[name] for name in names},
    )


def _same(listed: AuthorData, person: AuthorData) -> bool:
    if listed.email:
        return listed.email == person.email
    return (listed.given, listed.family) == (person.given, person.family)
