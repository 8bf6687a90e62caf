"""Organizers see what a request would mean before they answer it, and bring a withdrawn paper back."""

import pytest
from django.urls import reverse

from accounts.models import Affiliation
from audit.models import Entry
from submissions.models import AuthorListRequest, Submission
from submissions.services.withdraw import withdraw
from tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(make_cast) -> Cast:
    return make_cast("review")


def at(cast: Cast, name: str, *more) -> str:
    return reverse(f"desk:{name}", args=[cast.workshop.slug, cast.paper.number, *more])


def asked(cast: Cast) -> AuthorListRequest:
    return AuthorListRequest.objects.get(submission=cast.paper)


def test_page_names_who_would_come_to_have_a_conflict_and_what_follows(review, client) -> None:
    domain = asked(review).data["email"].rpartition("@")[2]
    for person in (review.rui, review.noor):
        Affiliation.objects.create(user=person, name="Theirs", domain=domain)
    client.force_login(review.olga)

    page = client.get(at(review, "author_list"))

    [waiting] = page.context["waiting"]
    assert [(c.name, c.reasons, bool(c.follows)) for c in waiting.conflicts] == [
        (review.rui.name, "same institution as an author", True),
        (review.noor.name, "same institution as an author", False),
    ]
    assert Entry.objects.filter(action="identity.revealed", root_id=review.paper.pk, actor=review.olga).count() == 1


def test_granting_goes_by_what_the_page_said(review, client) -> None:
    domain = asked(review).data["email"].rpartition("@")[2]
    Affiliation.objects.create(user=review.rui, name="Theirs", domain=domain)
    client.force_login(review.olga)
    grant = at(review, "answer_request", asked(review).pk, "grant")

    old_page = client.post(grant, {"answer": "Welcome, Cy"})
    assert (old_page.status_code, asked(review).status) == (422, "open")
    assert "Welcome, Cy" in old_page.content.decode()
    client.post(grant, {"answer": "Welcome", "seen": [review.rui.pk]})

    assert asked(review).status == "granted"
    assert review.paper.authorships.count() == 3


def test_organizer_who_comes_to_have_a_conflict_by_it_is_led_away(review, client) -> None:
    domain = asked(review).data["email"].rpartition("@")[2]
    Affiliation.objects.create(user=review.otto, name="Theirs", domain=domain)
    client.force_login(review.otto)

    answer = client.post(at(review, "answer_request", asked(review).pk, "grant"), {"seen": [review.otto.pk]})

    assert answer["Location"] == reverse("desk:papers", args=[review.workshop.slug])
    assert client.get(at(review, "author_list")).status_code == 404


def test_refusing_without_words_says_so_and_with_words_is_done(review, client) -> None:
    client.force_login(review.olga)
    refuse = at(review, "answer_request", asked(review).pk, "refuse")

    assert "Say why it is refused" in client.post(refuse, {"answer": " "}).content.decode()
    client.post(refuse, {"answer": "The list was closed on purpose."})

    assert asked(review).status == "refused"
    assert "The list was closed on purpose." in client.get(at(review, "author_list")).content.decode()


def test_paper_page_says_that_something_waits_and_names_nobody(review, client) -> None:
    client.force_login(review.olga)

    page = client.get(at(review, "paper"))

    assert page.context["asked"] == ["Add an author"]
    assert asked(review).data["family"] not in page.content.decode()
    listed = client.get(reverse("desk:papers", args=[review.workshop.slug]), {"look": "authors"})
    assert [row.number for row in listed.context["found"].rows] == [review.paper.number]
    client.force_login(review.ines)
    listed = client.get(reverse("desk:papers", args=[review.workshop.slug]), {"look": "authors"})
    assert listed.context["found"].total == 0


def test_organizer_withdraws_with_a_reason_and_brings_back_after_a_day(review, client, time_machine) -> None:
    from datetime import timedelta

    client.force_login(review.olga)
    client.post(at(review, "withdraw"), {"reason": ""})
    assert Submission.objects.get(pk=review.paper.pk).status == "submitted"
    client.post(at(review, "withdraw"), {"reason": "Its authors asked by mail."})
    withdrawn = Submission.objects.get(pk=review.paper.pk)
    assert withdrawn.status == "withdrawn"

    time_machine.move_to(withdrawn.withdrawn_at + timedelta(days=3))
    client.force_login(review.olga)
    client.post(at(review, "bring_back"))

    assert Submission.objects.get(pk=review.paper.pk).status == "submitted"
    review.assignment.refresh_from_db()
    assert review.assignment.status == "active"


def test_conflicted_organizer_brings_nothing_back(review, client) -> None:
    withdraw(submission=review.paper, by=review.ada)
    client.force_login(review.ines)

    assert client.post(at(review, "bring_back")).status_code == 404
    assert Submission.objects.get(pk=review.paper.pk).status == "withdrawn"
