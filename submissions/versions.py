"""What the page of a paper's versions shows: each save, and two of them compared. A fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from submissions import diff
from submissions.files import megabytes
from submissions.models import File, Revision, Submission
from submissions.reading import Change, before_of, change_of
from submissions.states import FilePurpose, RevisionStatus
from workshops.models import Topic, Track

TEXTS = {
    "title": "Title",
    "abstract": "Abstract",
    "tldr": "In one sentence",
    "keywords": "Keywords",
    "code_url": "Link to the code",
    "declared_conflicts": "Conflicts to declare",
}
MOST = 200


@dataclass(frozen=True)
class Version:
    """A line of the history. ``file_url`` is the file as it was then."""

    change: Change
    status: str
    status_label: str
    is_current: bool
    is_late: bool
    file_name: str
    file_url: str
    before: int | None


@dataclass(frozen=True)
class FileSide:
    name: str
    detail: str
    sha256: str
    url: str


@dataclass(frozen=True)
class Compared:
    """What differs from ``old`` to ``new``; a part that does not differ is empty."""

    old: int
    new: int
    texts: tuple[tuple[str, tuple[diff.Piece, ...]], ...]
    lines: tuple[tuple[str, str, str], ...]
    authors: tuple[diff.AuthorChange, ...]
    files: tuple[tuple[str, FileSide | None, FileSide | None], ...]

    @property
    def is_same(self) -> bool:
        return not (self.texts or self.lines or self.authors or self.files)


def versions_of(submission: Submission) -> list[Version]:
    """The last two hundred saves, newest first. One statement."""
    rows = submission.revisions.select_related("saved_by", "pdf").order_by("-number")[: MOST + 1]
    listed = list(rows)
    return [_version(row, before_of(row, listed[place:]), submission) for place, row in enumerate(listed, 1)][:MOST]


def _version(row: Revision, before: Revision | None, submission: Submission) -> Version:
    return Version(
        change=change_of(row, before),
        status=row.status,
        status_label=row.get_status_display(),
        is_current=row.pk == submission.current_id,
        is_late=row.status != RevisionStatus.IN_TIME,
        file_name=row.pdf.name if row.pdf else "",
        file_url=reverse("submissions:file", args=[row.pdf_id]) if row.pdf else "",
        before=before.number if before else None,
    )


def compare(submission: Submission, old: int, new: int) -> Compared | None:
    """Two saves beside each other; None where one of them is not there. Four statements at most."""
    rows = submission.revisions.filter(number__in=[old, new]).select_related("pdf__blob", "supplement__blob")
    found = {row.number: row for row in rows}
    if old not in found or new not in found:
        return None
    a, b = found[old].snapshot, found[new].snapshot
    return Compared(
        old=old,
        new=new,
        texts=tuple(
            (label, tuple(diff.words(_text(a, name), _text(b, name))))
            for name, label in TEXTS.items()
            if _text(a, name) != _text(b, name)
        ),
        lines=tuple(_lines(submission, a, b)),
        authors=tuple(diff.authors(a.get("authors", []), b.get("authors", []))),
        files=tuple(_files(found[old], found[new])),
    )


def _text(snapshot: Mapping[str, Any], name: str) -> str:
    value = snapshot.get(name)
    return value if isinstance(value, str) else ""


def _lines(submission: Submission, a: dict[str, Any], b: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Track, topics and answers: what they were and what they are."""
    found = []
    if a.get("track") != b.get("track"):
        names = dict(Track.objects.filter(workshop=submission.workshop_id).values_list("pk", "name"))
        found.append(("Track", names.get(a.get("track", 0), ""), names.get(b.get("track", 0), "")))
    if set(a.get("topics", [])) != set(b.get("topics", [])):
        topics = dict(Topic.objects.filter(workshop=submission.workshop_id).values_list("pk", "name"))
        found.append(("Topics", _named(a.get("topics", []), topics), _named(b.get("topics", []), topics)))
    before, after = a.get("answers") or {}, b.get("answers") or {}
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key):
            label = f"Answer “{key.replace('_', ' ')}”"
            found.append((label, _said(before.get(key)), _said(after.get(key))))
    return found


def _named(keys: Sequence[int], names: Mapping[int, str]) -> str:
    return ", ".join(sorted(names.get(key, "") for key in keys))


def _said(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _files(old: Revision, new: Revision) -> list[tuple[str, FileSide | None, FileSide | None]]:
    pairs = (("File", old.pdf, new.pdf), (FilePurpose.SUPPLEMENT.label, old.supplement, new.supplement))
    return [(label, _side(a), _side(b)) for label, a, b in pairs if (a and a.pk) != (b and b.pk)]


def _side(file: File | None) -> FileSide | None:
    if file is None:
        return None
    pages = f"{file.pages} page{'' if file.pages == 1 else 's'}, " if file.pages else ""
    detail = f"{pages}{megabytes(file.blob.size)}"
    return FileSide(file.name, detail, file.blob.sha256, reverse("submissions:file", args=[file.pk]))


@dataclass(frozen=True)
class Receipt:
    """What is stored of a submitted paper, to print, to keep and to compare with a file."""

    items: tuple[tuple[str, str], ...]
    file_name: str
    size: int
    sha256: str
    received_at: datetime

    @property
    def text(self) -> str:
        lines = [f"{label}: {value}" for label, value in self.items]
        return "\n".join([*lines, f"SHA-256 of the file: {self.sha256}", ""])


def receipt_of(submission: Submission, items: Sequence[tuple[str, str]] | None) -> Receipt | None:
    """From the parts that the author's page shows. None where nothing is submitted. No statement of its own."""
    pdf = submission.current.pdf if submission.current else None
    if items is None or pdf is None or submission.current is None:
        return None
    told = (("Workshop", str(submission.workshop)), *items)
    return Receipt(told, pdf.name, pdf.blob.size, pdf.blob.sha256, submission.current.received_at)
