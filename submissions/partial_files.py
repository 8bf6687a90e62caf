"""Where the pieces of unfinished uploads lie: never served, never named by anybody, thrown away after a day."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from submissions.files import says_when_full, sync_folder


def path_of(key: UUID) -> Path:
    return folder() / key.hex


def folder() -> Path:
    return Path(settings.FILES_DIR) / "partial"


def write_piece(key: UUID, offset: int, piece: bytes) -> None:
    """Put the piece behind the first ``offset`` bytes; what an earlier attempt left there is cut off first.

    The bytes are on disk for good when this returns. Raises Refused when the disk is full; then they are not there.
    """
    path = path_of(key)
    is_new = not path.exists()
    if is_new:
        path.parent.mkdir(parents=True, exist_ok=True)
    with says_when_full():
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, offset)
            os.lseek(handle, offset, os.SEEK_SET)
            _write_all(handle, piece)
            os.fsync(handle)
        finally:
            os.close(handle)
    if is_new:
        sync_folder(path.parent)


def size_of(key: UUID) -> int:
    """Bytes that are there; 0 where there is no file."""
    try:
        return path_of(key).stat().st_size
    except FileNotFoundError:
        return 0


def drop(key: UUID) -> None:
    path_of(key).unlink(missing_ok=True)


def keys() -> Iterator[UUID]:
    """Of every file that is there."""
    for path in folder().iterdir() if folder().is_dir() else ():
        yield UUID(hex=path.name)


def _write_all(handle: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(handle, rest) :]
