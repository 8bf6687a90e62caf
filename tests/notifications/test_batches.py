"""Bulk mail: nothing leaves by surprise, and a second click does nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.errors import Refused, StaleState
from audit.models import Entry
from notifications import tasks
from notifications.kinds import Hooks
from notifications.models import Batch, Message
from notifications.sandbox import MissingValue
from notifications.services import batches
from notifications.services.batches import (
    cancel_batch,
    change_batch,
    confirm_batch,
    end_hold,
    needs_number,
    pause_batch,
    resume_batch,
    send_now,
    stop_batch,
)
from notifications.services.deliver import deliver_lot
from notifications.states import BatchStatus, MessageStatus
from tests.factories import make_user

pytestmark = pytest.mark.both

Draft = Callable[..., Batch]


def states(batch: Batch) -> set[str]:
    return set(batch.messages.values_list("status", flat=True))


def test_nothing_leaves_before_the_end_of_the_hold(draft: Draft) -> None:
    batch = confirm_batch(batch=draft(), by=None, typed=None, hold_minutes=10)
    assert batch.status == BatchStatus.HELD
    tasks.end_holds()
    assert deliver_lot().claimed == 0
    assert states(batch) == {MessageStatus.HELD}
    Batch.objects.update(release_at=timezone.now())
    tasks.end_holds()
    assert deliver_lot().sent == 3
    assert Batch.objects.get().status == BatchStatus.DONE
    assert Batch.objects.get().finished_at is not None


def test_confirming_twice_is_refused_and_changes_nothing(draft: Draft) -> None:
    batch = draft()
    first = confirm_batch(batch=batch, by=None, typed=None, hold_minutes=10)
    with pytest.raises(StaleState, match="already confirmed"):
        confirm_batch(batch=batch, by=None, typed=None, hold_minutes=0)
    assert Batch.objects.get().release_at == first.release_at
    assert Entry.objects.filter(action="batch.confirmed").count() == 1


@pytest.mark.parametrize(
    ("count", "kind", "wanted"), [(19, "letter", False), (20, "letter", True), (1, "verdict", True)]
)
def test_number_is_typed_for_releases_and_from_twenty(draft: Draft, count: int, kind: str, wanted: bool) -> None:
    batch = draft(count, kind)
    assert needs_number(batch, count) is wanted
    if wanted:
        for typed in (None, count - 1, count + 1):
            with pytest.raises(Refused, match=f"Type {count} to confirm") as refusal:
                confirm_batch(batch=batch, by=None, typed=typed, hold_minutes=10)
            assert refusal.value.field == "typed"
    assert confirm_batch(batch=batch, by=None, typed=count, hold_minutes=10).status == BatchStatus.HELD


@pytest.mark.parametrize("minutes", [-1, 61])
def test_hold_is_at_most_an_hour(draft: Draft, minutes: int) -> None:
    with pytest.raises(Refused, match="0 to 60 minutes"):
        confirm_batch(batch=draft(), by=None, typed=None, hold_minutes=minutes)


def test_empty_batch_is_refused(draft: Draft) -> None:
    with pytest.raises(Refused, match="nobody to write to"):
        confirm_batch(batch=draft(0), by=None, typed=None, hold_minutes=0)


@pytest.mark.parametrize("confirmed", [False, True])
def test_cancelled_batch_leaves_nothing_but_the_log(draft: Draft, hooks: Hooks, confirmed: bool) -> None:
    told: list[str] = []
    hooks.on_cancel.append(lambda batch: told.append("cancelled"))
    hooks.on_release.append(lambda batch: told.append("released"))
    batch = draft()
    if confirmed:
        batch = confirm_batch(batch=batch, by=None, typed=None, hold_minutes=0)
    cancel_batch(batch=batch, by=None)
    end_hold(batch.pk)
    assert deliver_lot().claimed == 0
    assert states(batch) == {MessageStatus.CANCELLED}
    assert told == ["cancelled"]
    with pytest.raises(StaleState, match="was cancelled; nobody got it"):
        cancel_batch(batch=batch, by=None)


def test_release_calls_its_hooks_once_in_the_same_transaction(draft: Draft, hooks: Hooks) -> None:
    told: list[int] = []
    hooks.on_release.append(lambda batch: told.append(batch.pk))
    batch = confirm_batch(batch=draft(), by=None, typed=None, hold_minutes=0)
    end_hold(batch.pk)
    end_hold(batch.pk)
    assert told == [batch.pk]
    assert states(batch) == {MessageStatus.DUE}


def test_release_that_crashes_changes_nothing_and_keeps_no_other_back(draft: Draft, hooks: Hooks) -> None:
    def crash(batch: Batch) -> None:
        Message.objects.update(subject="half done")
        if batch.pk == bad.pk:
            raise RuntimeError

    bad, good = draft(1), draft(1)
    hooks.on_release.append(crash)
    for batch in (bad, good):
        confirm_batch(batch=batch, by=None, typed=None, hold_minutes=0)
    tasks.end_holds()
    assert [batch.status for batch in Batch.objects.order_by("pk")] == [BatchStatus.HELD, BatchStatus.SENDING]
    assert states(bad) == {MessageStatus.HELD}


def test_release_that_is_refused_is_cancelled_and_says_why(draft: Draft, hooks: Hooks) -> None:
    def refuse(batch: Batch) -> None:
        raise Refused("Paper 4 has no decision any more.")

    hooks.on_release.append(refuse)
    batch = confirm_batch(batch=draft(), by=None, typed=None, hold_minutes=0)
    end_hold(batch.pk)
    batch.refresh_from_db()
    assert batch.status == BatchStatus.CANCELLED
    assert batch.left_out == [{"who": "Everybody", "why": "Paper 4 has no decision any more."}]
    assert states(batch) == {MessageStatus.CANCELLED}


def test_send_now_ends_the_hold_and_is_in_the_log(draft: Draft) -> None:
    olga = make_user("Olga")
    batch = confirm_batch(batch=draft(), by=olga, typed=None, hold_minutes=60)
    send_now(batch=batch, by=olga)
    assert deliver_lot().sent == 3
    entry = Entry.objects.get(action="batch.sent_now")
    assert (entry.actor_id, entry.root_type, entry.root_id, entry.aspect) == (olga.pk, "workshop", 1, "staff")
    with pytest.raises(StaleState, match="has been sent"):
        send_now(batch=batch, by=olga)


def test_paused_batch_waits_and_goes_on(draft: Draft) -> None:
    batch = send_now(batch=confirm_batch(batch=draft(25), by=None, typed=25, hold_minutes=10), by=None)
    assert deliver_lot().sent == 20
    pause_batch(batch=batch, by=None)
    assert deliver_lot().claimed == 0
    with pytest.raises(StaleState, match="paused"):
        pause_batch(batch=batch, by=None)
    resume_batch(batch=batch, by=None)
    assert deliver_lot().sent == 5
    assert Batch.objects.get().status == BatchStatus.DONE


def test_stopped_batch_sends_nothing_more(draft: Draft) -> None:
    batch = send_now(batch=confirm_batch(batch=draft(25), by=None, typed=25, hold_minutes=10), by=None)
    deliver_lot()
    stop_batch(batch=batch, by=None)
    assert deliver_lot().claimed == 0
    counts = Batch.objects.with_counts().get()
    assert (counts.n_all, counts.n_sent, counts.n_left) == (25, 20, 0)
    assert batch.messages.filter(status=MessageStatus.CANCELLED).count() == 5
    with pytest.raises(StaleState, match="was stopped"):
        resume_batch(batch=batch, by=None)


@pytest.mark.parametrize(("act", "left"), [(pause_batch, MessageStatus.HELD), (stop_batch, MessageStatus.CANCELLED)])
def test_batch_that_changes_while_a_lot_is_with_a_worker_is_respected(
    draft: Draft, monkeypatch: pytest.MonkeyPatch, act: Callable[..., Batch], left: str
) -> None:
    from notifications.backends import MailDirectoryBackend

    batch = send_now(batch=confirm_batch(batch=draft(5), by=None, typed=None, hold_minutes=10), by=None)
    real, sent = MailDirectoryBackend.send_messages, []

    def send(self: MailDirectoryBackend, messages: list) -> int:
        sent.extend(messages)
        if len(sent) == 2:
            act(batch=batch, by=None)
        return real(self, messages)

    monkeypatch.setattr(MailDirectoryBackend, "send_messages", send)
    lot = deliver_lot()
    assert (lot.claimed, lot.sent) == (5, 2)
    assert sorted(batch.messages.values_list("status", flat=True)) == sorted([left] * 3 + [MessageStatus.SENT] * 2)


def test_changed_words_are_rendered_for_everyone(draft: Draft) -> None:
    batch = change_batch(batch=draft(2), by=None, subject="News for {{ name }}", text="Only this, {{ name }}.")
    assert set(batch.messages.values_list("subject", "text")) == {("News for Ada", "Only this, Ada.\n")}
    batch = change_batch(batch=batch, by=None, subject="", text="")
    assert set(batch.messages.values_list("subject", flat=True)) == {"Hello Ada"}
    confirm_batch(batch=batch, by=None, typed=None, hold_minutes=10)
    assert all(values == {} for values in batch.messages.values_list("values", flat=True))


def test_words_with_a_value_that_one_recipient_lacks_change_nothing(draft: Draft) -> None:
    batch = draft(2)
    lacking = batch.messages.latest("pk")
    lacking.values["values"].pop("name")
    Message.objects.filter(pk=lacking.pk).update(values=lacking.values)
    with pytest.raises(MissingValue, match=f"The mail to {lacking.address} cannot be written: its value “name”"):
        change_batch(batch=batch, by=None, subject="News", text="{{ name }}")
    assert set(batch.messages.values_list("subject", flat=True)) == {"Hello Ada"}
    with pytest.raises(Refused, match="no value called “ghost”"):
        change_batch(batch=batch, by=None, subject="News", text="{{ ghost }}")
    with pytest.raises(Refused, match="Write both"):
        change_batch(batch=batch, by=None, subject="News", text="")


def test_late_end_of_hold_does_nothing_while_the_hold_lasts(draft: Draft) -> None:
    batch = confirm_batch(batch=draft(), by=None, typed=None, hold_minutes=1)
    end_hold(batch.pk)
    assert Batch.objects.get().status == BatchStatus.HELD
    assert batch.release_at is not None
    assert batch.release_at - timezone.now() <= timedelta(minutes=1)
    assert batches.LONGEST_HOLD == 60
