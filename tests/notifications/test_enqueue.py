"""A mail is a row, written with the change that it tells of, once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit.errors import Refused
from notifications import kinds
from notifications.models import Batch, Message
from notifications.sandbox import MissingValue
from notifications.services.enqueue import Attachment, dedupe_key, message_id
from notifications.states import MessageStatus
from tests.factories import make_user

pytestmark = pytest.mark.both

Write = Callable[..., Message | None]


def test_mail_is_rendered_when_it_is_written(write: Write) -> None:
    message = write(attachments=[Attachment("due.ics", "BEGIN:VCALENDAR")], reply_to="chair@chair.test")
    row = Message.objects.get()
    assert message == row
    assert (row.subject, row.status, row.address) == ("Hello Ada", MessageStatus.DUE, "ada@ada.test")
    assert row.text.startswith("Dear Ada,")
    assert row.attachments == [{"name": "due.ics", "text": "BEGIN:VCALENDAR", "type": "text/calendar"}]
    assert row.reply_to == "chair@chair.test"
    assert row.values == {}


def test_second_mail_of_the_same_key_is_none(write: Write) -> None:
    assert write() is not None
    assert write() is None
    assert write(key="2") is not None
    assert write(address="ben@ben.test") is not None
    assert Message.objects.count() == 3


def test_mail_disappears_with_the_change_that_failed(write: Write) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_person_is_written_to_at_their_address_and_known_by_key(write: Write) -> None:
    ada = make_user("Ada")
    message = write(address="", recipient=ada)
    assert message is not None
    assert (message.address, message.recipient_id) == (ada.email, ada.pk)
    assert message.dedupe_key == f"letter:workshop:1:{ada.pk}:1"


def test_missing_value_names_recipient_and_value_and_writes_nothing(write: Write) -> None:
    with pytest.raises(
        MissingValue, match=r"The mail to ada@ada\.test cannot be written: its value “papers” is missing"
    ):
        write(values={"name": "Ada"})
    assert not Message.objects.exists()


@pytest.mark.parametrize("address", ["", "ada", "ada@ada.test\nBcc: zed@zed.test", "ada@ada.test, zed@zed.test"])
def test_address_that_is_none_is_refused(write: Write, address: str) -> None:
    with pytest.raises(Refused, match="is not an e-mail address"):
        write(address=address)


def test_message_id_is_stable_and_tells_no_order(settings) -> None:
    settings.SITE_URL = "https://papers.example.org:8443"
    first, second = message_id("letter:workshop:1:1:1"), message_id("letter:workshop:1:2:1")
    assert first == message_id("letter:workshop:1:1:1")
    assert first != second
    assert first.endswith("@papers.example.org")


def test_long_key_fits_its_column_and_stays_unique() -> None:
    long = dedupe_key("letter", "workshop", 1, "a" * 254, "1")
    other = dedupe_key("letter", "workshop", 1, "a" * 254, "2")
    assert len(long) == len(other) == 200
    assert long != other


def test_mail_of_a_rehearsal_is_marked(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_REHEARSALS", [lambda root_type, root_id: root_id == 7])
    real, rehearsed = write(), write(root_id=7)
    assert real is not None
    assert rehearsed is not None
    assert (real.is_rehearsal, rehearsed.is_rehearsal) == (False, True)


def test_mail_of_a_batch_is_held_and_of_an_ended_draft_refused(write: Write, draft: Callable[..., Batch]) -> None:
    batch = draft(1)
    message = batch.messages.get()
    assert message.status == MessageStatus.HELD
    batch.status = "held"
    with pytest.raises(Refused, match="no longer a draft"):
        write(batch=batch, key="late")


def test_due_at_in_the_future_is_not_due_yet(write: Write) -> None:
    write(due_at=timezone.now() + timedelta(seconds=30))
    assert not Message.objects.due(timezone.now()).exists()
    assert Message.objects.due(timezone.now() + timedelta(seconds=31)).count() == 1
