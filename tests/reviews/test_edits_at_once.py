"""Several tabs write one review at once: every accepted write is in the history, in order; conflicts are shown."""

from typing import Any

import pytest

from benchmarks.review_edits import expected, tabs_of, what_is_wrong, write
from reviews.models import Review
from tests.reviews.stage import given, make_stage

TABS, EDITS = 4, 20


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_when_tabs_write_at_once(on_postgresql: bool) -> None:
    """On SQLite, whose database of a test lives in one connection, the tabs take turns."""
    stage: Any = make_stage(papers=1)
    assignment = given(stage, tell=False)
    tabs = tabs_of(f"/reviews/{assignment.pk}/", stage.rui, TABS)
    write(tabs, EDITS, at_once=on_postgresql)
    review = Review.objects.get(assignment=assignment)

    assert what_is_wrong(tabs, review) == []
    assert review.versions.count() == len(expected(tabs)) >= TABS * EDITS // 10
    refused = sum(tab.answers["save 409"] + tab.answers["autosave 409"] for tab in tabs)
    assert refused > 0
