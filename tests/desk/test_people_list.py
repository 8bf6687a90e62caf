"""People on the desk: what a line says, what finds it, what is done to several, and what none of it may tell."""

import csv
import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from audit.models import Entry
from notifications.models import Batch, Message
from reviews.models import Assignment, Reviewer
from submissions.services.conflicts import set_conflict
from tests.factories import Cast, make_cast
from workshops.models import Membership

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast("review")


def age(cast: Cast, **of: Any) -> None:
    """The assignments of the cast are given twenty days ago and were due two days ago."""
    now = timezone.now()
    Assignment.objects.filter(**of).update(created_at=now - 20 * DAY, due_at=now - 2 * DAY)


def names(response: Any) -> list[str]:
    assert response.status_code == 200
    return [row.name.split()[0] for row in response.context["found"].people]


def line(response: Any, user: Any) -> Any:
    return next(row for row in response.context["found"].people if row.pk == user.pk)


def test_line_says_what_a_reviewer_has_done(cast, look):
    age(cast, user=cast.rae)

    rui, rae = (line(look(cast.olga, "people/"), user).tally for user in (cast.rui, cast.rae))

    assert (rui.load, rui.done, rui.to_come, rui.overdue, rui.sign) == (1, 1, 0, 0, None)
    assert (rae.load, rae.done, rae.to_come, rae.overdue, rae.sign) == (1, 0, 1, 1, None)
    assert None not in (rui.seen, rae.seen)


def test_who_has_done_nothing_is_pointed_out_with_the_reason(cast, look):
    age(cast, user=cast.noor)

    page = look(cast.olga, "people/?look=silent")

    assert names(page) == ["Noor"]
    reason = "Of one paper nothing is written, and two thirds of the time are over."
    assert line(page, cast.noor).tally.sign.reason == reason
    assert reason in page.content.decode()


def test_marks_find_people_and_combine(cast, look):
    age(cast)
    Reviewer.objects.filter(user=cast.cleo).update(emergency=True)

    found = {
        query: names(look(cast.olga, f"people/?{query}"))
        for query in ("look=overdue", "look=overdue&look=silent", "look=emergency", "look=done", "look=none")
    }

    assert found == {
        "look=overdue": ["Noor", "Rae"],
        "look=overdue&look=silent": ["Noor"],
        "look=emergency": ["Cleo"],
        "look=done": ["Rui"],
        "look=none": ["Cleo"],
    }


def test_nothing_of_a_hidden_paper_is_in_a_line_a_filter_or_an_order(cast, look):
    age(cast, user=cast.noor)  # she reviews Otto's paper alone

    page = look(cast.otto, "people/")

    tally = line(page, cast.noor).tally
    assert (tally.load, tally.to_come, tally.overdue, tally.sign, tally.seen) == (0, 0, 0, None, None)
    assert names(look(cast.otto, "people/?look=silent&look=overdue")) == []
    assert [line(page, user).signed_in for user in (cast.noor, cast.rui)] == [None, None]
    body = look(cast.otto, f"people/{cast.noor.pk}/").content.decode()
    assert cast.ottos_paper.title not in body


@pytest.mark.parametrize("who", ["olga", "otto"])
def test_files_hold_what_the_page_shows(cast, look, who):
    person = getattr(cast, who)
    found = look(person, "people/?role=reviewer").context["found"]
    table = list(csv.reader(io.StringIO(look(person, "people/?role=reviewer&format=csv").content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(look(person, "people/?role=reviewer&format=xlsx").content)).active
    cells = [["" if cell is None else str(cell) for cell in row] for row in book.iter_rows(values_only=True)]

    assert [row[:2] for row in table[1:]] == [[row.name, row.email] for row in found.people]
    place = table[0].index("papers")
    assert [row[place] for row in table[1:]] == [str(row.tally.load) for row in found.people]
    assert cells == table
    assert Entry.objects.filter(action="identity.revealed", actor=person).count() == 2


def ask(act: str, *people: Any, **more: Any) -> dict[str, Any]:
    return {"act": act, "line": [user.pk for user in people], **more}


def test_act_says_first_to_whom_and_who_is_left_out(cast, look):
    page = look(cast.olga, "people/acts/", data=ask("load", cast.rui, cast.ines))

    plan = page.context["plan"]
    assert [(one.words, one.notes) for one in plan.takes] == [(cast.rui.name, ("now at most 6, has 1",))]
    assert [(one.words, one.why) for one in plan.left_out] == [
        (cast.ines.name, "They are no reviewer of this workshop.")
    ]


def test_load_is_set_for_several_and_taken_back(cast, do):
    page = do(cast.olga, "people/acts/", ask("load", cast.rui, cast.noor, seen=2, load_max=2))
    loads = dict(Reviewer.objects.filter(user__in=[cast.rui, cast.noor]).values_list("user", "load_max"))
    assert (loads, page.context["undo"]["said"]) == ({cast.rui.pk: 2, cast.noor.pk: 2}, "2 people are changed.")

    Reviewer.objects.filter(user=cast.noor).update(load_max=3)  # somebody else, meanwhile
    do(cast.olga, "people/acts/undo/")

    loads = dict(Reviewer.objects.filter(user__in=[cast.rui, cast.noor]).values_list("user", "load_max"))
    assert loads == {cast.rui.pk: 6, cast.noor.pk: 3}


def test_act_on_another_number_than_was_seen_is_refused(cast, do):
    page = do(cast.olga, "people/acts/", ask("load", cast.rui, seen=2, load_max=2))

    assert page.status_code == 422
    assert Reviewer.objects.get(user=cast.rui).load_max == 6


def test_emergency_pool_is_filled_and_emptied(cast, do):
    do(cast.olga, "people/acts/", ask("emergency", cast.rui, cast.rae, seen=2))
    do(cast.olga, "people/acts/", ask("not_emergency", cast.rae, seen=1))

    pool = Reviewer.objects.filter(emergency=True).values_list("user", flat=True)
    assert list(pool) == [cast.rui.pk]


def test_end_of_a_role_keeps_the_papers_unless_they_are_taken_back(cast, do):
    do(cast.olga, "people/acts/", ask("end_reviewer", cast.rae, seen=1))
    assert Assignment.objects.get(user=cast.rae).status in ("active", "accepted")
    do(cast.olga, "people/acts/undo/")
    assert Membership.objects.open().filter(user=cast.rae).count() == 1

    do(cast.olga, "people/acts/", ask("end_reviewer", cast.rae, cast.rui, seen=2, take_back="on"))

    held = dict(Assignment.objects.filter(user__in=[cast.rae, cast.rui]).values_list("user", "status"))
    assert held == {cast.rae.pk: "removed", cast.rui.pk: "accepted"}  # Rui's review is in
    assert Message.objects.filter(kind="assignment_not_needed", recipient=cast.rae).count() == 1


def test_papers_that_are_hidden_from_who_ends_a_role_stay(cast, do):
    do(cast.otto, "people/acts/", ask("end_reviewer", cast.noor, seen=1, take_back="on"))

    assert Assignment.objects.get(user=cast.noor).status in ("active", "accepted")


def test_reminders_wait_to_be_looked_at_and_are_written_once_a_day(cast, do, look):
    age(cast)
    asked = ask("remind", cast.rae, cast.rui, seen=1)
    do(cast.olga, "people/acts/", asked)

    mail = Message.objects.get(kind="review_reminder")
    assert (mail.recipient_id, mail.status, Batch.objects.get(pk=mail.batch_id).status) == (
        cast.rae.pk,
        "held",
        "draft",
    )
    assert cast.paper.title in mail.text
    assert do(cast.olga, "people/acts/", asked).status_code == 422
    do(cast.olga, "people/acts/", asked | {"again": "on"})
    assert Message.objects.filter(kind="review_reminder").count() == 2


def test_nobody_is_reminded_of_a_paper_that_is_hidden_from_who_reminds(cast, do, look):
    age(cast)

    page = look(cast.otto, "people/acts/", data=ask("remind", cast.noor))

    assert [(one.words, one.why) for one in page.context["plan"].left_out] == [
        (cast.noor.name, "Nothing of theirs is overdue.")
    ]
    assert do(cast.otto, "people/acts/", ask("remind", cast.noor, seen=0)).status_code == 422


def test_letter_waits_to_be_looked_at_and_goes_only_to_people_of_the_workshop(cast, do):
    typed = ask("write", cast.rui, cast.zed, seen=1, subject="A call", text="We talk on **Monday**. {{ name }}")
    do(cast.olga, "people/acts/", typed)

    mail = Message.objects.get(kind="letter")
    assert (mail.recipient_id, mail.status) == (cast.rui.pk, "held")
    assert "We talk on **Monday**. {{ name }}" in mail.text


def test_letter_without_words_keeps_what_was_typed(cast, do):
    page = do(cast.olga, "people/acts/", ask("write", cast.rui, seen=1, subject="A call", text=""))

    assert (page.status_code, page.context["form"]["subject"].value()) == (422, "A call")
    assert not Message.objects.filter(kind="letter").exists()


def test_page_of_a_person_tells_what_hangs_on_free_papers(cast, look):
    set_conflict(
        submission=cast.paper, user=cast.otto, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
    )

    seen = {who: look(getattr(cast, who), f"people/{cast.rui.pk}/").context["person"] for who in ("olga", "otto")}

    assert [row.number for row in seen["olga"].papers] == [cast.paper.number]
    assert [(p.papers, p.conflicts, p.tally.load) for p in (seen["otto"],)] == [([], [], 0)]


@pytest.mark.parametrize("who", ["zed", "ada"])
def test_page_of_somebody_without_a_role_is_not_there(cast, look, who):
    assert look(cast.olga, f"people/{getattr(cast, who).pk}/").status_code == 404


def test_area_chair_changes_the_track(cast, do):
    role = Membership.objects.open().get(user=cast.mara)
    do(cast.olga, f"people/{cast.mara.pk}/change/", {"do": "track", "membership": role.pk, "track": cast.track.slug})

    assert Membership.objects.open().get(user=cast.mara).track == cast.track
