"""A co-author says “this is me” or “this is not me” by the link of the mail, and nothing happens by opening it."""

import re

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from notifications.models import Message
from submissions.models import AuthorLink, AuthorListRequest, Authorship
from submissions.services.author_requests import say_not_me
from submissions.services.confirm_author import confirm_author
from tests.factories import make_user
from tests.submissions.stage import author, make_stage, submitted

pytestmark = pytest.mark.django_db

PAGE = "/authorship/"


@pytest.fixture
def stage():
    return make_stage()


@pytest.fixture
def paper(stage):
    cy = author(stage.ben, given="Cy", family="Other", email="cy@cy.test")
    return submitted(stage, authors=[author(stage.ada, corresponding=True), author(stage.ben), cy])


def link_to(address: str) -> str:
    mail = Message.objects.filter(kind="listed_as_author", address=address).latest("pk")
    found = re.search(r"/a/[\w-]+/", mail.text)
    assert found
    return found[0]


def entry(paper, address: str) -> Authorship:
    return paper.authorships.get(email=address)


def follow(client, address: str):
    client.get(link_to(address))
    return client.get(PAGE)


def test_mail_says_what_it_is_about_and_opening_its_link_changes_nothing(stage, paper, client) -> None:
    before = list(Authorship.objects.values())

    page = follow(client, "cy@cy.test").content.decode()

    mail = Message.objects.get(kind="listed_as_author", address="cy@cy.test")
    for words in ("Ada Example", "Extended Abstract", "Symmetry in neural codes", "Ada Example, Ben Example, Cy Other"):
        assert words in mail.text
    assert "Yes, this is me" in page
    assert list(Authorship.objects.values()) == before
    assert User.objects.filter(email="cy@cy.test").count() == 0


def test_yes_without_an_account_makes_one_and_signs_in(paper, client) -> None:
    follow(client, "cy@cy.test")

    answer = client.post(PAGE, {"answer": "yes"}, follow=True)

    row = entry(paper, "cy@cy.test")
    assert answer.redirect_chain == [(f"/w/neurreps-2027/papers/{paper.number}/", 302)]
    assert (row.status, row.user.name, row.user.has_usable_password()) == ("claimed", "Cy Other", False)
    assert EmailAddress.objects.get(email="cy@cy.test").verified is True


def test_yes_never_signs_in_to_an_account_that_there_was(stage, paper, client) -> None:
    follow(client, "ben@ben.test")

    answer = client.post(PAGE, {"answer": "yes"}, follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    assert entry(paper, "ben@ben.test").status == "claimed"
    assert "_auth_user_id" not in client.session


def test_yes_of_somebody_who_is_signed_in_adds_the_address_to_theirs(paper, client) -> None:
    zed = make_user("Zed")
    client.force_login(zed)
    assert "becomes one more address of your account" in follow(client, "cy@cy.test").content.decode()

    client.post(PAGE, {"answer": "yes"})

    assert entry(paper, "cy@cy.test").user == zed
    assert EmailAddress.objects.get(email="cy@cy.test").user == zed


def test_yes_takes_the_account_from_whoever_made_it_with_an_address_that_is_not_theirs(paper) -> None:
    squatter = User.objects.create_user("cy@cy.test", "a password of theirs", given="Mal")
    EmailAddress.objects.create(user=squatter, email="cy@cy.test", verified=False, primary=True)

    person = confirm_author(authorship=entry(paper, "cy@cy.test"))

    person.refresh_from_db()
    assert (person.pk, person.has_usable_password()) == (squatter.pk, False)


def test_yes_twice_is_yes_once(paper) -> None:
    row = entry(paper, "cy@cy.test")

    assert confirm_author(authorship=row) == confirm_author(authorship=row)
    assert User.objects.filter(given="Cy").count() == 1


def test_not_me_needs_no_account_and_opens_a_dispute(paper, client) -> None:
    follow(client, "cy@cy.test")

    client.post(PAGE, {"answer": "no", "reason": "I never worked on this."})
    client.post(PAGE, {"answer": "no", "reason": "I never worked on this."})

    asked = AuthorListRequest.objects.get()
    assert (asked.kind, asked.status, asked.reason, asked.by) == ("not_me", "open", "I never worked on this.", None)
    assert entry(paper, "cy@cy.test").status == "disowned"
    told = Message.objects.filter(kind="author_list_asked").order_by("pk")
    assert [mail.address for mail in told] == ["ada@ada.test", "ben@ben.test"]
    assert [mail for mail in told if "never worked" in mail.text] == []


def test_not_me_takes_the_paper_away_from_an_account_that_was_tied_to_it(stage, paper, client) -> None:
    client.force_login(stage.ben)
    page = f"/w/neurreps-2027/papers/{paper.number}/"
    assert client.get(page).status_code == 200

    say_not_me(authorship=entry(paper, "ben@ben.test"), by=stage.ben)

    assert client.get(page).status_code == 404


def test_it_is_me_after_all_takes_the_dispute_back(paper, client) -> None:
    follow(client, "cy@cy.test")
    client.post(PAGE, {"answer": "no"})

    client.post(PAGE, {"answer": "yes"})

    assert AuthorListRequest.objects.get().status == "taken_back"
    assert entry(paper, "cy@cy.test").status == "claimed"


def test_a_link_that_is_sent_again_keeps_the_older_one_alive(stage, paper, client, time_machine) -> None:
    from datetime import timedelta

    from django.utils import timezone

    old = link_to("cy@cy.test")
    client.force_login(stage.ada)
    page = f"/w/neurreps-2027/papers/{paper.number}/authors/"
    row = entry(paper, "cy@cy.test")
    client.post(page, {"action": "tell-again", "author": row.pk})
    assert AuthorLink.objects.filter(authorship=row).count() == 1  # within an hour nothing is sent

    time_machine.move_to(timezone.now() + timedelta(hours=2))
    client.post(page, {"action": "tell-again", "author": row.pk})
    client.post(page, {"action": "tell-again", "author": row.pk})

    assert AuthorLink.objects.filter(authorship=row).count() == 2
    assert link_to("cy@cy.test") != old
    client.get(old)
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("token", ["forged", "x" * 500])
def test_token_that_opens_nothing_says_so(client, token: str) -> None:
    client.get(f"/a/{token}/")

    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"answer": "yes"}).status_code == 404


def test_who_is_taken_off_the_list_has_no_link_any_more(stage, paper, client) -> None:
    from tests.submissions.stage import save

    link = link_to("cy@cy.test")
    save(paper, stage.ada, authors=[author(stage.ada, corresponding=True), author(stage.ben)])

    client.get(link)

    assert client.get(PAGE).status_code == 404


def test_the_mail_with_the_link_is_never_shown_to_organizers(paper) -> None:
    from notifications.kinds import kind_of

    assert kind_of("listed_as_author").secret is True
