"""May this review be written now, and until when?"""

from dataclasses import dataclass
from datetime import datetime

from reviews.states import CURRENT, AssignmentStatus, ReviewStatus
from workshops.deadlines import Windows
from workshops.instants import aoe
from workshops.states import DeadlineKind

KEPT = "What you wrote is kept: you can read and download it here."
NOT_NEEDED = f"This paper is no longer under review. Thank you for the work that you have put into it. {KEPT}"
TAKEN_BACK = f"You do not review this paper any more. Thank you for what you did for it. {KEPT}"
DECLINED = f"You have declined this paper. {KEPT}"


@dataclass(frozen=True)
class Writing:
    """``why_not`` is a sentence, "" when it may be written; ``until`` is None where nothing ends it.

    ``late``: what is submitted now is marked as late. ``changes_nothing``: the workshop is frozen, so not even a save
    that came too late is kept on the server.
    """

    why_not: str = ""
    until: datetime | None = None
    late: bool = False
    changes_nothing: bool = False

    @property
    def allowed(self) -> bool:
        return not self.why_not


def writing(
    assignment_status: str,
    review_status: str,
    found: Windows,
    at: datetime,
    *,
    contact: str = "",
    frozen: bool = False,
) -> Writing:
    """Until the deadline (or an extension of this review) and its grace time, again while the discussion is open.

    A soft deadline is soft: reviews come in and are changed after it too, marked as late, until the authors are to be
    told. A hard one ends it.
    """
    if frozen:
        return Writing(
            f"This workshop is closed for good, so nothing in it changes any more. {KEPT}", None, False, True
        )
    if why_not := _no_longer(assignment_status, review_status):
        return Writing(why_not)
    review, discussion, told = (
        found[kind] for kind in (DeadlineKind.REVIEW, DeadlineKind.DISCUSSION, DeadlineKind.NOTIFICATION)
    )
    if review.counts_until is None or at <= review.counts_until:
        return Writing(until=review.ends_at)
    if discussion.opens_at and discussion.is_open:
        return Writing(until=discussion.at, late=True)
    ask = f"Write to {contact}" if contact else "Write to the organizers"
    ended = aoe(review.ends_at or review.counts_until)
    if review.hard:
        return Writing(f"Reviews were open until {ended}. {ask} if yours must come in or change. {KEPT}")
    if told.at and at > told.at:
        return Writing(f"Reviews were due on {ended}, and the authors are told by now. {ask} about it. {KEPT}")
    return Writing(until=told.at, late=True)


def _no_longer(assignment_status: str, review_status: str) -> str:
    if assignment_status == AssignmentStatus.NOT_NEEDED:
        return NOT_NEEDED
    if assignment_status == AssignmentStatus.DECLINED:
        return DECLINED
    if assignment_status not in CURRENT:
        return TAKEN_BACK
    if review_status == ReviewStatus.SET_ASIDE:
        return f"The organizers have set this review aside, so it does not count. {KEPT}"
    return ""
