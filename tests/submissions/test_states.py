"""The tables of states, walked pair by pair."""

from itertools import product

import pytest

from audit.errors import StaleState
from audit.transitions import IllegalMove, move
from submissions.models import Submission
from submissions.states import (
    CONFLICT_MOVES,
    FILE_MOVES,
    MOVES,
    ConflictState,
    FileStatus,
    SubmissionStatus,
)
from tests.submissions.stage import make_stage, start, upload

ALLOWED = {
    ("draft", "submitted"),
    ("draft", "withdrawn"),
    ("submitted", "withdrawn"),
    ("submitted", "desk_rejected"),
    ("withdrawn", "submitted"),
    ("withdrawn", "draft"),
    ("desk_rejected", "submitted"),
}


@pytest.mark.parametrize(
    ("states", "moves"), [(SubmissionStatus, MOVES), (FileStatus, FILE_MOVES), (ConflictState, CONFLICT_MOVES)]
)
def test_table_names_every_state(states, moves) -> None:
    assert set(moves) == set(states.values)


@pytest.mark.django_db
@pytest.mark.parametrize(("origin", "to"), list(product(SubmissionStatus.values, repeat=2)))
def test_paper_moves_as_the_table_says(origin, to) -> None:
    paper = start(make_stage())
    Submission.objects.filter(pk=paper.pk).update(status=origin)
    paper.refresh_from_db()
    if (origin, to) in ALLOWED:
        move(paper, to, MOVES)
        assert Submission.objects.get(pk=paper.pk).status == to
    else:
        with pytest.raises(IllegalMove):
            move(paper, to, MOVES)
        assert Submission.objects.get(pk=paper.pk).status == origin


@pytest.mark.django_db
@pytest.mark.parametrize(("origin", "to"), list(product(FileStatus.values, repeat=2)))
def test_file_is_concluded_once(origin, to) -> None:
    stage = make_stage()
    file = upload(start(stage), stage.ada)
    type(file).objects.filter(pk=file.pk).update(status=origin)
    file.refresh_from_db()
    if origin == "stored" and to != "stored":
        move(file, to, FILE_MOVES)
        assert file.status == to
    else:
        with pytest.raises(IllegalMove):
            move(file, to, FILE_MOVES)


@pytest.mark.django_db
def test_paper_that_somebody_moved_meanwhile_is_stale() -> None:
    paper = start(make_stage())
    Submission.objects.filter(pk=paper.pk).update(status="withdrawn")
    with pytest.raises(StaleState):
        move(paper, "submitted", MOVES)
