"""What `manage.py check --deploy` says about people's accounts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning


def organizers_need_a_second_factor(**options: Any) -> list[CheckMessage]:
    if settings.SECOND_FACTOR_REQUIRED:
        return []
    return [
        Warning(
            "Organizers may work without a second factor: whoever reads their mail can read and decide everything.",
            hint="Remove SECOND_FACTOR_REQUIRED from the environment, and let SITE_URL begin with https://.",
            id="accounts.W001",
        )
    ]
