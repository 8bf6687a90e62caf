"""A backup holds everything and comes back whole; a damaged one changes nothing."""

import io
import tarfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from audit.errors import Refused
from audit.models import Entry
from desk.invariants import broken_files, sha256_of, violations
from desk.services.backup import LEFT_OUT, backup, restore
from notifications.models import Message
from reviews.models import Review
from submissions.files import path_of
from submissions.models import Blob, Submission
from tests.factories import Cast

MODELS = (User, Submission, Review, Message, Entry, Blob)


def everything() -> dict[str, list[dict]]:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}


def empty_the_site() -> None:
    """What a new DATA_DIR is: no rows."""
    call_command("flush", verbosity=0, interactive=False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.both
def test_backup_restored_into_an_empty_site_is_the_same_site(make_cast, settings, tmp_path: Path) -> None:
    make_cast("released")
    before = everything()
    tar = backup()
    empty_the_site()
    settings.FILES_DIR = tmp_path / "new-files"

    done = restore(source=tar)

    assert everything() == before
    assert done.files == len(before["Blob"])
    assert list(violations()) == []
    assert list(broken_files()) == []
    assert {sha256_of(path_of(blob)) for blob in Blob.objects.all()} == {row["sha256"] for row in before["Blob"]}


@pytest.mark.django_db(transaction=True)
def test_new_rows_after_a_restore_get_new_keys(make_cast, settings, tmp_path: Path) -> None:
    make_cast("submission")
    tar = backup()
    empty_the_site()
    restore(source=tar)

    person = User.objects.create_user("new@new.test", given="New")

    assert User.objects.filter(pk=person.pk).count() == 1


def test_restore_into_a_site_with_people_is_refused(cast: Cast) -> None:
    tar = backup()

    with pytest.raises(Refused, match="This site is not empty"):
        restore(source=tar)


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"", b"not a tar at all", b"\x1f\x8b broken"])
def test_file_that_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.tar"
    path.write_bytes(content)

    with pytest.raises(Refused):
        restore(source=path)


@pytest.mark.django_db
def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        call_command("restore", str(tmp_path / "nowhere.tar"))


@pytest.mark.django_db(transaction=True)
def test_damaged_rows_are_refused_and_no_row_is_written(make_cast, tmp_path: Path) -> None:
    make_cast("submission")
    tar = backup()
    empty_the_site()

    with pytest.raises(Refused, match="damaged"):
        restore(source=with_other_rows(tar, tmp_path / "damaged.tar"))

    assert not User.objects.exists()


def with_other_rows(source: Path, target: Path) -> Path:
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = old.extractfile(member).read()
            if member.name == "data.jsonl.gz":
                content = content[:-20] + b"\0" * 20
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return target


def test_backup_is_there_whole_or_not_at_all(cast: Cast, settings) -> None:
    settings.BACKUP_DIR.mkdir(parents=True)
    path_of(Blob.objects.first()).unlink()

    with pytest.raises(Refused, match="could not be written"):
        backup()

    assert list(settings.BACKUP_DIR.iterdir()) == []


def test_sessions_are_left_out() -> None:
    assert "accounts.session" in LEFT_OUT
