"""What was noticed in a PDF, in plain words, and how to mend it. One place for all of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from submissions.models import File, Finding
from workshops.models import Track
from workshops.states import Blinding

Data = dict[str, Any]
ERROR, WARNING, INFO = Finding.Severity.ERROR, Finding.Severity.WARNING, Finding.Severity.INFO
IDENTITY = frozenset(["metadata_identity", "author_on_page", "domain_on_page"])
_LIKE = {
    "zip": " It looks like a Word or ZIP file: open it there and choose “Export as PDF”.",
    "word": " It looks like a Word file: open it there and choose “Export as PDF”.",
    "html": " It is a web page: probably the page of the PDF was saved instead of the PDF itself.",
    "latex": " It is LaTeX source: compile it and upload the PDF that comes out.",
    "postscript": " It is PostScript: turn it into a PDF with ps2pdf.",
}


@dataclass(frozen=True)
class Said:
    """A finding as it is shown."""

    code: str
    severity: str
    sentence: str
    how_to_mend: str
    sure: bool = True
    page: int | None = None

    @property
    def tone(self) -> str:
        return {"error": "bad", "warning": "warn"}.get(self.severity, "info")


def _plural(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def _where(data: Data) -> str:
    return ", ".join(data.get("fields", [])) or "its document information"


def _authors(data: Data) -> str:
    numbers = data.get("authors", [])
    listed = ", ".join(str(n) for n in numbers)
    return f"author {listed}" if len(numbers) == 1 else f"authors {listed}"


_WORDS: dict[str, tuple[Callable[[Data], str], Callable[[Data], str]]] = {
    "not_pdf": (
        lambda d: f"This is not a PDF.{_LIKE.get(d.get('looks_like', ''), '')}",
        lambda d: "Export the paper as a PDF and upload that.",
    ),
    "truncated": (
        lambda d: "The end of this PDF is missing; it was probably cut off while it was copied or downloaded.",
        lambda d: "Open it on your computer to see whether it is whole, then export or download it again.",
    ),
    "encrypted": (
        lambda d: "This PDF is protected by a password or by restrictions, so nobody could review it.",
        lambda d: "Remove the protection (print it to a new PDF, or qpdf --decrypt) and upload it again.",
    ),
    "no_pages": (
        lambda d: "This PDF has no pages.",
        lambda d: "Export the paper again and look at it before you upload it.",
    ),
    "unreadable": (
        lambda d: "This PDF is damaged inside and could not be read.",
        lambda d: "Export it again, or repair it by printing it to a new PDF.",
    ),
    "too_demanding": (
        lambda d: "Reading this PDF took too much time or memory, so the check was stopped.",
        lambda d: "Make its figures simpler (very large vector drawings are the usual cause: save those as pictures).",
    ),
    "not_checked": (
        lambda d: "This PDF could not be checked, for a reason on our side.",
        lambda d: "Upload it once more. If that does not help, write to the organizers.",
    ),
    "over_limit": (
        lambda d: f"The PDF has {_plural(d['pages'], 'page')} and the track's limit is {d['limit']}.",
        lambda d: "References do not count, and we counted all pages: if the rest fits, there is nothing to do.",
    ),
    "metadata_identity": (
        lambda d: f"The PDF names somebody in its metadata ({_where(d)}), and this track is double-blind.",
        lambda d: "Reviewers get a copy without it, so there is nothing you must do.",
    ),
    "author_on_page": (
        lambda d: f"The first page seems to name {_authors(d)} of this paper, and this track is double-blind.",
        lambda d: "Please look: if it does, anonymise the paper and upload it again.",
    ),
    "domain_on_page": (
        lambda d: f"The first page seems to mention {', '.join(d['domains'])}, where an author of this paper is.",
        lambda d: "Please look: if it tells who wrote the paper, anonymise it and upload it again.",
    ),
    "attachments": (
        lambda d: f"The PDF carries {_plural(d['count'], 'attached file')}.",
        lambda d: "Reviewers get a copy without attachments. What they should see belongs on the pages.",
    ),
    "javascript": (
        lambda d: "The PDF carries a script.",
        lambda d: "Reviewers get a copy without it, so there is nothing you must do.",
    ),
    "comments": (
        lambda d: f"The PDF carries {_plural(d['count'], 'comment or mark')}, which may say who wrote them.",
        lambda d: "Reviewers get a copy without them, so there is nothing you must do.",
    ),
    "no_text": (
        lambda d: "The first page seems to be a picture: no text could be read from it.",
        lambda d: "Please look: a PDF with real text can be searched, and read aloud to people who need that.",
    ),
}

CODES = frozenset(_WORDS)


def say(finding: Finding) -> Said:
    """A finding in words. An unknown code says only that something was noticed."""
    sentence, mend = _WORDS.get(finding.code, (lambda d: "Something was noticed in this PDF.", lambda d: ""))
    data = finding.data
    return Said(finding.code, finding.severity, sentence(data), mend(data), finding.sure, finding.page)


def shown(file: File, track: Track, findings: Iterable[Finding] | None = None) -> list[Said]:
    """What this track's authors are told: errors first; who wrote it matters only where reviewing is double-blind."""
    rows = list(file.findings.order_by("pk") if findings is None else findings)
    order = [ERROR, WARNING, INFO]
    told = [row for row in rows if row.code not in IDENTITY or track.blinding == Blinding.DOUBLE]
    return [say(row) for row in sorted(told, key=lambda row: order.index(Finding.Severity(row.severity)))]
