"""A kind of mail of the tests' own, and short ways to write one."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from notifications import kinds
from notifications.kinds import Hooks, Kind
from notifications.models import Batch, Message
from notifications.rendering import default_words
from notifications.services.batches import draft_batch
from notifications.services.enqueue import enqueue
from notifications.states import Priority

SAMPLES: dict[str, Any] = {"name": "Ada", "papers": [{"title": "On rings", "url": "https://papers.test/1"}]}
SUBJECT = "Hello {{ name }}"
BODY = "Dear {{ name }},\n\n{% for paper in papers %}* {{ paper.title }}: {{ paper.url }}\n{% endfor %}"


def _write_words(folder: Path, kind: str, subject: str = SUBJECT, body: str = BODY) -> None:
    words = folder / "templates" / "emails" / kind
    words.mkdir(parents=True)
    (words / "subject.txt").write_text(subject)
    (words / "body.md").write_text(body)


@pytest.fixture(autouse=True)
def letter(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kind]:
    """The kinds ``letter``, ``secret``, ``reminder`` and ``verdict`` with words of their own."""
    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))
    monkeypatch.setattr(kinds, "_HOOKS", {})
    letter = Kind("letter", "Letter", SAMPLES)
    more = [
        Kind("secret", "Secret", SAMPLES, priority=Priority.NOW, secret=True),
        Kind("reminder", "Reminder", SAMPLES, resend_in_doubt=True),
        Kind("verdict", "Verdict", SAMPLES, priority=Priority.BULK, typed=True),
    ]
    kinds.register([letter, *more])
    settings.BASE_DIR = tmp_path
    settings.EMAIL_BACKEND = "notifications.backends.MailDirectoryBackend"
    for name in ("letter", "secret", "reminder", "verdict"):
        _write_words(tmp_path, name)
    default_words.cache_clear()
    yield letter
    default_words.cache_clear()


@pytest.fixture
def write(db: None) -> Callable[..., Message]:
    """Put a letter into the outbox."""
    return partial(
        enqueue,
        kind="letter",
        key="1",
        root_type="workshop",
        root_id=1,
        aspect="staff",
        address="ada@ada.test",
        values=SAMPLES,
    )


@pytest.fixture
def draft(write: Callable[..., Message]) -> Callable[..., Batch]:
    """A draft of bulk mail to so many people."""

    def make(count: int = 3, kind: str = "letter") -> Batch:
        batch = draft_batch(workshop_id=1, kind=kind, by=None)
        for number in range(count):
            write(kind=kind, address=f"p{number}@people.test", key=str(batch.pk), batch=batch)
        return batch

    return make


@pytest.fixture
def hooks() -> Hooks:
    """What follows a batch of the kind ``letter``: empty lists to append to."""
    return kinds._HOOKS.setdefault("letter", Hooks())


@pytest.fixture
def on_postgresql() -> bool:
    return connection.vendor == "postgresql"
