"""My desk: all roles of a person in one list."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from reviews.services.first_visit import tell_first_visit
from reviews.services.volunteer import take_back_offer
from submissions.models import Conflict, Revision, WorkingCopy
from submissions.services.declared import answer_declared, ask_authors
from submissions.services.start import start_submission
from submissions.services.withdraw import withdraw
from tests.factories import make_cast
from workshops.models import Extension

pytestmark = pytest.mark.django_db


def items(client, user):
    client.force_login(user)
    desk = client.get("/desk/").context["desk"]
    return [[(item.role, item.state) for item in part] for part in (desk.due, desk.waiting, desk.done)]


def test_everybody_finds_what_waits_for_them_while_reviews_are_written(client):
    cast = make_cast("discussion")
    assert items(client, cast.ada) == [[], [("Author", "Under review")], []]
    assert items(client, cast.rui) == [[], [], [("Reviewer", "Review submitted")]]
    assert items(client, cast.rae) == [[("Reviewer", "Review begun")], [], []]
    assert items(client, cast.zed) == [[], [], []]
    due, waiting, done = items(client, cast.otto)
    assert (due, sorted(waiting), done) == ([], [("Author", "Under review"), ("Organizer", "Next: Discussion")], [])


def test_a_decision_appears_once_it_is_told_and_is_done(client):
    cast = make_cast("released")
    assert items(client, cast.ada) == [[], [], [("Author", "Accepted")]]
    assert items(client, cast.ben) == [[], [], [("Author", "Accepted")]]


def test_a_draft_says_what_it_lacks_and_until_when(client):
    cast = make_cast("submission")
    start_submission(workshop=cast.workshop, track=cast.track, by=cast.zed, received_at=timezone.now(), title="Begun")
    client.force_login(cast.zed)
    (item,) = client.get("/desk/").context["desk"].due
    assert (item.title, item.state) == ("Begun", "Draft")
    assert item.detail == "The abstract is missing. The paper itself is missing: upload it as a PDF."
    assert item.at == cast.workshop.deadlines.get(kind="submission", track=None).at


def test_an_invitation_to_a_confirmed_address_of_mine_waits_for_an_answer(client):
    from reviews.services.invite import invite

    cast = make_cast("submission")
    invite(workshop=cast.workshop, by=cast.olga, address=cast.zed.email)
    assert items(client, cast.zed) == [[("Invited", "No answer yet")], [], []]


def test_nothing_yet_shows_the_open_calls(client):
    cast = make_cast("submission")
    client.force_login(cast.zed)
    desk = client.get("/desk/").context["desk"]
    assert desk.empty
    assert {call.title for call in desk.calls} == {str(cast.workshop), str(cast.elsewhere)}


def test_strangers_sign_in_first(client, db):
    answer = client.get("/desk/")
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


# --- what waits on a paper --------------------------------------------------------------------------------------------


def line(client, user, part: str = "waiting"):
    """The one line of this part."""
    client.force_login(user)
    (found,) = getattr(client.get("/desk/").context["desk"], part)
    return found


def until(cast, kind: str = "submission"):
    return cast.workshop.deadlines.get(kind=kind, track=None).at


def test_submitted_paper_says_until_when_it_can_be_changed(client):
    cast = make_cast("submission")
    item = line(client, cast.ada)
    assert (item.state, item.at, item.detail) == (
        "Submitted",
        until(cast),
        "You can change it until the deadline.",
    )


def test_unsaved_changes_are_to_do_for_whoever_typed_them_alone(client):
    cast = make_cast("submission")
    WorkingCopy.objects.create(
        submission=cast.paper, user=cast.ada, data={}, version=cast.paper.version, received_at=timezone.now()
    )
    item = line(client, cast.ada, "due")
    assert (item.state, item.action, item.at) == (
        "Submitted, with unsaved changes",
        "Save or discard them",
        until(cast),
    )
    assert ("Author", "Submitted") in items(client, cast.ben)[1]


def test_extension_of_ones_own_goes_beyond_the_deadline(client):
    cast = make_cast("bidding")
    later = timezone.now() + timedelta(days=2)
    Extension.objects.create(
        workshop=cast.workshop, root_type="submission", root_id=str(cast.paper.pk), until=later, reason="Ill."
    )
    item = line(client, cast.ada)
    assert (item.state, item.at, item.detail) == (
        "Submitted",
        later,
        "You can change it until then. A request about its authors waits for an answer.",
    )
    assert [item.at for item in _parts(client, cast.ben)[1] if item.role == "Author"] == [later]


def test_withdrawn_paper_says_until_when_it_can_come_back_and_is_done_after(client):
    cast = make_cast("submission")
    withdraw(submission=cast.paper, by=cast.ada)
    cast.paper.refresh_from_db()
    item = line(client, cast.ada)
    assert (item.state, item.at) == ("Withdrawn", cast.paper.withdrawn_at + timedelta(hours=24))
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        assert items(client, cast.ada) == [[], [], [("Author", "Withdrawn")]]


def test_late_version_and_open_request_are_said(client):
    cast = make_cast("bidding")
    Revision.objects.filter(submission=cast.paper).update(status="late")
    assert cast.paper.author_list_requests.get().status == "open"
    assert line(client, cast.ada).detail == (
        "Then the authors are told. A later version came late: the organizers decide whether it counts. "
        "A request about its authors waits for an answer."
    )


def test_question_about_whom_they_named_is_to_do_for_the_corresponding_author_until_answered(client):
    cast = make_cast("review")
    named = Conflict.objects.create(submission=cast.paper, user=cast.noor, reason="by_author", state="confirmed")
    asked = ask_authors(conflict=named, why="Nobody else knows it.", by=cast.olga)
    before = {name: items(client, getattr(cast, name))[0] for name in ("ada", "ben")}
    client.force_login(cast.ada)
    (line,) = client.get("/desk/").context["desk"].due
    answer_declared(request=asked, agree=False, by=cast.ada)

    assert before == {"ada": [("Author", "Waits for your answer")], "ben": []}
    assert line.title == f"The organizers ask you something about paper #{cast.paper.number}"
    assert line.url == f"/w/neurreps/papers/{cast.paper.number}/#declared"
    assert line.at == cast.workshop.deadlines.get(kind="review", track=None).at
    assert items(client, cast.ada)[0] == []


def test_question_names_neither_whom_it_is_about_nor_who_asks(client):
    cast = make_cast("review")
    named = Conflict.objects.create(submission=cast.paper, user=cast.noor, reason="by_author", state="confirmed")
    ask_authors(conflict=named, why="WHY-CANARY", by=cast.olga)
    client.force_login(cast.ada)

    page = client.get("/desk/").text

    assert [words for words in (cast.noor.family, cast.olga.family, "WHY-CANARY") if words in page] == []


def test_draft_after_the_deadline_is_over_unless_a_late_version_waits(client):
    cast = make_cast("submission")
    start_submission(workshop=cast.workshop, track=cast.track, by=cast.zed, received_at=timezone.now(), title="Begun")
    with time_machine.travel(until(cast) + timedelta(days=1), tick=True):
        assert items(client, cast.zed) == [[], [], [("Author", "Never completed")]]
        Revision.objects.create(
            submission=cast.zed.authorships.get().submission,
            number=99,
            snapshot={},
            received_at=timezone.now(),
            status="late",
        )
        assert items(client, cast.zed) == [[], [("Author", "Came late")], []]


# --- volunteers, reviewers, organizers --------------------------------------------------------------------------------


def test_offer_to_review_waits_until_it_is_answered_or_reviews_are_due(client):
    cast = make_cast("submission")
    item = next(item for item in _parts(client, cast.ben)[1] if item.role == "Volunteer")
    assert (item.state, item.url) == ("Not answered yet", "/w/neurreps/review-for-us/")
    with time_machine.travel(until(cast, "review") + timedelta(days=1), tick=True):
        assert [item for part in _parts(client, cast.ben) for item in part if item.role == "Volunteer"] == []


def _parts(client, user):
    client.force_login(user)
    desk = client.get("/desk/").context["desk"]
    return desk.due, desk.waiting, desk.done


def test_first_visit_of_a_reviewer_is_due_until_it_is_done(client):
    cast = make_cast("submission")
    due = [("Reviewer", "First visit not finished")]
    assert items(client, cast.noor) == [due, [], []]
    told = {"by": cast.noor, "load_max": 4, "levels": {}}
    tell_first_visit(reviewer=cast.noor.reviewing.get(), agrees=True, named_all=True, **told)
    assert items(client, cast.noor) == [due, [], []]
    tell_first_visit(reviewer=cast.noor.reviewing.get(), agrees=True, publications="Sheaves on graphs", **told)
    assert items(client, cast.noor) == [[], [], []]


def test_reviewer_reads_how_many_reviews_are_in(client):
    cast = make_cast("review", papers=2)
    due, _, done = _parts(client, cast.rae)
    assert ([item.detail for item in due if item.state == "Review begun"], done) == (
        ["0 of your 2 reviews are in."] * 2,
        [],
    )


def test_organizer_has_something_to_do_only_where_something_waits(client):
    cast = make_cast("submission")
    item = line(client, cast.olga, "due")
    assert (item.action, item.detail) == ("Open the desk", "1 offer to review waits.")
    take_back_offer(offer=cast.ben.offers.get(), by=cast.ben)
    assert items(client, cast.olga) == [[], [("Organizer", "Next: Submission")], []]
