"""The page on which a person says who they are."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Affiliation, Publication, User
from accounts.services.profile import update_profile
from accounts.services.publications import add_publications

PROFILE = reverse("accounts:profile")
PUBLICATIONS = reverse("accounts:publications")


def typed(*rows: dict, initial: int = 0, **fields) -> dict[str, str]:
    """What a browser sends."""
    data = {"given": "Ada", "particle": "", "family": "Example", "orcid": "", "homepage": "", **fields}
    data |= {"affiliations-TOTAL_FORMS": str(len(rows)), "affiliations-INITIAL_FORMS": str(initial)}
    for number, row in enumerate(rows):
        blank = {"name": "", "domain": "", "kind": "employment", "start": "", "end": ""}
        data |= {f"affiliations-{number}-{name}": value for name, value in {**blank, **row}.items()}
    return data


@pytest.fixture
def browser(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def names_of(person: User) -> list[str]:
    return list(person.affiliations.order_by("id").values_list("name", flat=True))


@pytest.mark.parametrize("address", [PROFILE, PUBLICATIONS, reverse("accounts:remove_publication", args=[1])])
def test_whoever_is_not_signed_in_is_asked_to(client: Client, db, address: str):
    for answer in (client.get(address), client.post(address, typed())):
        assert answer["Location"] == f"/accounts/login/?next={address}"


def test_new_person_finds_one_empty_affiliation(browser: Client):
    answer = browser.get(PROFILE)
    assert len(answer.context["rows"].forms) == 1
    assert "Set one" in browser.get(reverse("accounts:security")).content.decode()


def test_profile_is_saved_and_shown(browser: Client, ada: User):
    rows = [{"name": "Uni", "domain": "www.uni.test", "kind": "study", "start": "2024-10-01", "end": "2026-03-31"}, {}]
    answer = browser.post(PROFILE, typed(*rows, family="Müller", orcid="0000000218250097", homepage="ada.test"))
    assert answer["Location"] == PROFILE
    ada.refresh_from_db()
    assert (ada.family, ada.orcid, ada.homepage) == ("Müller", "0000-0002-1825-0097", "https://ada.test")
    content = browser.get(PROFILE).content.decode()
    for value in ("Müller", "0000-0002-1825-0097", "https://ada.test", "uni.test", "2024-10-01", "2026-03-31"):
        assert f'value="{value}"' in content
    assert "Your profile is saved." in content


def test_affiliation_is_removed_with_its_box(browser: Client, ada: User):
    update_profile(user=ada, by=ada, given="Ada", particle="", family="", affiliations=[{"name": "A"}, {"name": "B"}])
    browser.post(PROFILE, typed({"name": "A", "DELETE": "on"}, {"name": "B"}, initial=2))
    assert names_of(ada) == ["B"]


def test_another_row_comes_without_saving_and_keeps_what_was_typed(browser: Client, ada: User):
    rows = [{"name": "Uni", "start": "soon"}, {"name": "Old", "DELETE": "on"}, {}]
    answer = browser.post(PROFILE, typed(*rows, given="", family="", add_row="1"))
    shown = answer.context["rows"].forms
    assert [row["name"].value() or "" for row in shown] == ["Uni", ""]
    assert shown[0]["start"].value() == "soon"
    assert answer.context["form"]["given"].value() == ""
    assert not answer.context["form"].errors
    assert names_of(ada) == []


def test_what_came_with_another_row_can_be_saved(browser: Client, ada: User):
    browser.post(PROFILE, typed({"name": "Uni"}, {"name": "Lab"}, {}, initial=1))
    assert names_of(ada) == ["Uni", "Lab"]


@pytest.mark.parametrize("count", ["", "x", "-1", "99999999", "9" * 5000])
def test_broken_count_of_rows_is_no_crash(browser: Client, ada: User, count: str):
    data = typed({"name": "Uni"}) | {"affiliations-TOTAL_FORMS": count}
    assert browser.post(PROFILE, data).status_code in (200, 302)
    assert browser.post(PROFILE, data | {"add_row": "1"}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"given": "", "family": ""}, "family", "Give at least one name: given or family."),
        ({"given": "x" * 121}, "given", "Ensure this value has at most 120 characters (it has 121)."),
        ({"given": "ada@ada.test"}, "given", "Write a name here, without an address or a link."),
        ({"particle": "x" * 41}, "particle", "Ensure this value has at most 40 characters (it has 41)."),
        ({"homepage": "not a page"}, "homepage", "Enter a valid URL."),
        (
            {"orcid": "0000-0002-1825-0098"},
            "orcid",
            "The digits of 0000-0002-1825-0098 do not fit together: look for a typing mistake.",
        ),
        ({"orcid": "0000-0001-5109-3700"}, "orcid", "Another account has this ORCID iD. Check its digits."),
    ],
)
def test_wrong_field_is_named_and_nothing_is_lost(
    browser: Client, ada: User, ben: User, fields: dict, field: str, said: str
):
    User.objects.filter(pk=ben.pk).update(orcid="0000-0001-5109-3700")
    answer = browser.post(PROFILE, typed({"name": "Uni"}, **fields))
    form = answer.context["form"]
    assert form.errors == {field: [said]}
    assert form[field].value() == fields[field]
    assert answer.context["rows"].forms[0]["name"].value() == "Uni"
    assert names_of(ada) == []


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ({"domain": "uni.test"}, "name", "This field is required."),
        ({"name": "Uni", "domain": "here"}, "domain", "Write the institution’s web domain, such as uni.edu."),
        (
            {"name": "Uni", "kind": "holiday"},
            "kind",
            "Select a valid choice. holiday is not one of the available choices.",
        ),
        ({"name": "Uni", "start": "2024-13-01"}, "start", "Enter a valid date."),
        ({"name": "Uni", "start": "2024-02-01", "end": "2024-01-01"}, "end", "The end is before the start."),
    ],
)
def test_wrong_affiliation_is_named_at_its_row(browser: Client, ada: User, row: dict, field: str, said: str):
    answer = browser.post(PROFILE, typed({}, {"name": "Good"}, row))
    assert [form.errors for form in answer.context["rows"].forms] == [{}, {}, {field: [said]}]
    assert said in answer.content.decode()
    assert names_of(ada) == []


def test_publications_are_added_and_what_could_not_be_read_stays(browser: Client, ada: User):
    answer = browser.post(PUBLICATIONS, {"text": "Sheaves on graphs\n7"})
    assert answer.context["publications_form"].errors == {"text": ["Line 2: “7” is too short for a title."]}
    assert answer.context["publications_form"]["text"].value() == "Sheaves on graphs\n7"
    assert "Added 1 publication." in answer.content.decode()
    assert browser.post(PUBLICATIONS, {"text": "Groups and grids"})["Location"] == PROFILE
    assert ada.publications.count() == 2


def test_many_problems_are_told_in_part(browser: Client):
    answer = browser.post(PUBLICATIONS, {"text": "\n".join("7" * 25)})
    said = answer.context["publications_form"].errors["text"]
    assert (len(said), said[-1]) == (11, "And 15 more lines like these.")


@pytest.mark.parametrize("text", ["", "  \n"])
def test_no_publications_are_asked_for(browser: Client, text: str):
    errors = browser.post(PUBLICATIONS, {"text": text}).context["publications_form"].errors
    assert errors == {"text": ["Paste your BibTeX here, or write one title a line."]}


def test_publication_is_removed_by_post_alone(browser: Client, ada: User):
    add_publications(user=ada, by=ada, text="Sheaves on graphs")
    address = reverse("accounts:remove_publication", args=[Publication.objects.get().pk])
    assert browser.get(address).status_code == 405
    assert browser.post(address)["Location"] == f"{PROFILE}#removed"
    assert Publication.objects.count() == 0


def test_publication_of_somebody_else_is_not_found_like_one_that_does_not_exist(browser: Client, ben: User):
    add_publications(user=ben, by=ben, text="Sheaves on graphs")
    for pk in (Publication.objects.get().pk, 999_999):
        assert browser.post(reverse("accounts:remove_publication", args=[pk])).status_code == 404
    assert "Sheaves on graphs" not in browser.get(PROFILE).content.decode()
    assert Publication.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_page_takes_the_same_queries_for_every_length(browser: Client, ada: User, rows: int, django_assert_num_queries):
    entries = [{"name": f"Uni {n}"} for n in range(rows)]
    update_profile(user=ada, by=ada, given="Ada", particle="", family="", affiliations=entries)
    add_publications(user=ada, by=ada, text="\n".join(f"Paper called {n}" for n in range(rows)))
    assert Affiliation.objects.count() == rows
    with django_assert_num_queries(7):
        browser.get(PROFILE)
