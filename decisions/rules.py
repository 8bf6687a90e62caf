"""What a decision needs: enough reviews, a second person, a written reason."""

from reviews.models import Review
from submissions.models import Handler, Submission
from submissions.states import HandlerKind
from workshops.models import Membership, Workshop
from workshops.states import Role

ORGANIZERS_FOR_TWO = 3


def needs_second_person(workshop: Workshop) -> bool:
    """The workshop's setting; unset, it is on from three organizers."""
    if workshop.two_person is not None:
        return workshop.two_person
    organizers = Membership.objects.open().filter(workshop=workshop, role=Role.ORGANIZER)
    return organizers.values("user").distinct().count() >= ORGANIZERS_FOR_TWO


def counts_as_confirmed(submission: Submission, user_id: int) -> bool:
    """Rows of sole handlers and guest chairs need no second person (there is nobody free to be one)."""
    post = Handler.objects.filter(submission=submission, user_id=user_id, until=None).first()
    return post is not None and (post.sole or post.kind in {HandlerKind.GUEST, HandlerKind.WAIVER})


def review_count(submission: Submission) -> int:
    return Review.objects.counted().filter(assignment__submission=submission).count()
