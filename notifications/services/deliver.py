"""Send what is due: claim a lot, mark each mail immediately before it is handed over, write down what was said.

docs/algorithms/outbox.md tells why nothing is lost and nothing comes twice.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from audit.transitions import IllegalMove
from notifications import tasks
from notifications.channels import Answer, Channel, NoAnswer, NotSent, Unwritable, Written, channel_for, write
from notifications.kinds import kind_of
from notifications.models import Attempt, Batch, Message
from notifications.services.batches import finish_batches
from notifications.services.wipe import WIPED
from notifications.states import MESSAGE_MOVES, BatchStatus, MessageStatus

LOT = 20
LEASE = timedelta(seconds=150)  # longer than the SMTP time-out of 30 s and than the longest a task may run (110 s)
ATTEMPTS = 10
PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=2)
LEAVING = [BatchStatus.SENDING, BatchStatus.DONE]  # what a message of a batch may leave in (done: it is sent again)


@dataclass
class Lot:
    """What became of one lot."""

    claimed: int = 0
    sent: int = 0
    trouble: bool = False  # the way out does not work; there is no use in going on at once
    notes: list[Attempt] = field(default_factory=list)


def deliver_lot(*, until: float | None = None, channels: "Channels | None" = None) -> Lot:
    """Claim up to twenty mails and send them.

    ``until``: the monotonic instant after which the rest is given back. ``channels``: connections that stay open for
    the next lot; without them, this lot's are closed after it.
    """
    if channels is None:
        with open_channels() as own:
            return deliver_lot(until=until, channels=own)
    token = secrets.token_hex(16)
    messages = _claim(token)
    lot, ahead = Lot(claimed=len(messages)), _Ahead(messages)
    try:
        for place, message in enumerate(messages):
            if lot.trouble or (until is not None and time.monotonic() > until):
                _give_back(token, messages[place:], timezone.now() + (PAUSE if lot.trouble else timedelta(0)))
                break
            _Try(message, place, token, channels, ahead, lot).run()
    finally:
        Attempt.objects.bulk_create(lot.notes)
    if ids := {message.batch_id for message in messages if message.batch_id}:
        finish_batches(ids)
    return lot


def sweep() -> None:
    """Mend what dead workers left: their claimed mails are due again, the one being sent is in doubt. Then ring."""
    now = timezone.now()
    lapsed = Message.objects.lapsed(now)
    freed = lapsed.filter(status=MessageStatus.CLAIMED)
    freed.update(status=MessageStatus.DUE, claim_token="", lease_until=None)
    for message in lapsed.filter(status=MessageStatus.SENDING):
        _doubt(message, message.claim_token, "The worker died while it sent this.")
    finish_batches(Batch.objects.filter(status=BatchStatus.SENDING).values_list("pk", flat=True))
    tasks.ring_for(Message.objects.due(now).order_by()[: LOT * tasks.BELLS].count())


def pause_after(attempts: int) -> timedelta:
    """30 s, then twice as long after each further try, at most two hours."""
    return min(PAUSE * 2 ** min(max(attempts - 1, 0), 10), LONGEST_PAUSE)


def email_of(message: Message) -> EmailMultiAlternatives:
    email = EmailMultiAlternatives(
        message.subject,
        message.text,
        settings.MAIL_FROM,
        [message.address],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={"Message-ID": f"<{message.message_id}>", "Auto-Submitted": "auto-generated"},
    )
    if message.html:
        email.attach_alternative(message.html, "text/html")
    for part in message.attachments:
        email.attach(part["name"], part["text"], part["type"])
    return email


def _claim(token: str) -> list[Message]:
    """Up to LOT due mails, the most urgent first, taken by one conditional UPDATE; two workers never wait."""
    now = timezone.now()
    with transaction.atomic():
        free = Message.objects.due(now).select_for_update(skip_locked=True)
        messages = list(free[:LOT])
        if not messages:
            return []
        taken = Message.objects.filter(pk__in=[message.pk for message in messages], status=MessageStatus.DUE)
        taken.update(status=MessageStatus.CLAIMED, claim_token=token, lease_until=now + LEASE)
    return messages


def _give_back(token: str, messages: list[Message], due_at: datetime) -> None:
    mine = Message.objects.filter(pk__in=[m.pk for m in messages], claim_token=token, status=MessageStatus.CLAIMED)
    mine.update(status=MessageStatus.DUE, claim_token="", lease_until=None, due_at=due_at)


class Channels:
    """The ways out that were used, each opened once."""

    @cached_property
    def site(self) -> Channel:
        return channel_for(rehearsal=False)

    @cached_property
    def rehearsal(self) -> Channel:
        return channel_for(rehearsal=True)

    def of(self, message: Message) -> Channel:
        return self.rehearsal if message.is_rehearsal else self.site


@contextmanager
def open_channels() -> Iterator[Channels]:
    channels = Channels()
    try:
        yield channels
    finally:
        for name in ("site", "rehearsal"):
            if name in channels.__dict__:
                channels.__dict__[name].close()


class _Ahead:
    """The mails of a lot in their form, each made while the server thinks about the one before it."""

    def __init__(self, messages: list[Message]) -> None:
        self.messages = messages
        self.made: dict[int, Written | Unwritable] = {}

    def make(self, place: int) -> None:
        if place < len(self.messages) and place not in self.made:
            try:
                self.made[place] = write(email_of(self.messages[place]))
            except Unwritable as trouble:
                self.made[place] = trouble

    def take(self, place: int) -> Written:
        self.make(place)
        made = self.made.pop(place)
        if isinstance(made, Unwritable):
            raise made
        return made


@dataclass
class _Try:
    """One try to send one mail of a lot."""

    message: Message
    place: int
    token: str
    channels: Channels
    ahead: _Ahead
    lot: Lot

    def run(self) -> None:
        try:
            mail = self.ahead.take(self.place)
            answer = self.channels.of(self.message).send(mail, self._mark, self._meanwhile)
        except Unwritable as trouble:
            self._end(MessageStatus.FAILED, Answer(554, f"The mail could not be written: {trouble}"))
        except NotSent as trouble:
            self.lot.trouble = True
            self._due_again(str(trouble), PAUSE)
        except NoAnswer as trouble:
            _doubt(self.message, self.token, str(trouble))
        else:
            self._answered(answer) if answer else self._leave()

    def _meanwhile(self) -> None:
        self.ahead.make(self.place + 1)

    def _mark(self) -> bool:
        """Committed immediately before the mail is handed over; no when it is no longer ours or may not leave."""
        changes = {"claim_token": self.token, "lease_until": timezone.now() + LEASE}
        if self.message.batch_id is None:
            return self._move("claimed", MessageStatus.SENDING, **changes)
        leaving = Batch.objects.filter(status__in=LEAVING).values("pk")
        return self._move("claimed", MessageStatus.SENDING, batch__in=leaving, **changes)

    def _move(self, origins: str, to: MessageStatus, *, batch__in: Any = None, **changes: Any) -> bool:
        only = {} if batch__in is None else {"batch__in": batch__in}
        return _move(self.message, self.token, origins, to, only, **changes)

    def _answered(self, answer: Answer) -> None:
        if answer.accepted:
            self._sent(answer)
        elif answer.final or self.message.attempts + 1 >= ATTEMPTS:
            self._end(MessageStatus.FAILED, answer)
        else:
            self._due_again(f"{answer.code} {answer.text}", pause_after(self.message.attempts + 1), answer)

    def _sent(self, answer: Answer) -> None:
        now = timezone.now()
        wipe = WIPED | {"wiped_at": now} if kind_of(self.message.kind).secret else {}
        self._end(MessageStatus.SENT, answer, sent_at=now, **wipe)
        self.lot.sent += 1

    def _end(self, status: MessageStatus, answer: Answer, **changes: Any) -> None:
        origins = "sending" if status == MessageStatus.SENT else "claimed sending"
        said = f"{answer.code} {answer.text}"[:200]
        if self._move(origins, status, attempts=self.message.attempts + 1, last_code=said, **changes):
            self._note(status, answer)

    def _due_again(self, said: str, pause: timedelta, answer: Answer | None = None) -> None:
        changes: dict[str, Any] = {"due_at": timezone.now() + pause, "last_code": said[:200]}
        if answer:
            changes["attempts"] = self.message.attempts + 1
        if self._move("claimed sending", MessageStatus.DUE, **changes) and answer:
            self._note(MessageStatus.DUE, answer)

    def _note(self, outcome: MessageStatus, answer: Answer) -> None:
        """For the history of the mail; its last line stands on the row already."""
        code, text, server = str(answer.code), answer.text[:500], answer.server[:120]
        note = Attempt(message=self.message, outcome=outcome, code=code, answer=text, server=server)
        self.lot.notes.append(note)

    def _leave(self) -> None:
        """It may not leave: its batch was paused, stopped or cancelled since it was claimed (or it is not ours)."""
        for ended, status in (
            ([BatchStatus.PAUSED], MessageStatus.HELD),
            ([BatchStatus.STOPPED, BatchStatus.CANCELLED], MessageStatus.CANCELLED),
        ):
            self._move("claimed", status, batch__in=Batch.objects.filter(status__in=ended).values("pk"))


def _move(
    message: Message, token: str, origins: str, to: MessageStatus, only: dict[str, Any] | None = None, **changes: Any
) -> bool:
    """One conditional UPDATE of a mail that is still ours; the claim ends unless ``changes`` renews it."""
    states = origins.split()
    if illegal := [origin for origin in states if to not in MESSAGE_MOVES[origin]]:
        raise IllegalMove(f"Message: {illegal[0]} → {to}")
    mine = Message.objects.filter(pk=message.pk, claim_token=token, status__in=states, **(only or {}))
    return mine.update(**{"claim_token": "", "lease_until": None, **changes, "status": to}) == 1


@transaction.atomic
def _doubt(message: Message, token: str, why: str) -> None:
    """It may have arrived. What may come twice is sent again under its Message-ID; all else waits for a person."""
    again = kind_of(message.kind).resend_in_doubt and message.attempts + 1 < ATTEMPTS
    status = MessageStatus.DUE if again else MessageStatus.IN_DOUBT
    due_at = timezone.now() + pause_after(message.attempts + 1) if again else message.due_at
    changes: dict[str, Any] = {"attempts": message.attempts + 1, "last_code": why[:200], "due_at": due_at}
    if _move(message, token, "sending", status, **changes):
        Attempt.objects.create(message=message, outcome=MessageStatus.IN_DOUBT, answer=why[:500])
