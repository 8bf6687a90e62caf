"""What a decision needs: enough reviews, a second person, a written reason."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from reviews.models import Review
from submissions.models import Handler, Submission
from submissions.states import HandlerKind
from workshops.models import Deadline, Track, Workshop
from workshops.querysets import open_organizers
from workshops.states import DeadlineKind

ORGANIZERS_FOR_TWO = 3
NEAR = timedelta(hours=2)
"""So long before a date that somebody else has set, one person may tell what no second one has confirmed."""


def needs_second_person(workshop: Workshop, organizers: int | None = None) -> bool:
    """On from three organizers, unless the workshop has turned it off; with two or fewer it is always off.

    One query where their number is not given.
    """
    if workshop.two_person is False:
        return False
    if organizers is None:
        organizers = open_organizers(workshop.pk).values("user").distinct().count()
    return organizers >= ORGANIZERS_FOR_TWO


def counts_as_confirmed(submission: Submission, user_id: int) -> bool:
    """Rows of sole handlers and guest chairs need no second person (there is nobody free to be one)."""
    post = Handler.objects.filter(submission=submission, user_id=user_id, until=None).first()
    return post is not None and needs_no_second(post, user_id)


def needs_no_second(post: Handler, user_id: int) -> bool:
    """The same, of the paper's handler."""
    return post.user_id == user_id and (post.sole or post.kind in {HandlerKind.GUEST, HandlerKind.WAIVER})


def pinned_date_near(workshop: Workshop, track: Track | None, now: datetime) -> Deadline | None:
    """The pinned date of the notification that is so near (or past) that one person may tell what is not confirmed."""
    rows = Deadline.objects.filter(workshop=workshop, kind=DeadlineKind.NOTIFICATION).exclude(pinned_by="")
    return nearest_pinned(rows, track, now)


def nearest_pinned(rows: Iterable[Deadline], track: Track | None, now: datetime) -> Deadline | None:
    """The same, from a workshop's dates."""
    pinned = [row for row in rows if row.kind == DeadlineKind.NOTIFICATION and row.pinned_by and row.at <= now + NEAR]
    applying = [row for row in pinned if track is None or row.track_id in (None, track.pk)]
    return min(applying, key=lambda row: (row.at, row.pk), default=None)


def review_count(submission: Submission) -> int:
    return Review.objects.counted().filter(assignment__submission=submission).count()
