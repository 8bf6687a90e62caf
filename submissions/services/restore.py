"""Go back to an earlier version: it is saved again, as a new one."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from submissions.author_rules import is_by_request, is_locked
from submissions.models import Revision, Submission
from submissions.services.admission import require_open
from submissions.services.revisions import AuthorData, add_revision, content_now, content_of
from submissions.services.save import SOMEBODY_SAVED, save_submission
from submissions.states import FileStatus, SubmissionStatus
from workshops.models import Topic, Track

_AUTHOR = tuple(field.name for field in fields(AuthorData))


@transaction.atomic
def restore_version(
    *, submission: Submission, number: int, by: User | None, received_at: datetime, version: int
) -> Submission:
    """Make the paper what it was in its save of this number: words, authors and file, while it may be changed.

    What is there now stays in the history. The list of authors stays as it is where it changes only by request.
    Raises Refused for a save that is not there, where nothing would change, and for all that a save is refused for.
    """
    require(acting(by), "own", submission)
    row = Submission.objects.select_for_update().select_related("workshop", "track").get(pk=submission.pk)
    require_open(row, received_at)
    if row.version != version:
        raise StaleState(SOMEBODY_SAVED)
    wanted = row.revisions.filter(number=number).select_related("pdf__blob").first()
    if wanted is None:
        raise Refused("There is no such version of this paper.")
    if row.current is not None and not _differs(row.current, wanted):
        raise Refused(f"The paper is as it was in version {number}; there is nothing to restore.")
    _restore_file(row, wanted, by, received_at)
    words = _words(row, wanted, received_at)
    save_submission(submission=row, by=by, received_at=received_at, version=row.version, **words)
    record(
        "submission.restored",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=row.pk,
        aspect="authors",
        about=wanted,
        data={"revision": number},
    )
    submission.refresh_from_db()
    return submission


def _differs(current: Revision, wanted: Revision) -> bool:
    return content_of(current) != content_of(wanted) or current.pdf_id != wanted.pdf_id


def _restore_file(row: Submission, wanted: Revision, by: User | None, received_at: datetime) -> None:
    """The file of then, unless it was refused by the check: then the one of now stays."""
    pdf = wanted.pdf
    if pdf is None or pdf.status == FileStatus.REFUSED or (row.current and row.current.pdf_id == pdf.pk):
        return
    add_revision(row, by=by, received_at=received_at, content=content_now(row), pdf=pdf)


def _words(row: Submission, wanted: Revision, received_at: datetime) -> dict[str, Any]:
    """What save_submission takes of a snapshot. A track or topic that is gone is left as it is now."""
    saved = wanted.snapshot
    tracks = {track.pk: track for track in Track.objects.filter(workshop=row.workshop_id)}
    kept = _keeps_authors(row, received_at)
    people = content_now(row)["authors"] if kept else saved["authors"]
    return {
        **{name: saved.get(name, "") for name in ("title", "abstract", "tldr", "keywords", "code_url")},
        "track": tracks.get(saved["track"], row.track),
        "topics": list(Topic.objects.filter(workshop=row.workshop_id, pk__in=saved.get("topics", []))),
        "answers": saved.get("answers"),
        "declared_conflicts": saved.get("declared_conflicts"),
        "authors": [AuthorData(**{name: a[name] for name in _AUTHOR if name in a}) for a in people],
    }


def _keeps_authors(row: Submission, received_at: datetime) -> bool:
    if is_locked(row):
        return True
    return row.status == SubmissionStatus.SUBMITTED and is_by_request(row, received_at)
