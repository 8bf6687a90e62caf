"""Once papers are closed: who must not assess which is settled, and every paper gets the person who is responsible."""

from submissions.at_deadline import after_extension, after_submission_deadline
from submissions.models import Submission
from submissions.services.conflicts import find_conflicts
from submissions.services.handlers import appoint_handlers
from workshops.models import Deadline, Extension, Track, Workshop


@after_submission_deadline
def appoint_at_deadline(*, workshop: Workshop, track: Track, deadline: Deadline) -> None:
    """Compare all papers and people, and give the track's papers their handlers. Safe to run twice."""
    find_conflicts(workshop=workshop, by=None)
    appoint_handlers(workshop=workshop, by=None, track=track)


@after_extension
def appoint_after_extension(*, submission: Submission, extension: Extension) -> None:
    """The same for a paper that was open for longer, beside the others of its track."""
    appoint_handlers(workshop=submission.workshop, by=None, track=submission.track)
