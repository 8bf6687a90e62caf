"""Write everything the site holds into one file, and bring it back into an empty site.

The file is a plain tar: ``manifest.json`` (what it is, the applied migrations, counts and hashes), ``data.jsonl.gz``
(every row as Django's serializer writes it, so that a backup of SQLite can be restored into PostgreSQL and back),
``files/<sha256>``, and ``public/banners/<sha256>.webp`` (the pictures of workshops' pages). Sessions are left out:
everybody signs in again. SECRET_KEY is not in it.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.models import User
from audit.errors import Refused
from submissions.files import path_of, store, sync_folder
from submissions.models import Blob
from submissions.verifying import sha256_of
from workshops.banners import banner_name
from workshops.models import Workshop

FORMAT = 1
PUBLIC = "public/"
LEFT_OUT = {"contenttypes.contenttype", "auth.permission", "auth.group", "accounts.session", "admin.logentry"}
Tell = Callable[[str], None]


class WholeInstants(DjangoJSONEncoder):
    """Django's encoder cuts instants to milliseconds; a backup keeps them whole."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


@dataclass(frozen=True)
class Restored:
    rows: int
    files: int


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT:
            yield model


def _migrations() -> list[list[str]]:
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def backup(*, to: Path | None = None, tell: Tell = lambda line: None) -> Path:
    """Write a backup and return its path. It is complete or it is not there: written aside, synced, then renamed.

    Raises Refused when the disk has no room.
    """
    started = timezone.now()
    target = to or settings.BACKUP_DIR / f"neurreps-{started:%Y-%m-%dT%H-%M-%SZ}.tar"
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".part")
    data = target.with_suffix(".jsonl.gz.part")
    try:
        with _one_snapshot():
            rows, blobs = _write_rows(data, tell), list(Blob.objects.order_by("pk"))
            manifest = {
                "format": FORMAT,
                "made_at": started.isoformat(),
                "site": settings.SITE_URL,
                "migrations": _migrations(),
                "rows": rows,
                "files": len(blobs),
                "data_sha256": sha256_of(data),
            }
        _write_tar(aside, manifest, data, blobs, tell)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise Refused(f"The backup could not be written to {target.parent}: {error.strerror or error}.") from error
    finally:
        data.unlink(missing_ok=True)
    os.replace(aside, target)
    sync_folder(target.parent)
    return target


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """All rows as of one instant: SQLite's transactions are that already, PostgreSQL is asked for it."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _write_rows(path: Path, tell: Tell) -> int:
    rows = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as stream:
        for model in _models():
            found = model._base_manager.order_by("pk").iterator(chunk_size=1000)
            for row in found:
                stream.write(serializers.serialize("jsonl", [row], cls=WholeInstants))
                rows += 1
            tell(f"{model._meta.label}: {rows} rows so far")
    return rows


def _write_tar(path: Path, manifest: dict[str, Any], data: Path, blobs: list[Blob], tell: Tell) -> None:
    with open(path, "wb") as raw, tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        text = json.dumps(manifest, indent=1).encode()
        member = tarfile.TarInfo("manifest.json")
        member.size = len(text)
        tar.addfile(member, io.BytesIO(text))
        tar.add(data, arcname="data.jsonl.gz", recursive=False)
        for number, blob in enumerate(blobs, 1):
            tar.add(path_of(blob), arcname=f"files/{blob.sha256}", recursive=False)
            if number % 100 == 0:
                tell(f"{number} of {len(blobs)} files")
        for name in _banners():
            if default_storage.exists(name):  # a page can do without its picture; what is missing, invariants say
                tar.add(default_storage.path(name), arcname=f"{PUBLIC}{name}", recursive=False)
        tar.close()
        raw.flush()
        os.fsync(raw.fileno())


def _banners() -> list[str]:
    shown = Workshop.objects.exclude(banner="").order_by("banner")
    return list(shown.values_list("banner", flat=True).distinct())


def restore(*, source: Path, tell: Tell = lambda line: None) -> Restored:
    """Bring a backup into an empty, migrated site: first every file, each checked by its hash, then all rows in one
    transaction. Raises Refused when the site is not empty, the file is no backup or damaged, or it was made by another
    version; then no row is written.
    """
    if User.objects.exists() or Workshop.objects.exists():
        raise Refused("This site is not empty. Restore into a new DATA_DIR (and database), then switch over.")
    try:
        with tarfile.open(source) as tar:
            manifest = _manifest(tar, source)
            files = _restore_files(tar, tell)
            rows = _restore_rows(tar, manifest, tell)
    except (tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
        raise Refused(f"{source.name} is damaged or no backup: {error}.") from error
    except FileNotFoundError as error:
        raise Refused(f"There is no file {source}.") from error
    return Restored(rows, files)


def _manifest(tar: tarfile.TarFile, source: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.load(_member(tar, "manifest.json"))
    except (KeyError, ValueError) as error:
        raise Refused(f"{source.name} is no backup of this program: it has no readable manifest.") from error
    if manifest.get("format") != FORMAT:
        raise Refused(f"{source.name} has format {manifest.get('format')}; this version reads format {FORMAT}.")
    if manifest["migrations"] != _migrations():
        raise Refused(f"{source.name} was made by another version. Restore it with that version, then upgrade.")
    return manifest


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    stream = tar.extractfile(name)
    if stream is None:
        raise KeyError(name)
    return stream


def _restore_files(tar: tarfile.TarFile, tell: Tell) -> int:
    count = 0
    for member in tar:
        if member.name.startswith(PUBLIC):
            _restore_banner(tar, member)
        if not member.name.startswith("files/"):
            continue
        wanted = member.name.removeprefix("files/")
        with _member(tar, member.name) as stream:
            blob = store(stream, limit=member.size)
        if blob.sha256 != wanted:
            raise Refused(f"The file {wanted[:12]}… in the backup is damaged.")
        count += 1
        if count % 100 == 0:
            tell(f"{count} files")
    return count


def _restore_banner(tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    """One picture, if its name is the hash of what is in it: no other name is ever written."""
    with _member(tar, member.name) as stream:
        content = stream.read()
    name = banner_name(content)
    if member.name != f"{PUBLIC}{name}":
        raise Refused(f"The picture {member.name[:40]} in the backup is damaged.")
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(content))


def _restore_rows(tar: tarfile.TarFile, manifest: dict[str, Any], tell: Tell) -> int:
    with _member(tar, "data.jsonl.gz") as stream:
        if _sha256(stream) != manifest["data_sha256"]:
            raise Refused("The rows in the backup are damaged: their hash is another.")
    rows = 0
    with transaction.atomic():
        Blob.objects.all().delete()  # the files brought rows of their own; the backup has the real ones
        with _member(tar, "data.jsonl.gz") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
            for row in serializers.deserialize("jsonl", lines):
                row.save(force_insert=True)
                rows += 1
                if rows % 5000 == 0:
                    tell(f"{rows} of {manifest['rows']} rows")
        if rows != manifest["rows"]:
            raise Refused(f"The backup should hold {manifest['rows']} rows and holds {rows}.")
        _reset_sequences()
    return rows


def _sha256(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(1024 * 1024):
        digest.update(piece)
    return digest.hexdigest()


def _reset_sequences() -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(_models())):
            cursor.execute(statement)
