"""A reviewer finds a conflict of interest, however late, or thinks that they know who wrote the paper."""

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.transitions import move
from reviews.models import Assignment, AuthorsKnown, Review
from reviews.services.assign import log_assignment
from reviews.services.review import set_aside
from reviews.states import ASSIGNMENT_MOVES, CURRENT, AssignmentStatus, Knowing, ReviewStatus
from submissions.services.conflicts import set_conflict
from submissions.states import ConflictReason, ConflictState

LONGEST = 1000


@transaction.atomic
def tell_conflict(*, assignment: Assignment, by: User, why: str) -> Assignment:
    """The paper closes for this person at once; a review that they have submitted is set aside, a draft is kept unread,
    and the paper lacks a reviewer. Raises Refused without a word why.
    """
    require(acting(by), "own", assignment)
    if not why.strip():
        raise Refused("Say in a word what the conflict is. Only the organizers of this paper read it.", field="why")
    if assignment.status not in CURRENT:
        raise Refused("You do not have this paper any more, so there is nothing to close.")
    reason = f"The reviewer told of a conflict: {why.strip()[:LONGEST]}"
    review = Review.objects.select_related("assignment__submission").filter(assignment=assignment).first()
    if review is not None and review.status == ReviewStatus.SUBMITTED:
        set_aside(review=review, by=None, reason=reason)
    # Whose word it is says the reason of the conflict; the right to settle one is the organizers'.
    set_conflict(
        submission=assignment.submission,
        user=assignment.user,
        reason=ConflictReason.BY_REVIEWER,
        state=ConflictState.CONFIRMED,
        by=None,
        why=why[:LONGEST],
    )
    move(assignment, AssignmentStatus.REMOVED, ASSIGNMENT_MOVES, version=assignment.version + 1, reason=reason)
    log_assignment("assignment.removed", assignment, by)
    return assignment


@transaction.atomic
def note_authors_known(*, assignment: Assignment, by: User, knowing: str, text: str = "") -> AuthorsKnown:
    """A note to the organizers of the paper. Nothing closes; a second note takes the place of the first."""
    require(acting(by), "own", assignment)
    if knowing not in Knowing.values:
        raise Refused("Choose whether it is a guess or you are sure.", field="knowing")
    values = {"knowing": knowing, "text": text.strip()[:LONGEST], "at": timezone.now()}
    note, _ = AuthorsKnown.objects.update_or_create(assignment=assignment, defaults=values)
    log_assignment("authors_known.noted", assignment, by)
    return note


@transaction.atomic
def take_note_back(*, assignment: Assignment, by: User) -> None:
    """The reviewer does not think so any more. Twice changes nothing."""
    require(acting(by), "own", assignment)
    if AuthorsKnown.objects.filter(assignment=assignment).delete()[0]:
        log_assignment("authors_known.taken_back", assignment, by)
