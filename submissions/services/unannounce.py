"""What holds a call open."""

from audit.errors import Refused
from submissions.models import Submission
from workshops.models import Workshop


def keep_the_call_of_papers(workshop: Workshop) -> None:
    """A call that somebody has begun a paper for stays open: its authors would lose the page of it. Raises Refused."""
    if Submission.objects.of(workshop.pk).exists():
        raise Refused("Somebody has begun a paper already, so the call stays open. Move the deadline instead.")
