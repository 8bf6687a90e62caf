"""The log: its filters tell nothing that its lines would not say."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.services.record import record
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast("review")


def lines(response: Any) -> list[tuple[str, str, int | None]]:
    assert response.status_code == 200
    return [(line.text, line.by, line.paper) for line in response.context["page"].lines]


def test_log_is_narrowed_by_what_and_who_and_paper(cast, look):
    number = cast.paper.number

    assert lines(look(cast.olga, f"log/?q=submitted+review&who={cast.rui.family}&paper={number}")) == [
        ("Submitted a review", cast.rui.name, number)
    ]
    assert lines(look(cast.olga, f"log/?q=submitted+review&who={cast.rae.family}")) == []


def test_who_is_asked_for_finds_no_line_that_does_not_say_it(cast, look):
    found = {
        who: lines(look(getattr(cast, who), f"log/?who={cast.rui.family}&about=review")) for who in ("olga", "ines")
    }

    assert (len(found["olga"]) > 0, found["ines"]) == (True, [])


def test_days_are_days_in_utc(cast, look):
    today = timezone.now().date()
    tomorrow = today + timedelta(days=1)

    everything = lines(look(cast.olga, "log/"))
    assert len(everything) > 20
    assert lines(look(cast.olga, f"log/?since={tomorrow}")) == []
    assert lines(look(cast.olga, f"log/?until={today}")) == everything


def test_pages_follow_each_other_by_key_and_keep_the_filter(cast, look):
    for _ in range(60):
        record("workshop.created", by=cast.olga, root_type="workshop", root_id=cast.workshop.pk, aspect="staff")
    first = look(cast.olga, f"log/?who={cast.olga.family}")
    second = look(cast.olga, f"log/{first.context['older_url']}")

    keys = [line.pk for page in (first, second) for line in page.context["page"].lines]
    assert keys == sorted(set(keys), reverse=True)
    assert {line.by for page in (first, second) for line in page.context["page"].lines} == {cast.olga.name}


@pytest.mark.parametrize("who", ["olga", "ines", "otto"])
def test_file_holds_what_the_pages_show(cast, look, who):
    person = getattr(cast, who)
    shown = lines(look(person, "log/?about=review"))
    table = list(csv.reader(io.StringIO(look(person, "log/?about=review&format=csv").content.decode("utf-8-sig"))))

    assert [(row[2], row[1], row[3]) for row in table[1:]] == [
        (text, by, str(paper) if paper else "") for text, by, paper in shown
    ]


def test_address_that_makes_no_sense_shows_the_log(cast, look):
    query = "about=eaten&who=%00&paper=x&since=2027-02-31&until=tomorrow&before=99999999999999999999"

    assert look(cast.olga, f"log/?{query}").status_code == 200
