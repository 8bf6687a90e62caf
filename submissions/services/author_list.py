"""Change the list of authors after the deadline, as far as that is free: order and spelling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from submissions.author_rules import check_may_arrange, may_be_one, name_of
from submissions.models import Authorship, Revision, Submission
from submissions.services import tell
from submissions.services.revisions import AuthorData, add_revision, content_now
from submissions.services.save import clean_authors, search_texts

NAMES = ("given", "particle", "family", "affiliation")


@dataclass(frozen=True)
class Spelled:
    """An author of the list, under the key of their row, as they should be spelled."""

    pk: int
    given: str = ""
    particle: str = ""
    family: str = ""
    affiliation: str = ""


def arrange_authors(
    *, submission: Submission, by: User | None, received_at: datetime, version: int, authors: Sequence[Spelled]
) -> Revision | None:
    """Put the authors into this order, under these spellings; the others are told. None where nothing changes.

    ``authors`` names every row once. Raises Refused for a list that is disputed, for a name that looks like another
    person's where no address says who it is, and once the camera-ready is closed; StaleState for an old ``version``.
    """
    require(acting(by), "own", submission)
    with transaction.atomic():
        row = Submission.objects.select_for_update().get(pk=submission.pk)
        check_may_arrange(row, received_at)
        if row.version != version:
            raise StaleState
        before = {author.pk: author for author in row.authorships.all()}
        if sorted(before) != sorted(author.pk for author in authors):
            raise StaleState
        if not _arrange(before, authors):
            return None
        revision = keep_list(row, by=by, received_at=received_at)
        record_list("author_list.arranged", row, by, revision=revision.number)
        tell.author_list_arranged(row, by=by)
    submission.refresh_from_db()
    return revision


def _arrange(before: dict[int, Authorship], authors: Sequence[Spelled]) -> bool:
    """Write what differs; did anything?"""
    changed = []
    for position, author in enumerate(authors, 1):
        row = before[author.pk]
        wanted = _tidied(position, author)
        if not row.email and not may_be_one(row, wanted):
            raise Refused(
                f"Author {position} has no address, and “{name_of(wanted)}” looks like somebody else than "
                f"“{row.name}”. Ask the organizers to take one off and to add the other.",
                field="authors",
            )
        values = wanted | {"position": position}
        if any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    Authorship.objects.bulk_update(changed, [*NAMES, "position"])
    return bool(changed)


def _tidied(position: int, author: Spelled) -> dict[str, str]:
    typed = AuthorData(author.given, author.particle, author.family, "", author.affiliation)
    try:
        clean = clean_authors([typed])[0]
    except Refused as refusal:
        raise Refused(refusal.sentence.replace("uthor 1", f"uthor {position}"), field="authors") from None
    return {name: getattr(clean, name) for name in NAMES}


def keep_list(row: Submission, *, by: User | None, received_at: datetime) -> Revision:
    """The list was changed in its table: keep it as a version, and find the paper by its names as they are now."""
    content = content_now(row)
    row.search_identity = search_texts(content)["search_identity"]
    row.save(update_fields=["search_identity"])
    return add_revision(row, by=by, received_at=received_at, content=content)


def record_list(action: str, submission: Submission, by: User | None, **data: Any) -> None:
    record(action, by=by, root_type=Root.SUBMISSION, root_id=submission.pk, aspect="authors", data=data)


def renumber(submission: Submission) -> None:
    """After somebody was taken off: positions without a gap, and somebody to write to where there is anybody."""
    rows = list(submission.authorships.order_by("position", "pk"))
    for position, row in enumerate(rows, 1):
        row.position = position
    if not any(row.corresponding for row in rows):
        reachable = next((row for row in rows if row.user_id), None) or next((row for row in rows if row.email), None)
        if reachable is not None:
            reachable.corresponding = True
    Authorship.objects.bulk_update(rows, ["position", "corresponding"])
