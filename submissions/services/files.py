"""Add a file to a paper: its bytes are stored, it becomes part of a revision, and the worker checks it."""

from datetime import datetime
from typing import IO, Any

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from jobs.services.start import start_job
from submissions.files import store
from submissions.models import File, Revision, Submission
from submissions.services import tell
from submissions.services.admission import is_late
from submissions.services.late import base_of_late, keep_late
from submissions.services.revisions import add_revision, content_now
from submissions.services.save import SOMEBODY_SAVED
from submissions.states import FilePurpose, FileStatus, SubmissionStatus


def add_file(
    *,
    submission: Submission,
    by: User | None,
    upload: "IO[bytes] | Any",
    name: str,
    received_at: datetime,
    version: int | None = None,
    purpose: str = FilePurpose.PAPER,
) -> File:
    """Store the upload as the paper's file and start its check. The file before it is kept.

    After a soft deadline (by ``received_at``) it is kept with a late revision, and the paper keeps the file it has.
    Raises Refused for an empty or too large upload and after a hard deadline, StaleState when ``version`` is given and
    old. The same bytes again return the file that has them.
    """
    require(acting(by), "own", submission)
    is_late(submission, received_at)  # before anything is stored
    blob = store(upload)
    with transaction.atomic():
        row = Submission.objects.select_for_update().get(pk=submission.pk)
        late = is_late(row, received_at)
        base = base_of_late(row) if late else row.current
        present = _present(base, purpose)
        if present and present.blob_id == blob.pk and present.status != FileStatus.REFUSED:
            return present
        if version is not None and row.version != version:
            raise StaleState(SOMEBODY_SAVED)
        file = File.objects.create(blob=blob, submission=row, purpose=purpose, name=clean_name(name), uploaded_by=by)
        pdf, supplement = (file if purpose == each else None for each in (FilePurpose.PAPER, FilePurpose.SUPPLEMENT))
        if late:
            keep_late(row, by=by, received_at=received_at, pdf=pdf, supplement=supplement)
        elif pdf or supplement:
            content = content_now(row)
            add_revision(row, by=by, received_at=received_at, content=content, pdf=pdf, supplement=supplement)
        _record_file(row, by, file)
        start_job(
            "pdf_check",
            root_type=Root.SUBMISSION,
            root_id=row.pk,
            aspect="authors",
            by=by,
            params={"file": str(file.pk)},
        )
        if row.status == SubmissionStatus.SUBMITTED and not late:
            tell.receipt(row, to=by)
    submission.refresh_from_db()
    return file


def remove_supplement(*, submission: Submission, by: User | None, received_at: datetime) -> None:
    """From now on the paper has no supplement; what there was stays in the history. Safe to call twice.

    Raises Refused after the deadline, soft or hard: a supplement that counts is not taken back late.
    """
    require(acting(by), "own", submission)
    with transaction.atomic():
        row = Submission.objects.select_for_update().get(pk=submission.pk)
        if is_late(row, received_at):
            raise Refused("The deadline has passed, so the supplement stays as it is.", field="supplement")
        if row.current is None or row.current.supplement is None:
            return
        file, content = row.current.supplement, content_now(row)
        add_revision(row, by=by, received_at=received_at, content=content, without_supplement=True)
        record(
            "submission.supplement_removed",
            by=by,
            root_type=Root.SUBMISSION,
            root_id=row.pk,
            aspect="authors",
            about=file,
        )
        if row.status == SubmissionStatus.SUBMITTED:
            tell.receipt(row, to=by)
    submission.refresh_from_db()


def _present(revision: Revision | None, purpose: str) -> File | None:
    if revision is None or purpose not in (FilePurpose.PAPER, FilePurpose.SUPPLEMENT):
        return None
    return revision.pdf if purpose == FilePurpose.PAPER else revision.supplement


def clean_name(name: str) -> str:
    """A file's name without its folders and without control characters, at most 200 long, its ending kept."""
    base = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in base if c.isprintable()).strip() or "paper.pdf"
    return plain if len(plain) <= 200 else f"{plain[:190]}…{plain[-9:]}"


def _record_file(submission: Submission, by: User | None, file: File) -> None:
    record(
        "submission.file_added",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="authors",
        about=file,
        data={"blob": file.blob_id, "purpose": file.purpose},
    )
