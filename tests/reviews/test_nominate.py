"""External reviewers whom a reviewer proposes: conflicts first, then a yes or a no without its reason."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.services.relations import Tie, add_relation
from audit.errors import Refused
from notifications.models import Message
from reviews.models import Assignment, Invitation, Nomination, Reviewer
from reviews.services.answer import answer_invitation
from reviews.services.invite import invite
from reviews.services.nominate import (
    MOST_OPEN,
    approve_nomination,
    conflicts_of_nominated,
    nominate,
    refuse_nomination,
    take_back_nomination,
)
from submissions.models import Conflict
from tests.reviews.stage import given


@pytest.fixture
def held(stage: Any) -> Assignment:
    """Rui has Ada's paper."""
    return given(stage, tell=False)


def propose(held: Assignment, address: str = "nex@nex.test", **more: str) -> Nomination:
    told = {"name": "Nex Example", "why": "Knows fibre bundles.", **more}
    return nominate(assignment=held, by=held.user, address=address, **told)


def have(paper: Any) -> set[tuple[str, str]]:
    rows = Assignment.objects.current().filter(submission=paper)
    return set(rows.values_list("user__email", "kind"))


def test_proposal_writes_to_nobody(held: Assignment) -> None:
    made = propose(held)

    assert (made.status, Invitation.objects.count(), Message.objects.count()) == ("open", 0, 0)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": " "}, "name"),
        ({"address": "nobody"}, "address"),
        ({"address": "rui@rui.test"}, "address"),
        ({"why": ""}, "why"),
    ],
)
def test_proposal_with_a_wrong_field_names_it(held: Assignment, told: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        propose(held, **told)

    assert (refused.value.field, Nomination.objects.count()) == (field, 0)


def test_answer_to_a_proposal_is_the_same_whoever_it_is(stage: Any, held: Assignment) -> None:
    """An author, a reviewer, somebody invited, a stranger: the reviewer learns nothing of them by proposing."""
    invite(workshop=stage.workshop, by=stage.olga, address="ivy@ivy.test")

    made = [propose(held, address) for address in ("ada@ada.test", "noor@noor.test", "ivy@ivy.test", "nex@nex.test")]

    assert [row.status for row in made] == ["open"] * 4


def test_same_person_is_proposed_once_and_only_so_many_wait(held: Assignment) -> None:
    for number in range(MOST_OPEN):
        propose(held, f"n{number}@nex.test")

    with pytest.raises(Refused, match="proposed this address already"):
        propose(held, "n0@nex.test")
    with pytest.raises(Refused, match="wait for an answer"):
        propose(held, "one@more.test")


def test_proposal_is_taken_back_and_made_again(held: Assignment) -> None:
    made = propose(held)
    take_back_nomination(nomination=made, by=held.user)

    again = propose(held, why="Wrote the book.")

    assert (again.pk, again.status, again.why) == (made.pk, "open", "Wrote the book.")


def test_only_who_has_the_paper_proposes_for_it(stage: Any, held: Assignment) -> None:
    with pytest.raises(PermissionDenied):
        nominate(assignment=held, by=stage.noor, name="Nex", address="nex@nex.test", why="Knows.")


def test_approved_stranger_is_invited_for_this_paper_and_gets_it_with_the_yes(stage: Any, held: Assignment) -> None:
    made = approve_nomination(nomination=propose(held), by=stage.olga)
    assert (made.status, made.invitation.load, Message.objects.get(kind="invitation").address) == (
        "approved",
        1,
        "nex@nex.test",
    )
    assert "Symmetry" not in Message.objects.get(kind="invitation").text

    answer_invitation(invitation=made.invitation, accept=True)

    assert have(held.submission) == {("rui@rui.test", "reviewer"), ("nex@nex.test", "external")}
    assert Reviewer.objects.get(user__email="nex@nex.test").load_max == 1


def test_approved_reviewer_of_the_workshop_gets_the_paper_at_once(stage: Any, held: Assignment) -> None:
    approve_nomination(nomination=propose(held, "noor@noor.test"), by=stage.olga)

    assert ("noor@noor.test", "external") in have(held.submission)
    assert Invitation.objects.count() == 0


def test_invitation_that_is_out_already_serves_for_the_paper_too(stage: Any, held: Assignment) -> None:
    sent = invite(workshop=stage.workshop, by=stage.olga, address="nex@nex.test", name="Nex Example", load=4)

    made = approve_nomination(nomination=propose(held), by=stage.olga)
    answer_invitation(invitation=sent, accept=True)

    assert made.invitation == sent
    assert ("nex@nex.test", "external") in have(held.submission)
    assert Reviewer.objects.get(user__email="nex@nex.test").load_max == 4


@pytest.mark.parametrize("address", ["colleague@ada.test", "ada@ada.test"])
def test_conflict_is_found_before_anybody_is_written_to(stage: Any, held: Assignment, address: str) -> None:
    made = propose(held, address)

    with pytest.raises(Refused, match="has a conflict with this paper"):
        approve_nomination(nomination=made, by=stage.olga, override="Let us see.")

    made.refresh_from_db()
    assert (made.status, Message.objects.count()) == ("open", 0)


def suspected(stage: Any) -> None:
    """Ada has named a namesake of Nex as somebody close."""
    add_relation(user=stage.ada, by=stage.ada, tie=Tie("advisor", name="Nex Example"))


def test_suspected_conflict_needs_a_reason_why_it_is_none(stage: Any, held: Assignment) -> None:
    suspected(stage)
    made = propose(held)

    with pytest.raises(Refused, match="is suspected") as refused:
        approve_nomination(nomination=made, by=stage.olga)
    approve_nomination(nomination=made, by=stage.olga, override="Another Nex.")
    answer_invitation(invitation=made.invitation, accept=True)

    assert refused.value.field == "override"
    assert ("nex@nex.test", "external") in have(held.submission)


def test_what_an_organizer_has_settled_counts(stage: Any, held: Assignment) -> None:
    Conflict.objects.create(submission=held.submission, user=stage.noor, reason="organizer", state="confirmed")

    with pytest.raises(Refused, match="has a conflict"):
        approve_nomination(nomination=propose(held, "noor@noor.test"), by=stage.olga)


def test_what_is_settled_counts_for_every_address_of_a_person(stage: Any, held: Assignment) -> None:
    EmailAddress.objects.create(user=stage.noor, email="noor@home.test", verified=True)
    Conflict.objects.create(submission=held.submission, user=stage.noor, reason="organizer", state="confirmed")
    guests = {"noor@noor.test": "Noor", "noor@home.test": "Noor"}

    assert conflicts_of_nominated(held.submission, guests) == {
        address: {"organizer": "confirmed"} for address in guests
    }


@pytest.mark.parametrize("proposed", [1, 4])
def test_desk_page_costs_the_same_for_any_number(
    client: Client, stage: Any, held: Assignment, proposed: int, django_assert_num_queries: Any
) -> None:
    for number in range(proposed):
        propose(held, f"nex{number}@nex{number}.test")
    client.force_login(stage.olga)
    page = f"/admin/w/neurreps-2027/papers/{held.submission.number}/proposed-reviewers/"
    client.get(page)

    with django_assert_num_queries(9):
        client.get(page)


def test_who_turns_out_to_have_a_conflict_after_the_yes_does_not_get_the_paper(stage: Any, held: Assignment) -> None:
    made = approve_nomination(nomination=propose(held), by=stage.olga)
    add_relation(user=stage.ada, by=stage.ada, tie=Tie("family", email="nex@nex.test"))

    answer_invitation(invitation=made.invitation, accept=True)

    assert have(held.submission) == {("rui@rui.test", "reviewer")}


def test_organizer_with_a_conflict_answers_nothing(stage: Any, held: Assignment) -> None:
    Conflict.objects.create(submission=held.submission, user=stage.otto, reason="relation", state="confirmed")
    made = propose(held)

    for service in (approve_nomination, refuse_nomination):
        with pytest.raises(PermissionDenied):
            service(nomination=made, by=stage.otto)


def test_refused_one_can_be_approved_later(stage: Any, held: Assignment) -> None:
    made = refuse_nomination(nomination=propose(held), by=stage.olga)
    assert refuse_nomination(nomination=made, by=stage.olga).status == "refused"

    assert approve_nomination(nomination=made, by=stage.olga).status == "approved"


# --- the pages --------------------------------------------------------------------------------------------------------


def test_reviewer_reads_yes_or_no_and_never_why(client: Client, stage: Any, held: Assignment) -> None:
    client.force_login(stage.rui)
    page = f"/reviews/{held.pk}/propose/"
    answer = client.post(page, {"name": "Nex", "address": "colleague@ada.test", "why": "Knows."})
    assert (answer.status_code, answer["Location"]) == (302, page)
    refuse_nomination(nomination=Nomination.objects.get(), by=stage.olga)

    shown = client.get(page)

    assert [row["status"] for row in shown.context["rows"]] == ["refused"]
    assert set(shown.context["rows"][0]) == {"pk", "name", "address", "status", "made_at"}
    assert "institution" not in shown.content.decode()


def test_reviewer_takes_a_proposal_back_on_the_page(client: Client, stage: Any, held: Assignment) -> None:
    made = propose(held)
    client.force_login(stage.rui)
    page = f"/reviews/{held.pk}/propose/"

    client.post(page, {"take_back": made.pk})

    made.refresh_from_db()
    assert made.status == "taken_back"
    assert [client.post(page, {"take_back": text}).status_code for text in ("x", "999999")] == [404, 404]


def test_form_with_something_missing_keeps_what_was_typed(client: Client, stage: Any, held: Assignment) -> None:
    client.force_login(stage.rui)

    answer = client.post(f"/reviews/{held.pk}/propose/", {"name": "Nex Example", "address": "nobody", "why": "Knows."})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["address"])
    assert "Nex Example" in answer.content.decode()


def test_desk_shows_the_conflict_and_approves_only_with_a_reason(client: Client, stage: Any, held: Assignment) -> None:
    suspected(stage)
    made = propose(held)
    stage.olga.refresh_from_db()
    client.force_login(stage.olga)
    page = f"/admin/w/neurreps-2027/papers/{held.submission.number}/proposed-reviewers/"
    (row,) = client.get(page).context["rows"]
    assert (row.conflicts, row.by) == (("Declared relation (suspected)",), "Rui Example")

    refused = client.post(page, {"approve": made.pk})
    approved = client.post(page, {"approve": made.pk, "override": "Another Nex."})

    assert (refused.status_code, approved.status_code) == (422, 302)
    (row,) = client.get(page).context["rows"]
    assert (row.status, row.answer) == ("approved", "Invitation: no answer yet.")


def test_desk_page_of_a_paper_that_is_hidden_is_not_there(client: Client, stage: Any, held: Assignment) -> None:
    Conflict.objects.create(submission=held.submission, user=stage.otto, reason="relation", state="confirmed")
    stage.otto.refresh_from_db()
    client.force_login(stage.otto)

    page = f"/admin/w/neurreps-2027/papers/{held.submission.number}/proposed-reviewers/"

    assert client.get(page).status_code == 404
