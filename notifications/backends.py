"""Where mail stays on this machine: one file a message, readable at the inbox page."""

import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class MailDirectoryBackend(BaseEmailBackend):
    """Writes each message to MAIL_DIR as ``<Message-ID>.eml``. The same message twice is the same file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            message = email.message()
            content = message.as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own class of message takes it
            _write(folder, file_name(str(message["Message-ID"])), content)
        return len(email_messages)


def file_name(message_id: str) -> str:
    """A Message-ID as the name of a file; every character that could mean a path is replaced."""
    return re.sub(r"[^A-Za-z0-9@._-]", "_", message_id.strip("<>")).lstrip(".")[:150] + ".eml"


def _write(folder: Path, name: str, content: bytes) -> None:
    part = folder / f".{secrets.token_hex(8)}.part"
    with part.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / name)
