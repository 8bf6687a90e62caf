"""Save a paper: its words, its topics, its authors in order. Each save is a revision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.addresses import fold, normalise_email
from accounts.models import User
from accounts.names import tidy
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from submissions.author_rules import check_author_list
from submissions.models import Authorship, Revision, Submission, SubmissionTopic
from submissions.services import conflicts, disclosures, tell, working_copy
from submissions.services.admission import is_late
from submissions.services.late import base_of_late, keep_late
from submissions.services.page_limit import note_page_limit
from submissions.services.revisions import AuthorData, add_revision, content_of
from submissions.services.submit import missing_text, submit_if_complete
from submissions.states import AuthorshipStatus, RevisionStatus, SubmissionStatus
from workshops.models import Topic, Track

SOMEBODY_SAVED = (
    "Somebody else saved this paper while your page was open. What you typed is still here and not saved: compare it "
    "with the saved version, then save again to keep yours."
)
MOST_AUTHORS = 200


def save_submission(
    *,
    submission: Submission,
    by: User | None,
    received_at: datetime,
    version: int,
    title: str,
    abstract: str,
    tldr: str = "",
    keywords: str = "",
    code_url: str = "",
    topics: Iterable[Topic] = (),
    track: Track | None = None,
    authors: Sequence[AuthorData],
    answers: Mapping[str, Any] | None = None,
    declared_conflicts: str | None = None,
    tab: str = "",
) -> Revision:
    """Save the whole of it as a new revision, and submit it when it is complete.

    ``answers`` are those to the track's questions to authors, by their keys, and ``declared_conflicts`` whom the
    authors name as unfit to review it; None keeps what is saved. What ``by`` typed and had not saved is no longer
    needed, unless another ``tab`` of theirs holds it.
    ``version`` is the one that the page was drawn from: StaleState when somebody has saved since. The very same
    content again (a double click) returns the revision that has it. After a soft deadline (by ``received_at``, the
    first byte) the revision is kept as late and the paper stays as it is. Raises Refused for what cannot be kept, after
    a hard deadline, and for a change that would leave a submitted paper incomplete.
    """
    require(acting(by), "own", submission)
    track = track or submission.track
    topics = sorted(topics, key=lambda topic: topic.pk)
    answered = disclosures.read_answers(submission, track, answers)
    if declared_conflicts is None:
        declared_conflicts = submission.declared_conflicts
    content = {
        "title": tidy(title),
        "abstract": abstract.replace("\r\n", "\n").strip(),
        "tldr": tidy(tldr),
        "keywords": tidy(keywords),
        "code_url": code_url.strip(),
        "track": track.pk,
        "topics": [topic.pk for topic in topics],
        "authors": [asdict(author) for author in clean_authors(authors)],
        "answers": answered.answers,
        "unanswered": answered.unanswered,
        "declared_conflicts": declared_conflicts.replace("\r\n", "\n").strip(),
    }
    _check_words(content, submission, track, topics)
    with transaction.atomic():
        revision = _save(submission, by, received_at, version, content, track)
        if revision.status != RevisionStatus.LATE:
            disclosures.write_answers(submission, answered)
        working_copy.drop(submission=submission, by=by, tab=tab)
    submission.refresh_from_db()
    return revision


def _save(
    submission: Submission, by: User | None, received_at: datetime, version: int, content: dict[str, Any], track: Track
) -> Revision:
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    late = is_late(row, received_at, track)
    base = base_of_late(row) if late else row.current
    if base is not None and content_of(base) == content:
        return base
    if row.version != version:
        raise StaleState(SOMEBODY_SAVED)
    if row.status == SubmissionStatus.SUBMITTED and (lacks := missing_text(content)):
        raise Refused(f"{lacks[0]} This paper is submitted and must stay complete; the saved version is unchanged.")
    check_author_list(row=row, authors=content["authors"], received_at=received_at)
    if late:
        return keep_late(row, by=by, received_at=received_at, content=content)
    write_content(row, content, track, by)
    revision = add_revision(row, by=by, received_at=received_at, content=content)
    _record_save(row, by, revision)
    if base is None or any(content_of(base).get(name) != content[name] for name in ("authors", "declared_conflicts")):
        conflicts.find_conflicts(workshop=row.workshop, by=None, submission=row)
    if not submit_if_complete(submission=row, by=by) and row.status == SubmissionStatus.SUBMITTED:
        tell.receipt(row, to=by)
        tell.listed_as_author(row, by=by)
    return revision


def write_content(row: Submission, content: dict[str, Any], track: Track, by: User | None) -> None:
    """Make the words, topics, authors and track of the paper those of a revision, inside the caller's transaction."""
    _write_words(row, content, track)
    _write_authors(row, content["authors"], by)
    if track.pk != row.track_id:
        _change_track(row, track)


def clean_authors(authors: Sequence[AuthorData]) -> list[AuthorData]:
    """The authors without stray spaces, addresses in their one form. Raises Refused, naming the row."""
    if len(authors) > MOST_AUTHORS:
        raise Refused(f"There are {len(authors)} authors; at most {MOST_AUTHORS} can be listed.", field="authors")
    cleaned = [_clean_author(number, author) for number, author in enumerate(authors, 1)]
    seen: dict[str, int] = {}
    for number, author in enumerate(cleaned, 1):
        if author.email and (first := seen.setdefault(author.email, number)) != number:
            raise Refused(
                f"Authors {first} and {number} have the same e-mail address, {author.email}. Correct one of them.",
                field="authors",
            )
    return cleaned


def _clean_author(number: int, author: AuthorData) -> AuthorData:
    given, particle, family, affiliation = (
        tidy(text) for text in (author.given, author.particle, author.family, author.affiliation)
    )
    if not given and not family:
        raise Refused(f"Author {number} has no name. Type at least one, or remove the row.", field="authors")
    for text, most, what in ((given, 120, "given names"), (particle, 40, "particle"), (family, 120, "family name")):
        _fits(text, most, f"The {what} of author {number}", "authors")
    _fits(affiliation, 200, f"The affiliation of author {number}", "authors")
    email = normalise_email(author.email)
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Refused(
                f"“{author.email.strip()}” of author {number} is no e-mail address, such as name@example.org.",
                field="authors",
            ) from None
        _fits(email, 254, f"The e-mail address of author {number}", "authors")
    return AuthorData(given, particle, family, email, affiliation, author.corresponding, author.would_review)


def _check_words(content: dict[str, Any], submission: Submission, track: Track, topics: Sequence[Topic]) -> None:
    for name, what in (("title", "The title"), ("tldr", "The one sentence"), ("keywords", "The keywords")):
        _fits(content[name], 300, what, name)
    _fits(content["abstract"], 20_000, "The abstract", "abstract")
    _fits(content["declared_conflicts"], 5_000, "The list of conflicts", "declared_conflicts")
    if content["code_url"]:
        _fits(content["code_url"], 200, "The link to the code", "code_url")
        try:
            URLValidator(schemes=["http", "https"])(content["code_url"])
        except ValidationError:
            raise Refused(
                "The link to the code is no web address; it should begin with https://.", field="code_url"
            ) from None
    if track.workshop_id != submission.workshop_id:
        raise Refused("That track belongs to another workshop. Choose one of this workshop.", field="track")
    if any(topic.workshop_id != submission.workshop_id for topic in topics):
        raise Refused("One of the topics belongs to another workshop. Choose from the list.", field="topics")


def _fits(text: str, most: int, what: str, field: str) -> None:
    if len(text) > most:
        raise Refused(f"{what} has {len(text)} characters; at most {most} fit. Shorten it a little.", field=field)


def search_texts(content: dict[str, Any]) -> dict[str, str]:
    """What finds the paper: its words, and, for those who may see authors, their names and addresses."""
    words = fold(" ".join([content["title"], content["tldr"], content["keywords"], content["abstract"]]))
    names = (
        " ".join([a["given"], a["particle"], a["family"], a["email"], a["affiliation"]]) for a in content["authors"]
    )
    return {"search_text": words, "search_identity": fold(" ".join(names))}


def _write_words(row: Submission, content: dict[str, Any], track: Track) -> None:
    names = ("title", "abstract", "tldr", "keywords", "code_url", "declared_conflicts")
    words = {name: content[name] for name in names} | search_texts(content)
    for name, value in words.items():
        setattr(row, name, value)
    row.save(update_fields=list(words))
    wanted, had = set(content["topics"]), set(row.topics.values_list("pk", flat=True))
    SubmissionTopic.objects.filter(submission=row, topic__in=had - wanted).delete()
    SubmissionTopic.objects.bulk_create(
        SubmissionTopic(submission=row, topic_id=topic) for topic in sorted(wanted - had)
    )


def _write_authors(row: Submission, authors: list[dict[str, Any]], by: User | None) -> None:
    """Make the rows as listed. A row is the same person while its address, or without one its name, stays."""
    before = list(row.authorships.all())
    owners = confirmed_owners(a["email"] for a in authors)
    _keep_access(by, authors, owners, before)
    by_address = {old.email: old for old in before if old.email}
    by_name = {(old.given, old.particle, old.family): old for old in before if not old.email}
    kept: list[Authorship] = []
    new: list[Authorship] = []
    for position, author in enumerate(authors, 1):
        old = by_address.pop(author["email"], None) if author["email"] else None
        old = old or by_name.pop((author["given"], author["particle"], author["family"]), None)
        made = old or Authorship(submission=row)
        for name, value in (author | {"position": position}).items():
            setattr(made, name, value)
        _tie(made, owners.get(author["email"]), by)
        (kept if old else new).append(made)
    Authorship.objects.filter(submission=row).exclude(pk__in=[a.pk for a in kept]).delete()
    fields = [field.name for field in dataclass_fields(AuthorData)]
    Authorship.objects.bulk_update(kept, [*fields, "position", "user", "status"])
    Authorship.objects.bulk_create(new)


def _tie(authorship: Authorship, owner: int | None, by: User | None) -> None:
    """An author is tied to an account through a confirmed address, and to nothing else."""
    if authorship.status == AuthorshipStatus.DISOWNED:
        return
    authorship.user_id = owner
    if by is not None and owner == by.pk:
        authorship.status = AuthorshipStatus.CLAIMED


def _keep_access(
    by: User | None, authors: list[dict[str, Any]], owners: dict[str, int], before: Sequence[Authorship]
) -> None:
    if by is None or by.pk in {owners.get(author["email"]) for author in authors}:
        return
    if any(old.user_id == by.pk for old in before):
        raise Refused(
            "You took yourself off the list of authors, or changed your address to one that is not confirmed as yours. "
            "You would lose this page: keep a row with a confirmed address of yours, or ask a co-author to remove you.",
            field="authors",
        )


def confirmed_owners(addresses: Iterable[str]) -> dict[str, int]:
    """Whose each address is, where somebody has confirmed it. One query."""
    wanted = {address for address in addresses if address}
    found = EmailAddress.objects.filter(email__in=wanted, verified=True, user__is_active=True)
    return dict(found.values_list("email", "user_id"))


def _change_track(row: Submission, track: Track) -> None:
    row.track = track
    row.save(update_fields=["track"])
    if row.current and row.current.pdf:
        note_page_limit(row.current.pdf, track)


def _record_save(row: Submission, by: User | None, revision: Revision) -> None:
    record(
        "submission.saved",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=row.pk,
        aspect="authors",
        about=revision,
        data={"revision": revision.number},
    )
