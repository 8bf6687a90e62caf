"""What the worker does for accounts."""

from celery import shared_task

from accounts.session_store import SessionStore


@shared_task
def drop_old_sessions() -> None:
    """Forget the sessions that have run out."""
    SessionStore.clear_expired()
