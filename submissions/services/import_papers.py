"""Bring papers in from elsewhere, as they stand: numbered, submitted, their authors in order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.addresses import normalise_email
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from submissions.importing.records import ImportedAuthor, ImportedPaper
from submissions.models import Authorship, Revision, Submission
from submissions.services.conflicts import find_conflicts
from submissions.services.save import AuthorData, confirmed_owners, search_texts
from submissions.states import SubmissionStatus
from workshops.models import Track, Workshop

AddressOf = Callable[[ImportedAuthor], str]


@transaction.atomic
def import_papers(
    *,
    workshop: Workshop,
    track: Track,
    papers: Sequence[ImportedPaper],
    by: User | None,
    address_of: AddressOf | None = None,
) -> list[Submission]:
    """Write the papers as submitted (or withdrawn), and return those that are new, in the order given.

    A paper keeps its number where that is free. One whose key was imported before is passed over, so an import can be
    repeated. ``address_of`` gives an author without an address one. Raises Refused, naming the paper, for what does
    not fit; then nothing is written.
    """
    if by is not None:
        require(acting(by), "staff", workshop)
    if track.workshop_id != workshop.pk:
        raise Refused("That track belongs to another workshop. Choose one of this workshop.", field="track")
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    here = Submission.objects.of(workshop.pk)
    known = set(here.exclude(imported_from="").values_list("imported_from", flat=True))
    new = [paper for paper in _once(papers) if paper.key[:120] not in known]
    contents = [_content(paper, track, address_of) for paper in new]
    numbers = _numbers(new, set(here.values_list("number", flat=True)))
    made = Submission.objects.bulk_create(
        [_row(*entry, workshop, track, by) for entry in zip(new, contents, numbers, strict=True)]
    )
    _add_authors(made, contents)
    _add_revisions(made, contents, by)
    for submission in made:
        record(
            "submission.imported",
            by=by,
            root_type=Root.SUBMISSION,
            root_id=submission.pk,
            aspect="authors",
            data={"number": submission.number},
        )
    find_conflicts(workshop=workshop, by=None)
    return made


def _once(papers: Iterable[ImportedPaper]) -> list[ImportedPaper]:
    return list({paper.key: paper for paper in papers}.values())


def _numbers(papers: Sequence[ImportedPaper], taken: set[int]) -> list[int]:
    """Each paper's own number where it is free, else the next after the highest."""
    numbers: list[int | None] = []
    for paper in papers:
        free = paper.number is not None and paper.number > 0 and paper.number not in taken
        numbers.append(paper.number if free else None)
        taken |= {paper.number} if free and paper.number else set()
    following = iter(range(max(taken, default=0) + 1, max(taken, default=0) + 1 + len(papers)))
    return [number if number is not None else next(following) for number in numbers]


def _content(paper: ImportedPaper, track: Track, address_of: AddressOf | None) -> dict[str, Any]:
    """The paper as a revision keeps it."""
    title = " ".join(paper.title.split())
    if len(title) > 300:
        raise Refused(f"{paper.key}: the title has {len(title)} characters; at most 300 fit. Shorten it in the file.")
    if not paper.authors:
        raise Refused(f"{paper.key}: no author is listed. Add one to the file.")
    return {
        "title": title,
        "abstract": paper.abstract.strip(),
        "tldr": "",
        "keywords": _keywords(paper.keywords),
        "code_url": "",
        "track": track.pk,
        "topics": [],
        "authors": [asdict(author) for author in _authors(paper, address_of)],
    }


def _keywords(words: Iterable[str]) -> str:
    """As many whole keywords as fit."""
    text = ""
    for word in (" ".join(word.split()) for word in words):
        longer = f"{text}, {word}" if text else word
        if len(longer) <= 300:
            text = longer
    return text


def _authors(paper: ImportedPaper, address_of: AddressOf | None) -> list[AuthorData]:
    """The first author with an address is the corresponding one; an address that comes twice stays with the first."""
    authors, seen, corresponding = [], set(), False
    for number, author in enumerate(paper.authors, 1):
        names = [" ".join(text.split()) for text in (author.given, author.particle, author.family)]
        if not names[0] and not names[2]:
            raise Refused(f"{paper.key}: author {number} has no name. Correct it in the file.")
        if any(len(name) > most for name, most in zip(names, (120, 40, 120), strict=True)):
            raise Refused(f"{paper.key}: the name of author {number} is too long. Correct it in the file.")
        email = normalise_email(author.email or (address_of(author) if address_of else ""))
        email = "" if email in seen or len(email) > 254 else email
        seen.add(email)
        first = bool(email) and not corresponding
        corresponding = corresponding or first
        place = " ".join(author.affiliation.split())[:200]
        authors.append(AuthorData(names[0], names[1], names[2], email, place, first))
    return authors


def _row(
    paper: ImportedPaper, content: dict[str, Any], number: int, workshop: Workshop, track: Track, by: User | None
) -> Submission:
    at = paper.submitted_at or timezone.now()
    return Submission(
        workshop=workshop,
        track=track,
        number=number,
        title=content["title"],
        abstract=content["abstract"],
        keywords=content["keywords"],
        status=SubmissionStatus.WITHDRAWN if paper.withdrawn else SubmissionStatus.SUBMITTED,
        submitted_at=at,
        withdrawn_at=timezone.now() if paper.withdrawn else None,
        created_by=by,
        imported_from=paper.key[:120],
        **search_texts(content),
    )


def _add_authors(made: Sequence[Submission], contents: Sequence[dict[str, Any]]) -> None:
    owners = confirmed_owners(author["email"] for content in contents for author in content["authors"])
    rows = []
    for submission, content in zip(made, contents, strict=True):
        for position, author in enumerate(content["authors"], 1):
            owner = owners.get(author["email"])
            rows.append(Authorship(submission=submission, position=position, user_id=owner, **author))
    Authorship.objects.bulk_create(rows, batch_size=500)


def _add_revisions(made: Sequence[Submission], contents: Sequence[dict[str, Any]], by: User | None) -> None:
    rows = [
        Revision(
            submission=submission,
            number=1,
            snapshot=content | {"pdf": None},
            saved_by=by,
            received_at=submission.submitted_at or timezone.now(),
        )
        for submission, content in zip(made, contents, strict=True)
    ]
    for submission, revision in zip(made, Revision.objects.bulk_create(rows), strict=True):
        submission.current = revision
    Submission.objects.bulk_update(made, ["current"], batch_size=500)
