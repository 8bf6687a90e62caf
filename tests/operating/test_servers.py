"""The servers that the tests rely on do what they promise."""

import smtplib
import time
from email.message import EmailMessage

import pytest

from tests import servers

pytestmark = pytest.mark.servers


def send(server: servers.Smtp, *recipients: str) -> None:
    message = EmailMessage()
    message["Message-ID"], message["Subject"] = "<one@neurreps.test>", "A decision — for you"
    message.set_content("Dear Ada")
    with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as client:
        client.send_message(message, "noreply@neurreps.test", recipients)


def test_smtp_logs_each_recipient_of_an_accepted_message() -> None:
    with servers.smtp() as server:
        send(server, "ada@neurreps.test", "ben@neurreps.test")
        told = [(entry["message_id"], entry["recipient"], entry["subject"]) for entry in server.accepted()]
    assert told == [
        ("<one@neurreps.test>", "ada@neurreps.test", "A decision — for you"),
        ("<one@neurreps.test>", "ben@neurreps.test", "A decision — for you"),
    ]


def test_smtp_that_refuses_logs_nothing() -> None:
    with servers.smtp(refuse=1) as server:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(server, "ada@neurreps.test")
        assert (refused.value.smtp_code, server.accepted()) == (451, [])


def test_smtp_that_drops_has_the_message_though_the_sender_cannot_know() -> None:
    with servers.smtp(drop=1) as server:
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(server, "ada@neurreps.test")
        assert len(server.accepted()) == 1


def test_smtp_that_is_slow_answers_late() -> None:
    with servers.smtp(delay=0.4) as server:
        begun = time.monotonic()
        send(server, "ada@neurreps.test")
        assert time.monotonic() - begun >= 0.4


def test_a_process_is_gone_after_its_context() -> None:
    with servers.smtp() as server:
        address = ("127.0.0.1", server.port)
        assert servers.accepts(address)
    assert not servers.accepts(address)


def test_browser_named_by_chrome_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROME", "/nowhere/chromium")
    with pytest.raises(servers.CannotStart, match="CHROME names /nowhere/chromium, which does not exist"):
        servers.browser()
