"""People, their profiles, their publications, their addresses."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied

from accounts import links
from accounts.models import Affiliation, Publication, User
from accounts.services.confirm import confirm_address
from accounts.services.profile import update_profile
from accounts.services.publications import add_publications, remove_publication
from accounts.services.register import create_person
from audit.errors import Refused
from audit.models import Entry
from tests.factories import make_user

NAMES = {"given": "Ada", "particle": "", "family": "Example"}


def log_of(person: User) -> list[str]:
    return list(Entry.objects.about("person", person.pk).order_by("id").values_list("action", flat=True))


@pytest.fixture
def told(monkeypatch) -> list[tuple[int, str]]:
    """What a higher floor hears of confirmed addresses."""
    heard: list[tuple[int, str]] = []
    monkeypatch.setattr(links, "_ON_CONFIRMED", [])
    links.on_confirmed(lambda user, address: heard.append((user.pk, address)))
    return heard


class TestCreatePerson:
    def test_person_has_a_tidy_name_an_address_and_no_password(self, db, told):
        person = create_person(email=" Ada@ADA.test ", given=" Ada ", particle="van", family="Exámple", by=None)
        assert (person.email, person.name) == ("ada@ada.test", "Ada van Exámple")
        assert person.search_identity == "ada van example ada@ada.test"
        assert person.has_usable_password() is False
        address = EmailAddress.objects.get()
        assert (address.user, address.email, address.verified, address.primary) == (person, "ada@ada.test", False, True)
        assert log_of(person) == ["person.registered"]
        assert told == []

    def test_confirmed_address_is_told_at_once(self, db, told):
        person = create_person(email="ada@ada.test", given="Ada", by=None, confirmed=True)
        assert told == [(person.pk, "ada@ada.test")]
        assert log_of(person) == ["person.registered", "person.confirmed_address"]

    def test_person_without_a_name_is_called_by_their_address(self, db):
        assert create_person(email="ada@ada.test", by=None).name == "ada"

    def test_password_is_kept(self, db):
        person = create_person(email="ada@ada.test", given="Ada", password="a long one", by=None)
        assert person.check_password("a long one")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"email": "ada"}, "email"),
            ({"email": ""}, "email"),
            ({"email": "a@" + "b" * 260 + ".test"}, "email"),
            ({"email": "ADA@ada.test"}, "email"),
            ({"given": "https://ada.test"}, "given"),
            ({"family": "x" * 121}, "family"),
            ({"particle": "x" * 41}, "particle"),
        ],
    )
    def test_wrong_field_is_refused_and_nothing_is_made(self, ada: User, changes: dict, field: str):
        with pytest.raises(Refused) as refused:
            create_person(**{"email": "new@new.test", **NAMES, "by": None, **changes})
        assert refused.value.field == field
        assert User.objects.count() == 1

    def test_second_address_of_somebody_is_taken_too(self, ada: User):
        EmailAddress.objects.create(user=ada, email="ada@other.test", verified=True)
        with pytest.raises(Refused, match="There is an account with this e-mail address already"):
            create_person(email="ada@other.test", **NAMES, by=None)


class TestConfirm:
    def test_confirmed_address_is_told_and_written_down_once(self, db, told):
        person = make_user("Cleo")
        address = EmailAddress.objects.get(user=person)
        assert confirm_address(address=address) is True
        assert confirm_address(address=address) is False
        assert told == [(person.pk, "cleo@cleo.test")]
        assert log_of(person) == ["person.confirmed_address"]

    def test_unconfirmed_address_tells_nobody(self, ada: User, told):
        address = EmailAddress.objects.create(user=ada, email="ada@other.test", verified=False)
        assert confirm_address(address=address) is False
        assert told == []

    def test_what_a_higher_floor_cannot_do_undoes_the_confirmation(self, db, told):
        def fail(user: User, address: str) -> None:
            raise Refused("No.")

        links.on_confirmed(fail)
        address = EmailAddress.objects.get(user=make_user("Cleo"))
        with pytest.raises(Refused):
            confirm_address(address=address)
        assert Entry.objects.count() == 0

    def test_registering_twice_tells_once(self, told):
        def hear(user: User, address: str) -> None: ...

        links.on_confirmed(hear)
        links.on_confirmed(hear)
        assert links._ON_CONFIRMED.count(hear) == 1


class TestProfile:
    def test_profile_is_written_and_found_by_its_new_name(self, ada: User):
        work = {
            "name": "Uni of  Examples",
            "domain": "https://cs.uni.test",
            "kind": "study",
            "start": date(2024, 10, 1),
        }
        person = update_profile(
            user=ada,
            by=ada,
            given="Ada",
            particle="de",
            family="Müller",
            homepage="https://ada.test",
            orcid="https://orcid.org/0000-0002-1825-0097",
            affiliations=[work],
        )
        ada.refresh_from_db()
        assert (ada.name, ada.homepage, ada.orcid) == ("Ada de Müller", "https://ada.test", "0000-0002-1825-0097")
        assert ada.search_identity == "ada de muller ada@ada.test"
        assert person == ada
        row = Affiliation.objects.get()
        assert (row.name, row.domain, row.kind, row.start, row.end) == (
            "Uni of Examples",
            "uni.test",
            "study",
            date(2024, 10, 1),
            None,
        )
        assert log_of(ada)[-1] == "person.changed_profile"

    def test_affiliations_replace_the_former_ones_and_stay_when_they_are_the_same(self, ada: User):
        first = [{"name": "A"}, {"name": "B", "domain": "b.test"}]
        update_profile(user=ada, by=ada, **NAMES, affiliations=first)
        kept = list(ada.affiliations.values_list("pk", flat=True))
        update_profile(user=ada, by=ada, **NAMES, affiliations=first)
        assert list(ada.affiliations.values_list("pk", flat=True)) == kept
        update_profile(user=ada, by=ada, **NAMES, affiliations=[{"name": "B", "domain": "b.test"}])
        assert list(ada.affiliations.values_list("name", flat=True)) == ["B"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"given": "", "family": " "}, "family"),
            ({"given": "ada@ada.test"}, "given"),
            ({"particle": "x" * 41}, "particle"),
            ({"family": "x" * 121}, "family"),
            ({"homepage": "javascript:alert(1)"}, "homepage"),
            ({"homepage": "ada"}, "homepage"),
            ({"orcid": "0000-0002-1825-0098"}, "orcid"),
            ({"orcid": "0000-0001-5109-3700"}, "orcid"),
            ({"affiliations": [{"name": "A"}, {"name": " "}]}, "affiliations.1.name"),
            ({"affiliations": [{"name": "x" * 201}]}, "affiliations.0.name"),
            ({"affiliations": [{"name": "A", "domain": "here"}]}, "affiliations.0.domain"),
            ({"affiliations": [{"name": "A", "kind": "holiday"}]}, "affiliations.0.kind"),
            (
                {"affiliations": [{"name": "A", "start": date(2025, 1, 2), "end": date(2025, 1, 1)}]},
                "affiliations.0.end",
            ),
            ({"affiliations": [{"name": "A"}] * 31}, "affiliations"),
        ],
    )
    def test_wrong_field_is_refused_at_its_field_and_nothing_is_written(
        self, ada: User, ben: User, changes: dict, field: str
    ):
        User.objects.filter(pk=ben.pk).update(orcid="0000-0001-5109-3700")
        with pytest.raises(Refused) as refused:
            update_profile(user=ada, by=ada, **{**NAMES, "affiliations": [], **changes})
        assert refused.value.field == field
        ada.refresh_from_db()
        assert (ada.name, ada.affiliations.count(), log_of(ada).count("person.changed_profile")) == (
            "Ada Example",
            0,
            0,
        )

    def test_two_people_without_an_orcid_do_not_collide(self, ada: User, ben: User):
        for person in (ada, ben):
            update_profile(user=person, by=person, **NAMES, orcid="", affiliations=[])
        assert set(User.objects.values_list("orcid", flat=True)) == {None}

    def test_nobody_else_changes_a_profile_but_the_operator(self, ada: User, ben: User):
        with pytest.raises(PermissionDenied):
            update_profile(user=ada, by=ben, **NAMES, affiliations=[])
        operator = make_user("Opal", is_staff=True, is_superuser=True)
        update_profile(user=ada, by=operator, **{**NAMES, "given": "Adah"}, affiliations=[])
        ada.refresh_from_db()
        assert ada.given == "Adah"


class TestPublications:
    def test_new_ones_are_added_and_known_ones_named(self, ada: User):
        assert add_publications(user=ada, by=ada, text="Sheaves on graphs\nGroups and grids") == (2, [])
        assert add_publications(user=ada, by=ada, text="groups and grids.\nRings of rings\n7") == (
            1,
            ["Line 3: “7” is too short for a title.", "Line 1: “groups and grids.” is in the list already."],
        )
        assert set(ada.publications.values_list("title", flat=True)) == {
            "Sheaves on graphs",
            "Groups and grids",
            "Rings of rings",
        }
        assert log_of(ada).count("person.added_publications") == 2

    def test_two_people_have_the_same_paper(self, ada: User, ben: User):
        for person in (ada, ben):
            assert add_publications(user=person, by=person, text="Sheaves on graphs") == (1, [])

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (" \n ", "Paste your BibTeX here"),
            ("x" * 500_001, "too long to be read at once"),
            ("\n".join(f"A paper called {n}" for n in range(1001)), "at most 1000"),
        ],
    )
    def test_empty_and_endless_lists_are_refused(self, ada: User, text: str, said: str):
        with pytest.raises(Refused, match=said) as refused:
            add_publications(user=ada, by=ada, text=text)
        assert refused.value.field == "text"
        assert Publication.objects.count() == 0

    def test_one_is_removed_by_its_person_alone(self, ada: User, ben: User):
        add_publications(user=ada, by=ada, text="Sheaves on graphs")
        publication = ada.publications.get()
        with pytest.raises(PermissionDenied):
            remove_publication(publication=publication, by=ben)
        with pytest.raises(PermissionDenied):
            add_publications(user=ada, by=ben, text="Groups and grids")
        remove_publication(publication=publication, by=ada)
        assert Publication.objects.count() == 0
        assert log_of(ada)[-1] == "person.removed_publication"
