"""Take a person's second factor away, when they have lost it and their recovery codes."""

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.emails import SECOND_FACTOR_RESET
from accounts.models import SecondFactorReset, User
from accounts.services.sessions import end_sessions
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from notifications.services.enqueue import enqueue


@transaction.atomic
def reset_second_factor(*, user: User, by: User | None, reason: str) -> int:
    """Remove the authenticator app, every passkey and the recovery codes, end all sessions, and tell the person.

    Only who runs the site does it (None: from its shell), with a reason. Returns how many were removed. Raises
    Refused without a reason, and when there is nothing to remove.
    """
    if by is not None and not (by.is_active and by.is_superuser):
        raise PermissionDenied
    why = reason.strip()
    if not why:
        raise Refused("Say why, and how you know that it is them: it is kept with it.", field="reason")
    person = User.objects.select_for_update().get(pk=user.pk)
    rows = Authenticator.objects.filter(user=person)
    kinds = sorted(rows.values_list("type", flat=True))
    if not kinds:
        raise Refused("This person has no second factor.")
    rows.delete()
    end_sessions(user=person)
    reset = SecondFactorReset.objects.create(user=person, by=by, reason=why)
    record(
        "person.second_factor_reset",
        by=by,
        root_type=Root.PERSON,
        root_id=person.pk,
        aspect="account",
        about=reset,
        data={"kinds": kinds},
    )
    enqueue(
        kind=SECOND_FACTOR_RESET,
        key=str(reset.pk),
        root_type=Root.PERSON,
        root_id=person.pk,
        aspect="account",
        recipient=person,
        values={"name": person.name},
    )
    return len(kinds)
