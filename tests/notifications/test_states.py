"""Every pair of states, and only the moves of the table."""

from collections.abc import Callable

import pytest

from audit.errors import StaleState
from audit.transitions import IllegalMove, move
from notifications.models import Batch, Message
from notifications.states import BATCH_MOVES, MESSAGE_MOVES, BatchStatus, MessageStatus

pytestmark = pytest.mark.both


@pytest.mark.parametrize("to", MessageStatus.values)
@pytest.mark.parametrize("origin", MessageStatus.values)
def test_message_moves_by_table(origin: str, to: str, write: Callable[..., Message]) -> None:
    message = write()
    Message.objects.update(status=origin)
    message.refresh_from_db()
    if to in MESSAGE_MOVES[origin]:
        move(message, to, MESSAGE_MOVES)
    else:
        with pytest.raises(IllegalMove):
            move(message, to, MESSAGE_MOVES)
    assert Message.objects.get().status == (to if to in MESSAGE_MOVES[origin] else origin)


@pytest.mark.django_db
@pytest.mark.parametrize("to", BatchStatus.values)
@pytest.mark.parametrize("origin", BatchStatus.values)
def test_batch_moves_by_table(origin: str, to: str) -> None:
    batch = Batch.objects.create(workshop_id=1, kind="letter", status=origin)
    if to in BATCH_MOVES[origin]:
        move(batch, to, BATCH_MOVES)
    else:
        with pytest.raises(IllegalMove):
            move(batch, to, BATCH_MOVES)
    assert Batch.objects.get().status == (to if to in BATCH_MOVES[origin] else origin)


def test_move_of_a_row_that_moved_meanwhile_is_stale(write: Callable[..., Message]) -> None:
    message = write()
    Message.objects.update(status=MessageStatus.CLAIMED)
    with pytest.raises(StaleState):
        move(message, MessageStatus.CANCELLED, MESSAGE_MOVES)
