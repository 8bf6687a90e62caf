"""The page behind the link of an invitation."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from notifications.models import Message
from reviews.models import Invitation, Link, Reviewer
from reviews.services.assign import assign
from reviews.services.invite import invite, send_again
from submissions.models import Conflict
from tests.factories import make_user
from tests.reviews.stage import write
from workshops.models import Membership


@pytest.fixture
def address(stage: Any) -> str:
    """Where the link of Ivy's invitation leads."""
    invite(workshop=stage.workshop, by=stage.olga, address="ivy@ivy.test", name="Ivy Example", load=4)
    return link_of(Message.objects.get(kind="invitation"))


def link_of(message: Message) -> str:
    return "/i/" + message.text.split("/i/")[1].split("/")[0] + "/"


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the sessions."""
    tables = [name for name in connection.introspection.table_names() if name != "accounts_session"]
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  the name of our own table
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found


@pytest.mark.parametrize("method", ["get", "head"])
def test_link_that_a_scanner_follows_twice_changes_no_row(client: Client, address: str, method: str) -> None:
    before = everything()
    for answer in ("yes", "fewer", "no", "yes"):
        response = getattr(client, method)(f"{address}?answer={answer}", follow=True)
        assert response.status_code == 200
    assert everything() == before


def test_link_leads_to_a_page_without_the_token_in_its_address(client: Client, address: str) -> None:
    response = client.get(f"{address}?answer=no")
    assert (response.status_code, response["Location"]) == (302, "/invitation/?answer=no")
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_page_says_what_is_asked_and_has_the_answer_of_the_link_chosen(client: Client, address: str) -> None:
    response = client.get(f"{address}?answer=fewer", follow=True)
    assert response.context["form"]["answer"].value() == "fewer"
    page = response.content.decode()
    assert all(words in page for words in ("NeurReps 2027", "up to 4 papers", "Olga Example", "chairs@neurreps.test"))


def test_yes_makes_account_role_and_reviewer_and_signs_in(client: Client, stage: Any, address: str) -> None:
    client.get(address)
    response = client.post("/invitation/", {"answer": "yes", "given": "Ivy", "family": "Example"})
    ivy = User.objects.get(email="ivy@ivy.test")
    assert (response.status_code, response["Location"]) == (302, "/w/neurreps-2027/reviewing/first-visit/")
    assert (ivy.name, EmailAddress.objects.get(user=ivy).verified) == ("Ivy Example", True)
    assert list(Membership.objects.filter(user=ivy).values_list("role", "until")) == [("reviewer", None)]
    assert Reviewer.objects.get(user=ivy).load_max == 4
    assert client.get("/w/neurreps-2027/reviewing/").status_code == 200
    assert Message.objects.filter(kind="invitation_answer", address="ivy@ivy.test").count() == 1


def test_conflicts_are_found_before_anything_is_shown(client: Client, stage: Any, address: str) -> None:
    paper = write(stage, "Una", "una@ivy.test")
    client.get(address)
    client.post("/invitation/", {"answer": "yes", "given": "Ivy", "family": "Example"})
    found = Conflict.objects.filter(user__email="ivy@ivy.test").values_list("submission__number", "reason", "state")
    assert list(found) == [(paper.number, "institution", "confirmed")]


def test_fewer_papers_is_a_smaller_load(client: Client, address: str) -> None:
    client.get(address)
    client.post("/invitation/", {"answer": "fewer", "load": "2", "family": "Example"})
    assert Reviewer.objects.get(user__email="ivy@ivy.test").load_max == 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "answer"),
        ({"answer": "maybe"}, "answer"),
        ({"answer": "fewer"}, "load"),
        ({"answer": "fewer", "load": "0"}, "load"),
    ],
)
def test_answer_with_a_wrong_field_keeps_what_was_typed(
    client: Client, address: str, typed: dict[str, str], field: str
) -> None:
    client.get(address)
    response = client.post("/invitation/", {"reason": "kept words", **typed})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert "kept words" in response.content.decode()
    assert Invitation.objects.get().status == "sent"


def test_no_is_kept_with_its_reason_and_makes_no_account(client: Client, address: str) -> None:
    client.get(address)
    client.post("/invitation/", {"answer": "no", "reason": "On leave."})
    made = Invitation.objects.get()
    assert (made.status, made.reason, User.objects.filter(email="ivy@ivy.test").exists()) == (
        "declined",
        "On leave.",
        False,
    )


def test_who_declined_may_still_accept(client: Client, address: str) -> None:
    client.get(address)
    client.post("/invitation/", {"answer": "no"})
    client.post("/invitation/", {"answer": "yes", "family": "Example"})
    assert Invitation.objects.get().status == "accepted"


def test_double_click_on_yes_makes_one_account_and_one_mail(client: Client, address: str) -> None:
    client.get(address)
    for _ in range(2):
        client.post("/invitation/", {"answer": "yes", "family": "Example"})
    assert User.objects.filter(email="ivy@ivy.test").count() == 1
    assert Message.objects.filter(kind="invitation_answer").count() == 1


def test_link_that_was_used_says_so_and_takes_a_no_until_papers_are_assigned(
    client: Client, stage: Any, address: str
) -> None:
    client.get(address)
    client.post("/invitation/", {"answer": "yes", "family": "Example"})
    other = Client()
    page = other.get(address, follow=True)
    assert "You have accepted" in page.content.decode()
    assert "Decline after all" in page.content.decode()
    other.post("/invitation/", {"answer": "no"})
    assert Invitation.objects.get().status == "declined"
    assert "_auth_user_id" not in other.session


def test_link_takes_no_no_once_papers_are_assigned(client: Client, stage: Any, address: str) -> None:
    client.get(address)
    client.post("/invitation/", {"answer": "yes", "family": "Example"})
    assign(submission=stage.papers[0], user=User.objects.get(email="ivy@ivy.test"), by=stage.olga)
    assert "Decline after all" not in client.get("/invitation/").content.decode()
    response = client.post("/invitation/", {"answer": "no"})
    assert "You have papers here already" in response.content.decode()
    assert Invitation.objects.get().status == "accepted"


def test_link_that_has_ended_says_what_to_do(client: Client, address: str) -> None:
    Link.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for response in (client.get(address, follow=True), client.post("/invitation/", {"answer": "yes", "family": "E"})):
        assert response.status_code == 410
        assert "Write to chairs@neurreps.test" in response.content.decode()
    assert Invitation.objects.get().status == "sent"


@pytest.mark.parametrize("token", ["forged", "x" * 5000, "%00", "a" * 43])
def test_forged_link_says_what_to_do(client: Client, address: str, token: str) -> None:
    response = client.get(f"/i/{token}/", follow=True)
    assert response.status_code == 404
    assert "Copy the whole address from the mail" in response.content.decode()


def test_page_without_a_link_says_what_to_do(client: Client, stage: Any) -> None:
    response = client.get("/invitation/")
    assert response.status_code == 404
    assert "Open the link in your invitation mail" in response.content.decode()


def test_older_link_answers_too_after_a_second_mail(client: Client, stage: Any, address: str) -> None:
    Message.objects.update(status="sent")
    send_again(invitation=Invitation.objects.get(), by=stage.olga)
    client.get(address)
    client.post("/invitation/", {"answer": "yes", "family": "Example"})
    assert Invitation.objects.get().status == "accepted"


def test_person_with_an_account_accepts_without_signing_in_and_is_not_signed_in(client: Client, address: str) -> None:
    ivy = make_user("Ivy")
    client.get(address)
    response = client.post("/invitation/", {"answer": "yes"}, follow=True)
    assert Invitation.objects.get().user == ivy
    assert "Sign in and tell us what you know" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_account_that_never_confirmed_the_address_loses_its_password(client: Client, address: str) -> None:
    squatter = User.objects.create_user("ivy@ivy.test", "password", given="Not", family="Ivy")
    EmailAddress.objects.create(user=squatter, email="ivy@ivy.test", verified=False, primary=True)
    client.get(address)
    client.post("/invitation/", {"answer": "yes", "family": "Example"})
    squatter.refresh_from_db()
    assert (squatter.has_usable_password(), EmailAddress.objects.get(user=squatter).verified) == (False, True)


def test_unconfirmed_second_address_of_somebody_else_gives_them_nothing(
    client: Client, stage: Any, address: str
) -> None:
    EmailAddress.objects.create(user=stage.otto, email="ivy@ivy.test", verified=False, primary=False)
    client.get(address)
    client.post("/invitation/", {"answer": "yes", "family": "Example"})
    assert Invitation.objects.get().user == User.objects.get(email="ivy@ivy.test")
    assert not Reviewer.objects.filter(user=stage.otto).exists()


def test_line_of_my_desk_opens_the_invitation_of_a_confirmed_address_alone(client: Client, address: str) -> None:
    ivy, zed = make_user("Ivy"), make_user("Zed")
    page = f"/invitation/?invitation={Invitation.objects.get().pk}"
    client.force_login(ivy)
    assert client.get(page).status_code == 200
    client.force_login(zed)
    assert client.get(page).status_code == 404
    assert client.get("/invitation/?invitation=no-uuid").status_code == 404
