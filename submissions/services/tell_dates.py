"""Mails about a paper and its deadline, in the transaction of the change that they tell of."""

from django.utils import timezone

from accounts.models import User
from audit.models import Root
from notifications.models import Message
from notifications.services.messages import cancel_message
from notifications.states import MessageStatus
from submissions import emails_dates as emails
from submissions.models import Revision, Submission
from submissions.services.tell import SETTLE, to_authors, to_person
from workshops.deadlines import window
from workshops.instants import both
from workshops.models import Extension
from workshops.states import DeadlineKind


def kept_late(submission: Submission, revision: Revision, *, to: User | None) -> None:
    """Say that it came late and is kept, to whoever saved it: once, ten minutes after the last of it."""
    if to is None:
        return
    waiting = Message.objects.about(Root.SUBMISSION, submission.pk).filter(
        kind=emails.KEPT_LATE, status=MessageStatus.DUE, due_at__gt=timezone.now(), recipient=to
    )
    for message in waiting:
        cancel_message(message=message, by=None)
    entry = window(submission.workshop_id, DeadlineKind.SUBMISSION, submission.track_id, at=revision.received_at)
    values = {"at": both(revision.received_at), "deadline": both(entry.at) if entry.at else "", "begun_late": ""}
    if submission.current_id is None:
        values["begun_late"] = "yes"
    to_person(submission, emails.KEPT_LATE, str(revision.number), to, values, due_at=timezone.now() + SETTLE)


def late_answered(submission: Submission, revision: Revision, *, accepted: bool, reason: str) -> None:
    kind = emails.LATE_ACCEPTED if accepted else emails.LATE_REFUSED
    values = {"at": both(revision.received_at), "reason": reason}
    to_authors(submission, kind, f"{revision.number}-{submission.version}", values)


def extended(submission: Submission, extension: Extension) -> None:
    values = {"until": both(extension.until), "reason": extension.reason}
    to_authors(submission, emails.EXTENDED, str(extension.pk), values)


def extension_ended(submission: Submission, extension: Extension, *, reason: str) -> None:
    values = {"until": both(extension.until), "reason": reason}
    to_authors(submission, emails.EXTENSION_ENDED, str(extension.pk), values)
