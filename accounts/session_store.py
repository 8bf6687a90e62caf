"""Where sessions are kept: as Django keeps them in the database, each with the person who is signed in by it.

Who it is stands in the row, so that a person's sessions are found without reading everybody's. It is written whenever
the session is, also under the new key that a password change gives it, and costs no query of its own.
"""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

BEGAN, BROWSER = "began_at", "browser"
"""What signing in leaves in the session, see accounts/signing_in.py."""


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> Any:
        from accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        return _signed(super().create_model_instance(data), data)

    async def acreate_model_instance(self, data: dict[str, Any]) -> Any:
        return _signed(await super().acreate_model_instance(data), data)


def _signed(row: Any, data: dict[str, Any]) -> Any:
    row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
    return row
