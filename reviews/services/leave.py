"""Somebody no longer reviews for a workshop: the role ends, and the papers go back if that is wanted."""

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from reviews.loads import free_papers
from reviews.models import Assignment, Review
from reviews.services.assign import remove_assignment
from reviews.services.letters import tell_not_needed
from reviews.states import REVIEWING, AssignmentKind, ReviewStatus
from workshops.models import Membership
from workshops.services.roles import end_role
from workshops.states import Role

KINDS: dict[str, tuple[str, ...]] = {Role.REVIEWER: REVIEWING, Role.AREA_CHAIR: (AssignmentKind.AREA_CHAIR,)}
"""What a role has papers as."""


@transaction.atomic
def end_role_of(*, membership: Membership, by: User | None, take_back: bool) -> int:
    """End the role; with ``take_back`` its papers go back too, in one mail. Returns how many did.

    Those that ``by`` may act on and of which no review is submitted; what was written is kept. Raises Refused for the
    last organizer and for a role that has ended.
    """
    require(acting(by), "settings", membership.workshop)
    end_role(membership=membership, by=by)
    rows = papers_of(membership, by) if take_back else []
    for row in rows:
        remove_assignment(assignment=row, by=by, reason="The role has ended.", tell=False)
    if rows:
        tell_not_needed(
            membership.user,
            rows,
            workshop=membership.workshop,
            key=f"{rows[0].pk}.role-ended",
            why="The organizers have given it to somebody else.",
        )
    return len(rows)


def papers_of(membership: Membership, by: User | None) -> list[Assignment]:
    """What would go back: the papers of this role without a submitted review that ``by`` may act on. One query."""
    kept = Review.objects.filter(status__in=(ReviewStatus.SUBMITTED, ReviewStatus.SET_ASIDE)).values("assignment")
    papers = free_papers(acting(by), membership.workshop_id)
    rows = Assignment.objects.current().filter(
        user=membership.user_id, kind__in=KINDS.get(membership.role, ()), submission__in=papers.values("pk")
    )
    return list(rows.exclude(pk__in=kept).select_related("submission__workshop", "user").order_by("submission__number"))
