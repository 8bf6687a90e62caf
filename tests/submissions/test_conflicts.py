"""Conflicts are found from what is known, and what a person settled stays."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Affiliation
from audit.errors import Refused
from audit.models import Entry
from submissions.importing.records import ImportedAuthor, ImportedPaper
from submissions.models import Authorship, Conflict
from submissions.services.claim import claim_authorships
from submissions.services.conflicts import find_conflicts, set_conflict
from submissions.services.import_papers import import_papers
from tests.factories import make_user
from tests.submissions.stage import author, make_stage, member, save, start, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


def found(paper, user=None) -> list[tuple]:
    rows = paper.conflicts.order_by("user", "reason")
    rows = rows.filter(user=user) if user else rows
    return list(rows.values_list("user", "reason", "state"))


def place(user, domain: str, **fields) -> Affiliation:
    return Affiliation.objects.create(user=user, name=domain, domain=domain, **fields)


def again(stage) -> int:
    return find_conflicts(workshop=stage.workshop, by=None)


def test_author_who_reviews_conflicts_by_account(stage) -> None:
    paper = submitted(stage)
    from workshops.services.roles import give_role

    give_role(workshop=stage.workshop, user=stage.ada, role="reviewer", by=None)
    assert found(paper) == [(stage.ada.pk, "authorship", "confirmed")]


def test_reviewer_with_nothing_in_common_has_no_conflict(stage) -> None:
    rui = member(stage, "Rui")
    assert found(submitted(stage), rui) == []


def test_author_by_an_unconfirmed_address_is_suspected_and_gets_no_access(stage) -> None:
    rui = member(stage, "Rui")
    EmailAddress.objects.create(user=rui, email="rui@old.test", verified=False)
    listed = [author(stage.ada, corresponding=True), author(rui, email="rui@old.test")]
    paper = submitted(stage, authors=listed)
    assert found(paper, rui) == [(rui.pk, "authorship", "suspected")]
    assert Authorship.objects.get(email="rui@old.test").user is None


def test_suspected_author_becomes_certain_when_the_address_is_confirmed(stage) -> None:
    rui = member(stage, "Rui")
    address = EmailAddress.objects.create(user=rui, email="rui@old.test", verified=False)
    listed = [author(stage.ada, corresponding=True), author(rui, email="rui@old.test")]
    paper = submitted(stage, authors=listed)
    EmailAddress.objects.filter(pk=address.pk).update(verified=True)
    claim_authorships(rui, "rui@old.test")
    assert found(paper, rui) == [(rui.pk, "authorship", "confirmed")]
    assert Authorship.objects.get(email="rui@old.test").user == rui


def test_same_name_alone_is_nothing(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(rui, email="other@elsewhere.test")])
    assert found(paper, rui) == []


def test_co_authors_conflict_on_each_others_other_papers(stage) -> None:
    rui = member(stage, "Rui")
    shared = submitted(stage, authors=[author(stage.ada, corresponding=True), author(rui)])
    other = submitted(stage)
    assert found(shared, rui) == [(rui.pk, "authorship", "confirmed")]
    assert found(other, rui) == [(rui.pk, "shared_paper", "confirmed")]
    assert Conflict.objects.get(submission=other, user=rui).evidence == {"papers": [shared.pk]}


def test_draft_makes_no_shared_paper(stage) -> None:
    """Otherwise listing a feared reviewer on a draft would keep them away, and nobody would be told."""
    rui = member(stage, "Rui")
    draft = start(stage)
    save(draft, stage.ada, authors=[author(stage.ada, corresponding=True), author(rui)])
    assert found(submitted(stage), rui) == []


def test_same_institution_by_address_conflicts_over_subdomains(stage) -> None:
    rui = member(stage, "Rui", email="rui@maths.uni.test")
    paper = submitted(
        stage, authors=[author(stage.ada, corresponding=True), author(stage.ben, email="ben@cs.uni.test")]
    )
    assert found(paper, rui) == [(rui.pk, "institution", "confirmed")]
    assert Conflict.objects.get(user=rui).evidence == {"domains": ["uni.test"]}


def test_free_mail_is_no_institution(stage) -> None:
    rui = member(stage, "Rui", email="rui@gmail.com")
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(stage.ben, email="ben@gmail.com")])
    assert found(paper, rui) == []


@pytest.mark.parametrize(
    ("ended", "kind", "conflicts"),
    [(None, "employment", True), (2, "employment", True), (4, "employment", False), (None, "internship", False)],
    ids=["now", "two years ago", "four years ago", "internship"],
)
def test_institution_counts_within_its_years_and_internships_do_not(stage, ended, kind, conflicts) -> None:
    rui = member(stage, "Rui")
    end = timezone.now().date() - timedelta(days=365 * ended) if ended else None
    place(rui, "lab.ada.test", kind=kind, end=end)
    paper = submitted(stage)
    assert bool(found(paper, rui)) is conflicts


def test_affiliation_of_an_author_with_an_account_counts(stage) -> None:
    rui = member(stage, "Rui", email="rui@uni.test")
    place(stage.ada, "uni.test")
    assert found(submitted(stage), rui) == [(rui.pk, "institution", "confirmed")]


def test_author_needs_no_other_reason(stage) -> None:
    rui = member(stage, "Rui", email="rui@ada.test")
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(rui)])
    assert found(paper, rui) == [(rui.pk, "authorship", "confirmed")]


def test_sources_that_the_workshop_left_out_do_not_count_but_authorship_always_does() -> None:
    stage = make_stage(conflict_sources=["shared_paper"])
    rui, cleo = member(stage, "Rui", email="rui@ada.test"), member(stage, "Cleo")
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(cleo)])
    assert found(paper) == [(cleo.pk, "authorship", "confirmed")]
    assert found(paper, rui) == []


def test_person_who_gets_a_role_later_is_compared_before_seeing_anything(stage) -> None:
    paper = submitted(stage)
    cleo = member(stage, "Cleo", role="organizer", email="cleo@ada.test")
    assert found(paper, cleo) == [(cleo.pk, "institution", "confirmed")]


def test_conflict_that_no_longer_holds_is_removed_and_logged(stage) -> None:
    rui = member(stage, "Rui", email="rui@uni.test")
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(stage.ben, email="ben@uni.test")])
    save(paper, stage.ada, authors=[author(stage.ada, corresponding=True), author(stage.ben)])
    assert found(paper, rui) == []
    told = Entry.objects.filter(root_id=paper.pk, action__startswith="conflict.").order_by("pk")
    assert list(told.values_list("action", "aspect")) == [("conflict.found", "act"), ("conflict.gone", "act")]
    assert told[0].data == {"pairs": [[rui.pk, "institution"]]}


@pytest.mark.parametrize("state", ["waived", "pinned", "confirmed"])
def test_what_a_person_settled_is_never_touched(stage, state) -> None:
    rui = member(stage, "Rui", email="rui@ada.test")
    paper = submitted(stage)
    if state == "confirmed":
        Conflict.objects.filter(user=rui).update(state="suspected")
    set_conflict(submission=paper, user=rui, reason="institution", state=state, by=stage.olga, why="We asked.")
    again(stage)
    save(paper, stage.ada, authors=[author(stage.ada, given="Augusta", corresponding=True)])
    assert found(paper, rui) == [(rui.pk, "institution", state)]


def test_second_run_changes_nothing(stage) -> None:
    member(stage, "Rui", email="rui@ada.test")
    submitted(stage)
    entries = Entry.objects.count()
    assert (again(stage), Entry.objects.count()) == (0, entries)


def test_find_conflicts_is_for_organizers(stage) -> None:
    with pytest.raises(PermissionDenied):
        find_conflicts(workshop=stage.workshop, by=make_user("Zed"))
    assert find_conflicts(workshop=stage.workshop, by=stage.olga) == 0


def test_authorship_is_never_waived_and_a_waiver_needs_its_reason(stage) -> None:
    rui = member(stage, "Rui", email="rui@ada.test")
    paper = submitted(stage)
    with pytest.raises(Refused, match="Being an author cannot be waived"):
        set_conflict(submission=paper, user=rui, reason="authorship", state="waived", by=stage.olga, why="x")
    with pytest.raises(Refused, match="Say why the conflict is waived"):
        set_conflict(submission=paper, user=rui, reason="institution", state="waived", by=stage.olga, why=" ")
    with pytest.raises(Refused, match="There is no such conflict to waive"):
        set_conflict(submission=paper, user=rui, reason="relation", state="waived", by=stage.olga, why="x")


def test_conflicted_organizer_may_not_settle(stage) -> None:
    cleo = member(stage, "Cleo", role="organizer", email="cleo@ada.test")
    paper = submitted(stage)
    with pytest.raises(PermissionDenied):
        set_conflict(submission=paper, user=cleo, reason="institution", state="waived", by=cleo, why="I am fair.")


def test_organizers_word_is_a_conflict_of_its_own(stage) -> None:
    rui = member(stage, "Rui")
    paper = submitted(stage)
    set_conflict(submission=paper, user=rui, reason="organizer", state="confirmed", by=stage.olga, why="Siblings.")
    again(stage)
    assert found(paper, rui) == [(rui.pk, "organizer", "confirmed")]


def test_number_of_statements_does_not_grow(stage, django_assert_num_queries) -> None:
    for number in range(3):
        member(stage, f"Rui{number}", email=f"rui{number}@uni{number}.test")
    _import(stage, 5)
    Conflict.objects.all().delete()
    with django_assert_num_queries(10):
        assert again(stage) == 3
    _import(stage, 20, first=100)
    for number in range(3, 20):
        member(stage, f"Rui{number}", email=f"rui{number}@uni{number}.test")
    with django_assert_num_queries(5):
        assert again(stage) == 0


def _import(stage, count: int, first: int = 0) -> None:
    papers = [
        ImportedPaper(
            key=f"p{number}",
            title=f"Paper {number}",
            abstract="",
            authors=(ImportedAuthor("Ann", "", f"A{number}", email=f"ann{number}@uni{number}.test"),),
        )
        for number in range(first, first + count)
    ]
    import_papers(workshop=stage.workshop, track=stage.track, papers=papers, by=stage.olga)
