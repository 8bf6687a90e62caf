"""Open one paper (assignment, response, camera-ready) for longer than its deadline says.

Who may do it, what it means and who is told is asked by the services of the floor that the row belongs to, such as
submissions/services/extend.py; they call these inside their transactions.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from audit.errors import Refused
from workshops.instants import aoe
from workshops.models import Extension, Workshop

BY_DEFAULT = timedelta(hours=48)
LONGEST = timedelta(days=60)
LONGEST_REASON = 2000


def write_extension(
    *, workshop: Workshop, root_type: str, root_id: object, until: datetime, reason: str, by: User | None
) -> Extension:
    """Write it; one that runs is replaced. The very same again (a double click) returns the one that there is.

    Raises Refused for an instant that has passed or is far away, and without a reason.
    """
    now, reason = timezone.now(), reason.strip()
    if until <= now:
        raise Refused(f"{aoe(until)} has passed. Choose an instant that is still to come.", field="until")
    if until > now + LONGEST:
        raise Refused(f"{aoe(until)} is more than {LONGEST.days} days away. Look at the date.", field="until")
    if not reason:
        raise Refused("Say why; the authors read it, and the log keeps that you wrote it.", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"The reason has {len(reason)} characters; at most {LONGEST_REASON} fit.", field="reason")
    running = Extension.objects.select_for_update().filter(workshop=workshop).of(root_type, root_id).running(now)
    for other in running:
        if (other.until, other.reason) == (until, reason):
            return other
        other.until, other.awaited = now, False
        other.save(update_fields=["until", "awaited"])
    return Extension.objects.create(
        workshop=workshop, root_type=root_type, root_id=str(root_id), until=until, reason=reason, by=by
    )


def end_now(extension: Extension) -> Extension:
    """End it early. Raises Refused when it is over."""
    row = Extension.objects.select_for_update().get(pk=extension.pk)
    now = timezone.now()
    if row.until <= now:
        raise Refused(f"This extension ended on {aoe(row.until)}.")
    row.until = now
    row.save(update_fields=["until"])
    return row
