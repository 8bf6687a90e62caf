"""Begin a paper: a draft with a number, and whoever began it as its first author."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from access.viewer import key_of
from accounts.models import User
from accounts.names import tidy
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from submissions.models import Authorship, Submission
from submissions.services.admission import begins_late
from submissions.services.conflicts import find_conflicts
from submissions.states import AuthorshipStatus
from workshops.models import Track, Workshop


def start_submission(
    *, workshop: Workshop, track: Track, by: User | None, received_at: datetime, title: str = "", link: str = ""
) -> Submission:
    """Make a draft under the workshop's next number. ``by`` becomes first and corresponding author.

    ``link`` is the random secret of a paper that is begun without an account: whoever holds it writes the paper until
    an address is confirmed (services/claim_paper.py). Only its hash is stored. The same ``link``, and the very same
    beginning within a minute (a double click), returns the draft that there is.
    Shortly after a soft deadline it is a paper begun late: what is saved of it is kept as late. Raises Refused when the
    track takes no papers at ``received_at``, and for a person without a confirmed address.
    """
    if track.workshop_id != workshop.pk:
        raise Refused("That track belongs to another workshop. Choose one of this workshop.", field="track")
    title = tidy(title)
    if len(title) > 300:
        raise Refused(f"The title has {len(title)} characters; at most 300 fit. Shorten it a little.", field="title")
    begins_late(workshop.pk, track, received_at)
    with transaction.atomic():
        number = next_number(workshop)
        if link and (twin := Submission.objects.filter(claim_token_hash=key_of(link)).first()):
            return twin
        if by is not None and title and (twin := _just_begun(workshop, track, by, title)):
            return twin
        submission = Submission.objects.create(
            workshop=workshop,
            track=track,
            number=number,
            title=title,
            created_by=by,
            claim_token_hash=key_of(link) if link else None,
        )
        if by is not None:
            _first_author(submission, by)
        record("submission.started", by=by, root_type=Root.SUBMISSION, root_id=submission.pk, aspect="authors")
        find_conflicts(workshop=workshop, by=None, submission=submission)
    return submission


def next_number(workshop: Workshop) -> int:
    """The number after the highest. Two that ask at once wait for each other: the workshop's row is locked."""
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    return (Submission.objects.of(workshop.pk).aggregate(last=Max("number"))["last"] or 0) + 1


def _just_begun(workshop: Workshop, track: Track, by: User, title: str) -> Submission | None:
    recent = Submission.objects.of(workshop.pk).filter(track=track, created_by=by, title=title, current=None)
    return recent.filter(created_at__gt=timezone.now() - timedelta(minutes=1)).first()


def _first_author(submission: Submission, by: User) -> None:
    addresses = EmailAddress.objects.filter(user=by, verified=True).order_by("-primary", "pk")
    address = addresses.values_list("email", flat=True).first()
    if address is None:
        raise Refused("Confirm your e-mail address first: papers are tied to people by it.")
    place = by.affiliations.filter(end=None).order_by("-start", "pk").values_list("name", flat=True).first()
    Authorship.objects.create(
        submission=submission,
        position=1,
        given=by.given,
        particle=by.particle,
        family=by.family,
        email=address,
        affiliation=place or "",
        user=by,
        corresponding=True,
        status=AuthorshipStatus.CLAIMED,
    )
