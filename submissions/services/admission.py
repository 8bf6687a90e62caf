"""May a paper be changed, or begun, by what arrived at an instant?

What arrives up to the deadline and within its grace time counts, and so does what an extension of the paper reaches.
What comes later is turned away by a hard deadline. A soft one keeps it as late, for the organizers to decide, until the
day of the notification; a new paper can be begun late for three days only.
"""

from datetime import datetime, timedelta

from audit.errors import Refused
from submissions.models import Submission
from submissions.states import SubmissionStatus
from workshops.deadlines import Windows, windows
from workshops.instants import aoe
from workshops.models import Track
from workshops.states import DeadlineKind

BEGIN_LATE = timedelta(days=3)


def is_late(submission: Submission, received_at: datetime, track: Track | None = None) -> bool:
    """False when it counts, True when it is kept as late. Raises Refused when the paper cannot be changed any more.

    ``track``: the one it is moved to by this, whose deadline then holds too.
    """
    _require_alive(submission)
    tracks = {each.pk: each for each in (submission.track, track or submission.track)}
    late = [_is_late(submission.workshop_id, each, received_at, submission.pk) for each in tracks.values()]
    return any(late)


def begins_late(workshop_id: int, track: Track, received_at: datetime) -> bool:
    """The same for a new paper of the track."""
    found = windows(workshop_id, track.pk, received_at)
    entry = found[DeadlineKind.SUBMISSION]
    if not entry.is_late:
        return _late_of(found, track, received_at)
    if entry.at is not None and entry.counts_until is not None and received_at > entry.counts_until + BEGIN_LATE:
        raise Refused(_over(found, track, received_at))
    return _late_of(found, track, received_at)


def require_open(submission: Submission, received_at: datetime, track: Track | None = None) -> None:
    """Raise Refused unless what arrived at ``received_at`` counts."""
    if is_late(submission, received_at, track):
        found = windows(submission.workshop_id, (track or submission.track).pk, received_at)
        raise Refused(_over(found, track or submission.track, received_at))


def may_begin_late(found: Windows, at: datetime) -> bool:
    """May a new paper be begun late, from the windows of its track?"""
    entry = found[DeadlineKind.SUBMISSION]
    in_time = entry.counts_until is not None and at <= entry.counts_until + BEGIN_LATE
    return in_time and keeps_late(found, at)


def keeps_late(found: Windows, at: datetime) -> bool:
    """Is what comes now kept as late? Also for pages, which say so beforehand."""
    entry, answer = found[DeadlineKind.SUBMISSION], found[DeadlineKind.NOTIFICATION]
    return entry.is_late and not entry.hard and (answer.at is None or at <= answer.at)


def _require_alive(submission: Submission) -> None:
    if submission.status in (SubmissionStatus.WITHDRAWN, SubmissionStatus.DESK_REJECTED):
        raise Refused(f"This paper is {submission.get_status_display().lower()}, so it cannot be changed.")


def _is_late(workshop_id: int, track: Track, received_at: datetime, paper: int) -> bool:
    found = windows(workshop_id, track.pk, received_at, roots={DeadlineKind.SUBMISSION: paper})
    return _late_of(found, track, received_at)


def _late_of(found: Windows, track: Track, received_at: datetime) -> bool:
    entry = found[DeadlineKind.SUBMISSION]
    if entry.is_open:
        return False
    if entry.opens_at is not None and entry.not_yet:
        raise Refused(f"The track {track.name} takes papers from {aoe(entry.opens_at)} on.")
    if not entry.exists:
        raise Refused(f"The track {track.name} takes no papers at present.")
    if not keeps_late(found, received_at):
        raise Refused(_over(found, track, received_at))
    return True


def _over(found: Windows, track: Track, received_at: datetime) -> str:
    entry = found[DeadlineKind.SUBMISSION]
    until = entry.ends_at or received_at
    what = (
        "The extension of this paper ended at"
        if entry.extended_until
        else f"The deadline of the track {track.name} was"
    )
    return (
        f"{what} {aoe(until)}, and this came at {aoe(received_at)}. Nothing was changed; what was saved before the "
        "deadline counts. If you could not help it, write to the organizers."
    )
