"""What is said at the start about settings of mail that would let a rehearsal's mail leave."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from notifications.channels import rehearsal_backend


def rehearsal_mail_stays_here(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    try:
        rehearsal_backend()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), id="notifications.E001")]
    return []
