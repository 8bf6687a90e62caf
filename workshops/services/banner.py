"""Give a workshop's page its picture."""

from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from access.rights import require
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from workshops.banners import BadPicture, redrawn
from workshops.models import Workshop


def set_banner(*, workshop: Workshop, by: User | None, picture: IO[bytes] | bytes) -> Workshop:
    """Show this picture, drawn anew and stored under its hash. Raises Refused for one that cannot be taken.

    Former pictures stay where they are: a name always means the same bytes.
    """
    if by is not None:
        require(Viewer(by), "settings", workshop)
    stream = BytesIO(picture) if isinstance(picture, bytes) else picture
    try:
        banner = redrawn(stream, getattr(stream, "size", None))
    except BadPicture as bad:
        raise Refused(str(bad), field="banner") from bad
    if not default_storage.exists(banner.name):
        default_storage.save(banner.name, ContentFile(banner.content))
    return _write(workshop, by, banner.name, banner.width, banner.height)


def remove_banner(*, workshop: Workshop, by: User | None) -> Workshop:
    """Show no picture any more."""
    if by is not None:
        require(Viewer(by), "settings", workshop)
    return _write(workshop, by, "", 0, 0)


@transaction.atomic
def _write(workshop: Workshop, by: User | None, name: str, width: int, height: int) -> Workshop:
    if workshop.banner.name == name:
        return workshop
    changes = {"banner": name, "banner_width": width, "banner_height": height}
    Workshop.objects.filter(pk=workshop.pk).update(**changes)
    for field, value in changes.items():
        setattr(workshop, field, value)
    record(
        "workshop.banner_changed",
        by=by,
        root_type=Root.WORKSHOP,
        root_id=workshop.pk,
        aspect="settings",
        about=workshop,
        data={"banner": name},
    )
    return workshop
