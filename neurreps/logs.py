"""What the log of requests may hold: no secret of a link."""

import re
from collections.abc import MutableMapping
from typing import Any

SECRETS = re.compile(r"(/i/|/p/confirm/|/p/|/accounts/confirm-email/|/accounts/password/reset/key/)[^/\s\"']+")


def mask_links(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: whoever reads the log must not be able to follow somebody's link."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = SECRETS.sub(r"\1…", value)
    return event
