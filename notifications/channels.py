"""The ways out: an SMTP connection kept over a lot, or any other backend of Django's (a folder, a provider).

A channel says three things about a mail, and never guesses: the server answered (``Answer``), nothing was handed over
(``NotSent``), or it was handed over and no answer came (``NoAnswer``).
"""

import ipaddress
import re
import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, Protocol

import environ
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from notifications.backends import MailDirectoryBackend

LOST = (smtplib.SMTPServerDisconnected, OSError)
_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True)
class Answer:
    """What the server said. 2xx: it has the mail; 4xx: try later; 5xx: never."""

    code: int
    text: str
    server: str = ""

    @property
    def accepted(self) -> bool:
        return 200 <= self.code < 300

    @property
    def final(self) -> bool:
        return not 400 <= self.code < 500


class NotSent(Exception):
    """The mail was not handed over: no connection, or it was lost before the mail was written."""


class Unwritable(Exception):
    """The mail cannot be put into a mail's form: trying again is no use."""


class NoAnswer(Exception):
    """The mail was handed over, and the connection was lost before the server answered."""


@dataclass(frozen=True)
class Written:
    """A mail, and how it goes over the wire."""

    email: EmailMessage
    content: bytes


class Channel(Protocol):
    def send(self, mail: Written, ready: Callable[[], bool], meanwhile: Callable[[], None]) -> Answer | None:
        """Hand a mail over. ``ready`` is called immediately before; when it says no, nothing is sent (None).

        ``meanwhile`` may be called while the server thinks; it must not raise. Raises NotSent or NoAnswer.
        """

    def close(self) -> None: ...


def channel_for(*, rehearsal: bool) -> Channel:
    """The site's own way out, or the one that a rehearsal's mail may take: a folder or a server on this machine."""
    backend = rehearsal_backend() if rehearsal else get_connection(timeout=settings.EMAIL_TIMEOUT)
    return SmtpChannel(backend) if isinstance(backend, SmtpBackend) else BackendChannel(backend)


def rehearsal_backend() -> BaseEmailBackend:
    """A folder, or the server of REHEARSAL_EMAIL_URL. Raises ImproperlyConfigured unless that is on loopback."""
    if not settings.REHEARSAL_EMAIL_URL:
        return MailDirectoryBackend()
    options = _loopback(environ.Env.email_url_config(settings.REHEARSAL_EMAIL_URL))
    return SmtpBackend(
        host=options["EMAIL_HOST"],
        port=options["EMAIL_PORT"],
        username=options["EMAIL_HOST_USER"] or "",
        password=options["EMAIL_HOST_PASSWORD"] or "",
        use_tls=options.get("EMAIL_USE_TLS", False),
        use_ssl=options.get("EMAIL_USE_SSL", False),
        timeout=settings.EMAIL_TIMEOUT,
    )


def _loopback(options: dict[str, Any]) -> dict[str, Any]:
    host = options.get("EMAIL_HOST") or ""
    if options["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend" and is_loopback(host):
        return options
    raise ImproperlyConfigured(
        f"REHEARSAL_EMAIL_URL names {host or 'no host'!r}; a rehearsal's mail never leaves this machine. "
        "Name an SMTP server on loopback, such as smtp://127.0.0.1:1025, or leave it unset."
    )


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def write(email: EmailMessage) -> Written:
    """Put a mail into its form. Raises Unwritable."""
    try:
        return Written(email, email.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # Django's own class of message takes it
    except Exception as error:
        raise Unwritable(f"{type(error).__name__}: {error}") from error


class SmtpChannel:
    """One connection, opened by Django's backend (TLS, sign-in, time-out) and kept for one mail after another."""

    def __init__(self, backend: SmtpBackend) -> None:
        self.backend = backend
        self.server = f"{backend.host}:{backend.port}"

    def send(self, mail: Written, ready: Callable[[], bool], meanwhile: Callable[[], None]) -> Answer | None:
        refusal = self._before_data(mail.email, len(mail.content))
        if refusal:
            return refusal
        if not ready():
            self._reset()
            return None
        return self._data(_DOT.sub(b"..", mail.content), meanwhile)

    def close(self) -> None:
        with suppress(smtplib.SMTPException, OSError):
            self.backend.close()
        self.backend.connection = None

    def _before_data(self, email: EmailMessage, size: int) -> Answer | None:
        """Sender and recipient; the answer of whichever the server refuses. A stale connection is opened anew."""
        for attempt in (1, 2):
            fresh = self.backend.connection is None
            try:
                return self._envelope(self._open(), email, size)
            except LOST as error:
                self.close()
                if fresh or attempt == 2:
                    raise NotSent(f"{self.server}: {error}") from error
            except smtplib.SMTPException as error:  # the sign-in or TLS did not work
                self.close()
                raise NotSent(f"{self.server}: {error}") from error
        raise AssertionError("unreachable")

    def _open(self) -> smtplib.SMTP:
        self.backend.open()
        smtp = self.backend.connection
        if smtp is None:
            raise OSError("no connection")
        smtp.ehlo_or_helo_if_needed()
        return smtp

    def _envelope(self, smtp: smtplib.SMTP, email: EmailMessage, size: int) -> Answer | None:
        sender, recipient = parseaddr(email.from_email)[1], email.to[0]
        options = [f"size={size}"] if smtp.has_extn("size") else []
        if not (sender + recipient).isascii():
            if not smtp.has_extn("smtputf8"):
                return Answer(553, "The mail server does not take addresses with letters beyond ASCII.", self.server)
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        for code, text in self._commands(smtp, sender, recipient, options):
            if code not in (250, 251):
                self._reset()
                return self._answer(code, text)
        return None

    def _commands(self, smtp: smtplib.SMTP, sender: str, recipient: str, options: list[str]) -> Any:
        yield smtp.mail(sender, options)
        yield smtp.rcpt(recipient)

    def _data(self, content: bytes, meanwhile: Callable[[], None]) -> Answer:
        smtp = self.backend.connection
        assert smtp is not None
        try:
            code, text = smtp.docmd("data")
        except LOST as error:
            self.close()
            raise NotSent(f"{self.server}: {error}") from error
        if code != 354:
            self._reset()
            return self._answer(code, text)
        try:
            smtp.send(content + (b"" if content.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            meanwhile()
            answer = self._answer(*smtp.getreply())
            if not 200 <= answer.code < 600:
                raise smtplib.SMTPException(f"an answer that cannot be read: {answer.code} {answer.text}")
        except Exception as error:  # the time limit of the task too: from here on it may have arrived
            self.close()
            raise NoAnswer(f"{self.server}: {error}") from error
        if answer.code == 421:
            self.close()
        return answer

    def _reset(self) -> None:
        try:
            if self.backend.connection is not None:
                self.backend.connection.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _answer(self, code: int, text: bytes) -> Answer:
        return Answer(code, text.decode("utf-8", "replace"), self.server)


class BackendChannel:
    """Any other backend, through Django's mail API."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self.backend = backend
        self.server = type(backend).__name__

    def send(self, mail: Written, ready: Callable[[], bool], meanwhile: Callable[[], None]) -> Answer | None:
        if not ready():
            return None
        try:
            sent = self.backend.send_messages([mail.email])
        except AnymailError as error:
            return self._refusal(error)
        except Exception as error:
            if isinstance(self.backend, MailDirectoryBackend):  # its last step is the one that counts
                raise NotSent(f"{self.server}: {error}") from error
            raise NoAnswer(f"{self.server}: {error}") from error
        return Answer(250, "Taken", self.server) if sent else Answer(554, "Not taken", self.server)

    def close(self) -> None:
        self.backend.close()

    def _refusal(self, error: AnymailError) -> Answer:
        """A provider's HTTP answer in the terms of SMTP: too many requests and its own troubles may pass."""
        status = getattr(error, "status_code", None)
        text = str(error)
        if status is None and isinstance(error, OSError):  # requests' own: the connection broke
            raise NoAnswer(f"{self.server}: {text}") from error
        passing = status is not None and (status == 429 or status >= 500)
        return Answer(451 if passing else 554, text, self.server)
