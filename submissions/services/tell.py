"""Put mails about a paper into the outbox, in the transaction of the change that they tell of."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from audit.models import Root
from notifications.models import Batch, Message
from notifications.services.enqueue import enqueue
from notifications.services.messages import cancel_message
from notifications.states import MessageStatus
from submissions import emails
from submissions.author_links import make_link
from submissions.files import megabytes
from submissions.findings import shown
from submissions.models import AuthorListRequest, Authorship, File, Revision, Submission
from submissions.states import DISPUTES, AuthorshipStatus, RequestKind
from workshops.deadlines import window
from workshops.instants import aoe, both, utc
from workshops.models import Track
from workshops.states import DeadlineKind

SETTLE = timedelta(minutes=10)


def receipt(submission: Submission, *, to: User | None, at_once: bool = False) -> None:
    """Say what is stored, to whoever acted: at once when it is submitted, else ten minutes after the last change."""
    if to is None or submission.current is None:
        return
    cancel_receipts(submission, to=to)
    revision, pdf = submission.current, submission.current.pdf
    if pdf is None:
        return
    _send(
        submission,
        emails.RECEIPT,
        f"{revision.number}-{pdf.status}-{submission.version}",
        _recipient(to),
        _stored(revision, pdf)
        | {
            "first": "yes" if at_once else "",
            "editable_until": _editable_until(submission),
            "findings": [f"{said.sentence} {said.how_to_mend}" for said in shown(pdf, submission.track)],
        },
        due_at=None if at_once else timezone.now() + SETTLE,
    )


def final_receipt(submission: Submission, *, key: str) -> None:
    """After the deadline: what counts, to every author. ``key``: of which deadline."""
    cancel_receipts(submission)
    revision = submission.current
    if revision is None or revision.pdf is None:
        return
    page = emails.page("submissions:receipt", submission.workshop.slug, submission.number)
    values = _stored(revision, revision.pdf) | {"receipt": page}
    for author in _reachable(submission):
        _send(submission, emails.FINAL_RECEIPT, key, _author(author), values)


def _stored(revision: Revision, pdf: File) -> dict[str, str]:
    supplement = revision.supplement
    return {
        "supplement": f"{supplement.name}, {megabytes(supplement.blob.size)}" if supplement else "",
        "supplement_sha256": supplement.blob.sha256 if supplement else "",
        "file_name": pdf.name,
        "pages": str(pdf.pages or ""),
        "size": megabytes(pdf.blob.size),
        "sha256": pdf.blob.sha256,
        "at_aoe": aoe(revision.received_at),
        "at_utc": utc(revision.received_at),
    }


def incomplete(submission: Submission, *, missing: Sequence[str], until: datetime, left: str, key: str) -> None:
    """Say what a draft still needs, to those of its authors who have confirmed their address: they can mend it."""
    values = {"missing": list(missing), "until": both(until), "left": left}
    for author in _reachable(submission):
        if author.user_id is not None:
            _send(submission, emails.INCOMPLETE, key, _author(author), values)


def cancel_receipts(submission: Submission, *, to: User | None = None) -> None:
    """Receipts that still wait for the last change are out of date."""
    waiting = Message.objects.about(Root.SUBMISSION, submission.pk).filter(
        kind=emails.RECEIPT, status=MessageStatus.DUE, due_at__gt=timezone.now()
    )
    for message in waiting.filter(recipient=to) if to else waiting:
        cancel_message(message=message, by=None)


def listed_as_author(submission: Submission, *, by: User | None) -> None:
    """Tell each co-author who was not told yet that they are listed."""
    told = Message.objects.about(Root.SUBMISSION, submission.pk).filter(
        kind__in=(emails.LISTED_AS_AUTHOR, emails.ENTERED)
    )
    addresses = set(told.values_list("address", flat=True))
    people = set(told.values_list("recipient", flat=True)) | ({by.pk} if by else set())
    values = {"listed_by": _who(by), "editable_until": _editable_until(submission)}
    for author in _reachable(submission):
        if author.email not in addresses and (author.user_id is None or author.user_id not in people):
            with_link = values | {"link": _link_of(author)}
            _send(submission, emails.LISTED_AS_AUTHOR, "1", _author(author), with_link)


def listed_since(authorship: Authorship, *, listed_by: str) -> None:
    """Tell somebody who came onto the list after the deadline."""
    submission = authorship.submission
    values = {"listed_by": listed_by, "editable_until": _editable_until(submission), "link": _link_of(authorship)}
    _send(submission, emails.LISTED_AS_AUTHOR, "1", _author(authorship), values)


def listed_again(authorship: Authorship, *, by: User, at: datetime) -> None:
    """The same mail once more, with a link of its own; at most once an hour. The links before it stay alive."""
    submission = authorship.submission
    values = {"listed_by": _who(by), "editable_until": _editable_until(submission), "link": _link_of(authorship)}
    key = f"again-{authorship.pk}-{at:%Y%m%d%H}"
    _send(submission, emails.LISTED_AS_AUTHOR, key, _author(authorship), values)


def author_list_asked(request: AuthorListRequest) -> None:
    """Tell the authors what is asked about their list, and by whom; whoever asked knows it."""
    values = {"what": said_of(request), "by": asker_of(request), "disputed": "yes" if request.kind in DISPUTES else ""}
    values["reason"] = "" if request.kind in DISPUTES else request.reason
    for author in _reachable(request.submission):
        if author.pk != request.authorship_id and (request.by_id is None or author.user_id != request.by_id):
            _send(request.submission, emails.AUTHOR_LIST_ASKED, str(request.pk), _author(author), values)


def author_list_answered(request: AuthorListRequest) -> None:
    """Tell all authors how it ended, and whoever asked. Of the paper, who is no author of it reads the number alone."""
    values = {"what": said_of(request), "status": request.get_status_display().lower(), "answer": request.answer}
    authors = [(author.email, _author(author)) for author in _reachable(request.submission)]
    for _, to in authors:
        _send(request.submission, emails.AUTHOR_LIST_ANSWERED, str(request.pk), to, values)
    known = {address for address, _ in authors} | {to["recipient"].email for _, to in authors if "recipient" in to}
    address = request.by.email if request.by else request.data.get("email", "")
    if address and address not in known:
        to = _recipient(request.by) if request.by else {"address": address, "name": request.who}
        outside = values | {"title": "", "authors": []}
        _send(request.submission, emails.AUTHOR_LIST_ANSWERED, str(request.pk), to, outside)


def author_list_arranged(submission: Submission, *, by: User | None) -> None:
    """Order or spelling was changed after the deadline: every author reads the list as it is now."""
    for author in _reachable(submission):
        if by is None or author.user_id != by.pk:
            key = str(submission.version)
            _send(submission, emails.AUTHOR_LIST_ARRANGED, key, _author(author), {"by": _who(by)})


def said_of(request: AuthorListRequest) -> str:
    """What is asked, as a part of a sentence."""
    sentences = {
        RequestKind.ADD: f"to add {request.who} as an author",
        RequestKind.REMOVE: f"to take {request.who} off the list of authors",
        RequestKind.NOT_ME: f"about {request.who}: “this is not me”",
        RequestKind.MISSING: f"about {request.who}: “I am an author and missing from the list”",
    }
    return sentences[RequestKind(request.kind)]


def asker_of(request: AuthorListRequest) -> str:
    return request.by.name if request.by else request.who


def withdrawn(submission: Submission, *, by: User | None, reason: str) -> None:
    until = (submission.withdrawn_at or timezone.now()) + timedelta(hours=24)
    values = {"by": _who(by), "reason": reason, "undo_until": both(until)}
    for author in _reachable(submission):
        _send(submission, emails.WITHDRAWN, str(submission.version), _author(author), values)


def withdrawal_undone(submission: Submission, *, by: User | None) -> None:
    for author in _reachable(submission):
        _send(submission, emails.WITHDRAWAL_UNDONE, str(submission.version), _author(author), {"by": _who(by)})


def author(submission: Submission, kind: str, key: str, to: Authorship, values: dict[str, Any], **options: Any) -> None:
    """One mail to one listed author, at the address on the list. ``key`` makes it once, see enqueue."""
    _send(submission, kind, key, {"address": to.email, "name": to.name}, values, **options)


def transferred(
    submission: Submission, *, before: Track, reason: str, changes: Sequence[str], todo: Sequence[str]
) -> None:
    """Say to which track the paper was moved, ten minutes later: until then a slip of the hand tells nobody."""
    values = {
        "from_track": before.name,
        "reason": reason,
        "changes": list(changes),
        "todo": list(todo),
        "editable_until": _editable_until(submission),
    }
    due = timezone.now() + SETTLE
    for author in _reachable(submission):
        _send(submission, emails.TRANSFERRED, str(submission.version), _author(author), values, due_at=due)


def cancel_transferred(submission: Submission) -> bool:
    """Cancel what waits of it; False when there is none, because it has left."""
    about = Message.objects.about(Root.SUBMISSION, submission.pk)
    waiting = list(about.filter(kind=emails.TRANSFERRED, status=MessageStatus.DUE, due_at__gt=timezone.now()))
    for message in waiting:
        cancel_message(message=message, by=None)
    return bool(waiting)


def entered(submission: Submission, *, reason: str, counts_from: datetime, late: bool) -> None:
    """Tell every author that an organizer entered the paper for them, and how it becomes theirs."""
    values = {
        "reason": reason,
        "counts_from": both(counts_from),
        "late": "yes" if late else "",
        "editable_until": _editable_until(submission),
    }
    for author in _reachable(submission):
        _send(submission, emails.ENTERED, "1", _author(author), values | {"link": _link_of(author)})


def reminded(submission: Submission, *, author: Authorship, lacks: Sequence[str], batch: Batch) -> None:
    """One mail of a bulk mail to those whose papers are not complete."""
    values = {"lacks": list(lacks), "until": _editable_until(submission)}
    _send(submission, emails.REMINDER, str(batch.pk), _author(author), values, batch=batch)


def to_authors(submission: Submission, kind: str, key: str, values: dict[str, Any]) -> None:
    """One mail to each author who can be reached."""
    for author in _reachable(submission):
        _send(submission, kind, key, _author(author), values)


def to_person(
    submission: Submission, kind: str, key: str, to: User, values: dict[str, Any], *, due_at: datetime | None = None
) -> None:
    _send(submission, kind, key, _recipient(to), values, due_at=due_at)


def page_of(submission: Submission) -> str:
    """The full address of the author's page."""
    return emails.page("submissions:paper", submission.workshop.slug, submission.number)


def _link_of(authorship: Authorship) -> str:
    return emails.page("submissions:author_link", make_link(authorship))


def _reachable(submission: Submission) -> Iterable[Authorship]:
    listed = submission.authorships.exclude(status=AuthorshipStatus.DISOWNED).exclude(email="")
    return listed.select_related("user").order_by("position")


def _recipient(user: User) -> dict[str, Any]:
    return {"recipient": user, "name": user.name}


def _author(author: Authorship) -> dict[str, Any]:
    return _recipient(author.user) if author.user else {"address": author.email, "name": author.name}


def _who(by: User | None) -> str:
    return by.name if by else "The organizers"


def _editable_until(submission: Submission) -> str:
    now = timezone.now()
    kind, paper = DeadlineKind.SUBMISSION, submission.pk
    until = window(submission.workshop_id, kind, submission.track_id, at=now, root_id=paper).ends_at
    return both(until) if until and now <= until else ""


def _send(
    submission: Submission, kind: str, key: str, to: dict[str, Any], values: dict[str, Any], **options: Any
) -> None:
    workshop = submission.workshop
    paper = {
        "workshop": str(workshop),
        "name": to.pop("name"),
        "number": str(submission.number),
        "title": submission.title,
        "track": submission.track.name,
        "authors": [author.name for author in submission.authorships.all()],
        "url": page_of(submission),
        "contact": workshop.contact,
    }
    enqueue(
        kind=kind,
        key=key,
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="mail",
        values=paper | values,
        scope=f"w:{workshop.pk}",
        reply_to=workshop.contact,
        **to,
        **options,
    )
