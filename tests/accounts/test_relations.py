"""Whom a person is tied to: the service, and its part of the profile."""

import re
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.models import Publication, Relation, User
from accounts.names import name_key
from accounts.services.publications import add_publications, preview_publications, put_back_publication
from accounts.services.relations import Tie, add_relation, change_relation, remove_relation
from audit.errors import Refused

PROFILE = reverse("accounts:profile")
RELATIONS = reverse("accounts:relations")
PUBLICATIONS = reverse("accounts:publications")
PUT_BACK = reverse("accounts:put_back")
BLANK = {"kind": "collaborator", "email": "", "name": "", "start": "", "end": ""}


@pytest.fixture
def browser(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def one(person: User) -> Relation:
    return person.relations.get()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Ada B. van Example", "ada example"),
        ("Example, Ada", "ada example"),
        ("ÁDA EXÄMPLE", "ada example"),
        ("A. Example", ""),
        ("Ada", "ada"),
        ("A.", ""),
        ("王 小明", "小明 王"),
        ("王", "王"),
        ("O’Neil, Sean", "oneil sean"),
        ("", ""),
        ("…", ""),
    ],
)
def test_name_is_compared_by_its_ends(text: str, key: str) -> None:
    assert name_key(text) == key


def test_tie_leads_to_whoever_has_confirmed_the_address(ada: User, ben: User) -> None:
    made = add_relation(user=ada, by=ada, tie=Tie("advisor", email=" BEN@ben.test ", name=" Ben  Example"))
    assert (made.other, made.other_email, made.other_name) == (ben, "ben@ben.test", "Ben Example")
    EmailAddress.objects.filter(user=ben).update(verified=False)
    assert add_relation(user=ada, by=ada, tie=Tie("family", email="ben@ben.test")).other is None


def test_same_tie_twice_is_one(ada: User) -> None:
    for end in (None, date(2024, 1, 1)):
        add_relation(user=ada, by=ada, tie=Tie("family", name="Bo Example", end=end))
    assert one(ada).end == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("tie", "field", "said"),
    [
        (Tie("rival", name="Bo Example"), "kind", "Choose what ties you."),
        (Tie("family"), "email", "Write their e-mail address, or at least their name."),
        (
            Tie("family", email="bo"),
            "email",
            "Write an e-mail address, such as ada@example.org, or leave it empty.",
        ),
        (Tie("family", email="ada@ada.test"), "email", "This is an address of your own. Write the other person’s."),
        (Tie("family", name="B"), "name", "Write their whole name."),
        (
            Tie("family", name="Bo Example", start=date(2024, 2, 1), end=date(2024, 1, 1)),
            "end",
            "The end is before the start.",
        ),
    ],
)
def test_wrong_tie_is_refused_with_its_field(ada: User, tie: Tie, field: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        add_relation(user=ada, by=ada, tie=tie)
    assert (refused.value.field, refused.value.sentence, Relation.objects.count()) == (field, said, 0)


def test_nobody_writes_anothers_ties(ada: User, ben: User) -> None:
    made = add_relation(user=ada, by=ada, tie=Tie("family", name="Bo Example"))
    for act in (
        lambda: add_relation(user=ada, by=ben, tie=Tie("family", name="Cy Example")),
        lambda: change_relation(relation=made, by=ben, tie=Tie("other", name="Bo Example")),
        lambda: remove_relation(relation=made, by=ben),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert one(ada).kind == "family"


def test_answer_is_the_same_with_and_without_an_account(browser: Client, ada: User, ben: User) -> None:
    pages = []
    for email in ("ben@ben.test", "xyz@xyz.test"):
        answer = browser.post(RELATIONS, BLANK | {"email": email}, follow=True)
        shown = answer.content.decode().replace(email, "…")
        pages.append(re.sub(r'[A-Za-z0-9]{64}|data-now="\d+"|tie\d+|relations/\d+', "", shown))
        Relation.objects.all().delete()
    assert pages[0] == pages[1]


def test_tie_is_changed_removed_and_put_back(browser: Client, ada: User) -> None:
    browser.post(RELATIONS, BLANK | {"name": "Bo Example", "start": "2024-01-01"})
    address = reverse("accounts:relation", args=[one(ada).pk])
    browser.post(address, BLANK | {"name": "Bo Example", "kind": "advisor", "end": "2025-01-01"})
    assert (one(ada).kind, one(ada).start, one(ada).end) == ("advisor", None, date(2025, 1, 1))
    browser.post(address, {"do": "remove"})
    assert (ada.relations.count(), "is off your list" in browser.get(PROFILE).content.decode()) == (0, True)
    browser.post(PUT_BACK)
    assert (one(ada).kind, one(ada).other_name, one(ada).end) == ("advisor", "Bo Example", date(2025, 1, 1))
    assert browser.post(PUT_BACK)["Location"] == PROFILE
    assert "is off your list" not in browser.get(PROFILE).content.decode()


def test_wrong_tie_is_named_at_its_form_and_stays_typed(browser: Client, ada: User) -> None:
    page = browser.post(RELATIONS, BLANK | {"email": "bo", "name": "Bo Example"})
    assert list(page.context["relation_form"].errors) == ["email"]
    assert page.context["relation_form"]["name"].value() == "Bo Example"
    made = add_relation(user=ada, by=ada, tie=Tie("family", name="Bo Example"))
    page = browser.post(reverse("accounts:relation", args=[made.pk]), BLANK | {"end": "soon", "name": "Bo Example"})
    (shown,) = page.context["relations"]
    assert (list(shown["form"].errors), shown["open"], shown["form"]["end"].value()) == (["end"], True, "soon")


def test_tie_of_somebody_else_is_not_there(browser: Client, ben: User) -> None:
    theirs = add_relation(user=ben, by=ben, tie=Tie("family", name="Bo Example"))
    for pk in (theirs.pk, 999_999):
        assert browser.post(reverse("accounts:relation", args=[pk]), {"do": "remove"}).status_code == 404
    assert "Bo Example" not in browser.get(PROFILE).content.decode()


def test_domain_is_suggested_from_confirmed_addresses_alone(browser: Client, ada: User) -> None:
    EmailAddress.objects.create(user=ada, email="ada@cs.uni.test", verified=True)
    EmailAddress.objects.create(user=ada, email="ada@other.test", verified=False)
    EmailAddress.objects.create(user=ada, email="ada@gmail.com", verified=True)
    assert browser.get(PROFILE).context["domains"] == ["ada.test", "uni.test"]


def test_publications_are_looked_at_before_they_are_added(browser: Client, ada: User) -> None:
    text = "@article{a, title={Sheaves on graphs}, author={Example, Ada and Other, Bo}, year=2024}\n@article{b, year=1}"
    page = browser.post(PUBLICATIONS, {"text": text, "do": "preview"})
    (found,) = page.context["read"]["found"]
    assert (found.title, found.coauthors, found.year) == ("Sheaves on graphs", ["Ada Example", "Bo Other"], 2024)
    assert page.context["read"]["problems"] == ["Line 2: the entry b has no title."]
    assert (Publication.objects.count(), page.context["publications_form"]["text"].value()) == (0, text)
    assert preview_publications(ada, "7") == ([], ["Line 1: “7” is too short for a title."])


def test_removed_publication_is_put_back_with_all_it_held(browser: Client, ada: User) -> None:
    add_publications(
        user=ada, by=ada, text="@article{a, title={Sheaves}, author={Ada Example and Bo Other}, year=2024}"
    )
    before = Publication.objects.values("title", "year", "coauthors", "text_hash").get()
    browser.post(reverse("accounts:remove_publication", args=[Publication.objects.get().pk]))
    assert Publication.objects.count() == 0
    browser.post(PUT_BACK)
    made = Publication.objects.get()
    assert Publication.objects.values("title", "year", "coauthors", "text_hash").get() == before
    assert [name.key for name in made.names.all()] == ["bo other"]
    held = {name: getattr(made, name) for name in ("title", "abstract", "year", "venue", "coauthors", "text_hash")}
    assert put_back_publication(user=ada, by=ada, held=held) == made
