"""Facts about a person: one statement for all of them, put together once, true at the instant of reading."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from access.facts import _statement, read_facts
from access.viewer import Viewer
from submissions.models import ConflictRequest
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.both]

FACT = "reads for a while"


@pytest.fixture
def cast(make_cast) -> Cast:
    cast = make_cast("bidding")
    for person in (cast.otto, cast.ines):
        ConflictRequest.objects.create(
            submission=cast.paper if person == cast.ines else cast.ottos_paper,
            kind="reading",
            user=person,
            status="granted",
            reason="Ethics.",
            until=timezone.now() + timedelta(hours=2),
        )
    return cast


def test_each_person_has_their_own_facts_by_the_same_statement(cast) -> None:
    _statement.cache_clear()

    read = {name: read_facts(getattr(cast, name).pk) for name in ("ines", "otto", "ada")}

    assert {name: facts[FACT] for name, facts in read.items()} == {
        "ines": {cast.paper.pk},
        "otto": {cast.ottos_paper.pk},
        "ada": frozenset(),
    }
    assert {name: facts["wrote"] for name, facts in read.items()} == {
        "ines": frozenset(),
        "otto": {cast.ottos_paper.pk},
        "ada": {cast.paper.pk},
    }
    assert _statement.cache_info().misses == 1


def test_what_holds_for_a_while_ends_though_the_statement_stays(cast) -> None:
    _statement.cache_clear()
    now = timezone.now()
    for later, held in ((timedelta(0), True), (timedelta(hours=1, minutes=59), True), (timedelta(hours=2), False)):
        with time_machine.travel(now + later, tick=False):
            assert (cast.paper.pk in read_facts(cast.ines.pk)[FACT], later) == (held, later)

    assert _statement.cache_info().misses == 1


def test_all_facts_are_read_once_for_a_viewer(cast, django_assert_num_queries) -> None:
    viewer = Viewer(cast.otto)
    with django_assert_num_queries(1):
        assert viewer.fact("wrote") == {cast.ottos_paper.pk}
        assert viewer.fact(FACT) == {cast.ottos_paper.pk}
