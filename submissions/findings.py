"""What was noticed in a PDF, in plain words, and how to mend it. One place for all of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from audit.text import counted
from submissions.models import File, Finding
from workshops.models import Track
from workshops.states import Blinding

Data = dict[str, Any]
ERROR, WARNING, INFO = Finding.Severity.ERROR, Finding.Severity.WARNING, Finding.Severity.INFO
# Told only where reviewing is double-blind.
IDENTITY = frozenset(
    (
        "metadata_identity author_on_page address_on_page domain_on_page affiliation_on_page acknowledgements "
        "link_identity own_work file_name_identity zip_as_it_is zip_comment zip_identity zip_author zip_home "
        "zip_history zip_unread"
    ).split()
)
_LIKE = {
    "zip": " It looks like a Word or ZIP file: open it there and choose “Export as PDF”.",
    "word": " It looks like a Word file: open it there and choose “Export as PDF”.",
    "html": " It is a web page: probably the page of the PDF was saved instead of the PDF itself.",
    "latex": " It is LaTeX source: compile it and upload the PDF that comes out.",
    "postscript": " It is PostScript: turn it into a PDF with ps2pdf.",
}
_OTHER = {
    "zip": "a ZIP archive",
    "html": "a web page",
    "script": "a script",
    "program": "a program",
    "picture": "a picture",
    "pdf": "a second PDF",
}
_NOTHING_TO_DO = "Reviewers get a copy without it, so there is nothing you must do."


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

    @property
    def is_note(self) -> bool:
        """Nothing is to be done about it."""
        return self.severity == INFO


def _them(data: Data) -> str:
    return "it" if data["count"] == 1 else "them"


def _where(data: Data) -> str:
    return ", ".join(data.get("fields", [])) or "its document information"


def _authors(data: Data) -> str:
    numbers = data.get("authors", [])
    listed = ", ".join(str(n) for n in numbers)
    return f"author {listed}" if len(numbers) == 1 else f"authors {listed}"


def _some(data: Data) -> str:
    """The first of the files, and how many more there are."""
    more = data["count"] - len(data["files"])
    return ", ".join(data["files"]) + (f" and {more} more" if more else "")


def _references(data: Data) -> str:
    pages = counted(data["counted"], "page")
    said = f"We count {pages} before the references, which begin on page {data['page']}"
    return said + (f"; the appendix begins on page {data['appendix']}." if data.get("appendix") else ".")


def _over(data: Data) -> str:
    if "counted" not in data:
        return f"The PDF has {counted(data['pages'], 'page')} and the track's limit is {data['limit']}."
    return (
        f"The paper has {counted(data['counted'], 'page')} before its references, which begin on page {data['begin']}, "
        f"and the track's limit is {data['limit']}."
    )


def _over_mend(data: Data) -> str:
    if "counted" in data:
        return "Shorten the paper, or move what is not needed to judge it behind the references as an appendix."
    return (
        "References do not count. We found no heading such as “References”, so we counted all pages: if the rest fits, "
        "there is nothing to do."
    )


def _link(data: Data) -> str:
    who = f"seems to lead to {_authors(data)} of this paper" if data.get("authors") else "tells who somebody is"
    return f"A link {who}: {data['link']}"


_WORDS: dict[str, tuple[Callable[[Data], str], Callable[[Data], str]]] = {
    # why a file is refused
    "not_pdf": (
        lambda d: f"This is not a PDF.{_LIKE.get(d.get('looks_like', ''), '')}",
        lambda d: "Export the paper as a PDF and upload that.",
    ),
    "two_in_one": (
        lambda d: f"This file is a PDF and {_OTHER.get(d['other'], 'something else')} at once.",
        lambda d: "Print it to a new PDF, and upload that one.",
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
    "too_many_pages": (
        lambda d: f"This PDF has {d['count']} pages; at most {d['most']} can be taken.",
        lambda d: "If it is a book, upload the part that is to be reviewed. Otherwise export it again.",
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
        lambda d: "This file could not be checked, for a reason on our side.",
        lambda d: "Upload it once more. If that does not help, write to the organizers.",
    ),
    # pages
    "references": (
        _references,
        lambda d: "Pages from the references on do not count towards the limit.",
    ),
    "over_limit": (_over, _over_mend),
    "unread_pages": (
        lambda d: f"The text of {counted(d['count'], 'page')} could not be read in time, so we did not look at it.",
        lambda d: "If reading it takes long on your computer too, save its drawing as a picture.",
    ),
    "odd_paper": (
        lambda d: (
            f"{counted(d['count'], 'page')} {'has' if d['count'] == 1 else 'have'} an unusual size "
            f"({d['millimetres'][0]} × {d['millimetres'][1]} mm)."
        ),
        lambda d: "Papers are printed on A4 or US Letter: use the track's style files, and set that size.",
    ),
    "mixed_paper": (
        lambda d: f"Some pages are {d['kinds'][0]} and some are {d['kinds'][1]}.",
        lambda d: "If it was put together from parts, export them in one size.",
    ),
    "empty_pages": (
        lambda d: f"{counted(d['count'], 'page')} {'is' if d['count'] == 1 else 'are'} empty.",
        lambda d: "Please look whether something is missing there.",
    ),
    "no_text": (
        lambda d: "The pages seem to be pictures: no text could be read from them.",
        lambda d: "Please look: a PDF with real text can be searched, and read aloud to people who need that.",
    ),
    "fonts": (
        lambda d: f"The PDF does not carry {counted(d['count'], 'font')} that it uses: {', '.join(d['fonts'])}.",
        lambda d: "Elsewhere it may look different or lose letters. Export it again with “embed all fonts”.",
    ),
    "hidden_text": (
        lambda d: f"There is text that a reader cannot see ({d['count']} letters: invisible, white or tiny).",
        lambda d: "Take it out unless you know what it is for: organizers are told of it too.",
    ),
    # who wrote it
    "metadata_identity": (
        lambda d: f"The PDF names somebody in its metadata ({_where(d)}), and this track is double-blind.",
        lambda d: _NOTHING_TO_DO,
    ),
    "author_on_page": (
        lambda d: (
            f"Page {d.get('page') or 1} seems to name {_authors(d)} of this paper, and this track is double-blind."
        ),
        lambda d: "Please look: if it does, anonymise the paper and upload it again.",
    ),
    "address_on_page": (
        lambda d: (
            f"Page {d.get('page') or 1} shows the e-mail address of {_authors(d)}, and this track is double-blind."
        ),
        lambda d: "Take the address out and upload the paper again.",
    ),
    "domain_on_page": (
        lambda d: f"The first page seems to mention {', '.join(d['domains'])}, where an author of this paper is.",
        lambda d: "Please look: if it tells who wrote the paper, anonymise it and upload it again.",
    ),
    "affiliation_on_page": (
        lambda d: f"The first page seems to mention the affiliation of {_authors(d)}.",
        lambda d: "Please look: if it tells who wrote the paper, anonymise it and upload it again.",
    ),
    "acknowledgements": (
        lambda d: "There are acknowledgements: people, grants and places often tell who wrote a paper.",
        lambda d: "Leave them out until the paper is accepted.",
    ),
    "link_identity": (
        _link,
        lambda d: "Share code for review where no name shows, such as anonymous.4open.science.",
    ),
    "own_work": (
        lambda d: f"The text calls a work of {_authors(d)} “ours”.",
        lambda d: "Cite it like anybody's: “Miller et al. [3] show …” instead of “in our previous work [3]”.",
    ),
    "file_name_identity": (
        lambda d: f"The file's name seems to name {_authors(d)}.",
        lambda d: "Reviewers get it under another name, so there is nothing you must do.",
    ),
    "picture_metadata": (
        lambda d: f"{counted(d['count'], 'picture')} carried data of the camera or program that made {_them(d)}.",
        lambda d: _NOTHING_TO_DO,
    ),
    "earlier_versions": (
        lambda d: f"The PDF still holds {counted(d['count'], 'earlier version')} of itself, with what stood there.",
        lambda d: "Reviewers get a copy without them, so there is nothing you must do.",
    ),
    # what does not belong into a paper
    "restricted": (
        lambda d: "The PDF forbids printing or copying.",
        lambda d: "Reviewers get a copy without these restrictions.",
    ),
    "attachments": (
        lambda d: f"The PDF carries {counted(d['count'], 'attached file')}.",
        lambda d: "Reviewers get a copy without attachments. What they should see belongs on the pages.",
    ),
    "portfolio": (
        lambda d: "The PDF is a portfolio: a cover with other files in it.",
        lambda d: "Reviewers get the cover only. Export the paper itself as a PDF and upload that.",
    ),
    "javascript": (
        lambda d: "The PDF carries a script.",
        lambda d: _NOTHING_TO_DO,
    ),
    "actions": (
        lambda d: f"The PDF starts programs, opens files or sends data ({counted(d['count'], 'action')}).",
        lambda d: "Reviewers get a copy that does none of this, so there is nothing you must do.",
    ),
    "media": (
        lambda d: "The PDF carries film, sound or a 3D model.",
        lambda d: "Reviewers get a copy without it. Put it into the supplement.",
    ),
    "form": (
        lambda d: "The PDF is a form to be filled in.",
        lambda d: "Reviewers do not see what stands in its fields: print it to a new PDF and upload that.",
    ),
    "comments": (
        lambda d: f"The PDF carries {counted(d['count'], 'comment or mark', 'comments or marks')}.",
        lambda d: "Reviewers get a copy without them, so there is nothing you must do.",
    ),
    "local_links": (
        lambda d: f"{counted(d['count'], 'link')} {'leads' if d['count'] == 1 else 'lead'} to files on a computer.",
        lambda d: "Nobody else could follow them. Reviewers get a copy without them.",
    ),
    # supplements
    "wrong_kind": (
        lambda d: "This is neither a PDF nor a ZIP file.",
        lambda d: "Put what belongs to the paper into one ZIP file, and upload that.",
    ),
    "zip_as_it_is": (
        lambda d: f"Reviewers get the {counted(d['count'], 'file')} of this archive as they are, with their names.",
        lambda d: "Make sure that nothing in them says who you are: names in texts, paths, comments and licences.",
    ),
    "zip_left_out": (
        lambda d: f"The archive holds notes of your system or of a repository: {_some(d)}.",
        lambda d: "Reviewers get a copy without them, so there is nothing you must do.",
    ),
    "zip_comment": (
        lambda d: f"The archive carries {counted(d['count'], 'comment')} of whoever packed it.",
        lambda d: _NOTHING_TO_DO,
    ),
    "zip_author": (
        lambda d: f"What is packed there says in its properties who made it: {_some(d)}.",
        lambda d: "Please look: take the names out (in an office program under “Inspect Document”) and pack it again.",
    ),
    "zip_home": (
        lambda d: f"A path with the name of somebody's account stands in {_some(d)}.",
        lambda d: "Please look: if it is yours, write the path without it, pack it again and upload it again.",
    ),
    "zip_unread": (
        lambda d: f"{counted(d['count'], 'file')} of the archive could not be looked into, or not to the end.",
        lambda d: "Please look yourself whether anything there says who you are.",
    ),
    "zip_identity": (
        lambda d: f"The archive seems to name an author of this paper, or where one works, in {_some(d)}.",
        lambda d: "Please look: if it does, take the name out, pack it again and upload it again.",
    ),
    "zip_history": (
        lambda d: f"An archive inside holds notes of a system or the history of a repository: {_some(d)}.",
        lambda d: "A history names whoever wrote it. Pack its files themselves, without it, and upload it again.",
    ),
    "zip_broken": (
        lambda d: "This ZIP file is damaged and could not be opened.",
        lambda d: "Pack it again and upload it again.",
    ),
    "zip_empty": (
        lambda d: "This ZIP file is empty.",
        lambda d: "Pack it again and look into it before you upload it.",
    ),
    "zip_encrypted": (
        lambda d: "This ZIP file is protected by a password, so nobody could open it.",
        lambda d: "Pack it again without a password.",
    ),
    "zip_too_large": (
        lambda d: "Unpacked, this archive would be too large, or it holds too many files.",
        lambda d: "Leave out what reviewers do not need, such as data sets and weights.",
    ),
    "zip_unsafe": (
        lambda d: "The archive holds links, or files that would be unpacked outside of its folder.",
        lambda d: "Pack the folder itself, from above it, and upload that.",
    ),
}

CODES = frozenset(_WORDS)


def say(finding: Finding) -> Said:
    """A finding in words. An unknown code says only that something was noticed."""
    sentence, mend = _WORDS.get(finding.code, (lambda d: "Something was noticed in this PDF.", lambda d: ""))
    data = finding.data | {"page": finding.page}
    return Said(finding.code, finding.severity, sentence(data), mend(data), finding.sure, finding.page)


def shown(file: File, track: Track, findings: Iterable[Finding] | None = None) -> list[Said]:
    """What this track's authors are told: errors first; who wrote it matters only where reviewing is double-blind."""
    rows = list(file.findings.order_by("pk") if findings is None else findings)
    order = [ERROR, WARNING, INFO]
    told = [row for row in rows if row.code not in IDENTITY or track.blinding == Blinding.DOUBLE]
    return [say(row) for row in sorted(told, key=lambda row: order.index(Finding.Severity(row.severity)))]
