"""A person's publications, which show what they know."""

from typing import Any

from django.db import transaction

from access.rights import require
from access.viewer import Viewer
from accounts import links
from accounts.bibliography import Found, read_publications
from accounts.models import Publication, PublishedWith, User
from accounts.names import name_key
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record

LONGEST_TEXT = 500_000
MOST = 1000
HELD = ("title", "abstract", "year", "venue", "coauthors", "text_hash")


@transaction.atomic
def add_publications(*, user: User, by: User | None, text: str) -> tuple[int, list[str]]:
    """Add what BibTeX, or one title a line, holds. Returns how many were new, and a sentence for each place to look at.

    What can be read is added, whatever the rest is. Raises Refused for an empty text or one that is far too long.
    """
    if by is not None:
        require(Viewer(by), "self", user)
    if not text.strip():
        raise Refused("Paste your BibTeX here, or write one title a line.", field="text")
    if len(text) > LONGEST_TEXT:
        raise Refused("This is too long to be read at once; paste it in parts.", field="text")
    found, problems = read_publications(text)
    User.objects.select_for_update().get(pk=user.pk)
    new, known = _new(user, found)
    if user.publications.count() + len(new) > MOST:
        raise Refused(f"A list holds at most {MOST} publications: the last years’ are enough.", field="text")
    _add(user, [_row(user, each) for each in new])
    if new:
        data = {"count": len(new)}
        record("person.added_publications", by=by, root_type=Root.PERSON, root_id=user.pk, aspect="account", data=data)
        links.profile_changed(user)
    return len(new), problems + known


@transaction.atomic
def remove_publication(*, publication: Publication, by: User | None) -> dict[str, Any]:
    """Take one off the list. Returns what it held, to be put back."""
    user = publication.user
    if by is not None:
        require(Viewer(by), "self", user)
    held = {name: getattr(publication, name) for name in HELD}
    publication.delete()
    record("person.removed_publication", by=by, root_type=Root.PERSON, root_id=user.pk, aspect="account")
    links.profile_changed(user)
    return held


@transaction.atomic
def put_back_publication(*, user: User, by: User | None, held: dict[str, Any]) -> Publication:
    """Undo a removal; where it has come back by itself, nothing is added."""
    if by is not None:
        require(Viewer(by), "self", user)
    User.objects.select_for_update().get(pk=user.pk)
    if there := user.publications.filter(text_hash=held["text_hash"]).first():
        return there
    (row,) = _add(user, [Publication(user=user, **{name: held[name] for name in HELD})])
    data = {"count": 1}
    record("person.added_publications", by=by, root_type=Root.PERSON, root_id=user.pk, aspect="account", data=data)
    links.profile_changed(user)
    return row


def preview_publications(user: User, text: str) -> tuple[list[Found], list[str]]:
    """What would be added of this text, and a sentence for each place to look at. Changes nothing."""
    found, problems = read_publications(text[:LONGEST_TEXT])
    new, known = _new(user, found)
    return new, problems + known


def _add(user: User, rows: list[Publication]) -> list[Publication]:
    """Write them with the names that they are compared by. The person's own is not among them."""
    made = Publication.objects.bulk_create(rows)
    own = name_key(user.name)
    keys = {(row.pk, key) for row in made for name in row.coauthors if (key := name_key(name)) and key != own}
    PublishedWith.objects.bulk_create(PublishedWith(publication_id=pk, key=key) for pk, key in sorted(keys))
    return made


def _new(user: User, found: list[Found]) -> tuple[list[Found], list[str]]:
    hashes = set(user.publications.values_list("text_hash", flat=True))
    new, known = [], []
    for each in found:
        if each.text_hash in hashes:
            known.append(f"Line {each.line}: “{each.title}” is in the list already.")
        else:
            hashes.add(each.text_hash)
            new.append(each)
    return new, known


def _row(user: User, found: Found) -> Publication:
    return Publication(
        user=user,
        title=found.title,
        abstract=found.abstract,
        year=found.year,
        venue=found.venue,
        coauthors=found.coauthors,
        text_hash=found.text_hash,
    )
