"""End a person's sessions: all of them, or one of them."""

from django.db import transaction
from django.db.models import F

from access.viewer import key_of
from accounts.models import Session, User
from accounts.session_store import SessionStore
from audit.models import Root
from audit.services.record import record


def end_sessions(*, user: User) -> None:
    """Sign the person out everywhere. Part of what the caller does, in its transaction."""
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])


@transaction.atomic
def end_session(*, user: User, name: str, by: User) -> None:
    """End one session of oneself, which is called by its name (see ``sessions_of``). One that is over stays so."""
    keys = Session.objects.filter(user=user).values_list("session_key", flat=True)
    if key := next((key for key in keys if key_of(key) == name), None):
        SessionStore(key).delete()
        record("person.ended_session", by=by, root_type=Root.PERSON, root_id=user.pk, aspect="account", about=user)


@transaction.atomic
def sign_out_everywhere(*, user: User, by: User) -> None:
    """End all sessions of oneself; a page that wants to keep its own renews it (update_session_auth_hash)."""
    end_sessions(user=user)
    record("person.signed_out_everywhere", by=by, root_type=Root.PERSON, root_id=user.pk, aspect="account", about=user)
