"""What becomes of a mail, by what the server says: a folder, and a real SMTP server."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from audit.errors import Refused, StaleState
from notifications import checks, kinds
from notifications.models import Attempt, Message
from notifications.services.deliver import ATTEMPTS, LEASE, LOT, deliver_lot, pause_after, sweep
from notifications.services.messages import cancel_message, resend_message, settle_in_doubt
from notifications.services.wipe import wipe_old
from notifications.states import MessageStatus
from tests import servers

pytestmark = pytest.mark.both

Write = Callable[..., Message]


class Script:
    """A tiny SMTP server on loopback whose answer to each command is scripted; None hangs up without one."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | None] = {}
        self.hangs_up_after = ""
        self.seen: list[str] = []
        self.mails: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        self.seen.append("CONNECT")
        with connection, connection.makefile("rwb", buffering=0) as line:
            line.write(b"220 script\r\n")
            while command := line.readline():
                verb = command.split()[0].decode().upper()
                self.seen.append(verb)
                if verb == "DATA" and "DATA" not in self.answers:
                    line.write(b"354 go on\r\n")
                    self.mails.append(b"".join(iter(line.readline, b".\r\n")))
                    verb = "BODY"
                answer = self.answers.get(verb, b"250 fine")
                if answer is None:
                    return
                line.write(answer + b"\r\n")
                if verb == self.hangs_up_after:
                    return


@pytest.fixture
def server(settings: Any) -> Iterator[Script]:
    script = Script()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", script.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield script
    script.listener.close()


def the_mail() -> Message:
    return Message.objects.get()


def test_mail_is_one_file_named_by_its_message_id(write: Write, settings: Any) -> None:
    message = write()
    assert deliver_lot().sent == 1
    (file,) = Path(settings.MAIL_DIR).iterdir()
    assert file.name == f"{message.message_id}.eml"
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert (mail["Subject"], mail["To"], mail["Message-ID"]) == ("Hello Ada", "ada@ada.test", f"<{message.message_id}>")
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == message.text
    assert mail.get_body(("html",)) is not None


def test_sent_mail_has_its_attempt_and_is_not_sent_again(write: Write, server: Script) -> None:
    write()
    assert deliver_lot().sent == 1
    assert deliver_lot().claimed == 0
    mail = the_mail()
    assert (mail.status, mail.attempts, mail.last_code) == (MessageStatus.SENT, 1, "250 fine")
    assert mail.sent_at is not None
    assert list(Attempt.objects.values_list("code", "answer", "server", "outcome")) == [
        ("250", "fine", f"127.0.0.1:{server.port}", "sent")
    ]


def test_lot_uses_one_connection_and_takes_the_urgent_first(write: Write, server: Script) -> None:
    for number in range(LOT + 1):
        write(key=str(number))
    urgent = write(kind="secret", key="last")
    assert deliver_lot().sent == LOT
    assert server.seen.count("CONNECT") == 1
    assert f"<{urgent.message_id}>".encode() in server.mails[0]
    assert Message.objects.filter(status=MessageStatus.DUE).count() == 2


def test_lines_that_begin_with_a_dot_arrive_whole(write: Write, server: Script) -> None:
    write()
    Message.objects.update(text=".\n..two\nend\n", html="")
    deliver_lot()
    assert server.mails[0].endswith(b"\r\n\r\n..\r\n...two\r\nend\r\n")
    assert the_mail().status == MessageStatus.SENT


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "BODY"])
def test_4xx_is_tried_again_with_growing_pauses_and_fails_at_the_tenth(
    write: Write, server: Script, command: str
) -> None:
    server.answers[command] = b"451 later"
    write()
    pauses = []
    for _ in range(ATTEMPTS):
        before = timezone.now()
        deliver_lot()
        mail = the_mail()
        pauses.append(round((mail.due_at - before).total_seconds()))
        Message.objects.update(due_at=timezone.now())
    assert pauses[:-1] == [30, 60, 120, 240, 480, 960, 1920, 3840, 7200]
    assert (the_mail().status, the_mail().attempts) == (MessageStatus.FAILED, ATTEMPTS)
    assert list(Attempt.objects.values_list("outcome", flat=True)) == ["due"] * (ATTEMPTS - 1) + ["failed"]
    assert pause_after(100) == timedelta(hours=2)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "BODY"])
def test_5xx_fails_at_once_and_the_next_mail_still_leaves(write: Write, server: Script, command: str) -> None:
    server.answers[command] = b"550 no such person"
    write()
    assert deliver_lot().sent == 0
    assert (the_mail().status, the_mail().last_code) == (MessageStatus.FAILED, "550 no such person")
    server.answers.clear()
    write(key="2")
    assert deliver_lot().sent == 1


def test_failed_mail_is_sent_again_by_a_person_once(write: Write, server: Script) -> None:
    server.answers["RCPT"] = b"550 no"
    message = write()
    deliver_lot()
    server.answers.clear()
    resend_message(message=message, by=None)
    with pytest.raises(StaleState, match="about to be sent"):
        resend_message(message=message, by=None)
    assert deliver_lot().sent == 1
    assert f"<{message.message_id}>".encode() in server.mails[0]


def test_refused_connection_pauses_the_whole_lot_without_end(write: Write, server: Script, settings: Any) -> None:
    settings.EMAIL_PORT = servers.free_port()
    for number in range(3):
        write(key=str(number))
    before = timezone.now()
    lot = deliver_lot()
    assert (lot.claimed, lot.sent, lot.trouble) == (3, 0, True)
    for mail in Message.objects.all():
        assert (mail.status, mail.attempts) == (MessageStatus.DUE, 0)
        assert mail.due_at - before >= timedelta(seconds=30)
    assert not Attempt.objects.exists()
    assert "127.0.0.1" in Message.objects.earliest("pk").last_code


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_connection_dropped_before_the_mail_is_written_is_no_doubt(write: Write, server: Script, command: str) -> None:
    server.answers[command] = None
    write()
    assert deliver_lot().trouble
    assert the_mail().status == MessageStatus.DUE


def test_connection_dropped_between_two_mails_is_opened_anew(write: Write, server: Script) -> None:
    server.hangs_up_after = "BODY"
    write()
    write(key="2")
    assert deliver_lot().sent == 2
    assert server.seen.count("CONNECT") == 2


@pytest.mark.parametrize("answer", [None, b"rubbish", b"199 what"])
def test_connection_dropped_after_the_mail_leaves_it_in_doubt(write: Write, server: Script, answer: bytes) -> None:
    server.answers["BODY"] = answer
    write()
    deliver_lot()
    assert the_mail().status == MessageStatus.IN_DOUBT
    sweep()
    assert deliver_lot().claimed == 0
    assert len(server.mails) == 1


def test_reminder_in_doubt_is_sent_again_under_the_same_message_id(write: Write, server: Script) -> None:
    server.answers["BODY"] = None
    message = write(kind="reminder")
    deliver_lot()
    assert the_mail().status == MessageStatus.DUE
    server.answers.clear()
    Message.objects.update(due_at=timezone.now())
    assert deliver_lot().sent == 1
    assert [f"<{message.message_id}>".encode() in mail for mail in server.mails] == [True, True]


@pytest.mark.parametrize(("arrived", "mails"), [(True, 1), (False, 2)])
def test_mail_in_doubt_is_settled_by_one_click(write: Write, server: Script, arrived: bool, mails: int) -> None:
    server.answers["BODY"] = None
    message = write()
    deliver_lot()
    server.answers.clear()
    settle_in_doubt(message=message, by=None, arrived=arrived)
    with pytest.raises(StaleState):
        settle_in_doubt(message=message, by=None, arrived=arrived)
    deliver_lot()
    assert the_mail().status == MessageStatus.SENT
    assert len(server.mails) == mails


@pytest.mark.parametrize(
    ("kind", "status", "after"),
    [
        ("letter", MessageStatus.CLAIMED, MessageStatus.DUE),
        ("letter", MessageStatus.SENDING, MessageStatus.IN_DOUBT),
        ("reminder", MessageStatus.SENDING, MessageStatus.DUE),
    ],
)
def test_sweep_mends_what_a_dead_worker_left(write: Write, kind: str, status: str, after: str) -> None:
    write(kind=kind)
    Message.objects.update(status=status, claim_token="t", lease_until=timezone.now() + timedelta(seconds=5))
    sweep()
    assert the_mail().status == status
    Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()
    assert (the_mail().status, the_mail().claim_token, the_mail().lease_until) == (after, "", None)


def test_worker_that_lost_its_claim_sends_nothing(
    write: Write, server: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notifications.channels import SmtpChannel

    real = SmtpChannel._before_data

    def slow(self: SmtpChannel, *args: Any) -> Any:
        Message.objects.update(claim_token="another worker’s")
        return real(self, *args)

    monkeypatch.setattr(SmtpChannel, "_before_data", slow)
    write()
    assert deliver_lot().sent == 0
    assert server.mails == []
    assert the_mail().status == MessageStatus.CLAIMED


def test_lease_is_longer_than_the_time_out_and_than_a_task(settings: Any) -> None:
    assert timedelta(seconds=settings.EMAIL_TIMEOUT) < LEASE
    assert timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT) < LEASE


def test_lot_that_takes_too_long_gives_the_rest_back(write: Write) -> None:
    write()
    lot = deliver_lot(until=0.0)
    assert (lot.claimed, lot.sent) == (1, 0)
    assert (the_mail().status, the_mail().claim_token) == (MessageStatus.DUE, "")
    assert the_mail().due_at <= timezone.now()


def test_secret_is_wiped_as_soon_as_it_is_sent(write: Write) -> None:
    write(kind="secret")
    deliver_lot()
    mail = the_mail()
    assert (mail.text, mail.html, mail.attachments) == ("", "", [])
    assert mail.wiped_at is not None


def test_old_texts_are_wiped_and_cannot_be_sent_again(write: Write, server: Script) -> None:
    server.answers["RCPT"] = b"550 no"
    message = write()
    deliver_lot()
    assert wipe_old(days=180) == 0
    Message.objects.update(created_at=timezone.now() - timedelta(days=181))
    assert wipe_old(days=180) == 1
    with pytest.raises(Refused, match="no longer kept"):
        resend_message(message=message, by=None)
    assert (the_mail().text, the_mail().status) == ("", MessageStatus.FAILED)


def test_mail_can_be_taken_back_until_it_is_due(write: Write) -> None:
    message = write(due_at=timezone.now() + timedelta(seconds=30))
    assert deliver_lot().claimed == 0
    cancel_message(message=message, by=None)
    with pytest.raises(StaleState, match="was cancelled"):
        cancel_message(message=message, by=None)
    Message.objects.update(due_at=timezone.now())
    assert deliver_lot().claimed == 0


def test_mail_that_cannot_be_written_fails_and_holds_up_nobody(write: Write, server: Script) -> None:
    write()
    Message.objects.update(subject="two\nlines")
    write(key="2")
    assert deliver_lot().sent == 1
    assert list(Message.objects.order_by("pk").values_list("status", flat=True)) == ["failed", "sent"]
    assert Message.objects.earliest("pk").last_code.startswith("554 The mail could not be written: BadHeaderError")


def test_mail_of_a_rehearsal_never_uses_the_sites_server(
    write: Write, server: Script, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "_REHEARSALS", [lambda root_type, root_id: root_id == 7])
    settings.REHEARSAL_EMAIL_URL = ""
    rehearsed, real = write(root_id=7), write()
    assert deliver_lot().sent == 2
    assert [file.stem for file in Path(settings.MAIL_DIR).iterdir()] == [rehearsed.message_id]
    assert len(server.mails) == 1
    assert f"<{real.message_id}>".encode() in server.mails[0]


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:{}", "smtp://localhost:{}"])
def test_mail_of_a_rehearsal_may_go_to_a_server_on_loopback(
    write: Write, server: Script, settings: Any, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(kinds, "_REHEARSALS", [lambda root_type, root_id: True])
    settings.REHEARSAL_EMAIL_URL = url.format(server.port)
    settings.EMAIL_PORT = 1
    write()
    assert deliver_lot().sent == 1
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    "url", ["smtp://mail.example.org:25", "smtp://10.0.0.1:25", "smtp://localhost.example.org", "consolemail://"]
)
def test_rehearsal_address_off_this_machine_is_refused(
    write: Write, settings: Any, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(kinds, "_REHEARSALS", [lambda root_type, root_id: True])
    settings.REHEARSAL_EMAIL_URL = url
    write()
    with pytest.raises(ImproperlyConfigured, match="never leaves this machine"):
        deliver_lot()
    assert [error.id for error in checks.rehearsal_mail_stays_here()] == ["notifications.E001"]


def test_real_server_gets_letters_beyond_ascii_whole(write: Write, server: Script, settings: Any) -> None:
    with servers.smtp() as smtp:
        settings.EMAIL_PORT = smtp.port
        write(values={"name": "Šárka Łoś 数", "papers": [{"title": "x" * 2000, "url": ""}]})
        assert deliver_lot().sent == 1
        (entry,) = smtp.accepted()
    assert entry["subject"] == "Hello Šárka Łoś 数"
    assert "Dear Šárka Łoś 数," in entry["body"]
    assert "x" * 2000 in entry["body"]
    assert entry["message_id"] == f"<{the_mail().message_id}>"
