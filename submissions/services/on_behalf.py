"""Enter a paper for somebody: it came by mail in the last minute, and an organizer brings it in.

The organizer gets no right of an author by it: a paper belongs to whoever confirms the address of one of its authors.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from accounts.names import tidy
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from jobs.services.start import start_job
from submissions.files import store
from submissions.models import Authorship, File, Submission
from submissions.services import tell
from submissions.services.conflicts import find_conflicts
from submissions.services.files import clean_name
from submissions.services.revisions import add_revision
from submissions.services.save import AuthorData, clean_authors, confirmed_owners, search_texts
from submissions.services.start import next_number
from submissions.states import FilePurpose, RevisionStatus
from workshops.deadlines import window
from workshops.models import Track, Workshop
from workshops.states import DeadlineKind


def enter_paper(
    *,
    workshop: Workshop,
    track: Track,
    by: User,
    title: str,
    abstract: str,
    authors: Sequence[AuthorData],
    upload: "IO[bytes] | Any",
    name: str,
    counts_from: datetime,
    reason: str,
) -> Submission:
    """Make the paper of these authors, with its file, and tell all of them. It is submitted once its PDF is checked.

    It counts from ``counts_from``, when it reached the organizers: never in the future, and marked as late where that
    is after the deadline. Raises Refused with the field: for a paper of the organizer's own, without a reason, without
    an author with an address, for a file that cannot be stored, and for one that this workshop has already.
    """
    require(acting(by), "staff", workshop)
    listed = _authors(authors, by)
    content = _content(title, abstract, track, listed)
    late = _check(workshop, track, counts_from, reason)
    blob = store(upload)
    with transaction.atomic():
        number = next_number(workshop)
        twin = Submission.objects.of(workshop.pk).filter(title=content["title"], files__blob=blob, entered_why__gt="")
        if twin.exists():
            raise Refused("This paper was entered already, with the same title and the same file.", field="file")
        paper = Submission.objects.create(
            workshop=workshop,
            track=track,
            number=number,
            title=content["title"],
            abstract=content["abstract"],
            created_by=by,
            entered_why=reason.strip(),
            **search_texts(content),
        )
        _add_authors(paper, content["authors"])
        file = File.objects.create(
            blob=blob, submission=paper, purpose=FilePurpose.PAPER, name=clean_name(name), uploaded_by=by
        )
        revision = add_revision(paper, by=None, received_at=counts_from, content=content, pdf=file)
        if late:
            revision.status = RevisionStatus.ACCEPTED
            revision.save(update_fields=["status"])
        record(
            "submission.entered",
            by=by,
            root_type=Root.SUBMISSION,
            root_id=paper.pk,
            aspect="row",
            about=paper,
            data={"counts_from": counts_from.isoformat(), "late": late},
        )
        find_conflicts(workshop=workshop, by=None, submission=paper)
        start_job(
            "pdf_check",
            root_type=Root.SUBMISSION,
            root_id=paper.pk,
            aspect="authors",
            by=None,
            params={"file": str(file.pk)},
        )
        tell.entered(paper, reason=reason.strip(), counts_from=counts_from, late=late)
    return paper


def _check(workshop: Workshop, track: Track, counts_from: datetime, reason: str) -> bool:
    """Is it late? Raises Refused for what does not go."""
    if track.workshop_id != workshop.pk:
        raise Refused("That track belongs to another workshop. Choose one of this workshop.", field="track")
    if not reason.strip():
        raise Refused("Say why you enter it and how it reached you; its authors will read it.", field="reason")
    if counts_from > timezone.now():
        raise Refused("That is in the future. Give the time at which the paper reached you.", field="counts_from")
    entry = window(workshop.pk, DeadlineKind.SUBMISSION, track.pk, at=counts_from)
    if entry.not_yet:
        raise Refused("The track did not take papers yet at that time.", field="counts_from")
    return entry.is_late


def _content(title: str, abstract: str, track: Track, authors: Sequence[AuthorData]) -> dict[str, Any]:
    title, abstract = tidy(title), abstract.replace("\r\n", "\n").strip()
    for text, most, what, field in ((title, 300, "title", "title"), (abstract, 20_000, "abstract", "abstract")):
        if not text:
            raise Refused(f"The {what} is missing.", field=field)
        if len(text) > most:
            raise Refused(f"The {what} has {len(text)} characters; at most {most} fit.", field=field)
    people = [asdict(author) for author in authors]
    words = {"title": title, "abstract": abstract, "tldr": "", "keywords": "", "code_url": ""}
    return words | {"track": track.pk, "topics": [], "authors": people}


def _authors(authors: Sequence[AuthorData], by: User) -> list[AuthorData]:
    """Cleaned; the first with an address is the corresponding author where none is named."""
    listed = clean_authors(authors)
    own = set(EmailAddress.objects.filter(user=by).values_list("email", flat=True))
    if any(author.email in own for author in listed):
        raise Refused("You are an author of it: submit it as an author, as everybody does.", field="authors")
    if any(author.corresponding and author.email for author in listed):
        return listed
    first = next((place for place, author in enumerate(listed) if author.email), None)
    if first is None:
        raise Refused("Give at least one author with an e-mail address, who will be asked about it.", field="authors")
    return [AuthorData(**(asdict(author) | {"corresponding": place == first})) for place, author in enumerate(listed)]


def _add_authors(paper: Submission, authors: Sequence[dict[str, Any]]) -> None:
    owners = confirmed_owners(author["email"] for author in authors)
    Authorship.objects.bulk_create(
        Authorship(submission=paper, position=position, user_id=owners.get(author["email"]), **author)
        for position, author in enumerate(authors, 1)
    )
