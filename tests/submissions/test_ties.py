"""What people tell on their profiles makes conflicts: declared ties, and what they published together."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import Publication, Relation
from accounts.services.confirm import confirm_address
from accounts.services.profile import update_profile
from accounts.services.publications import add_publications, remove_publication
from accounts.services.relations import Tie, add_relation, remove_relation
from submissions.models import Conflict
from submissions.services.conflicts import find_conflicts, set_conflict
from submissions.services.withdraw import withdraw
from tests.factories import make_user
from tests.submissions.stage import author, make_stage, member, submitted

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
YEAR = timedelta(days=365)


@pytest.fixture
def stage():
    return make_stage()


def found(paper, user) -> list[tuple]:
    return list(paper.conflicts.filter(user=user).order_by("reason").values_list("reason", "state"))


def tie(user, kind: str = "collaborator", **values) -> Relation:
    return add_relation(user=user, by=user, tie=Tie(kind, **values))


def bibtex(*names: str, title: str = "Sheaves on graphs", year: int = TODAY.year) -> str:
    return f"@article{{key, title = {{{title}}}, author = {{{' and '.join(names)}}}, year = {{{year}}}}}"


@pytest.mark.parametrize(
    ("kind", "state"),
    [("advisor", "confirmed"), ("collaborator", "confirmed"), ("family", "confirmed"), ("other", "suspected")],
)
def test_tie_of_a_reviewer_to_an_authors_address_is_a_conflict(stage, kind, state) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    tie(rui, kind, email="ADA@ada.test ")
    assert found(paper, rui) == [("relation", state)]


def test_tie_of_an_author_to_a_reviewers_address_is_a_conflict(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    tie(stage.ada, "advisor", email="rui@rui.test")
    assert found(paper, rui) == [("relation", "confirmed")]


def test_tie_to_an_address_that_stands_on_the_paper_alone_is_one_too(stage) -> None:
    rui = member(stage, "Rui")
    listed = [author(stage.ada, corresponding=True), author(stage.ben, email="ben@elsewhere.test")]
    paper = submitted(stage, authors=listed)
    tie(rui, email="ben@elsewhere.test")
    assert found(paper, rui) == [("relation", "confirmed")]


def test_tie_to_another_address_of_the_author_is_found_by_their_account(stage) -> None:
    rui = member(stage, "Rui")
    EmailAddress.objects.create(user=stage.ada, email="ada@old.test", verified=True)
    paper = submitted(stage)
    tie(rui, email="ada@old.test")
    assert found(paper, rui) == [("relation", "confirmed")]


def test_address_that_is_confirmed_later_leads_to_its_person(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    made = tie(stage.ada, email="rui@later.test")
    assert (made.other, found(paper, rui)) == (None, [])
    confirm_address(address=EmailAddress.objects.create(user=rui, email="rui@later.test", verified=True))
    made.refresh_from_db()
    assert (made.other, found(paper, rui)) == (rui, [("relation", "confirmed")])


def test_address_that_is_not_confirmed_leads_nowhere(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    EmailAddress.objects.create(user=rui, email="rui@later.test", verified=False)
    assert (tie(stage.ada, email="rui@later.test").other, found(paper, rui)) == (None, [])


@pytest.mark.parametrize("name", ["Ada Example", "Example, Ada", "ADA M. EXÁMPLE"])
def test_tie_by_name_alone_is_suspected(stage, name) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    tie(rui, "family", name=name)
    assert found(paper, rui) == [("relation", "suspected")]


@pytest.mark.parametrize("name", ["A. Example", "Ada Other", "Example"])
def test_shortened_or_other_name_is_nothing(stage, name) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    tie(rui, "family", name=name)
    assert found(paper, rui) == []


@pytest.mark.parametrize(
    ("kind", "ended", "counts"),
    [
        ("collaborator", 2, True),
        ("collaborator", 4, False),
        ("other", 4, False),
        ("advisor", 20, True),
        ("family", 20, True),
    ],
)
def test_ties_count_for_their_years_and_advisors_and_family_for_good(stage, kind, ended, counts) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    tie(rui, kind, email="ada@ada.test", end=TODAY - ended * YEAR)
    assert bool(found(paper, rui)) is counts


def test_tie_that_is_removed_takes_its_conflict_along_and_a_settled_one_stays(stage) -> None:
    rui, rae = member(stage, "Rui"), member(stage, "Rae")
    paper = submitted(stage)
    ties = [tie(user, email="ada@ada.test") for user in (rui, rae)]
    set_conflict(submission=paper, user=rae, reason="relation", state="waived", by=stage.olga, why="Long ago.")
    for one in ties:
        remove_relation(relation=one, by=one.user)
    assert (found(paper, rui), found(paper, rae)) == ([], [("relation", "waived")])


def test_tie_seals_the_paper_from_an_organizer_who_declares_it(stage) -> None:
    cleo = member(stage, "Cleo", role="organizer")
    paper = submitted(stage)
    tie(cleo, "advisor", email="ada@ada.test")
    assert found(paper, cleo) == [("relation", "confirmed")]


def test_author_of_the_paper_needs_no_tie(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(rui)])
    tie(rui, email="ada@ada.test")
    assert found(paper, rui) == [("authorship", "confirmed")]


def test_affiliation_that_is_added_counts_at_once(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    place = {"name": "Ada’s", "domain": "ada.test"}
    update_profile(user=rui, by=rui, given="Rui", particle="", family="Example", affiliations=[place])
    assert found(paper, rui) == [("institution", "confirmed")]
    update_profile(user=rui, by=rui, given="Rui", particle="", family="Example", affiliations=[])
    assert found(paper, rui) == []


def test_workshop_that_is_over_stays_as_it_was(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    stage.workshop.starts = stage.workshop.ends = TODAY - timedelta(days=1)
    stage.workshop.save(update_fields=["starts", "ends"])
    tie(rui, email="ada@ada.test")
    assert found(paper, rui) == []


def test_author_of_several_papers_conflicts_on_each(stage) -> None:
    rui = member(stage, "Rui")
    papers = [submitted(stage), submitted(stage)]
    tie(stage.ada, email="rui@rui.test")
    assert [found(paper, rui) for paper in papers] == [[("relation", "confirmed")]] * 2


def test_publication_that_names_an_author_is_suspected(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    add_publications(user=rui, by=rui, text=bibtex("Example, Rui", "Example, Ada"))
    assert found(paper, rui) == [("publication", "suspected")]
    evidence = Conflict.objects.get(user=rui).evidence
    assert evidence == {"publication": Publication.objects.get().pk, "authorship": paper.authorships.get().pk}
    remove_publication(publication=Publication.objects.get(), by=rui)
    assert found(paper, rui) == []


def test_publication_of_an_author_that_names_a_reviewer_is_suspected(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    add_publications(user=stage.ada, by=stage.ada, text=bibtex("Rui Example", "Ada Example"))
    assert found(paper, rui) == [("publication", "suspected")]


def test_publication_on_both_lists_is_certain(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    for user in (stage.ada, rui):
        add_publications(user=user, by=user, text=bibtex("Rui Example", "Ada Example"))
    assert found(paper, rui) == [("publication", "confirmed")]


def test_same_title_without_the_names_is_nothing(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    for user in (stage.ada, rui):
        add_publications(user=user, by=user, text=bibtex(user.name, title="Introduction to groups"))
    assert found(paper, rui) == []


def test_publication_that_is_too_old_does_not_count(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    add_publications(user=rui, by=rui, text=bibtex("Example, Ada", year=TODAY.year - 4))
    assert found(paper, rui) == []


@pytest.mark.parametrize("sources", [["relation"], ["publication"]])
def test_sources_that_the_workshop_left_out_do_not_count(sources) -> None:
    stage = make_stage(conflict_sources=sources)
    rui = member(stage, "Rui")
    paper = submitted(stage)
    tie(rui, email="ada@ada.test")
    add_publications(user=rui, by=rui, text=bibtex("Example, Ada"))
    assert [reason for reason, _ in found(paper, rui)] == sources


def test_ties_are_read_in_a_fixed_number_of_statements(stage, django_assert_num_queries) -> None:
    submitted(stage)
    counted = []
    for number in range(6):
        rui = member(stage, f"Rui{number}")
        tie(rui, email="ada@ada.test")
        add_publications(user=rui, by=rui, text=bibtex(rui.name, "Ada Example"))
        if number in (0, 5):
            with django_assert_num_queries(6):
                counted.append(find_conflicts(workshop=stage.workshop, by=None))
    assert counted == [0, 0]


def test_withdrawn_paper_and_stranger_are_no_hindrance(stage) -> None:
    paper = submitted(stage)
    withdraw(submission=paper, by=stage.ada)
    zed = make_user("Zed")
    tie(zed, email="ada@ada.test")
    assert found(paper, zed) == []
