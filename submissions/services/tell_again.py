"""Send a co-author once more the mail that says they are listed."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from submissions.models import Authorship
from submissions.services import tell
from submissions.states import AuthorshipStatus, SubmissionStatus

PAUSE = timedelta(hours=1)


@transaction.atomic
def tell_again(*, authorship: Authorship, by: User) -> None:
    """The same mail with a new link; the links before it stay alive. Raises Refused within an hour of the last one."""
    require(acting(by), "own", authorship.submission)
    row = Authorship.objects.select_for_update(of=("self",)).select_related("submission", "user").get(pk=authorship.pk)
    if row.status != AuthorshipStatus.LISTED or not row.email:
        raise Refused(f"{row.name} is not waited for: there is nothing to send.")
    if row.submission.status != SubmissionStatus.SUBMITTED:
        raise Refused("Co-authors are told once the paper is submitted.")
    if row.links.filter(made_at__gt=timezone.now() - PAUSE).exists():
        raise Refused(f"{row.name} was written to within the last hour. Give the mail some time, and look into spam.")
    tell.listed_again(row, by=by, at=timezone.now())
    record(
        "authorship.told_again",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=row.submission_id,
        aspect="authors",
        about=row,
    )
