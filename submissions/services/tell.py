"""Put mails about a paper into the outbox, in the transaction of the change that they tell of."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Root
from notifications.models import Message
from notifications.services.enqueue import enqueue
from notifications.services.messages import cancel_message
from notifications.states import MessageStatus
from submissions import emails
from submissions.files import megabytes
from submissions.findings import shown
from submissions.models import Authorship, Submission
from submissions.states import AuthorshipStatus
from workshops.deadlines import window
from workshops.instants import aoe, both, utc
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
        {
            "first": "yes" if at_once else "",
            "file_name": pdf.name,
            "pages": str(pdf.pages or ""),
            "size": megabytes(pdf.blob.size),
            "sha256": pdf.blob.sha256,
            "at_aoe": aoe(revision.received_at),
            "at_utc": utc(revision.received_at),
            "editable_until": _editable_until(submission),
            "findings": [f"{said.sentence} {said.how_to_mend}" for said in shown(pdf, submission.track)],
        },
        due_at=None if at_once else timezone.now() + SETTLE,
    )


def cancel_receipts(submission: Submission, *, to: User | None = None) -> None:
    """Receipts that still wait for the last change are out of date."""
    waiting = Message.objects.about(Root.SUBMISSION, submission.pk).filter(
        kind=emails.RECEIPT, status=MessageStatus.DUE, due_at__gt=timezone.now()
    )
    for message in waiting.filter(recipient=to) if to else waiting:
        cancel_message(message=message, by=None)


def listed_as_author(submission: Submission, *, by: User | None) -> None:
    """Tell each co-author who was not told yet that they are listed."""
    told = Message.objects.about(Root.SUBMISSION, submission.pk).filter(kind=emails.LISTED_AS_AUTHOR)
    addresses = set(told.values_list("address", flat=True))
    people = set(told.values_list("recipient", flat=True)) | ({by.pk} if by else set())
    values = {"listed_by": _who(by), "editable_until": _editable_until(submission)}
    for author in _reachable(submission):
        if author.email not in addresses and (author.user_id is None or author.user_id not in people):
            _send(submission, emails.LISTED_AS_AUTHOR, "1", _author(author), values)


def withdrawn(submission: Submission, *, by: User | None, reason: str) -> None:
    until = (submission.withdrawn_at or timezone.now()) + timedelta(hours=24)
    values = {"by": _who(by), "reason": reason, "undo_until": both(until)}
    for author in _reachable(submission):
        _send(submission, emails.WITHDRAWN, str(submission.version), _author(author), values)


def withdrawal_undone(submission: Submission, *, by: User | None) -> None:
    for author in _reachable(submission):
        _send(submission, emails.WITHDRAWAL_UNDONE, str(submission.version), _author(author), {"by": _who(by)})


def page_of(submission: Submission) -> str:
    """The full address of the author's page."""
    path = reverse("submissions:paper", args=[submission.workshop.slug, submission.number])
    return f"{settings.SITE_URL}{path}"


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
    entry = window(submission.workshop_id, DeadlineKind.SUBMISSION, submission.track_id, at=now)
    return both(entry.at) if entry.at and now <= entry.at else ""


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
