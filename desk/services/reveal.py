"""Write into the log that somebody looked at names where one judges, or took names away in a file."""

from django.db import transaction

from accounts.models import User
from audit.models import Root
from audit.services.record import record
from submissions.models import Submission
from workshops.models import Workshop


@transaction.atomic
def reveal(
    *, by: User, workshop: Workshop, page: str, submission: Submission | None = None, papers: list[int] | None = None
) -> None:
    """One entry a request. ``papers``: the ids of those whose names an export holds."""
    root = (Root.SUBMISSION, submission.pk, "act") if submission else (Root.WORKSHOP, workshop.pk, "staff")
    data = {"page": page} if submission else {"page": page, "papers": papers or []}
    record("identity.revealed", by=by, root_type=root[0], root_id=root[1], aspect=root[2], data=data)
