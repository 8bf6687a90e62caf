"""A paper that was begun without an account: the mails that ask for an address to be confirmed."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.core import signing
from django.utils import timezone

from audit.models import Root
from notifications.models import Message
from notifications.services.messages import cancel_message
from notifications.states import MessageStatus
from submissions import emails
from submissions.models import Authorship, Submission
from submissions.services import tell
from workshops.deadlines import window
from workshops.instants import both
from workshops.states import DeadlineKind

CONFIRM_WITHIN = timedelta(hours=48)
REMIND_AFTER = timedelta(hours=24)
SALT = "submissions.confirm_address"


def wait_for_address(submission: Submission) -> None:
    """The paper is complete, and nobody has confirmed an address: until when that must happen, and whom we ask.

    It counts from its instant when an address is confirmed within 48 hours of its last save, or before the deadline.
    """
    if submission.current is None:
        return
    entry = window(
        submission.workshop_id, DeadlineKind.SUBMISSION, submission.track_id, at=submission.current.received_at
    )
    until = submission.current.received_at + CONFIRM_WITHIN
    if entry.counts_until is not None:
        until = max(until, entry.counts_until)
    Submission.objects.filter(pk=submission.pk).update(claim_until=until)
    submission.claim_until = until
    author = submission.authorships.filter(corresponding=True).exclude(email="").first()
    if author is not None:
        ask(submission, author)


def ask(submission: Submission, author: Authorship, *, again: bool = False) -> None:
    """Mail the link that confirms the address: at once, and a second time after a day; say so when it is too late.

    ``again``: also when this address has had the first mail before, unless that was within the last ten minutes.
    """
    stop_asking(submission)
    now = timezone.now()
    again = again and not _asked_since(submission, author, now - tell.SETTLE)
    until = submission.claim_until
    values = {
        "until": both(until) if until else "",
        "confirm_url": emails.page("submissions:confirm_link", token_for(author)),
    }
    tell.author(
        submission, emails.CONFIRM_ADDRESS, f"again-{now:%H%M%S%f}" if again else "1", author, values | {"again": ""}
    )
    if until is None:
        return
    key = f"{until:%Y%m%dT%H%M%S}"
    remind_at = now + REMIND_AFTER
    if remind_at < until:
        tell.author(submission, emails.CONFIRM_ADDRESS, key, author, values | {"again": "yes"}, due_at=remind_at)
    tell.author(submission, emails.ADDRESS_LAPSED, key, author, values, due_at=until)


def stop_asking(submission: Submission) -> None:
    """Mails that wait for their time are out of date."""
    waiting = Message.objects.about(Root.SUBMISSION, submission.pk).filter(
        kind__in=(emails.CONFIRM_ADDRESS, emails.ADDRESS_LAPSED), status=MessageStatus.DUE, due_at__gt=timezone.now()
    )
    for message in waiting:
        cancel_message(message=message, by=None)


def _asked_since(submission: Submission, author: Authorship, at: datetime) -> bool:
    sent = Message.objects.about(Root.SUBMISSION, submission.pk).filter(kind=emails.CONFIRM_ADDRESS, created_at__gt=at)
    return sent.filter(address=author.email).exclude(status=MessageStatus.CANCELLED).exists()


def token_for(author: Authorship) -> str:
    """What stands in the link to confirm this author's address. It is sent to that address and to nobody else."""
    return signing.dumps({"p": author.submission_id, "a": _mark(author.email)}, salt=SALT)


def author_behind(token: str) -> Authorship | None:
    """The author whom this token was sent to, while the address is on the list. Reading changes nothing."""
    try:
        found = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    listed = Authorship.objects.filter(submission=found["p"]).exclude(email="")
    rows = listed.select_related("submission__workshop", "submission__track", "submission__current__pdf")
    return next((author for author in rows if _mark(author.email) == found["a"]), None)


def _mark(email: str) -> str:
    return sha256(email.encode()).hexdigest()[:20]
