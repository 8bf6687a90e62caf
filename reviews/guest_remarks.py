"""What an organizer should know of people before they are invited, as far as that organizer may know it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Q

from access.rights import visible_to
from access.viewer import Viewer
from reviews.guests import Guest
from reviews.loads import free_papers
from reviews.models import Invitation
from reviews.states import InvitationStatus
from submissions.models import Authorship, Submission
from submissions.services.conflicts import conflicts_foreseen
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.models import Workshop


@dataclass(frozen=True)
class GuestRow:
    """A person of the list. ``conflicts`` of the ``papers`` that the viewer is free on; ``declined`` names editions."""

    guest: Guest
    authored: tuple[int, ...]
    conflicts: int
    papers: int
    declined: tuple[str, ...]

    @property
    def is_barred(self) -> bool:
        """Is there no paper at all that they could review?"""
        return bool(self.papers) and self.conflicts == self.papers

    @property
    def has_remarks(self) -> bool:
        return bool(self.authored or self.conflicts or self.declined)


def guest_rows(viewer: Viewer, workshop: Workshop, guests: Sequence[Guest]) -> list[GuestRow]:
    """A fixed number of queries for any number of guests."""
    addresses = [guest.address for guest in guests]
    submitted = free_papers(viewer, workshop.pk).filter(status=SubmissionStatus.SUBMITTED)
    papers = list(submitted.values_list("pk", flat=True))
    names = {guest.address: guest.name for guest in guests}
    conflicts = conflicts_foreseen(workshop, names, papers) if guests else {}
    authored = _authored(viewer, workshop, addresses)
    declined = _declined(viewer, workshop, addresses)
    return [
        GuestRow(
            guest,
            tuple(sorted(authored[guest.address])),
            len(conflicts[guest.address]),
            len(papers),
            tuple(declined[guest.address]),
        )
        for guest in guests
    ]


def _authored(viewer: Viewer, workshop: Workshop, addresses: list[str]) -> dict[str, set[int]]:
    """Papers of each address, by the address itself or its account, where the viewer may know the authors."""
    known = visible_to(viewer, "authors", Submission).filter(workshop=workshop)
    owners = dict(EmailAddress.objects.filter(email__in=addresses, verified=True).values_list("user", "email"))
    rows = Authorship.objects.filter(submission__in=known.values("pk")).exclude(status=AuthorshipStatus.DISOWNED)
    rows = rows.filter(Q(email__in=addresses) | Q(user__in=list(owners)))
    found: dict[str, set[int]] = defaultdict(set)
    for user, email, number in rows.values_list("user", "email", "submission__number"):
        for address in {owners.get(user, ""), email} & set(addresses):
            found[address].add(number)
    return found


def _declined(viewer: Viewer, workshop: Workshop, addresses: list[str]) -> dict[str, list[str]]:
    """Other editions that each address was asked for and declined, as far as the viewer organizes them."""
    rows = visible_to(viewer, "row", Invitation).filter(address__in=addresses, status=InvitationStatus.DECLINED)
    rows = rows.exclude(workshop=workshop).order_by("-workshop__year", "workshop")
    found: dict[str, list[str]] = defaultdict(list)
    for address, name, year in rows.values_list("address", "workshop__name", "workshop__year"):
        if (edition := f"{name} {year}") not in found[address]:
            found[address].append(edition)
    return found
