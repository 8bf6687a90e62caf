"""A workshop of Olga's, made by the services."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from tests.factories import make_user
from workshops.models import Workshop
from workshops.services.create import create_workshop

SUBMISSION_AT = datetime(2027, 9, 5, 11, 59, 59, tzinfo=UTC)


@pytest.fixture
def olga(db) -> User:
    return make_user("Olga")


@pytest.fixture
def zed(db) -> User:
    return make_user("Zed")


@pytest.fixture
def workshop(olga: User) -> Workshop:
    return create_workshop(
        by=olga, slug="neurreps-2027", name="NeurReps", year=2027, submission_at=SUBMISSION_AT, announced=True
    )
