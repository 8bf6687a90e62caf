"""What was saved after a soft deadline, as its authors see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from submissions.models import Authorship, Revision, Submission
from submissions.services.late import waiting_of
from submissions.states import RevisionStatus

KEPT_LATE = (
    "Kept, but it came after the deadline: the organizers decide whether it counts. Until they do, what was saved "
    "before the deadline counts."
)
TAGS = {
    RevisionStatus.LATE: "late, waits for the organizers",
    RevisionStatus.ACCEPTED: "late, accepted",
    RevisionStatus.REFUSED: "late, does not count",
}
WORDS = ("title", "abstract", "tldr", "keywords", "code_url", "declared_conflicts")


@dataclass(frozen=True)
class LateSave:
    """The newest save that waits for the organizers; ``revision`` is what the form goes on from."""

    at: datetime
    revision: Revision
    file_name: str
    begun_late: bool


def late_save(submission: Submission) -> LateSave | None:
    """One query."""
    revision = waiting_of(submission)
    if revision is None:
        return None
    file = revision.pdf
    new_file = file is not None and (submission.current is None or file.pk != submission.current.pdf_id)
    return LateSave(
        revision.received_at, revision, file.name if file and new_file else "", submission.current_id is None
    )


def words_of(revision: Revision, version: int) -> dict[str, Any]:
    """The words of a late save as a form shows them."""
    saved: dict[str, Any] = {name: revision.snapshot.get(name, "") for name in WORDS}
    topics = [str(topic) for topic in revision.snapshot["topics"]]
    return saved | {"track": str(revision.snapshot["track"]), "topics": topics, "version": version}


def authors_of(revision: Revision) -> list[Authorship]:
    """Its authors, in order; rows that are not in the database."""
    return [Authorship(position=place, **author) for place, author in enumerate(revision.snapshot["authors"], 1)]
