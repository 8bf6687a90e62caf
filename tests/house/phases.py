"""Which phases of the cast a test of the house runs in. Tests of one phase run together, so that it is made once."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.factories import PHASES

THREE_PAPERS = "three papers"  # the discussion, with three by Ada in place of one


def during(*phases: str) -> pytest.MarkDecorator:
    """The test runs in each of these."""
    return pytest.mark.parametrize("season", phases, indirect=True)


def during_each(pairs: Iterable[tuple[str, Any]], name: str) -> pytest.MarkDecorator:
    """The test runs for each (phase, value)."""
    listed = list(pairs)
    ids = [f"{phase} {value.name if hasattr(value, 'name') else value}" for phase, value in listed]
    # the scope is said because one argument that is no fixture would make the season anew for every test
    return pytest.mark.parametrize(("season", name), listed, indirect=["season"], ids=ids, scope="package")


in_every_phase = during(*PHASES)
