"""What is complete is submitted by itself: there is no button that says “ready”."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from submissions.models import Authorship, File, Revision, Submission
from submissions.services import conflicts, tell, unclaimed
from submissions.states import MOVES, FileStatus, SubmissionStatus

NO_TITLE = "The title is missing."
NO_ABSTRACT = "The abstract is missing."
NO_AUTHOR = "No author is listed yet."
NO_CORRESPONDING = "No corresponding author is chosen, or theirs has no e-mail address."
NO_FILE = "The paper itself is missing: upload it as a PDF."
BEING_CHECKED = "The PDF is being checked. That takes some seconds, and there is nothing to do."
NO_ADDRESS = "Nobody has confirmed an e-mail address yet. Give yours, so that the paper counts."


def missing(submission: Submission, authors: Sequence[Authorship] | None = None) -> list[str]:
    """What the paper still needs before it counts as submitted, in sentences; nothing when it is complete.

    Give ``authors`` where they are read already.
    """
    listed = list(submission.authorships.all()) if authors is None else list(authors)
    lacks = missing_text(_content(submission, listed)) + missing_file(_pdf(submission))
    return lacks + ([NO_ADDRESS] if submission.claim_token_hash else [])


def missing_text(content: dict[str, Any]) -> list[str]:
    """The same for the words and authors of a snapshot (see services/save.py)."""
    authors = content["authors"]
    said = [
        (NO_TITLE, not content["title"].strip()),
        (NO_ABSTRACT, not content["abstract"].strip()),
        (NO_AUTHOR, not authors),
        (NO_CORRESPONDING, bool(authors) and not any(a["corresponding"] and a["email"] for a in authors)),
    ]
    unanswered = [f"“{question}” is not answered yet." for question in content.get("unanswered", ())]
    return [sentence for sentence, lacks in said if lacks] + unanswered


def missing_file(pdf: File | None) -> list[str]:
    if pdf is None or pdf.status == FileStatus.REFUSED:
        return [NO_FILE]
    return [BEING_CHECKED] if pdf.status == FileStatus.STORED else []


@transaction.atomic
def submit_if_complete(*, submission: Submission, by: User | None) -> bool:
    """Submit a draft that lacks nothing; called after each save, upload and check. True when it did.

    It counts from the first byte of the save that completed it, also when its PDF was checked after the deadline.
    """
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    if row.status != SubmissionStatus.DRAFT or row.current_id is None:
        return False
    if lacks := missing(row):
        if lacks == [NO_ADDRESS]:
            unclaimed.wait_for_address(row)
        return False
    completed = _completing(row)
    move(row, SubmissionStatus.SUBMITTED, MOVES, submitted_at=completed.received_at)
    record(
        "submission.submitted",
        by=by or completed.saved_by,
        root_type=Root.SUBMISSION,
        root_id=row.pk,
        aspect="authors",
        about=row,
        data={"revision": completed.number},
    )
    conflicts.find_conflicts(workshop=row.workshop, by=None, submission=row)
    tell.receipt(row, to=by or completed.saved_by, at_once=True)
    tell.listed_as_author(row, by=by or completed.saved_by)
    submission.status, submission.submitted_at = row.status, row.submitted_at
    return True


def _completing(submission: Submission) -> Revision:
    """The oldest of the newest revisions that lack nothing and have today's PDF."""
    counting = Revision.objects.filter(submission=submission).counting()
    revisions = list(counting.order_by("-number").select_related("saved_by"))
    pdf = revisions[0].pdf_id
    completed = revisions[0]
    for revision in revisions:
        if revision.pdf_id != pdf or missing_text(revision.snapshot):
            break
        completed = revision
    return completed


def _pdf(submission: Submission) -> File | None:
    return submission.current.pdf if submission.current else None


def _content(submission: Submission, authors: Sequence[Authorship]) -> dict[str, Any]:
    listed = [{"corresponding": a.corresponding, "email": a.email} for a in authors]
    saved = submission.current.snapshot if submission.current else {}
    return {
        "title": submission.title,
        "abstract": submission.abstract,
        "authors": listed,
        "unanswered": saved.get("unanswered", []),
    }
