"""End a person's sessions."""

from django.db import transaction
from django.db.models import F

from accounts.models import User
from audit.models import Root
from audit.services.record import record


def end_sessions(*, user: User) -> None:
    """Sign the person out everywhere. Part of what the caller does, in its transaction."""
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])


@transaction.atomic
def sign_out_everywhere(*, user: User, by: User) -> None:
    """End all sessions of oneself; a page that wants to keep its own renews it (update_session_auth_hash)."""
    end_sessions(user=user)
    record("person.signed_out_everywhere", by=by, root_type=Root.PERSON, root_id=user.pk, aspect="account", about=user)
