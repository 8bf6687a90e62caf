"""May this review be written now, and until when?"""

from dataclasses import dataclass
from datetime import datetime

from reviews.states import CURRENT, AssignmentStatus, ReviewStatus
from workshops.deadlines import Windows
from workshops.instants import aoe
from workshops.states import DeadlineKind


@dataclass(frozen=True)
class Writing:
    """``why_not`` is a sentence, "" when it may be written; ``until`` is None where nothing ends it."""

    why_not: str = ""
    until: datetime | None = None

    @property
    def allowed(self) -> bool:
        return not self.why_not


def writing(assignment_status: str, review_status: str, found: Windows, at: datetime, contact: str = "") -> Writing:
    """Until the deadline and its grace time, again while the discussion is open; a first review also late.

    A deadline that is hard ends first reviews too.
    """
    if assignment_status == AssignmentStatus.NOT_NEEDED:
        return Writing("This paper is no longer under review. Thank you: what you wrote is kept.")
    if assignment_status not in CURRENT:
        return Writing("You do not review this paper any more. What you wrote is kept.")
    if review_status == ReviewStatus.SET_ASIDE:
        return Writing("The organizers have set this review aside. It is kept, and does not count.")
    review, discussion = found[DeadlineKind.REVIEW], found[DeadlineKind.DISCUSSION]
    if review.counts_until is None or at <= review.counts_until:
        return Writing(until=review.at)
    if discussion.opens_at and discussion.is_open:
        return Writing(until=discussion.at)
    if review_status != ReviewStatus.SUBMITTED and not review.hard:
        return Writing(until=review.at)
    ask = f"Write to {contact}" if contact else "Write to the organizers"
    return Writing(f"Reviews were open until {aoe(review.at or review.counts_until)}. {ask} if yours must change.")
