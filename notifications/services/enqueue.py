"""Put a mail into the outbox, in the transaction of the change that it tells of."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from audit.errors import Refused
from audit.text import fold
from notifications import tasks
from notifications.kinds import is_rehearsal, kind_of
from notifications.models import Batch, Message
from notifications.rendering import Rendered, Words, render, render_words
from notifications.sandbox import MissingValue
from notifications.states import BatchStatus, MessageStatus

LONGEST_KEY = 200


@dataclass(frozen=True)
class Attachment:
    """A small text file that goes along, such as a calendar file."""

    name: str
    text: str
    type: str = "text/calendar"


@transaction.atomic
def enqueue(
    *,
    kind: str,
    key: str,
    root_type: str,
    root_id: int,
    aspect: str,
    values: Mapping[str, Any],
    recipient: models.Model | None = None,
    address: str = "",
    scope: str = "",
    batch: Batch | None = None,
    due_at: datetime | None = None,
    reply_to: str = "",
    attachments: Sequence[Attachment] = (),
    rehearsal: bool = False,
) -> Message | None:
    """Write one mail; None when this recipient already has the one of this ``key``.

    ``recipient`` is a person (written to at their ``email``), ``address`` somebody without an account or another
    address of the person. ``key`` is the version part of the dedupe key. ``scope`` ("w:<id>") picks the workshop's
    words. With a ``batch`` the mail waits for it; with a ``due_at`` in the future it can be cancelled until then.
    ``rehearsal``: it belongs to one, where its root is a person and does not say so.
    Raises Refused: a value that is missing (it names whose mail and which value), an address that is none.
    """
    spec = kind_of(kind)
    if batch is not None and batch.status != BatchStatus.DRAFT:
        raise Refused("This bulk mail is no longer a draft; nothing can be added to it.")
    to = _checked(address or str(getattr(recipient, "email", "")))
    unique = dedupe_key(kind, root_type, root_id, str(recipient.pk) if recipient else to, key)
    if Message.objects.filter(dedupe_key=unique).exists():
        return None
    now = timezone.now()
    rendered = _rendered(kind, scope, values, batch, to)
    message = Message(
        dedupe_key=unique,
        kind=kind,
        priority=spec.priority,
        batch=batch,
        root_type=root_type,
        root_id=root_id,
        aspect=aspect,
        recipient_id=recipient.pk if recipient else None,
        address=to,
        reply_to=_checked(reply_to) if reply_to else "",
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=[asdict(part) for part in attachments],
        values={"scope": scope, "values": dict(values)} if batch else {},
        is_rehearsal=batch.is_rehearsal if batch else rehearsal or is_rehearsal(root_type, root_id),
        status=MessageStatus.HELD if batch else MessageStatus.DUE,
        due_at=due_at or now,
        message_id=message_id(unique),
        search_text=fold(f"{rendered.subject} {to}"),
    )
    if not _inserted(message):
        return None
    if batch is None:
        delay = max(0.0, (message.due_at - now).total_seconds())
        transaction.on_commit(lambda: tasks.ring(message.pk, delay=delay))
    return message


def dedupe_key(kind: str, root_type: str, root_id: int, whom: str, key: str) -> str:
    """What can be there only once. A key that is too long for its column keeps its beginning and a hash."""
    whole = f"{kind}:{root_type}:{root_id}:{whom}:{key}"
    if len(whole) <= LONGEST_KEY:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()
    return f"{whole[: LONGEST_KEY - len(digest) - 1]}#{digest}"


def message_id(unique: str) -> str:
    """The Message-ID, without its angle brackets: the same for the same mail, and nobody can count with it."""
    host = urlsplit(settings.SITE_URL).hostname
    return f"{salted_hmac('notifications.message-id', unique, algorithm='sha256').hexdigest()[:32]}@{host}"


def rendered_for(message: Message, batch: Batch) -> Rendered:
    """A drafted bulk mail's message, made again from its values."""
    made_from = message.values
    return _rendered(message.kind, made_from["scope"], made_from["values"], batch, message.address)


def _rendered(kind: str, scope: str, values: Mapping[str, Any], batch: Batch | None, to: str) -> Rendered:
    try:
        if batch is not None and batch.text:
            return render_words(Words(batch.subject, batch.text), values)
        return render(kind, scope, values)
    except MissingValue as missing:
        sentence = f"The mail to {to} cannot be written: its value “{missing.name}” is missing."
        raise MissingValue(missing.name, sentence) from missing


def _checked(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(f"“{address}” is not an e-mail address; correct it.", field="address") from None
    return address


def _inserted(message: Message) -> bool:
    """Write the row; False when somebody else wrote the same one in the meantime."""
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        if Message.objects.filter(dedupe_key=message.dedupe_key).exists():
            return False
        raise
    return True
