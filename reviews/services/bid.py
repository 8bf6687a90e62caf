"""Reviewers bid on papers: begin, say of each how gladly one would review it, change one's mind.

Which papers a reviewer may bid on is settled when they begin, after their conflicts were found anew, and at night for
papers that came later. None is ever taken off the page (docs/algorithms/conflicts.md says why).
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from reviews.models import Assignment, Bid, Reviewer
from reviews.rules import open_reviewers, written_by
from reviews.states import BidValue
from submissions.models import Conflict, Submission
from submissions.services.conflicts import compare_at_night, find_conflicts, set_conflict, take_back_conflict
from submissions.states import ConflictReason, ConflictState
from workshops.deadlines import Window, bidding_open, bidding_windows
from workshops.instants import both
from workshops.models import Workshop

CLOSED = "This workshop is closed for good, so nothing in it changes any more."


@transaction.atomic
def begin_bidding(*, workshop: Workshop, by: User, received_at: datetime) -> int:
    """Find the reviewer's conflicts anew, then put every other paper on their bidding page. Returns how many there are.

    Twice changes nothing. Raises Refused unless they review here and bidding is open.
    """
    if workshop.frozen_at is not None:
        raise Refused(CLOSED)
    reviewer = open_reviewers(workshop.pk).select_for_update(of=("self",)).filter(user=by).first()
    if reviewer is None:
        raise Refused("Reviewers bid on papers, and you are none of this workshop.")
    require(acting(by), "self", reviewer)
    windows = bidding_windows(workshop.pk, received_at)
    if not any(window.is_open for window in windows.values()):
        raise Refused(_not_open(list(windows.values())))
    if reviewer.bidding_since is None:
        find_conflicts(workshop=workshop, by=None, user=by)
        show_papers(reviewer, received_at)
        Reviewer.objects.filter(pk=reviewer.pk).update(bidding_since=received_at)
        _log_person("bidding.begun", reviewer, by)
    return Bid.objects.filter(user=by, submission__workshop=workshop).count()


def show_papers(reviewer: Reviewer, at: datetime) -> int:
    """Put the papers that are new on the reviewer's page: submitted, to be bid on, none of their own, no conflict."""
    windows = bidding_windows(reviewer.workshop_id, at)
    tracks = [track for track, window in windows.items() if window.exists and not window.is_late]
    barred = Conflict.objects.effective().filter(user=reviewer.user_id).values("submission")
    papers = Submission.objects.of(reviewer.workshop_id).submitted().filter(track__in=tracks)
    new = papers.exclude(Q(pk__in=barred) | Q(pk__in=written_by(reviewer.user_id)) | Q(bids__user=reviewer.user_id))
    rows = [Bid(submission_id=pk, user_id=reviewer.user_id, shown_at=at) for pk in new.values_list("pk", flat=True)]
    Bid.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return len(rows)


@transaction.atomic
def place_bid(*, submission: Submission, by: User, value: str, received_at: datetime) -> Bid:
    """Keep what the reviewer says of a paper on their bidding page; an empty value takes it back.

    “Conflict” makes a conflict at once, and any other word takes that one back, as long as bidding is open.
    Raises Refused while bidding is not open, for a value that is none, and where an organizer settled the conflict.
    """
    require(acting(by), "bid", submission)
    if value and value not in BidValue.values:
        raise Refused("Choose one of: " + ", ".join(label.lower() for label in BidValue.labels) + ".", field="value")
    _check_open(submission, by, received_at)
    row = Bid.objects.select_for_update(of=("self",)).get(submission=submission, user=by)
    if row.value == value:
        return row
    was, row.value, row.at = row.value, value, received_at
    row.save(update_fields=["value", "at"])
    if value == BidValue.CONFLICT:
        _declare(submission, by)
    elif was == BidValue.CONFLICT:
        take_back_conflict(submission=submission, user=by, reason=ConflictReason.BID)
    _log(row, by, was)
    return row


def _check_open(submission: Submission, by: User, received_at: datetime) -> None:
    if submission.workshop.frozen_at is not None:
        raise Refused(CLOSED)
    if not open_reviewers(submission.workshop_id).filter(user=by).exists():
        raise Refused("You review for this workshop no more, so there is nothing to bid on.")
    window = bidding_windows(submission.workshop_id, received_at)[submission.track_id]
    if not window.is_open:
        raise Refused(_not_open([window]))
    if Assignment.objects.current().filter(submission=submission, user=by).exists():
        raise Refused("You have this paper to review already. If there is a conflict, say so on the review's page.")


def _declare(submission: Submission, by: User) -> None:
    """A conflict that an organizer has settled as one stays theirs."""
    rows = Conflict.objects.filter(submission=submission, user=by, reason=ConflictReason.BID)
    if rows.effective().exists():
        return
    set_conflict(
        submission=submission,
        user=by,
        reason=ConflictReason.BID,
        state=ConflictState.CONFIRMED,
        by=None,
        why="Said on the bidding page.",
    )


def _not_open(windows: list[Window]) -> str:
    if coming := [window.opens_at for window in windows if window.not_yet and window.opens_at]:
        return f"Bidding has not begun yet: it opens {both(min(coming))}."
    if ended := [window.at for window in windows if window.is_late and window.at]:
        return f"Bidding ended {both(max(ended))}. Write to the organizers if something important is missing."
    return "There is no bidding in this workshop."


# --- at night ---------------------------------------------------------------------------------------------------------


def bidding_at_night() -> int:
    """Find conflicts anew, then show papers that came since to those who have begun. Returns how many were shown."""
    now = timezone.now()
    compare_at_night(now)
    rows = Reviewer.objects.filter(
        workshop__in=bidding_open(now), workshop__frozen_at=None, bidding_since__isnull=False
    )
    return sum(_show_in_turn(reviewer, now) for reviewer in rows.order_by("pk"))


@transaction.atomic
def _show_in_turn(reviewer: Reviewer, now: datetime) -> int:
    return show_papers(reviewer, now) if open_reviewers(reviewer.workshop_id).filter(pk=reviewer.pk).exists() else 0


# --- the log ----------------------------------------------------------------------------------------------------------


def _log_person(action: str, reviewer: Reviewer, by: User) -> None:
    record(action, by=by, root_type=Root.WORKSHOP, root_id=reviewer.workshop_id, aspect="staff", about=reviewer)


def _log(row: Bid, by: User, was: str) -> None:
    """For those who may act on the paper."""
    record(
        "bid.placed" if row.value else "bid.taken_back",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=row.submission_id,
        aspect="act",
        about=row,
        data={"from": was, "to": row.value},
    )
