"""What a change on the authors' side means for those who review the paper."""

from accounts.models import User
from audit.transitions import move
from reviews.models import Assignment
from reviews.services.assign import log_assignment
from reviews.services.letters import tell_not_needed
from reviews.services.review import set_aside
from reviews.states import ASSIGNMENT_MOVES, REVIEWING, AssignmentStatus, ReviewStatus
from submissions.models import Submission


def stand_aside(submission: Submission, people: set[int], by: User | None) -> None:
    """Authors who came late gave these people a conflict: a review they have submitted is set aside, and who has the
    paper no longer has it. Their mail does not say why: it would tell who wrote the paper.
    """
    rows = Assignment.objects.current().filter(submission=submission, user__in=people)
    for row in rows.select_related("user", "review"):
        row.submission = submission
        review = getattr(row, "review", None)
        if review is not None and review.status == ReviewStatus.SUBMITTED:
            review.assignment = row
            set_aside(review=review, by=by, reason="A conflict arose when the list of authors was changed.")
        move(row, AssignmentStatus.REMOVED, ASSIGNMENT_MOVES, version=row.version + 1, reason="A conflict arose.")
        log_assignment("assignment.removed", row, by)
        tell_not_needed(
            row.user,
            [row],
            workshop=submission.workshop,
            key=f"{row.pk}.{row.version}",
            why="The organizers have changed who reviews it.",
        )


def foretell_withdrawal(submission: Submission) -> list[str]:
    """How many reviewers would be thanked."""
    number = Assignment.objects.current().filter(submission=submission, kind__in=REVIEWING).count()
    if not number:
        return []
    who = "One reviewer who has the paper is" if number == 1 else f"{number} reviewers who have the paper are"
    return [f"{who} told that it is no longer needed, and thanked."]
