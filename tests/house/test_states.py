"""Every table of states, pair by pair: what it allows happens once, what it does not never does."""

import importlib
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.db import models

from audit.errors import StaleState
from audit.transitions import IllegalMove, Moves, move
from decisions.models import Decision, Release
from jobs.models import Job
from notifications.models import Batch, Message
from reviews.models import (
    Assignment,
    AssignmentRun,
    EmergencyOffer,
    ExtensionRequest,
    Invitation,
    Nomination,
    Offer,
    Review,
)
from submissions.models import AuthorListRequest, Conflict, ConflictRequest, File, Revision, Submission
from tests.house.conftest import Season, put_back
from tests.house.floors import FLOORS, ROOT
from tests.house.phases import during
from workshops.models import FormVersion

pytestmark = pytest.mark.both

MODELS: dict[str, type[models.Model]] = {
    "jobs.MOVES": Job,
    "notifications.MESSAGE_MOVES": Message,
    "notifications.BATCH_MOVES": Batch,
    "workshops.FORM_MOVES": FormVersion,
    "submissions.MOVES": Submission,
    "submissions.FILE_MOVES": File,
    "submissions.REVISION_MOVES": Revision,
    "submissions.CONFLICT_MOVES": Conflict,
    "submissions.REQUEST_MOVES": AuthorListRequest,
    "submissions.ASKED_MOVES": ConflictRequest,
    "reviews.INVITATION_MOVES": Invitation,
    "reviews.OFFER_MOVES": Offer,
    "reviews.EMERGENCY_MOVES": EmergencyOffer,
    "reviews.NOMINATION_MOVES": Nomination,
    "reviews.RUN_MOVES": AssignmentRun,
    "reviews.ASSIGNMENT_MOVES": Assignment,
    "reviews.REVIEW_MOVES": Review,
    "reviews.REQUEST_MOVES": ExtensionRequest,
    "decisions.MOVES": Decision,
    "decisions.RELEASE_MOVES": Release,
}
ABSENT = {  # what the cast has no row of
    ConflictRequest: lambda cast: ConflictRequest.objects.create(
        submission=cast.paper, kind="reading", user=cast.otto, reason="A question of ethics."
    )
}
STATE_FIELD = {Conflict: "state"}  # moved under a lock, by a person's word


def tables() -> dict[str, Moves]:
    found = {}
    for app in FLOORS:
        if (ROOT / app / "states.py").exists():
            states = importlib.import_module(f"{app}.states")
            found |= {f"{app}.{name}": table for name, table in vars(states).items() if name.endswith("MOVES")}
    return found


TABLES = tables()


def states_of(name: str) -> list[str]:
    field = MODELS[name]._meta.get_field(STATE_FIELD.get(MODELS[name], "status"))
    return [value for value, _ in field.choices or []]


def pairs() -> Iterator[tuple[str, str, str]]:
    for name in sorted(TABLES.keys() & MODELS.keys()):
        if MODELS[name] not in STATE_FIELD:
            for origin, to in product(states_of(name), repeat=2):
                yield name, origin, to


def test_every_table_belongs_to_a_model() -> None:
    assert sorted(TABLES) == sorted(MODELS)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_table_names_every_state_and_no_other(name: str) -> None:
    states = set(states_of(name))

    assert set(TABLES[name]) == states
    assert set().union(*TABLES[name].values()) <= states


@during("released")  # there is a row of everything then
@pytest.mark.parametrize(("name", "origin", "to"), list(pairs()))
def test_pair(season: Season, name: str, origin: str, to: str) -> None:
    model, table = MODELS[name], TABLES[name]
    with put_back():
        row = ABSENT[model](season.cast) if model in ABSENT else model._default_manager.order_by("pk")[0]
        model._default_manager.filter(pk=row.pk).update(status=origin)
        row.refresh_from_db()
        if to not in table[origin]:
            with pytest.raises(IllegalMove):
                move(row, to, table)
            assert now(row) == origin
            return
        elsewhere = next(state for state in table if state != origin)
        model._default_manager.filter(pk=row.pk).update(status=elsewhere)
        with pytest.raises(StaleState):
            move(row, to, table)
        assert now(row) == elsewhere
        model._default_manager.filter(pk=row.pk).update(status=origin)
        move(row, to, table)
        assert now(row) == row.status == to


def now(row: Any) -> str:
    return str(type(row)._default_manager.values_list("status", flat=True).get(pk=row.pk))
