"""Begin an edition: the workshop with its tracks, forms and deadlines, and what can be decided in each track."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from decisions.services.outcomes import add_default_outcomes
from workshops.models import Workshop
from workshops.services.create import create_workshop


@transaction.atomic
def create(
    *,
    by: User | None,
    slug: str,
    name: str,
    year: int,
    submission_at: datetime | None = None,
    is_rehearsal: bool = False,
    announced: bool = False,
    **fields: Any,
) -> Workshop:
    """Make the workshop; ``by`` (an organizer of any workshop, or whoever runs the site) becomes its organizer.

    Raises Refused with the field that is wrong.
    """
    if by is not None and not (by.is_active and (by.is_staff or by.is_superuser)):
        raise PermissionDenied
    workshop = create_workshop(
        by=by,
        slug=slug,
        name=name,
        year=year,
        submission_at=submission_at,
        is_rehearsal=is_rehearsal,
        announced=announced,
        **fields,
    )
    add_default_outcomes(workshop=workshop, by=by)
    return workshop
