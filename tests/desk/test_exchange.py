"""Files in and out of the desk: nothing before it was looked at, all or nothing, nobody mailed unless it was asked."""

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from audit.models import Entry
from notifications.models import Batch, Message
from reviews.models import Assignment, Review, Reviewer
from reviews.services.assign import assign
from reviews.services.import_people import find_person
from tests.desk.conftest import DESK
from tests.factories import Cast
from workshops.models import Membership

PEOPLE = "name,email,roles,load\nPia Example,pia@pia.test,reviewer,3\nPaul Example,paul@paul.test,area chair,\n"


def send(client: Client, kind: str, content: str | bytes, **given) -> HttpResponse:
    """Look at what a file does; with ``do="bring"`` do it."""
    raw = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(f"{kind}.json" if raw.startswith((b"{", b"[")) else f"{kind}.csv", raw)
    return client.post(f"{DESK}exchange/bring-in/", {"kind": kind, "file": file, "do": "look", **given})


def counts(response: HttpResponse) -> tuple[int, int, int]:
    """How many rows are done, left and wrong."""
    answer = response.context["answer"]
    return len(answer.does), len(answer.left), len(answer.problems)


def rows(response: HttpResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.fixture
def olga(client: Client, cast: Cast) -> Client:
    client.force_login(cast.olga)
    return client


def test_look_says_what_would_be_done_and_does_nothing(olga: Client, cast: Cast) -> None:
    before = (Membership.objects.count(), Entry.objects.count(), Message.objects.count())

    response = send(olga, "people", PEOPLE)

    assert counts(response) == (2, 0, 0)
    assert [one.sentence for one in response.context["answer"].does] == ["becomes reviewer", "becomes area chair"]
    assert (Membership.objects.count(), Entry.objects.count(), Message.objects.count()) == before


def test_people_are_brought_in_and_nobody_is_mailed(olga: Client, cast: Cast) -> None:
    mails = Message.objects.count()

    send(olga, "people", PEOPLE, do="bring", seen=2)

    pia = find_person("pia@pia.test")
    assert pia is not None
    assert (pia.name, Reviewer.objects.get(user=pia).load_max) == ("Pia Example", 3)
    assert Message.objects.count() == mails


def test_second_import_of_the_same_file_finds_everything_there(olga: Client, cast: Cast) -> None:
    send(olga, "people", PEOPLE, do="bring", seen=2)

    assert counts(send(olga, "people", PEOPLE)) == (0, 2, 0)


def test_people_who_are_written_to_wait_in_a_batch_that_nobody_has_confirmed(olga: Client, cast: Cast) -> None:
    send(olga, "people", PEOPLE, do="bring", seen=2, mail="on")

    batch = Batch.objects.get()
    assert (batch.status, batch.kind, batch.messages.count()) == ("draft", "invitation", 2)
    assert find_person("pia@pia.test") is None


def test_nothing_is_done_while_a_row_is_wrong_unless_the_rest_is_wanted(olga: Client, cast: Cast) -> None:
    table = f"{PEOPLE}X,nowhere,reviewer,\n"

    refused = send(olga, "people", table, do="bring", seen=2)
    assert (refused.status_code, counts(refused), find_person("pia@pia.test")) == (422, (2, 0, 1), None)

    send(olga, "people", table, do="bring", seen=2, rest="on")
    assert find_person("pia@pia.test") is not None


def test_what_has_changed_since_the_look_is_shown_again(olga: Client, cast: Cast) -> None:
    response = send(olga, "people", PEOPLE, do="bring", seen=1)

    assert (response.status_code, "not 1" in response.context["refusal"]) == (409, True)


def test_page_carries_the_file_along(olga: Client, cast: Cast) -> None:
    again = send(olga, "people", PEOPLE).context["again"]

    olga.post(
        f"{DESK}exchange/bring-in/", {"kind": "people", "again": again, "name": "p.csv", "seen": 2, "do": "bring"}
    )

    assert find_person("pia@pia.test") is not None


def test_unknown_topic_and_track_say_so(olga: Client, cast: Cast) -> None:
    table = "email,roles,topics\na@a.test,reviewer,Alchemy\nb@b.test,area chair (Nowhere),\n"

    problems = send(olga, "people", table).context["answer"].problems

    assert [one.sentence[:40] for one in problems] == [
        "The workshop has no topic “Alchemy”. Add",
        "There is no track “Nowhere”. It is one o",
    ]


# --- assignments ------------------------------------------------------------------------------------------------------


def test_assignments_follow_the_rules_of_every_other(olga: Client, cast: Cast) -> None:
    lines = [(cast.paper, cast.rui), (cast.paper, cast.cleo), (cast.ottos_paper, cast.zed)]
    table = "paper,email\n" + "".join(f"{paper.number},{user.email}\n" for paper, user in lines) + "99,x@x.test\n"

    response = send(olga, "assignments", table)

    assert counts(response) == (1, 0, 3)
    assert [(one.line, one.sentence.split(".")[0]) for one in response.context["answer"].problems] == [
        (3, f"{cast.cleo.name} has a conflict with paper #{cast.paper.number}: same institution as an author"),
        (4, f"{cast.zed.name} is not a reviewer of this workshop"),
        (5, "There is no paper 99 in this workshop"),
    ]


def test_paper_that_is_not_ones_own_to_act_for_is_refused(client: Client, cast: Cast) -> None:
    client.force_login(cast.otto)

    response = send(client, "assignments", f"paper,email\n{cast.ottos_paper.number},{cast.rui.email}\n")

    (problem,) = response.context["answer"].problems
    assert problem.sentence.startswith(f"Paper {cast.ottos_paper.number} is not yours to act for.")


def test_reviewers_get_one_mail_that_waits_where_it_is_asked_for(olga: Client, cast: Cast) -> None:
    table = "paper,email\n" + "".join(f"{p.number},{cast.rui.email}\n" for p in (cast.paper, cast.ottos_paper))

    send(olga, "assignments", table, do="bring", seen=2, mail="on")

    batch = Batch.objects.get()
    assert (batch.kind, batch.status, batch.messages.get().recipient) == ("assignments", "draft", cast.rui)


def test_file_takes_papers_back_and_says_that_there_is_one_round(olga: Client, cast: Cast) -> None:
    assign(submission=cast.paper, user=cast.rui, by=cast.olga)
    table = f"paper,action,email,round\n{cast.paper.number},clearreview,{cast.rui.email},R1\n"
    table += f"{cast.paper.number},clear,{cast.rae.email},\n"
    answer = send(olga, "assignments", table).context["answer"]
    assert ([row.sentence for row in answer.does], [row.sentence for row in answer.left]) == (
        [f"gives “{cast.paper.title}” back, and is not mailed of it"],
        ["does not have the paper"],
    )
    assert any("one round of reviews" in note for note in answer.notes)
    assert Assignment.objects.current().count() == 1
    send(olga, "assignments", table, do="bring", seen=1)
    assert Assignment.objects.get().status == "removed"


# --- there and back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
@pytest.mark.parametrize("what", ["people", "assignments", "reviews"])
def test_what_was_taken_away_and_comes_back_changes_nothing(client: Client, make_cast, what: str, kind: str) -> None:
    cast = make_cast("discussion")
    client.force_login(cast.olga)
    file = client.get(f"{DESK}exchange/{what}/{kind}/").content

    done, left, wrong = counts(send(client, what, file))

    assert (done, wrong, left > 0) == (0, 0, True)


def test_reviews_come_back_word_for_word(client: Client, make_cast) -> None:
    """From the file into a workshop that has none of them."""
    cast = make_cast("discussion")
    client.force_login(cast.olga)
    before = {r.assignment_id: r.current.answers for r in Review.objects.counted().select_related("current")}
    file = client.get(f"{DESK}exchange/reviews/csv/").content
    kept = {(a.submission_id, a.user_id): before[a.pk] for a in Assignment.objects.filter(pk__in=before)}
    _forget_reviews()

    send(client, "reviews", file, do="bring", seen=len(kept))

    now = Review.objects.counted().select_related("current", "assignment")
    assert {(r.assignment.submission_id, r.assignment.user_id): r.current.answers for r in now} == kept


def _forget_reviews() -> None:
    Review.objects.update(current=None, independent=None)
    for review in Review.objects.all():
        review.versions.all().delete()
        review.delete()


def test_another_review_by_the_same_person_overwrites_nothing(client: Client, make_cast) -> None:
    cast = make_cast("review")
    client.force_login(cast.olga)
    table = f"paper,email,overall\n{cast.paper.number},{cast.rui.email},1\n"

    (problem,) = send(client, "reviews", table).context["answer"].problems

    assert problem.sentence == "This person’s review is here and reads differently; it stays. Remove the row."


def test_reviews_of_openreview_come_in_under_their_signatures(client: Client, make_cast) -> None:
    cast = make_cast("bidding")
    client.force_login(cast.olga)
    table = f"number,signatures,rating,summary,shoe\n{cast.paper.number},Venue/Reviewer_ab,8: accept,Good work.,42\n"

    response = send(client, "reviews", table)
    send(client, "reviews", table, do="bring", seen=1)

    review = Review.objects.get(assignment__submission=cast.paper)
    assert review.current.answers == {"overall": 5, "summary": "Good work."}
    assert response.context["answer"].notes == ["No form asks “shoe”; this column is left out."]


# --- what is sealed ---------------------------------------------------------------------------------------------------


def test_files_hold_what_the_viewer_may_see_and_nothing_else(client: Client, make_cast) -> None:
    cast = make_cast("discussion")
    ada, ottos = str(cast.paper.number), str(cast.ottos_paper.number)
    found = {}
    for name in ("olga", "ines", "otto"):
        client.force_login(getattr(cast, name))
        pairs = {row["paper"] for row in rows(client.get(f"{DESK}exchange/assignments/csv/"))}
        reviews = {row["paper"]: row["email"] != "" for row in rows(client.get(f"{DESK}exchange/reviews/csv/"))}
        found[name] = (pairs, reviews)

    assert found == {
        "olga": ({ada, ottos}, {ada: True, ottos: True}),
        "ines": ({ottos}, {ada: False, ottos: True}),  # of an author's institution: reviews under handles, no names
        "otto": ({ada}, {ada: True}),  # of the own paper nothing
    }


def test_taking_names_away_is_logged(client: Client, make_cast) -> None:
    cast = make_cast("discussion")
    client.force_login(cast.otto)

    client.get(f"{DESK}exchange/assignments/csv/")

    entry = Entry.objects.get(action="identity.revealed", data__page="assignments.csv")
    assert (entry.actor, entry.data["papers"]) == (cast.otto, [cast.paper.pk])


def test_notes_are_read_by_openreviews_reader(client: Client, make_cast) -> None:
    cast = make_cast("discussion")
    client.force_login(cast.olga)

    notes = json.loads(client.get(f"{DESK}exchange/reviews/notes/").content)["notes"]

    assert sorted(note["number"] for note in notes) == sorted([cast.paper.number, cast.ottos_paper.number])
    (reply,) = notes[0]["details"]["replies"]
    assert reply["content"]["rating"] == {"value": "5: accept"}
    assert reply["signatures"] == [f"neurreps/Submission{notes[0]['number']}/Reviewer_1"]


def test_cell_that_a_spreadsheet_would_compute_comes_back_as_it_was(client: Client, cast: Cast) -> None:
    client.force_login(cast.olga)
    table = "name,email,affiliation\nPia Example,pia@pia.test,=Institute\n"
    send(client, "people", table, do="bring", seen=1)

    file = client.get(f"{DESK}exchange/people/csv/")

    assert next(row for row in rows(file) if row["email"] == "pia@pia.test")["affiliation"] == "'=Institute"
    assert counts(send(client, "people", file.content))[2] == 0
