"""“Yes, this is me”: an author confirms their entry by the link that was sent to their address."""

from django.db import transaction

from accounts.models import User
from accounts.services.prove import add_proved_address, owner_of, prove_address
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from submissions.models import AuthorListRequest, Authorship
from submissions.services.author_requests import take_back
from submissions.states import AuthorshipStatus


@transaction.atomic
def confirm_author(*, authorship: Authorship, user: User | None = None) -> User:
    """Tie the entry to the account of its address, which so counts as confirmed; returns whose account that is.

    The account is made where the address has none; where ``user`` is signed in, the address joins theirs instead.
    What “this is not me” was said about before is taken back. Twice changes nothing.
    """
    row = Authorship.objects.select_for_update().select_related("submission__workshop").get(pk=authorship.pk)
    if not row.email:
        raise Refused("This entry has no address any more. Ask whoever listed you to correct it.")
    for dispute in AuthorListRequest.objects.disputes().filter(authorship=row).select_related("submission", "by"):
        take_back(request=dispute, by=user, by_link=True)
    person = row.user or owner_of(row.email) or _prove(row, user)
    changed = Authorship.objects.filter(pk=row.pk, status=AuthorshipStatus.LISTED)
    if changed.update(status=AuthorshipStatus.CLAIMED, user=person):
        record(
            "authorship.confirmed",
            by=person,
            root_type=Root.SUBMISSION,
            root_id=row.submission_id,
            aspect="authors",
            about=row,
        )
    authorship.refresh_from_db()
    return person


def _prove(row: Authorship, user: User | None) -> User:
    if user is not None:
        return add_proved_address(user=user, address=row.email)
    return prove_address(address=row.email, given=row.given, particle=row.particle, family=row.family)
