"""Is this open? Every instant around a deadline."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshops.deadlines import Window, extended, window, windows, windows_by_track
from workshops.models import Deadline, Workshop
from workshops.states import DeadlineKind

AT = datetime(2027, 9, 5, 11, 59, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
INSTANTS = st.timedeltas(timedelta(days=-30), timedelta(days=30)).map(lambda length: AT + length)


def _window(at: datetime, **fields) -> Window:
    row = Deadline(workshop_id=1, kind=DeadlineKind.SUBMISSION, at=AT, **fields)
    return windows_by_track([row], [], at)[None][DeadlineKind.SUBMISSION]


def _state(found: Window) -> str:
    return " ".join(name for name in ("not_yet", "is_open", "is_late") if getattr(found, name))


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (AT - timedelta(days=11), "not_yet"),
        (AT - timedelta(days=10) - SECOND, "not_yet"),
        (AT - timedelta(days=10), "is_open"),
        (AT, "is_open"),
        (AT + SECOND, "is_open"),
        (AT + timedelta(minutes=30), "is_open"),
        (AT + timedelta(minutes=30) + SECOND, "is_late"),
    ],
)
def test_window_at_each_of_its_edges(at: datetime, state: str):
    assert _state(_window(at, opens_at=AT - timedelta(days=10), grace_minutes=30)) == state


def test_without_grace_the_deadline_itself_still_counts_and_the_next_instant_is_late():
    assert _state(_window(AT)) == "is_open"
    assert _state(_window(AT + timedelta(microseconds=1))) == "is_late"


@given(at=INSTANTS, grace=st.integers(0, 1440), opens=st.none() | st.integers(1, 100_000))
def test_exactly_one_of_three_holds_at_every_instant(at: datetime, grace: int, opens: int | None):
    opens_at = None if opens is None else AT - timedelta(minutes=opens)
    found = _window(at, grace_minutes=grace, opens_at=opens_at)
    assert [found.not_yet, found.is_open, found.is_late].count(True) == 1
    assert found.is_open == ((opens_at is None or opens_at <= at) and at <= AT + timedelta(minutes=grace))
    assert found.counts_until == AT + timedelta(minutes=grace)


@given(first=INSTANTS, second=INSTANTS, grace=st.integers(0, 1440))
def test_once_late_never_open_again(first: datetime, second: datetime, grace: int):
    earlier, later = sorted([first, second])
    if _window(earlier, grace_minutes=grace).is_late:
        assert _window(later, grace_minutes=grace).is_late


def test_kind_without_a_deadline_is_neither_open_nor_late():
    found = windows_by_track([], [], AT)[None][DeadlineKind.RESPONSE]
    assert found == Window(DeadlineKind.RESPONSE)
    assert (found.exists, _state(found)) == (False, "")


def test_deadline_of_a_track_wins_over_that_of_the_workshop(workshop: Workshop, django_assert_num_queries):
    findings = workshop.tracks.get(slug="findings")
    own = AT + timedelta(days=7)
    Deadline.objects.create(workshop=workshop, track=findings, kind=DeadlineKind.SUBMISSION, at=own)
    with django_assert_num_queries(1):
        assert window(workshop.pk, "submission", findings.pk, at=AT).at == own
    with django_assert_num_queries(1):
        found = windows(workshop.pk, findings.pk, AT + SECOND)
    assert (found["submission"].at, found["submission"].is_open) == (own, True)
    assert found["review"].track_id is None
    assert list(found) == DeadlineKind.values
    assert window(workshop.pk, "submission", at=AT + SECOND).is_late is True
    other = workshop.tracks.get(slug="proceedings")
    assert window(workshop.pk, "submission", other.pk, at=AT + SECOND).is_late is True


def test_track_wins_in_whatever_order_the_rows_come(workshop: Workshop):
    findings = workshop.tracks.get(slug="findings")
    common = workshop.deadlines.get(kind="submission")
    own = Deadline(workshop=workshop, track=findings, kind="submission", at=AT + timedelta(days=7))
    for rows in ([common, own], [own, common]):
        assert windows_by_track(rows, [findings.pk], AT)[findings.pk]["submission"].at == own.at


@given(at=INSTANTS, grace=st.integers(0, 1440), until=INSTANTS, hard=st.booleans())
def test_extension_only_ever_opens_and_never_closes(at: datetime, grace: int, until: datetime, hard: bool):
    plain = _window(at, grace_minutes=grace, hard=hard)
    longer = extended(plain, until, at)
    assert longer.is_open == (plain.is_open or at <= until)
    assert [longer.not_yet, longer.is_open, longer.is_late].count(True) == 1
    assert longer.counts_until == max(plain.counts_until, until)
    assert (longer.at, longer.hard) == (plain.at, plain.hard)
