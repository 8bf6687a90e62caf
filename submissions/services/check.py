"""Check a PDF in a limited process, keep what was found, and make the reviewers' copy."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from accounts.addresses import FREE_MAIL, domain_of
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from jobs.models import Job
from jobs.registry import runner
from submissions.files import path_of, store
from submissions.models import Blob, File, Finding, Revision, Submission
from submissions.services import tell
from submissions.services.page_limit import note_page_limit
from submissions.services.revisions import add_revision, content_now
from submissions.services.submit import submit_if_complete
from submissions.states import FILE_MOVES, FilePurpose, FileStatus, SubmissionStatus

if TYPE_CHECKING:
    from jobs.services.run import Progress

SECONDS = 50  # of wall time, under the lease of a job and the soft limit of a task
Answer = dict[str, Any]


def told_of_failure(job_id: int, reason: str) -> None:
    """The last attempt failed: the file is refused, with a sentence, so that nobody waits for it."""
    file = File.objects.filter(pk=Job.objects.get(pk=job_id).params["file"]).first()
    if file is not None and file.status == FileStatus.STORED:
        answer = {"pages": None, "findings": [_error("not_checked")]}
        _conclude(file, answer, copy=None)


@runner("pdf_check", on_failure=told_of_failure)
def check_pdf(progress: "Progress") -> None:
    """Do one check. A file that is checked already is left alone; a second worker that gets here first wins."""
    file = File.objects.select_related("blob", "submission__track").get(pk=progress.params["file"])
    if file.status != FileStatus.STORED:
        return
    progress.tell("Looking at the PDF")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "copy.pdf"
        answer = _ask(path_of(file.blob), out, _question(file))
        copy = None
        if out.exists() and not _errors(answer):
            with out.open("rb") as stream:
                copy = store(stream, limit=4 * settings.MAX_PDF_BYTES)
    progress.tell("Writing down what was found")
    _conclude(file, answer, copy)


def _question(file: File) -> dict[str, Any]:
    authors = list(file.submission.authorships.all())
    domains = {domain_of(author.email) for author in authors if "@" in author.email} - FREE_MAIL
    return {
        "kind": "supplement" if file.purpose == FilePurpose.SUPPLEMENT else "paper",
        "name": file.name,
        "authors": [
            {
                "given": author.given,
                "family": " ".join(filter(None, (author.particle, author.family))),
                "email": author.email,
                "affiliation": author.affiliation,
            }
            for author in authors
        ],
        "domains": sorted(domains),
    }


def _ask(path: Path, out: Path, question: dict[str, Any]) -> Answer:
    """The answer of a process with limits. One that was killed or took too long is an answer too."""
    command = [sys.executable, "-m", "submissions.pdf_check", str(path), str(out)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(question),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            cwd=settings.BASE_DIR,
            env={},
        )
    except subprocess.TimeoutExpired:
        return _refusal("too_demanding")
    if done.returncode < 0:
        return _refusal("too_demanding")
    if done.returncode > 0:
        raise RuntimeError(f"The PDF check ended with {done.returncode}: {done.stderr[-2000:]}")
    answer: Answer = json.loads(done.stdout)
    return answer


def _refusal(code: str) -> Answer:
    return {"pages": None, "findings": [_error(code)]}


def _error(code: str) -> dict[str, Any]:
    return {"code": code, "severity": Finding.Severity.ERROR, "sure": True, "page": None, "data": {}}


def _errors(answer: Answer) -> bool:
    return any(entry["severity"] == Finding.Severity.ERROR for entry in answer["findings"])


@transaction.atomic
def _conclude(file: File, answer: Answer, copy: Blob | None) -> None:
    """Write down the answer once: status, pages, findings, the copy; then submit what is complete by it."""
    submission = Submission.objects.select_for_update().get(pk=file.submission_id)
    refused = _errors(answer) or copy is None
    move(file, FileStatus.REFUSED if refused else FileStatus.CHECKED, FILE_MOVES, pages=answer["pages"])
    Finding.objects.bulk_create(Finding(file=file, **entry) for entry in answer["findings"])
    if copy is not None and not refused:
        _add_copy(file, copy)
    if file.status == FileStatus.CHECKED and file.purpose == FilePurpose.PAPER:
        note_page_limit(file, submission.track)
    _record(submission, file)
    if file.purpose == FilePurpose.PAPER:
        _carry_on(submission, file)
    elif file.purpose == FilePurpose.SUPPLEMENT and file.status == FileStatus.REFUSED:
        _go_back_to_supplement(submission, file)


def _add_copy(file: File, copy: Blob) -> None:
    """Under a name that says nothing. A supplement without pages is a ZIP file."""
    is_supplement = file.purpose == FilePurpose.SUPPLEMENT
    kind = "zip" if is_supplement and file.pages is None else "pdf"
    File.objects.create(
        blob=copy,
        submission_id=file.submission_id,
        purpose=FilePurpose.BLINDED_SUPPLEMENT if is_supplement else FilePurpose.BLINDED,
        name=f"{'supplement' if is_supplement else 'paper'}-{file.submission.number}.{kind}",
        made_from=file,
        status=FileStatus.CHECKED,
        pages=file.pages,
    )


def _carry_on(submission: Submission, file: File) -> None:
    """Go back to the file before a refused one, submit a draft that is now complete, renew a waiting receipt."""
    current = submission.current
    if current is None or current.pdf_id != file.pk:
        return
    if file.status == FileStatus.REFUSED:
        _go_back(submission, current)
    saved_by = current.saved_by
    if not submit_if_complete(submission=submission, by=saved_by) and submission.status == SubmissionStatus.SUBMITTED:
        tell.receipt(submission, to=saved_by)


def _go_back(submission: Submission, refused: Revision) -> None:
    counting = Revision.objects.filter(submission=submission).counting()
    earlier = counting.filter(pdf__status=FileStatus.CHECKED).order_by("-number").first()
    if earlier is not None:
        content = content_now(submission)
        add_revision(submission, by=None, received_at=refused.received_at, content=content, pdf=earlier.pdf)


def _go_back_to_supplement(submission: Submission, refused: File) -> None:
    """The one before it, or none: a supplement that cannot be read holds nothing up."""
    current = submission.current
    if current is None or current.supplement_id != refused.pk:
        return
    counting = Revision.objects.filter(submission=submission, supplement__status=FileStatus.CHECKED).counting()
    earlier = counting.order_by("-number").select_related("supplement").first()
    add_revision(
        submission,
        by=None,
        received_at=current.received_at,
        content=content_now(submission),
        supplement=earlier.supplement if earlier else None,
        without_supplement=earlier is None,
    )


def _record(submission: Submission, file: File) -> None:
    record(
        "submission.file_checked",
        by=None,
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="authors",
        about=file,
        data={"status": str(file.status), "pages": file.pages},
    )
