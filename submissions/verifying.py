"""Is every stored file there, and is it what its name says? Every byte is read, so one flipped bit is found."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from submissions.files import path_of
from submissions.models import Blob

STORED = "[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"


@dataclass
class Verdict:
    """``missing`` and ``damaged`` are hashes of rows. ``left_over`` are whole files that no row knows (a save that was
    killed before its row was written): they do no harm."""

    files: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    left_over: list[Path] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.missing and not self.damaged


def verify_files() -> Verdict:
    """Read everything. Rows are read before the folder, so that what is stored meanwhile is not taken for left over."""
    verdict = Verdict()
    before = set(_stored())
    known = {}
    for blob in Blob.objects.iterator(chunk_size=500):
        path = path_of(blob)
        known[path] = blob
        verdict.files += 1
        verdict.size += blob.size
        if not path.exists():
            verdict.missing.append(blob.sha256)
        elif sha256_of(path) != blob.sha256:
            verdict.damaged.append(blob.sha256)
    verdict.left_over = sorted(before - known.keys())
    return verdict


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _stored() -> Iterator[Path]:
    yield from Path(settings.FILES_DIR).glob(STORED)
