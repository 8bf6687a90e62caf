"""Take a file in pieces: begin, a piece at a time, and in the end it is the paper's file."""

import hashlib
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from submissions import partial_files
from submissions.files import drop_leftovers, too_large
from submissions.models import File, Submission, Upload
from submissions.services.files import add_file, clean_name
from submissions.states import FilePurpose

MOST_BYTES_A_PIECE = 4 * 1024 * 1024
MOST_UNFINISHED = 5  # of one person, or behind the private link of a paper
COUNTS_FOR = timedelta(minutes=30)  # from its first byte: what takes longer counts from its last
KEPT_FOR = timedelta(days=1)
PURPOSES = (FilePurpose.PAPER, FilePurpose.SUPPLEMENT)


class OutOfPlace(Refused):
    """The piece does not go where the last one ended; the upload's ``received`` says where that is."""


def begin_upload(
    *,
    submission: Submission,
    by: User | None,
    name: str,
    size: int,
    mark: str,
    received_at: datetime,
    purpose: str = FilePurpose.PAPER,
) -> Upload:
    """Begin, or go on with what this person began for the same file: same name, size and ``mark``.

    One that is finished already is returned as it is while it is the paper's file, so that a lost answer is no second
    upload. Raises Refused for nothing and for too much. Whether the paper is open is asked when the file is whole.
    """
    require(acting(by), "own", submission)
    if purpose not in PURPOSES:
        raise Refused("Such a file cannot be uploaded here.", field="file")
    if size < 1:
        raise Refused("The file is empty. Export the PDF again and upload that.", field="file")
    if size > settings.MAX_PDF_BYTES:
        raise too_large(size, settings.MAX_PDF_BYTES)
    name, mark = clean_name(name), mark[:100]
    with transaction.atomic():
        row = Submission.objects.select_for_update().get(pk=submission.pk)
        mine = Upload.objects.filter(uploaded_by=by)
        same = mine.filter(submission=row, purpose=purpose, name=name, size=size, mark=mark).order_by("-started_at")
        for known in same:
            if known.file_id is None:
                return _as_it_lies(known)
            if known.file_id == _present(row, purpose):
                return known
        _make_room(mine if by else mine.filter(submission=row))
        return Upload.objects.create(
            submission=row, purpose=purpose, name=name, size=size, mark=mark, uploaded_by=by, started_at=received_at
        )


def take_piece(
    *, upload: Upload, by: User | None, offset: int, piece: bytes, received_at: datetime, sha256: str = ""
) -> Upload:
    """Put a piece behind what is there. It is on disk for good before it is counted.

    Raises OutOfPlace for another offset than the upload's ``received`` (a piece that came twice, or one that is
    missing), Refused for a piece that is not what its ``sha256`` says, for more than was announced and when the disk is
    full. Nothing is counted then.
    """
    require(acting(by), "own", upload.submission)
    if sha256 and hashlib.sha256(piece).hexdigest() != sha256:
        raise OutOfPlace("A piece of the file was damaged on its way; it is sent again.", field="file")
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        if row.file_id is not None:
            return row
        if offset != row.received or partial_files.size_of(row.pk) < offset:
            raise OutOfPlace("This piece does not go on where the last one ended.", field="file")
        if offset + len(piece) > row.size:
            raise Refused("The file is longer than it was said to be. Choose it again.", field="file")
        if offset == 0:
            row.started_at = received_at
        if piece:
            partial_files.write_piece(row.pk, offset, piece)
            row.received = offset + len(piece)
        row.save(update_fields=["received", "started_at", "touched_at"])
    return row


def finish_upload(*, upload: Upload, by: User | None, received_at: datetime) -> File:
    """Make the whole file the paper's. Safe to call again: the same file is returned.

    Raises Refused where the paper does not take it, and when the disk is full; what has come stays for a day, for
    another try.
    """
    if upload.file is not None:
        return upload.file
    if upload.received != upload.size or partial_files.size_of(upload.pk) < upload.size:
        raise OutOfPlace("The file is not whole yet.", field="file")
    with partial_files.path_of(upload.pk).open("rb") as stream:
        file = add_file(
            submission=upload.submission,
            by=by,
            upload=stream,
            name=upload.name,
            received_at=counts_from(upload, received_at),
            purpose=upload.purpose,
        )
    Upload.objects.filter(pk=upload.pk).update(file=file)
    partial_files.drop(upload.pk)
    upload.file = file
    return file


def counts_from(upload: Upload, finished_at: datetime) -> datetime:
    """The instant by which the file is in time: its first byte, unless it took longer than COUNTS_FOR."""
    return upload.started_at if finished_at - upload.started_at <= COUNTS_FOR else finished_at


def drop_old_uploads(*, now: datetime | None = None) -> int:
    """Throw away what nobody has gone on with for a day, what a killed save left, and pieces that no upload knows.

    Returns how many.
    """
    before = (now or timezone.now()) - KEPT_FOR
    old = list(Upload.objects.filter(touched_at__lt=before))
    for upload in old:
        partial_files.drop(upload.pk)
    Upload.objects.filter(pk__in=[upload.pk for upload in old]).delete()
    present = set(partial_files.keys())
    known = set(Upload.objects.filter(pk__in=present, file=None).values_list("pk", flat=True))
    strays = [key for key in present - known if partial_files.path_of(key).stat().st_mtime < before.timestamp()]
    for key in strays:
        partial_files.drop(key)
    return len(old) + len(strays) + drop_leftovers(before.timestamp())


def _as_it_lies(upload: Upload) -> Upload:
    """Where the disk has less than the row says (it was restored from a backup, say), it begins again."""
    if partial_files.size_of(upload.pk) < upload.received:
        upload.received = 0
        upload.save(update_fields=["received", "touched_at"])
    return upload


def _present(submission: Submission, purpose: str) -> object:
    revision = submission.current
    if revision is None:
        return None
    return revision.supplement_id if purpose == FilePurpose.SUPPLEMENT else revision.pdf_id


def _make_room(uploads: QuerySet[Upload]) -> None:
    """The unfinished upload that was left alone longest goes, so that nobody is stopped by what they gave up."""
    for upload in uploads.filter(file=None).order_by("-touched_at")[MOST_UNFINISHED - 1 :]:
        Upload.objects.filter(pk=upload.pk).delete()
        transaction.on_commit(partial(partial_files.drop, upload.pk))
