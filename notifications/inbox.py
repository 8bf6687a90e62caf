"""What the inbox page reads: the files of MAIL_DIR, where mail stays on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_binary_file
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path

from django.conf import settings

from audit.text import fold

PAGE = 30
LOOKED_AT = 5000  # files, the newest, that a search goes through
HEADERS = ("From", "To", "Reply-To", "Date", "Message-ID")


@dataclass(frozen=True)
class Item:
    """A line of the list."""

    name: str
    subject: str
    to: str
    at: datetime


@dataclass(frozen=True)
class Letter:
    """One mail, opened."""

    subject: str
    headers: list[tuple[str, str]]
    text: str
    attachments: list[str]


def list_inbox(query: str = "", page: int = 1) -> tuple[list[Item], bool]:
    """A page of mail, newest first, whose address or subject has all the words; and whether there is more."""
    words = fold(query).split()
    skip, found = (page - 1) * PAGE, []
    for path, at in _newest()[:LOOKED_AT]:
        item = _item(path, at)
        if item is None or not all(word in fold(f"{item.to} {item.subject}") for word in words):
            continue
        if skip:
            skip -= 1
            continue
        found.append(item)
        if len(found) > PAGE:
            break
    return found[:PAGE], len(found) > PAGE


def open_letter(name: str) -> Letter | None:
    """The mail of this file name; None for one that is not in the folder."""
    path = next((path for path in _files() if path.name == name), None)
    if path is None:
        return None
    with path.open("rb") as file:
        message = message_from_binary_file(file, policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    return Letter(
        subject=str(message["Subject"] or ""),
        headers=[(header, str(message[header])) for header in HEADERS if message[header]],
        text=body.get_content() if body else "",
        attachments=[part.get_filename() or part.get_content_type() for part in message.iter_attachments()],
    )


def _files() -> Iterator[Path]:
    return Path(settings.MAIL_DIR).glob("[!.]*.eml")


def _newest() -> list[tuple[Path, float]]:
    """Files and when they were written; one that disappears in between is left out."""
    dated = []
    for path in _files():
        try:
            dated.append((path, path.stat().st_mtime))
        except FileNotFoundError:
            continue
    return sorted(dated, key=lambda each: (each[1], each[0].name), reverse=True)


def _item(path: Path, at: float) -> Item | None:
    try:
        with path.open("rb") as file:
            head = BytesHeaderParser(policy=default).parse(file)
    except FileNotFoundError:
        return None
    when = datetime.fromtimestamp(at, tz=UTC)
    return Item(path.name, str(head["Subject"] or "(no subject)"), str(head["To"] or ""), when)
