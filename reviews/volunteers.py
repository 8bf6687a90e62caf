"""Who would review: those who offered it, and authors for whom it is ticked on a paper.

That somebody is an author is known only where the paper's authors are: every read of ticks begins with the papers whose
authors the viewer may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import Publication, User
from reviews.models import Invitation, Offer
from reviews.states import InvitationStatus, OfferStatus
from submissions.models import Authorship, Submission
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.deadlines import window
from workshops.models import Membership, Topic, Workshop
from workshops.states import DeadlineKind, Role


@dataclass(frozen=True)
class Asked:
    """Somebody to invite for a tick. ``ended``: an earlier invitation that came to nothing."""

    authorship: int
    address: str
    name: str
    user: int | None
    paper: int
    ended: Invitation | None = None


def is_reviewer(workshop: Workshop, user: User) -> bool:
    return Membership.objects.open().filter(workshop=workshop, user=user, role=Role.REVIEWER).exists()


def offers(viewer: Viewer, workshop_id: int) -> "QuerySet[Offer]":
    """Offers that an organizer reads. Who reviews already is left out of those that wait."""
    rows = visible_to(viewer, "row", Offer).filter(workshop=workshop_id).exclude(status=OfferStatus.TAKEN_BACK)
    return rows.exclude(status=OfferStatus.OPEN, user__in=reviewers(workshop_id))


def reviewers(workshop_id: int) -> "QuerySet":
    return Membership.objects.open().filter(workshop=workshop_id, role=Role.REVIEWER).values("user")


def ticked(viewer: Viewer, workshop_id: int) -> "QuerySet[Authorship]":
    """Ticks on submitted papers whose authors the viewer may know."""
    known = visible_to(viewer, "authors", Submission).filter(workshop=workshop_id, status=SubmissionStatus.SUBMITTED)
    return Authorship.objects.filter(would_review=True, submission__in=known.values("pk"))


def to_ask(workshop: Workshop, rows: "QuerySet[Authorship]") -> list[Asked]:
    """One line a person, of those ticked who can still be asked: they have an address, do not review, have not been
    invited and have not offered themselves. Five queries for any number.
    """
    return to_ask_from({name: list(found) for name, found in to_ask_rows(workshop.pk, rows).items()})


def to_ask_rows(workshop_id: int, rows: "QuerySet[Authorship]") -> dict[str, QuerySet]:
    """What it is found from."""
    ticks = rows.filter(would_review=True, submission__status=SubmissionStatus.SUBMITTED)
    ticks = ticks.exclude(status=AuthorshipStatus.DISOWNED)
    addresses = ticks.filter(user=None).exclude(email="").values("email")
    names = ("given", "particle", "family")
    offered = Offer.objects.filter(workshop=workshop_id).exclude(status=OfferStatus.TAKEN_BACK)
    return {
        "ticks": ticks.values_list("submission__number", "position", "pk", "user", "user__email", "email", *names),
        "owners": EmailAddress.objects.filter(email__in=addresses, verified=True).values_list("email", "user"),
        "barred": reviewers(workshop_id).values_list("user", flat=True),
        "offered": offered.values_list("user", flat=True),
        "invited": Invitation.objects.filter(workshop=workshop_id, role=Role.REVIEWER),
    }


def to_ask_from(rows: Mapping[str, list[Any]]) -> list[Asked]:
    """The same, from its rows."""
    owners = dict(rows["owners"])
    barred = {*rows["barred"], *rows["offered"]}
    invited = {row.address: row for row in rows["invited"]}
    lines: dict[object, Asked] = {}
    for number, _, pk, account, own, email, *names in sorted(rows["ticks"]):
        user = account or owners.get(email)
        address = own if account else email
        earlier = invited.get(address)
        if not address or user in barred or (earlier and earlier.status != InvitationStatus.EXPIRED):
            continue
        name = " ".join(filter(None, names))
        lines.setdefault(user or address, Asked(pk, address, name, user, number, earlier))
    return list(lines.values())


# --- the page of whoever would review ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class VolunteerPage:
    """``status``: of one's offer, "" without one; "reviewer" and "closed" leave nothing to offer."""

    slug: str
    name: str
    contact: str
    is_rehearsal: bool
    status: str
    due: datetime | None
    topics: tuple[tuple[int, str], ...]
    publications: int
    load: int = 3
    statement: str = ""
    chosen: tuple[int, ...] = ()
    made_at: datetime | None = None

    @property
    def takes_offers(self) -> bool:
        return self.status in ("", OfferStatus.OPEN, OfferStatus.TAKEN_BACK)


def volunteer_page(viewer: Viewer, workshop: Workshop, at: datetime) -> VolunteerPage:
    """Two queries for the public; six for whoever is signed in."""
    due = window(workshop.pk, DeadlineKind.REVIEW, at=at)
    page = VolunteerPage(
        slug=workshop.slug,
        name=str(workshop),
        contact=workshop.contact,
        is_rehearsal=workshop.is_rehearsal,
        status="closed" if due.is_late else "",
        due=due.at,
        topics=tuple(Topic.objects.filter(workshop=workshop).values_list("pk", "name")),
        publications=0,
    )
    if viewer.person is None or viewer.through is not None:  # who reviews for which workshop is not for others to see
        return page
    page = replace(page, publications=visible_to(viewer, "row", Publication).count())
    if is_reviewer(workshop, cast(User, viewer.person)):
        return replace(page, status="reviewer")
    offer = visible_to(viewer, "self", Offer).filter(workshop=workshop).first()
    if offer is None:
        return page
    return replace(
        page,
        status="closed" if due.is_late and offer.status != OfferStatus.DECLINED else offer.status,
        load=offer.load,
        statement=offer.statement,
        chosen=tuple(offer.interests.values_list("topic", flat=True)),
        made_at=offer.made_at,
    )
