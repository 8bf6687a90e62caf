"""Where bytes are kept: once each, under their SHA-256, never changed."""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from audit.errors import Refused
from submissions.models import Blob

CHUNK = 256 * 1024
FULL = "The server's disk is full, so the file could not be stored. Try again later, or tell the organizers."


def path_of(blob: Blob) -> Path:
    """Where the bytes of this blob are on disk."""
    return _path(blob.sha256)


def relative_path(blob: Blob) -> str:
    """The same, as seen from FILES_DIR."""
    return f"{blob.sha256[:2]}/{blob.sha256[2:4]}/{blob.sha256}"


def store(stream: "IO[bytes] | Any", *, limit: int | None = None) -> Blob:
    """Write the stream to disk while it is hashed, and return its row.

    The bytes are on disk for good (file and folder fsynced) before the row is written. The same bytes give the same
    row, also when they come twice at once. Raises Refused for nothing, for more than ``limit`` (MAX_PDF_BYTES) bytes,
    and when the disk is full.
    """
    temporary = _temporary()
    try:
        with says_when_full():
            sha256, size = _write(stream, temporary, settings.MAX_PDF_BYTES if limit is None else limit)
            target = _path(sha256)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(temporary, target)
            for folder in (target.parent, target.parent.parent, target.parent.parent.parent):
                sync_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)
    return Blob.objects.get_or_create(sha256=sha256, defaults={"size": size})[0]


@contextmanager
def says_when_full() -> Iterator[None]:
    """Turn a full disk, or a quota that is used up, into its sentence."""
    try:
        yield
    except OSError as problem:
        if is_full(problem):
            raise Refused(FULL, field="file") from problem
        raise


def is_full(problem: OSError) -> bool:
    return problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def megabytes(size: int) -> str:
    """Such as "1.4 MB"; never "0.0 MB"."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 52_430 else f"{max(size // 1024, 1)} KB"


def too_large(size: int | None, limit: int) -> Refused:
    """The sentence for a file that is over the limit; ``size`` None where it was not read to its end."""
    has = f"has {megabytes(size)}" if size is not None else f"is larger than {megabytes(limit)}"
    return Refused(
        f"The file {has}; at most {megabytes(limit)} can be taken. Make its figures smaller (most PDF programs can "
        "“reduce file size”) and upload it again.",
        field="file",
    )


def _path(sha256: str) -> Path:
    return Path(settings.FILES_DIR) / sha256[:2] / sha256[2:4] / sha256


def drop_leftovers(before: float) -> int:
    """Throw away what a killed save left unfinished and nobody has touched since (seconds since 1970)."""
    old = [path for path in _incoming().iterdir() if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _incoming() -> Path:
    folder = Path(settings.FILES_DIR) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _temporary() -> Path:
    return _incoming() / secrets.token_hex(16)


def _write(stream: Any, path: Path, limit: int) -> tuple[str, int]:
    known = getattr(stream, "size", None)
    if isinstance(known, int) and known > limit:
        raise too_large(known, limit)
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as out:
        for chunk in _chunks(stream):
            size += len(chunk)
            if size > limit:
                raise too_large(None, limit)
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if size == 0:
        raise Refused("The file is empty. Export the PDF again and upload that.", field="file")
    return digest.hexdigest(), size


def _chunks(stream: Any) -> Iterator[bytes]:
    if hasattr(stream, "chunks"):
        yield from stream.chunks()
        return
    while chunk := stream.read(CHUNK):
        yield chunk


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
