"""Reviews on the desk: one line each, under a name or a handle, and what none of it may tell."""

import csv
import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from desk.reading.reviews_query import FLAGS, STATES
from notifications.models import Message
from reviews.models import Assignment, ReviewVersion
from reviews.services.assign import decline_assignment
from reviews.services.own_conflict import note_authors_known
from submissions.services.conflicts import set_conflict
from tests.factories import Cast, make_cast
from workshops.models import Extension

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast("review")


def rows(response: Any) -> list[tuple[int, str, str]]:
    assert response.status_code == 200
    return [(row.number, row.who, row.state) for row in response.context["found"].rows]


def states(response: Any) -> list[str]:
    return [state for _, _, state in rows(response)]


def test_every_review_is_a_line_with_its_state_and_numbers(cast, look):
    found = look(cast.olga, "reviews/").context["found"].rows

    said = {(row.who, row.number): (row.state, row.overall, row.confidence) for row in found}
    assert said == {
        (cast.rui.name, cast.paper.number): ("submitted", 5, 4),
        (cast.rae.name, cast.paper.number): ("draft", None, None),
        (cast.noor.name, cast.ottos_paper.number): ("unopened", None, None),
    }


def test_institutional_organizer_sees_handles_and_nothing_confidential(cast, look):
    answers = cast.review.current.answers | {"ethics_flag": True, "knows_authors": "sure"}
    ReviewVersion.objects.update(answers=answers)

    olga, ines = (look(getattr(cast, who), "reviews/?state=submitted") for who in ("olga", "ines"))

    assert [(row.who, row.said.ethics, row.said.knows) for row in olga.context["found"].rows] == [
        (cast.rui.name, True, "sure")
    ]
    handle = cast.assignment.known_as
    assert [(row.who, row.said.ethics, row.said.knows) for row in ines.context["found"].rows] == [(handle, False, "")]
    assert [rows(look(cast.ines, f"reviews/?{q}")) for q in (f"q={cast.rui.family}", f"who={cast.rui.pk}")] == [[], []]
    assert [rows(look(cast.ines, f"reviews/?look={flag}")) for flag in ("ethics", "knows")] == [[], []]


def test_note_on_the_authors_finds_a_review_that_is_not_written_yet(cast, look):
    assignment = Assignment.objects.get(user=cast.rae)
    note_authors_known(assignment=assignment, by=cast.rae, knowing="guess", text="A talk in May.")

    olga, ines = (look(getattr(cast, who), "reviews/?look=knows").context["found"].rows for who in ("olga", "ines"))

    assert [(row.pk, row.said.knows) for row in olga] == [(assignment.pk, "guess")]
    assert ines == []


@pytest.mark.parametrize(
    "query", ["", *(f"state={state}" for state in STATES), *(f"look={flag}" for flag in FLAGS), "sort=-overall"]
)
def test_no_filter_finds_what_is_sealed(cast, look, query):
    set_conflict(
        submission=cast.paper, user=cast.otto, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
    )

    page = look(cast.otto, f"reviews/?{query}")

    assert rows(page) == []
    assert sum(page.context["found"].states.values()) == 0


def test_chips_find_lines(cast, look):
    now = timezone.now()
    Assignment.objects.filter(user=cast.rae).update(due_at=now - DAY)
    Assignment.objects.filter(user=cast.rui).update(due_at=now - 90 * DAY)

    found = {query: rows(look(cast.olga, f"reviews/?{query}")) for query in ("look=overdue", "look=late", "look=short")}

    rui = (cast.paper.number, cast.rui.name, "submitted")
    assert found == {
        "look=overdue": [(cast.paper.number, cast.rae.name, "draft")],
        "look=late": [rui],
        "look=short": [rui],
    }
    assert states(look(cast.olga, "reviews/?state=missing")) == ["draft", "unopened"]


def test_declined_paper_is_found_only_when_it_is_asked_for(cast, look):
    decline_assignment(assignment=Assignment.objects.get(user=cast.noor), by=cast.noor, reason="No time.")

    assert "gone" not in states(look(cast.olga, "reviews/"))
    assert rows(look(cast.olga, "reviews/?state=gone")) == [(cast.ottos_paper.number, cast.noor.name, "gone")]


def test_extension_moves_what_is_overdue(cast, do, look):
    now = timezone.now()
    Assignment.objects.filter(user=cast.rae).update(due_at=now - DAY)
    until = (now + 3 * DAY).strftime("%Y-%m-%dT%H:%M")
    asked = {"act": "extend", "line": [cast.raes_assignment.pk], "seen": 1, "until": until, "reason": "Ill."}

    assert do(cast.olga, "reviews/acts/", asked).status_code == 200

    assert rows(look(cast.olga, "reviews/?look=overdue")) == []
    assert Extension.objects.get(root_type="assignment").root_id == str(cast.raes_assignment.pk)
    mail = Message.objects.get(kind="review_extended")
    assert (mail.recipient_id, "Ill." in mail.text) == (cast.rae.pk, True)


@pytest.mark.parametrize(("until", "reason"), [(-1, "Ill."), (3, ""), (3, "   ")])
def test_extension_without_a_reason_or_into_the_past_is_refused(cast, do, until, reason):
    at = (timezone.now() + until * DAY).strftime("%Y-%m-%dT%H:%M")
    asked = {"act": "extend", "line": [cast.raes_assignment.pk], "seen": 1, "until": at, "reason": reason}

    assert do(cast.olga, "reviews/acts/", asked).status_code == 422
    assert not Extension.objects.exists()


def test_who_does_not_act_on_a_paper_acts_on_no_review_of_it(cast, do, look):
    page = look(cast.ines, "reviews/acts/", data={"act": "remind", "line": [cast.raes_assignment.pk]})

    handle = cast.raes_assignment.known_as
    left = [(one.words, one.why) for one in page.context["plan"].left_out]
    assert left == [(f"#{cast.paper.number}, {handle}", "You do not act on this paper.")]
    assert (
        do(cast.ines, "reviews/acts/", {"act": "remind", "line": [cast.raes_assignment.pk], "seen": 0}).status_code
        == 422
    )


def test_reminder_of_single_reviews_waits_to_be_looked_at(cast, do):
    lines = [cast.raes_assignment.pk, cast.assignment.pk]
    do(cast.olga, "reviews/acts/", {"act": "remind", "line": lines, "seen": 1})

    mail = Message.objects.get(kind="review_reminder")
    assert (mail.recipient_id, mail.status) == (cast.rae.pk, "held")


@pytest.mark.parametrize("who", ["olga", "ines", "otto"])
def test_files_hold_what_the_page_shows(cast, look, who):
    person = getattr(cast, who)
    found = look(person, "reviews/").context["found"]
    table = list(csv.reader(io.StringIO(look(person, "reviews/?format=csv").content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(look(person, "reviews/?format=xlsx").content)).active
    cells = [["" if cell is None else str(cell) for cell in row] for row in book.iter_rows(values_only=True)]

    place = table[0].index("reviewer")
    assert [(row[0], row[place]) for row in table[1:]] == [(str(row.number), row.who) for row in found.rows]
    assert cells == table


def test_filters_are_kept_under_a_name_of_this_list_alone(cast, do, look):
    do(cast.olga, "reviews/views/", {"name": "Urgent", "query": "look=overdue&sort=due&page=2"})

    assert ("Urgent" in look(cast.olga, "reviews/").content.decode()) is True
    assert ("Urgent" in look(cast.olga, "people/").content.decode()) is False
    assert do(cast.olga, "secrets/views/", {"name": "Urgent", "query": ""}).status_code == 404
