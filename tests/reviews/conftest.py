"""The stage of the tests of reviewing."""

from typing import Any

import pytest

from tests.reviews.stage import make_stage


@pytest.fixture
def stage(db: Any) -> Any:
    return make_stage()
