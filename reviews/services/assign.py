"""One assignment at a time: by hand, taken back, accepted, declined; and what a withdrawn paper means for it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from access.rights import require, visible_to
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from reviews.handles import draw_handles
from reviews.models import Assignment, Review
from reviews.rules import check_not_assigned, check_pair, check_room, check_under_review, reviewer_of
from reviews.services.letters import tell_assigned, tell_not_needed
from reviews.states import ASSIGNMENT_MOVES, CURRENT, REVIEWING, AssignmentKind, AssignmentStatus, ReviewStatus
from submissions.models import Conflict, Submission
from submissions.services.conflicts import find_conflicts
from submissions.services.handlers import area_chair_takes_over, end_post
from submissions.states import HandlerKind
from workshops.deadlines import window
from workshops.models import Membership, Workshop
from workshops.states import DeadlineKind, Role


@transaction.atomic
def assign(
    *,
    submission: Submission,
    user: User,
    by: User | None,
    kind: str = AssignmentKind.REVIEWER,
    override: str = "",
    due_at: datetime | None = None,
    tell: bool = True,
) -> Assignment:
    """Give a paper to a person. Their mail leaves after 30 seconds of undo, unless ``tell`` is False.

    ``override``: why, where a conflict is suspected. Raises Refused, naming the field: not under review, no reviewer,
    an author, a conflict, full (over the papers that ``by`` is free on), or assigned already.
    """
    require(acting(by), "act", submission)
    Submission.objects.select_for_update().get(pk=submission.pk)
    check_under_review(submission)
    _check_role(submission, user, kind, by)
    find_conflicts(workshop=submission.workshop, by=None, submission=submission, user=user)
    check_pair(submission, user, override)
    check_not_assigned(submission, user)
    taken = Assignment.objects.filter(submission=submission).values_list("handle", flat=True)
    row = Assignment.objects.create(
        submission=submission,
        user=user,
        kind=kind,
        handle=draw_handles(taken, 1, chairs=kind == AssignmentKind.AREA_CHAIR)[0],
        override=override.strip(),
        due_at=due_at or review_due(submission),
        created_by=by,
    )
    log_assignment("assignment.made", row, by)
    if tell:
        tell_assigned(user, [row], workshop=submission.workshop, key=str(row.pk))
    if kind == AssignmentKind.AREA_CHAIR:
        area_chair_takes_over(submission=submission, user=user, by=by)
    return row


def _check_role(submission: Submission, user: User, kind: str, by: User | None) -> None:
    if kind == AssignmentKind.REVIEWER:
        check_room(acting(by), submission, reviewer_of(submission, user))
    elif kind == AssignmentKind.AREA_CHAIR:
        roles = Membership.objects.open().filter(workshop=submission.workshop, user=user, role=Role.AREA_CHAIR)
        if not roles.exists():
            raise Refused(f"{user.name} is not an area chair of this workshop.", field="user")


def review_due(submission: Submission) -> datetime | None:
    """When reviews of this paper are due."""
    return window(submission.workshop_id, DeadlineKind.REVIEW, submission.track_id, at=timezone.now()).at


@transaction.atomic
def remove_assignment(*, assignment: Assignment, by: User | None, reason: str = "", tell: bool = True) -> Assignment:
    """Take a paper back from a person; what they wrote is kept. Raises Refused once their review is submitted."""
    require(acting(by), "act", assignment.submission)
    _check_no_review(assignment, "set the review aside instead, if it must not count")
    _move(assignment, AssignmentStatus.REMOVED, "assignment.removed", by, reason=reason.strip())
    if tell:
        tell_not_needed(
            assignment.user,
            [assignment],
            workshop=assignment.submission.workshop,
            key=f"{assignment.pk}.removed",
            why="The organizers have given it to somebody else.",
        )
    return assignment


@transaction.atomic
def accept_assignments(*, workshop: Workshop, by: User) -> int:
    """Say yes to all one's new papers of the workshop at once; returns how many. Twice changes nothing."""
    mine = visible_to(acting(by), "own", Assignment).filter(
        submission__workshop=workshop, status=AssignmentStatus.ACTIVE
    )
    rows = list(mine.select_for_update(of=("self",)))
    for row in rows:
        _move(row, AssignmentStatus.ACCEPTED, "assignment.accepted", by)
    return len(rows)


@transaction.atomic
def accept_assignment(*, assignment: Assignment, by: User) -> Assignment:
    """Say yes to one of one's new papers."""
    require(acting(by), "own", assignment)
    _move(assignment, AssignmentStatus.ACCEPTED, "assignment.accepted", by)
    return assignment


@transaction.atomic
def decline_assignment(*, assignment: Assignment, by: User, reason: str, hand_over: bool = False) -> Assignment:
    """Give one paper back, with a word why. Raises Refused without one, and once the review is submitted.

    ``hand_over``: what was written so far is left to the organizers who act for the paper. It counts in nothing.
    """
    require(acting(by), "own", assignment)
    if not reason.strip():
        raise Refused(
            "Say why in a word: a conflict of interest, or no time. Only the organizers read it.", field="reason"
        )
    if assignment.status not in CURRENT:
        raise Refused("You do not have this paper any more; there is nothing to decline.")
    _check_no_review(assignment, "write to the organizers if it must not count")
    _move(assignment, AssignmentStatus.DECLINED, "assignment.declined", by, reason=reason.strip())
    if hand_over and Review.objects.filter(assignment=assignment).update(handed_over_at=timezone.now()):
        log_assignment("review.handed_over", assignment, by)
    return assignment


def _check_no_review(assignment: Assignment, instead: str) -> None:
    kept = (ReviewStatus.SUBMITTED, ReviewStatus.SET_ASIDE)
    if Review.objects.filter(assignment=assignment, status__in=kept).exists():
        raise Refused(f"The review of paper #{assignment.submission.number} is submitted already; {instead}.")


def _move(assignment: Assignment, to: str, action: str, by: User | None, **changes: object) -> None:
    move(assignment, to, ASSIGNMENT_MOVES, version=assignment.version + 1, **changes)
    log_assignment(action, assignment, by)
    if assignment.kind == AssignmentKind.AREA_CHAIR and to in (AssignmentStatus.REMOVED, AssignmentStatus.DECLINED):
        end_post(submission=assignment.submission, user=assignment.user, by=by, kind=HandlerKind.AREA_CHAIR)


# --- a paper is withdrawn, or comes back ------------------------------------------------------------------------------


def stand_down(submission: Submission, by: User | None) -> None:
    """The paper was withdrawn or desk-rejected: its reviewers are thanked, their load is free, their work is kept."""
    for row in Assignment.objects.current().filter(submission=submission).select_related("user"):
        row.submission = submission
        _move(row, AssignmentStatus.NOT_NEEDED, "assignment.not_needed", by)
        if row.kind in REVIEWING:
            tell_not_needed(
                row.user,
                [row],
                workshop=submission.workshop,
                key=f"{row.pk}.{row.version}",
                why="The paper is no longer under review.",
            )


def call_back(submission: Submission, by: User | None) -> None:
    """The paper is under review again: who had it has it again, and is told; not who has a conflict by now."""
    barred = Conflict.objects.effective().filter(submission=submission).values("user")
    rows = Assignment.objects.filter(submission=submission, status=AssignmentStatus.NOT_NEEDED, user__is_active=True)
    rows = rows.exclude(user__in=barred)
    for row in rows.select_related("user"):
        row.submission = submission
        _move(row, AssignmentStatus.ACTIVE, "assignment.made", by)
        if row.kind in REVIEWING:
            tell_assigned(row.user, [row], workshop=submission.workshop, key=f"{row.pk}.{row.version}")


def log_assignment(action: str, assignment: Assignment, by: User | None) -> None:
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=assignment.submission_id,
        aspect="identities",
        about=assignment,
        data={"user": assignment.user_id},
    )
