"""Two people, made by the services."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from accounts.services.register import create_person


@pytest.fixture
def ada(db) -> User:
    return create_person(email="ada@ada.test", given="Ada", family="Example", by=None, confirmed=True)


@pytest.fixture
def ben(db) -> User:
    return create_person(email="ben@ben.test", given="Ben", family="Example", by=None, confirmed=True)


@pytest.fixture
def time_machine_at():
    """Minutes after now, as a context manager."""
    now = timezone.now()
    return lambda minutes: time_machine.travel(now + timedelta(minutes=minutes), tick=False)
