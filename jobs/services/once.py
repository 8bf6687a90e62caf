"""Do something exactly once, whoever tries how often."""

from collections.abc import Callable

from django.db import IntegrityError, transaction

from jobs.models import Once


def once(key: str, do: Callable[[], object]) -> bool:
    """Call ``do()`` unless that was done under this key before; True when it was done now.

    Both are one transaction: what fails is not remembered, and who tries at the same time waits and finds it done.
    """
    if Once.objects.filter(key=key).exists():
        return False
    with transaction.atomic():
        if not _remembered(key):
            return False
        do()
    return True


def _remembered(key: str) -> bool:
    try:
        with transaction.atomic():
            Once.objects.create(key=key)
    except IntegrityError:
        return False
    return True
