"""Tie papers to the account that has confirmed an author's address."""

from django.db import transaction

from accounts.addresses import normalise_email
from accounts.models import User
from audit.models import Root
from audit.services.record import record
from submissions.models import Authorship, Submission
from submissions.services.conflicts import find_conflicts
from submissions.states import AuthorshipStatus


@transaction.atomic
def claim_authorships(user: User, address: str) -> None:
    """Tie every listed author with this address to the person, who has just confirmed it.

    Called whenever an address is confirmed. What “not me” was said about stays untied.
    """
    listed = Authorship.objects.filter(email=normalise_email(address), user=None, status=AuthorshipStatus.LISTED)
    claimed = list(listed.select_for_update())
    Authorship.objects.filter(pk__in=[a.pk for a in claimed]).update(user=user, status=AuthorshipStatus.CLAIMED)
    for authorship in claimed:
        record(
            "authorship.claimed",
            by=user,
            root_type=Root.SUBMISSION,
            root_id=authorship.submission_id,
            aspect="authors",
            about=authorship,
        )
    papers = Submission.objects.filter(pk__in=[a.submission_id for a in claimed]).select_related("workshop")
    for paper in papers:
        find_conflicts(workshop=paper.workshop, by=None, submission=paper)
    for workshop in {m.workshop for m in user.memberships.filter(until=None).select_related("workshop")}:
        find_conflicts(workshop=workshop, by=None, user=user)
