"""A person's publications, which show what they know."""

from django.db import transaction

from access.rights import require
from access.viewer import Viewer
from accounts.bibliography import Found, read_publications
from accounts.models import Publication, User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record

LONGEST_TEXT = 500_000
MOST = 1000


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
    Publication.objects.bulk_create([_row(user, each) for each in new])
    if new:
        data = {"count": len(new)}
        record("person.added_publications", by=by, root_type=Root.PERSON, root_id=user.pk, aspect="account", data=data)
    return len(new), problems + known


@transaction.atomic
def remove_publication(*, publication: Publication, by: User | None) -> None:
    if by is not None:
        require(Viewer(by), "self", publication.user)
    person_id = publication.user_id
    publication.delete()
    record("person.removed_publication", by=by, root_type=Root.PERSON, root_id=person_id, aspect="account")


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
