"""My desk: all roles of a person in one list."""

import pytest

from tests.factories import make_cast

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
    assert (due, waiting, done) == (
        [("Organizer", "Next: Discussion")],
        [("Author", "Under review")],
        [],
    )


def test_a_decision_appears_once_it_is_told_and_is_done(client):
    cast = make_cast("released")
    assert items(client, cast.ada) == [[], [], [("Author", "Accepted")]]
    assert items(client, cast.ben) == [[], [], [("Author", "Accepted")]]


def test_a_draft_says_what_it_lacks_and_until_when(client):
    from django.utils import timezone

    from submissions.services.start import start_submission

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
