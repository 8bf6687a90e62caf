"""Many browsers save the same question of a draft at once: what was accepted is in the history, in order."""

import pytest
from django.db import connection

from benchmarks.form_edits import edit_all, make_draft, wrong

EDITS = 5


@pytest.mark.django_db(transaction=True)
def test_saves_of_many_at_once_are_all_kept_in_their_order_and_none_is_lost() -> None:
    at_once = 8 if connection.features.has_select_for_update else 1  # SQLite in memory is one connection's
    draft, people = make_draft(at_once)

    seen = edit_all(draft.pk, people, EDITS)

    assert list(wrong(draft.pk, seen, at_once * EDITS)) == []
