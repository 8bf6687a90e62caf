"""The pictures of workshops' pages are in the backup, and one that is gone or changed is found."""

import io
import tarfile
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from audit.errors import Refused
from desk.invariants import broken_banners
from desk.services.backup import backup, restore
from tests.factories import make_user
from tests.workshops.pictures import picture
from workshops.models import Workshop
from workshops.services.banner import set_banner
from workshops.services.create import create_workshop


@pytest.fixture
def workshop(transactional_db: None) -> Workshop:
    made = create_workshop(by=make_user("Olga"), slug="pictured", name="Pictured", year=2027, announced=True)
    return set_banner(workshop=made, by=None, picture=picture())


def new_site(settings, folder: Path) -> None:
    call_command("flush", verbosity=0, interactive=False)
    settings.FILES_DIR, settings.MEDIA_ROOT = folder / "new-files", folder / "new-public"


def test_picture_comes_back_with_its_workshop(workshop: Workshop, settings, tmp_path: Path, client: Client) -> None:
    tar = backup()
    new_site(settings, tmp_path)

    restore(source=tar)

    assert list(broken_banners()) == []
    assert client.get(reverse("workshops:banner", args=["pictured"])).status_code == 200


def test_picture_under_a_wrong_name_is_refused(workshop: Workshop, settings, tmp_path: Path) -> None:
    forged = tmp_path / "forged.tar"
    with tarfile.open(backup()) as old, tarfile.open(forged, "w") as new:
        for member in old:
            content = old.extractfile(member).read()
            if member.name.startswith("public/"):
                member.name = "public/../../outside.webp"
            new.addfile(member, io.BytesIO(content))
    new_site(settings, tmp_path)

    with pytest.raises(Refused, match="is damaged"):
        restore(source=forged)

    assert [path.name for path in tmp_path.rglob("outside*")] == []


def test_missing_picture_does_not_hold_the_backup_up_and_is_found(workshop: Workshop) -> None:
    default_storage.delete(workshop.banner.name)

    backup()

    assert [found.what for found in broken_banners()] == ["the picture of pictured is missing"]


def test_changed_bit_is_found(workshop: Workshop) -> None:
    path = Path(default_storage.path(workshop.banner.name))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    assert [found.what for found in broken_banners()] == ["the picture of pictured is damaged"]
