"""Keep what was saved after a soft deadline: a revision of its own that is not the paper until it is accepted."""

from datetime import datetime
from typing import Any

from accounts.models import User
from audit.models import Root
from audit.services.record import record
from submissions.models import File, Revision, Submission
from submissions.services import tell_dates
from submissions.services.revisions import content_now, content_of, new_revision
from submissions.states import RevisionStatus


def keep_late(
    submission: Submission,
    *,
    by: User | None,
    received_at: datetime,
    content: dict[str, Any] | None = None,
    pdf: File | None = None,
    supplement: File | None = None,
) -> Revision:
    """Keep it, inside the caller's transaction and lock; the paper and its tables stay as they are.

    It builds on what was kept before and waits: words that come after a file have that file. ``content`` None keeps the
    words. The very same again (a double click) returns the revision that has it.
    """
    base = base_of_late(submission)
    words = content or (content_of(base) if base else content_now(submission))
    if base is not None and pdf is None and supplement is None and content_of(base) == words:
        return base
    revision = new_revision(
        submission,
        base,
        by=by,
        received_at=received_at,
        content=words,
        pdf=pdf,
        supplement=supplement,
        status=RevisionStatus.LATE,
    )
    record(
        "submission.saved_late",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="authors",
        about=revision,
        data={"revision": revision.number},
    )
    tell_dates.kept_late(submission, revision, to=by)
    return revision


def base_of_late(submission: Submission) -> Revision | None:
    """What a late save builds on: the newest that waits, else the paper as it counts."""
    return waiting_of(submission) or submission.current


def waiting_of(submission: Submission) -> Revision | None:
    """The newest late save that no organizer has answered yet. One query."""
    since = submission.current.number if submission.current else 0
    late = Revision.objects.filter(submission=submission, number__gt=since).late()
    return late.select_related("pdf", "supplement", "saved_by").order_by("-number").first()
