"""Looking at the site as somebody else: who may, what it lets through, when it ends, what is written down."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from access.view_as import LASTS, SESSION_KEY
from accounts.models import User
from audit.models import Entry
from reviews.services.reviewers import add_reviewer
from tests.factories import Cast
from workshops.models import Membership
from workshops.services.roles import end_role

DESK = "/admin/w/neurreps/"


@pytest.fixture
def olga(client: Client, cast: Cast) -> Client:
    """Olga’s browser, in which she looks as Rui."""
    client.force_login(cast.olga)
    client.post(f"{DESK}people/{cast.rui.pk}/view-as/")
    return client


def looks(client: Client) -> bool:
    return SESSION_KEY in client.session


def test_page_says_as_whom_one_looks_and_how_to_stop(olga: Client, cast: Cast) -> None:
    page = olga.get("/desk/").content.decode()

    assert f"You see the site as <strong>{cast.rui.name}</strong>" in page
    assert 'action="/desk/view-as/stop/"' in page


def test_settings_pages_say_it_too(olga: Client, cast: Cast) -> None:
    assert "You see the site as" in olga.get("/admin/").content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_but_looking_is_let_through(olga: Client, cast: Cast, method: str) -> None:
    answer = getattr(olga, method)(f"/w/neurreps/papers/{cast.paper.number}/")

    assert (answer.status_code, "nothing can be changed" in answer.content.decode()) == (403, True)


def test_autosave_is_told_in_its_own_way(olga: Client) -> None:
    answer = olga.post("/profile/", headers={"X-Autosave": "1"})

    assert (answer.status_code, "nothing can be changed" in answer.json()["message"]) == (403, True)


@pytest.mark.parametrize("page", ["/profile/", "/accounts/email/", "/profile/security/", "/accounts/password/set/"])
def test_account_is_closed_meanwhile(olga: Client, page: str) -> None:
    assert olga.get(page).status_code == 403


def test_button_stops_it_and_both_are_in_the_log(olga: Client, cast: Cast) -> None:
    answer = olga.post("/desk/view-as/stop/")

    assert (answer.url, looks(olga)) == (f"{DESK}people/", False)
    entries = Entry.objects.filter(action__startswith="view_as.").order_by("pk")
    assert list(entries.values_list("action", "actor", "through", "root_id", "aspect")) == [
        ("view_as.begun", cast.olga.pk, cast.rui.pk, cast.workshop.pk, "staff"),
        ("view_as.ended", cast.olga.pk, cast.rui.pk, cast.workshop.pk, "staff"),
    ]


def test_second_press_of_stop_does_no_harm(olga: Client) -> None:
    olga.post("/desk/view-as/stop/")

    assert olga.post("/desk/view-as/stop/").url == "/desk/"


def test_signing_out_ends_it(olga: Client, cast: Cast) -> None:
    olga.post("/accounts/logout/")
    olga.force_login(cast.olga)

    assert (looks(olga), "You see the site as" in olga.get("/desk/").content.decode()) == (False, False)


def test_another_person_in_the_same_session_does_not_look(olga: Client, cast: Cast) -> None:
    kept = olga.session[SESSION_KEY]
    olga.force_login(cast.ines)
    session = olga.session
    session[SESSION_KEY] = kept
    session.save()

    assert "You see the site as" not in olga.get("/desk/").content.decode()


def test_half_hour_ends_it_and_says_so(olga: Client) -> None:
    with time_machine.travel(timezone.now() + LASTS + timedelta(seconds=1)):
        page = olga.get("/desk/").content.decode()

    assert ("You see the site as" in page, "the half hour is over" in page, looks(olga)) == (False, True, False)


def test_what_is_sent_after_the_half_hour_is_not_done(olga: Client, cast: Cast) -> None:
    before = Entry.objects.count()
    with time_machine.travel(timezone.now() + LASTS + timedelta(seconds=1)):
        answer = olga.post(f"{DESK}people/action/", {"do": "end_role"})

    assert (answer.status_code, "Nothing was done" in answer.content.decode()) == (403, True)
    assert Entry.objects.count() == before


def test_end_of_the_right_ends_it(olga: Client, cast: Cast) -> None:
    end_role(membership=Membership.objects.get(user=cast.rui, until=None), by=cast.olga)

    assert ("You see the site as" in olga.get("/desk/").content.decode(), looks(olga)) == (False, False)


@pytest.mark.parametrize(
    ("who", "whom", "answer"),
    [
        ("olga", "rui", 302),  # has a role
        ("olga", "ada", 302),  # wrote a paper that Olga is free on
        ("ines", "ada", 404),  # wrote one that Ines is not free on, and has no role
        ("olga", "zed", 404),  # has nothing to do with the workshop
        ("olga", "olga", 404),  # oneself
        ("rui", "noor", 404),
        ("ada", "ben", 404),
        ("opal", "rui", 404),  # has a door of her own
    ],
)
def test_who_may(client: Client, cast: Cast, who: str, whom: str, answer: int) -> None:
    client.force_login(getattr(cast, who))

    got = client.post(f"{DESK}people/{getattr(cast, whom).pk}/view-as/")

    assert (got.status_code, looks(client)) == (answer, answer == 302)


def test_whoever_runs_the_site_may_and_it_is_in_the_persons_book(client: Client, cast: Cast) -> None:
    client.force_login(cast.opal)

    client.post(f"/admin/operator/view-as/{cast.zed.pk}/")

    entry = Entry.objects.get(action="view_as.begun")
    assert (looks(client), entry.actor_id, entry.root_type, entry.root_id) == (
        True,
        cast.opal.pk,
        "person",
        cast.zed.pk,
    )


def test_closed_account_cannot_be_looked_at(client: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.rui.pk).update(is_active=False)
    client.force_login(cast.olga)

    assert client.post(f"{DESK}people/{cast.rui.pk}/view-as/").status_code == 404


def test_one_look_is_not_begun_from_another(olga: Client, cast: Cast) -> None:
    assert olga.post(f"{DESK}people/{cast.noor.pk}/view-as/").status_code == 403


def test_role_elsewhere_stays_hidden(client: Client, cast: Cast) -> None:
    """Rui also reviews for a workshop that Olga has nothing to do with."""
    add_reviewer(workshop=cast.elsewhere, user=cast.rui, by=None)
    client.force_login(cast.olga)
    client.post(f"{DESK}people/{cast.rui.pk}/view-as/")

    assert "Elsewhere" not in client.get("/desk/").content.decode()
    assert client.get("/w/elsewhere/reviewing/").status_code == 404
