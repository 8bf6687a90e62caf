"""What the author's page shows, read in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from access.prepared import prepared
from accounts.addresses import fold
from submissions.files import megabytes
from submissions.findings import Said, shown
from submissions.models import (
    Authorship,
    ConflictRequest,
    File,
    Finding,
    Revision,
    Submission,
    SubmissionTopic,
)
from submissions.reading_late import TAGS, LateSave, late_save
from submissions.services.admission import keeps_late
from submissions.services.submit import (
    BEING_CHECKED,
    NO_ABSTRACT,
    NO_ADDRESS,
    NO_AUTHOR,
    NO_CORRESPONDING,
    NO_FILE,
    NO_TITLE,
    missing,
)
from submissions.services.withdraw import undo_until
from submissions.states import COUNTING, AskedKind, FilePurpose, FileStatus, RevisionStatus, SubmissionStatus
from workshops.deadlines import Window, dated, windows_from
from workshops.instants import both
from workshops.prose import formulas
from workshops.states import DeadlineKind

NAMES = {
    "title": "title",
    "abstract": "abstract",
    "tldr": "sentence",
    "keywords": "keywords",
    "code_url": "link to the code",
    "track": "track",
    "topics": "topics",
    "authors": "authors",
    "answers": "answers to the questions",
    "declared_conflicts": "conflicts that are declared",
    "pdf": "file",
    "supplement": "supplement",
}
PLACES = {
    NO_TITLE: ("#id_title", "Write the title"),
    NO_ABSTRACT: ("#id_abstract", "Write the abstract"),
    NO_AUTHOR: ("#authors", "List the authors"),
    NO_CORRESPONDING: ("#authors", "Choose the corresponding author"),
    NO_FILE: ("#file", "Upload the PDF"),
    BEING_CHECKED: ("#checks", "Look at the checks"),
    NO_ADDRESS: ("#address", "Give your address"),
}
DOWN_THE_PAGE = ("#authors", "#id_title", "#id_abstract", "#questions", "#file", "#checks", "#address")
SUBMITTED_OPEN = "It is submitted and counts. There is nothing left to do; you can change it until the deadline."
SUBMITTED_CLOSED = "It is submitted and counts. There is nothing to do until you hear from the organizers."
COMPLETE_OPEN = "It is complete. Save it once more, and it is submitted."
COMPLETE_LATE = (
    "It is complete, but no address was confirmed in time, so it does not count. The organizers can still accept it: "
    "write to them."
)
TONES = {
    SubmissionStatus.DRAFT: ("Draft, not submitted yet", "warn"),
    SubmissionStatus.SUBMITTED: ("Submitted", "good"),
    SubmissionStatus.WITHDRAWN: ("Withdrawn", "neutral"),
    SubmissionStatus.DESK_REJECTED: ("Desk-rejected", "neutral"),
}


@dataclass(frozen=True)
class Step:
    """A step of the progress rail; ``state`` is done, now, wrong or todo."""

    words: str
    state: str
    detail: str
    url: str


@dataclass(frozen=True)
class Lack:
    """Something that is missing, and where on the page it is given."""

    sentence: str
    url: str
    label: str


@dataclass(frozen=True)
class FileCard:
    """A file as its authors see it."""

    name: str
    size: str
    pages: int | None
    sha256: str
    url: str
    is_checking: bool
    is_refused: bool
    findings: tuple[Said, ...]

    @property
    def to_mend(self) -> list[Said]:
        return [said for said in self.findings if not said.is_note]

    @property
    def notes(self) -> list[Said]:
        """What was noticed about which nothing is to be done."""
        return [said for said in self.findings if said.is_note]


@dataclass(frozen=True)
class Change:
    """A line of the history; ``what`` names what differs from the save before."""

    number: int
    at: datetime
    by: str
    what: str
    late: str = ""
    answer: str = ""


@dataclass(frozen=True)
class AuthorPage:
    submission: Submission
    authors: tuple[Authorship, ...]
    topics: tuple[int, ...]  # their keys
    window: Window
    file: FileCard | None
    refused: FileCard | None  # a newer upload that could not be read, while ``file`` stays
    supplement: FileCard | None
    refused_supplement: FileCard | None
    lacks: tuple[str, ...]
    state_words: str
    state_tone: str
    may_edit: bool
    may_withdraw: bool
    undo_until: datetime | None
    keeps_late: bool  # what is saved now is kept for the organizers
    late: LateSave | None  # what was, and waits for them

    @property
    def is_alive(self) -> bool:
        return self.submission.status in (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED)

    @property
    def steps(self) -> list[Step]:
        done = [self._step_authors(), self._step_paper(), self._step_file(), self._step_checks()]
        first = next((step for step in done if step.state == "todo"), None)
        return [Step(s.words, "now", s.detail, s.url) if s is first else s for s in done]

    @property
    def to_do(self) -> list[Lack]:
        """What is missing, with its place, in the order of the page."""
        found = [Lack(sentence, *PLACES.get(sentence, ("#questions", "Answer it"))) for sentence in self.lacks]
        return sorted(found, key=lambda lack: DOWN_THE_PAGE.index(lack.url))

    @property
    def next(self) -> tuple[str, Lack | None]:
        """What is the matter, in a sentence, and what there is to do about it first."""
        if self.submission.status == SubmissionStatus.SUBMITTED:
            return (SUBMITTED_OPEN if self.may_edit else SUBMITTED_CLOSED), None
        if self.submission.status != SubmissionStatus.DRAFT:
            return "", None
        if not self.lacks:
            return (COMPLETE_OPEN if self.may_edit else COMPLETE_LATE), None
        first = next((lack for lack in self.to_do if lack.sentence != BEING_CHECKED), None)
        if first is None:
            return BEING_CHECKED, None
        if not self.may_edit and not self.waits_for_address:
            return "", None
        number = sum(lack.sentence != BEING_CHECKED for lack in self.to_do)
        return first.sentence if number == 1 else f"{number} things are still missing, and then it is submitted.", first

    @property
    def waits_for_address(self) -> bool:
        """Nothing is missing but somebody's word that an address is theirs."""
        return self.lacks == (NO_ADDRESS,)

    @property
    def is_checking(self) -> bool:
        return any(card.is_checking for card in (self.file, self.supplement) if card)

    @property
    def receipt(self) -> list[tuple[str, str]] | None:
        """The parts of the receipt of a submitted paper."""
        if self.submission.status != SubmissionStatus.SUBMITTED or not self.submission.current:
            return None
        items = [
            ("Paper", formulas(f"#{self.submission.number}, {self.submission.title}")),
            ("Track", self.submission.track.name),
            ("Authors, in order", ", ".join(author.name for author in self.authors)),
        ]
        if self.file:
            pages = f"{self.file.pages} page{'' if self.file.pages == 1 else 's'}, " if self.file.pages else ""
            items.append(("File", f"{self.file.name}, {pages}{self.file.size}"))
        if self.supplement:
            items.append(("Supplement", f"{self.supplement.name}, {self.supplement.size}"))
        if self.submission.submitted_at:
            items.append(("Submitted", both(self.submission.submitted_at)))
        return [*items, ("Last change", both(self.submission.current.received_at))]

    def _step_authors(self) -> Step:
        count = len(self.authors)
        reachable = any(author.corresponding and author.email for author in self.authors)
        detail = f"{count} author{'' if count == 1 else 's'}" if reachable else "who is the corresponding author?"
        return Step("Authors", "done" if reachable else "todo", detail, "#authors")

    def _step_paper(self) -> Step:
        names = (("title", self.submission.title), ("abstract", self.submission.abstract))
        lacks = [name for name, text in names if not text.strip()]
        return Step("Paper", "todo" if lacks else "done", " and ".join(lacks) + " missing" if lacks else "", "#words")

    def _step_file(self) -> Step:
        if self.file is None:
            return Step("File", "todo", "upload the PDF", "#file")
        detail = "upload another" if self.file.is_refused else self.file.name
        return Step("File", "wrong" if self.file.is_refused else "done", detail, "#file")

    def _step_checks(self) -> Step:
        if self.file is None:
            return Step("Checks", "todo", "", "#checks")
        if self.file.is_checking:
            return Step("Checks", "now", "under way", "#checks")
        if self.file.is_refused:
            return Step("Checks", "wrong", "the PDF cannot be read", "#checks")
        number = len(self.file.to_mend)
        return Step("Checks", "done", f"{number} to look at" if number else "nothing found", "#checks")


def papers_for_authors(rows: "QuerySet[Submission]") -> "QuerySet[Submission]":
    """With what the page needs of each, in the same statement."""
    asked = ConflictRequest.objects.open().filter(submission=OuterRef("pk"), kind=AskedKind.DECLARED)
    rows = rows.annotate(is_asked=Exists(asked))
    return rows.select_related("workshop", "track", "current__pdf__blob", "current__supplement__blob")


@prepared
def _page_rows(pk: int, workshop_id: int, track_id: int) -> dict[str, QuerySet]:
    purposes = (FilePurpose.PAPER, FilePurpose.SUPPLEMENT)
    newest = File.objects.filter(submission=pk, purpose__in=purposes).order_by("-at")[:50]
    current = Submission.objects.filter(pk=pk)
    shown_files = Q(file__in=newest.values("pk")) | Q(file__in=current.values("current__pdf"))
    return {
        "authors": Authorship.objects.filter(submission=pk),
        "topics": SubmissionTopic.objects.filter(submission=pk).values_list("topic", flat=True),
        "dates": dated(workshop_id, track_id, {DeadlineKind.SUBMISSION: pk}),
        "files": newest.select_related("blob"),
        "findings": Finding.objects.filter(shown_files | Q(file__in=current.values("current__supplement"))),
    }


def read_page(submission: Submission, *, viewer_id: int, now: datetime) -> AuthorPage:
    """One statement; after the deadline a second, what was saved late. ``submission`` comes from papers_for_authors."""
    rows: dict[str, list[Any]] = _page_rows(submission.pk, submission.workshop_id, submission.track_id)
    authors = tuple(sorted(rows["authors"], key=lambda row: (row.position, row.pk)))
    for author in authors:
        author.submission = submission
    season = windows_from(rows["dates"], submission.track_id, now)
    entry = season[DeadlineKind.SUBMISSION]
    pdf = submission.current.pdf if submission.current else None
    supplement = submission.current.supplement if submission.current else None
    refused, no_supplement = _refused_since(rows["files"], pdf, supplement)
    findings = sorted(rows["findings"], key=lambda row: row.pk)
    words, tone = TONES[SubmissionStatus(submission.status)]
    corresponding = any(author.user_id == viewer_id and author.corresponding for author in authors)
    alive = submission.status in (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED)
    return AuthorPage(
        submission=submission,
        authors=authors,
        topics=tuple(sorted(rows["topics"])),
        window=entry,
        file=_card(pdf, submission, findings),
        refused=_card(refused, submission, findings),
        supplement=_card(supplement, submission, findings),
        refused_supplement=_card(no_supplement, submission, findings),
        lacks=tuple(missing(submission, authors)) if submission.status == SubmissionStatus.DRAFT else (),
        state_words=words,
        state_tone=tone,
        may_edit=alive and entry.is_open,
        may_withdraw=alive and corresponding,
        undo_until=undo_until(submission) if submission.status == SubmissionStatus.WITHDRAWN else None,
        keeps_late=alive and keeps_late(season, now),
        late=late_save(submission) if alive and entry.is_late else None,
    )


def names_an_author(url: str, authors: Sequence[Authorship]) -> str:
    """The name of an author that can be read in this address; "" for none. Short names say too little."""
    if not url:
        return ""
    words = fold(url)
    for author in authors:
        for name in (author.family, author.given):
            plain = "".join(fold(name).split())
            if len(plain) > 3 and plain in words:
                return author.name
    return ""


def history(submission: Submission) -> list[Change]:
    """The last fifty saves, newest first. One statement."""
    rows = list(submission.revisions.select_related("saved_by").order_by("-number")[:51])
    return [change_of(row, before_of(row, rows[place:])) for place, row in enumerate(rows, 1)][:50]


def before_of(row: Revision, older: Sequence[Revision]) -> Revision | None:
    """What a save changed: the one before it that counts; a late one goes on from any that was there."""
    if row.status in COUNTING:
        older = [each for each in older if each.status in COUNTING]
    return older[0] if older else None


def change_of(row: Revision, before: Revision | None) -> Change:
    """A line of the history: what this save changed of the one before it."""
    old: dict[str, Any] = before.snapshot if before else {}
    changed = [
        words for name, words in NAMES.items() if row.snapshot.get(name) != old.get(name) and _says(row, old, name)
    ]
    by = row.saved_by.name if row.saved_by else ""
    tag = TAGS.get(RevisionStatus(row.status), "")
    return Change(row.number, row.received_at, by, ", ".join(changed) or "no change", tag, row.answer)


def _says(row: Revision, old: dict[str, Any], name: str) -> bool:
    return bool(row.snapshot.get(name) or old.get(name))


def _refused_since(files: list[File], *present: File | None) -> list[File | None]:
    """The newest PDF and the newest supplement, where they could not be taken and another one, or none, is there."""
    purposes = (FilePurpose.PAPER, FilePurpose.SUPPLEMENT)
    newest: dict[str, File] = {}
    for file in sorted(files, key=lambda file: file.at, reverse=True):
        newest.setdefault(file.purpose, file)
    pairs = [(newest.get(purpose), file) for purpose, file in zip(purposes, present, strict=True)]
    return [new if new and new != file and new.status == FileStatus.REFUSED else None for new, file in pairs]


def _card(file: File | None, submission: Submission, findings: Sequence[Finding]) -> FileCard | None:
    if file is None:
        return None
    return FileCard(
        name=file.name,
        size=megabytes(file.blob.size),
        pages=file.pages,
        sha256=file.blob.sha256,
        url=reverse("submissions:file", args=[file.pk]),
        is_checking=file.status == FileStatus.STORED,
        is_refused=file.status == FileStatus.REFUSED,
        findings=tuple(shown(file, submission.track, [f for f in findings if f.file_id == file.pk])),
    )
