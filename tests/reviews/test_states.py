"""Every pair of states, walked: what the tables allow happens, everything else is refused and changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.transitions import IllegalMove, move
from reviews.models import Assignment, AssignmentRun, Invitation, Review
from reviews.states import (
    ASSIGNMENT_MOVES,
    INVITATION_MOVES,
    REVIEW_MOVES,
    RUN_MOVES,
    AssignmentStatus,
    InvitationStatus,
    ReviewStatus,
    RunStatus,
)
from tests.reviews.stage import given

ALLOWED = {
    InvitationStatus: {
        ("sent", "accepted"),
        ("sent", "declined"),
        ("sent", "expired"),
        ("accepted", "declined"),
        ("declined", "accepted"),
        ("declined", "sent"),
        ("expired", "sent"),
    },
    RunStatus: {("open", "published"), ("open", "discarded"), ("published", "undone")},
    AssignmentStatus: {
        ("active", "accepted"),
        ("active", "declined"),
        ("active", "removed"),
        ("active", "not_needed"),
        ("accepted", "declined"),
        ("accepted", "removed"),
        ("accepted", "not_needed"),
        ("not_needed", "active"),
    },
    ReviewStatus: {
        ("draft", "submitted"),
        ("draft", "set_aside"),
        ("submitted", "submitted"),
        ("submitted", "set_aside"),
        ("set_aside", "submitted"),
    },
}
TABLES = {
    InvitationStatus: INVITATION_MOVES,
    RunStatus: RUN_MOVES,
    AssignmentStatus: ASSIGNMENT_MOVES,
    ReviewStatus: REVIEW_MOVES,
}
PAIRS = [(kind, origin, to) for kind in TABLES for origin in kind.values for to in kind.values]


def a_row(kind: Any, stage: Any) -> Any:
    if kind is InvitationStatus:
        return Invitation.objects.create(
            workshop=stage.workshop, address="ivy@ivy.test", expires_at=timezone.now() + timedelta(days=1)
        )
    if kind is RunStatus:
        return AssignmentRun.objects.create(workshop=stage.workshop, number=1)
    assignment = given(stage, tell=False)
    return assignment if kind is AssignmentStatus else Review.objects.create(assignment=assignment)


@pytest.mark.parametrize(("kind", "origin", "to"), PAIRS, ids=lambda value: getattr(value, "__name__", value))
def test_state_moves_as_its_table_says(stage: Any, kind: Any, origin: str, to: str) -> None:
    row = a_row(kind, stage)
    type(row).objects.filter(pk=row.pk).update(status=origin)
    row.refresh_from_db()
    if (origin, to) in ALLOWED[kind]:
        move(row, to, TABLES[kind])
    else:
        with pytest.raises(IllegalMove):
            move(row, to, TABLES[kind])
    row.refresh_from_db()
    assert row.status == (to if (origin, to) in ALLOWED[kind] else origin)


def test_tables_name_every_state() -> None:
    assert {kind: set(table) for kind, table in TABLES.items()} == {kind: set(kind.values) for kind in TABLES}


def test_stage_has_the_assignment(stage: Any) -> None:
    given(stage, tell=False)
    assert list(Assignment.objects.values_list("submission__number", "status")) == [(1, "active")]
