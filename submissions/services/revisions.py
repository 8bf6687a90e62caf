"""Revisions: what was saved, whole, at one instant."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from accounts.models import User
from submissions.models import File, Revision, Submission
from submissions.states import RevisionStatus


@dataclass(frozen=True)
class AuthorData:
    """One author as typed."""

    given: str = ""
    particle: str = ""
    family: str = ""
    email: str = ""
    affiliation: str = ""
    corresponding: bool = False
    would_review: bool = False


def new_revision(
    submission: Submission,
    base: Revision | None,
    *,
    by: User | None,
    received_at: datetime,
    content: dict[str, Any],
    pdf: File | None = None,
    supplement: File | None = None,
    without_supplement: bool = False,
    status: str = RevisionStatus.IN_TIME,
) -> Revision:
    """Keep these words, with the files of ``base`` where there are no new ones. The paper itself stays as it is."""
    number = (submission.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    file = pdf or (base.pdf if base else None)
    extra = None if without_supplement else supplement or (base.supplement if base else None)
    snapshot = content | {"pdf": _of_file(file)} | ({"supplement": _of_file(extra)} if extra else {})
    return Revision.objects.create(
        submission=submission,
        number=number,
        snapshot=snapshot,
        pdf=file,
        supplement=extra,
        saved_by=by,
        received_at=received_at,
        status=status,
    )


def add_revision(
    submission: Submission,
    *,
    by: User | None,
    received_at: datetime,
    content: dict[str, Any],
    pdf: File | None = None,
    supplement: File | None = None,
    without_supplement: bool = False,
) -> Revision:
    """Keep what the paper is now, with the files of the revision before where there are no new ones.

    The paper's version grows.
    """
    revision = new_revision(
        submission,
        submission.current,
        by=by,
        received_at=received_at,
        content=content,
        pdf=pdf,
        supplement=supplement,
        without_supplement=without_supplement,
    )
    make_current(submission, revision)
    return revision


def make_current(submission: Submission, revision: Revision) -> None:
    """From now on this revision is the paper. The paper's version grows."""
    submission.current, submission.version = revision, submission.version + 1
    submission.save(update_fields=["current", "version"])


def content_of(revision: Revision) -> dict[str, Any]:
    """The words and authors of a revision, without its files."""
    return {name: value for name, value in revision.snapshot.items() if name not in ("pdf", "supplement")}


def _of_file(file: File | None) -> dict[str, Any] | None:
    return {"sha256": file.blob.sha256, "size": file.blob.size, "name": file.name} if file else None


def content_now(submission: Submission) -> dict[str, Any]:
    """The words and authors of the paper as they stand in the tables."""
    people = submission.authorships.order_by("position")
    saved = submission.current.snapshot if submission.current else {}
    return {
        "title": submission.title,
        "abstract": submission.abstract,
        "tldr": submission.tldr,
        "keywords": submission.keywords,
        "code_url": submission.code_url,
        "track": submission.track_id,
        "topics": sorted(submission.topics.values_list("pk", flat=True)),
        "authors": [
            asdict(AuthorData(a.given, a.particle, a.family, a.email, a.affiliation, a.corresponding, a.would_review))
            for a in people
        ],
        "answers": saved.get("answers", {}),
        "unanswered": saved.get("unanswered", []),
        "declared_conflicts": submission.declared_conflicts,
    }
