"""Score, then rank: after the last review, a reviewer orders their stack. Only organizers read the order."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from access.rights import visible_to
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from reviews.models import Assignment, StackOrder
from reviews.states import CURRENT, REVIEWING, ReviewStatus
from workshops.models import Workshop


@transaction.atomic
def order_stack(*, workshop: Workshop, by: User, assignments: Sequence[UUID]) -> list[StackOrder]:
    """Keep the order in which ``by`` would accept the papers that they have reviewed, the best first.

    Raises Refused while a review is still to be written, and when these are not the papers of the stack.
    """
    if workshop.frozen_at is not None:
        raise Refused("This workshop is closed for good, so nothing in it changes any more.")
    mine = visible_to(acting(by), "own", Assignment).filter(
        submission__workshop=workshop, kind__in=REVIEWING, status__in=CURRENT
    )
    states = dict(mine.values_list("pk", "review__status"))
    if any(state not in (ReviewStatus.SUBMITTED, ReviewStatus.SET_ASIDE) for state in states.values()):
        raise Refused("Submit your last review first; then put the papers in order.")
    papers = dict(mine.filter(review__status=ReviewStatus.SUBMITTED).values_list("pk", "submission"))
    if len(set(assignments)) != len(assignments) or set(assignments) != papers.keys():
        raise Refused("Your papers have changed in the meantime. Look at the list as it is now.")
    StackOrder.objects.filter(user=by, submission__workshop=workshop).delete()
    rows = StackOrder.objects.bulk_create(
        StackOrder(user=by, submission_id=papers[pk], position=place) for place, pk in enumerate(assignments, 1)
    )
    record("stack.ordered", by=by, root_type=Root.PERSON, root_id=by.pk, aspect="self", about=by)
    return rows
