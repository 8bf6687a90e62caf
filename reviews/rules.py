"""May this person review this paper? Each refusal is a sentence; none tells of a paper that its reader may not see."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet

from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused
from reviews.loads import load_of
from reviews.models import Assignment, Reviewer
from submissions.models import Authorship, Conflict, Submission
from submissions.states import EFFECTIVE, AuthorshipStatus, SubmissionStatus
from workshops.models import Membership
from workshops.states import Role


def check_under_review(submission: Submission) -> None:
    if submission.status != SubmissionStatus.SUBMITTED:
        raise Refused(
            f"Paper #{submission.number} is not under review: it is {submission.get_status_display().lower()}."
        )


def reviewer_of(submission: Submission, user: User) -> Reviewer:
    """What the person offers in this paper's workshop. Raises Refused for somebody who does not review there."""
    found = open_reviewers(submission.workshop_id).filter(user=user).first()
    if found is None:
        raise Refused(f"{user.name} is not a reviewer of this workshop. Invite them first.", field="user")
    return found


def open_reviewers(workshop_id: int) -> "QuerySet[Reviewer]":
    """Reviewers whose role has not ended."""
    roles = Membership.objects.open().filter(workshop_id=workshop_id, role=Role.REVIEWER)
    return Reviewer.objects.filter(workshop_id=workshop_id, user__in=roles.values("user"))


def open_chairs(workshop_id: int) -> "QuerySet[Membership]":
    """The roles of area chairs that have not ended."""
    return Membership.objects.open().filter(workshop_id=workshop_id, role=Role.AREA_CHAIR)


def check_pair(submission: Submission, user: User, why: str) -> None:
    """No author, nobody with a conflict; a suspected one needs a reason (``why``). Raises Refused."""
    if is_author(submission, user):
        raise Refused(f"{user.name} is an author of paper #{submission.number} and can never review it.", field="user")
    conflicts = list(Conflict.objects.barring().filter(submission=submission, user=user).order_by("pk"))
    for conflict in conflicts:
        if conflict.state in EFFECTIVE:
            raise Refused(
                f"{user.name} has a conflict with paper #{submission.number}: "
                f"{conflict.get_reason_display().lower()}. Choose somebody else, or waive the conflict on the paper's "
                "page.",
                field="user",
            )
    if conflicts and not why.strip():
        raise Refused(
            f"A conflict of {user.name} with paper #{submission.number} is suspected: "
            f"{conflicts[0].get_reason_display().lower()}. Settle it on the paper's page, or say here why the pair is "
            "fine.",
            field="override",
        )


def is_author(submission: Submission, user: User) -> bool:
    return written_by(user.pk).filter(submission=submission).exists()


def written_by(user_id: int) -> "QuerySet[Authorship, Any]":
    """The papers that list the person, by their account or by any confirmed address of theirs; for ``pk__in``."""
    addresses = EmailAddress.objects.filter(user=user_id, verified=True).values("email")
    listed = Authorship.objects.exclude(status=AuthorshipStatus.DISOWNED)
    return listed.filter(Q(user=user_id) | Q(email__in=addresses)).values("submission")


def check_not_assigned(submission: Submission, user: User) -> None:
    if Assignment.objects.current().filter(submission=submission, user=user).exists():
        raise Refused(f"{user.name} already has paper #{submission.number}.", field="user")


def check_room(viewer: Viewer, submission: Submission, reviewer: Reviewer, *, more: int = 0) -> None:
    """Is there a place left, counted over the papers that the viewer is free on, with ``more`` proposed ones?"""
    have = load_of(viewer, submission.workshop_id, reviewer.user_id) + more
    if have >= reviewer.load_max:
        raise Refused(
            f"{reviewer.user.name} is full: {have} of {reviewer.load_max} papers. Take one away first, or raise the "
            "load on the page People.",
            field="user",
        )
