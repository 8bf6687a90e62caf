"""Write into the log that an area chair looked at a page that names the reviewers of their paper."""

from django.db import transaction

from accounts.models import User
from audit.models import Root
from audit.services.record import record


@transaction.atomic
def reveal_reviewers(*, by: User, submission_id: int) -> None:
    """One entry a look. Whoever acts for the paper reads it."""
    data = {"page": "area chair"}
    record("identity.revealed", by=by, root_type=Root.SUBMISSION, root_id=submission_id, aspect="act", data=data)
