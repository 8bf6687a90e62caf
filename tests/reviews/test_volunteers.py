"""People who would review: their page, the organizers' list, and answers that hold once their mail leaves."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from audit.errors import Refused
from audit.models import Entry
from desk.reading.volunteers import PAGE
from notifications.models import Batch, Message
from notifications.services.batches import cancel_batch, confirm_batch, send_now
from reviews.models import Invitation, Offer, Reviewer
from reviews.services.reviewers import add_reviewer
from reviews.services.volunteer import (
    ask_authors,
    draft_answers,
    offer_to_review,
    reopen_offer,
    take_back_offer,
)
from submissions.models import Authorship, Conflict
from tests.factories import make_user
from tests.reviews.stage import make_stage, write
from workshops.models import Membership

pytestmark = pytest.mark.django_db
PAGE_URL = "/w/neurreps-2027/review-for-us/"
DESK = "/admin/w/neurreps-2027/people/volunteers/"
TYPED = {"load": "4", "statement": "Topology.", "publications": ""}


@pytest.fixture
def stage() -> Any:
    return make_stage()


@pytest.fixture
def vera(stage: Any) -> Any:
    return make_user("Vera")


def browser(user: Any) -> Client:
    client = Client()
    user.refresh_from_db()
    client.force_login(user)
    return client


def offer(stage: Any, user: Any, **values: Any) -> Offer:
    values = {"load": 4, "received_at": timezone.now()} | values
    return offer_to_review(workshop=stage.workshop, by=user, **values)


def answer(stage: Any, *offers: Offer, accept: bool = True, **values: Any) -> Batch:
    return draft_answers(workshop=stage.workshop, by=stage.olga, offers=offers, accept=accept, **values)


def leave(stage: Any, batch: Batch) -> None:
    confirm_batch(batch=batch, by=stage.olga, typed=batch.messages.count(), hold_minutes=5)
    send_now(batch=batch, by=stage.olga)


def roles(user: Any) -> list[str]:
    return list(Membership.objects.open().filter(user=user).values_list("role", flat=True))


def lines(client: Client, query: str = "") -> list[str]:
    return [row.name for row in client.get(DESK + query).context["found"].rows]


def tick(paper: Any, **values: Any) -> Authorship:
    row = paper.authorships.first()
    Authorship.objects.filter(pk=row.pk).update(would_review=True, **values)
    row.refresh_from_db()
    return row


# --- the page ---------------------------------------------------------------------------------------------------------


def test_stranger_types_signs_in_and_finds_what_was_typed(stage: Any, vera: Any, client: Client) -> None:
    topic = stage.workshop.topics.first()
    typed = TYPED | {"topics": [str(topic.pk)], "publications": "Sheaves on graphs"}

    sent = client.post(PAGE_URL, typed)
    assert sent["Location"] == f"/accounts/login/?next={PAGE_URL}"
    client.force_login(vera)
    page = client.get(PAGE_URL)

    assert "This is what you typed before you signed in." in page.content.decode()
    assert page.context["form"].initial == {
        "load": 4,
        "topics": [str(topic.pk)],
        "statement": "Topology.",
        "publications": "Sheaves on graphs",
    }
    assert Offer.objects.count() == 0
    client.post(PAGE_URL, typed)
    made = Offer.objects.get()
    assert (made.user, made.load, made.statement, made.status) == (vera, 4, "Topology.", "open")
    assert [one.topic for one in made.interests.all()] == [topic]
    assert [one.title for one in vera.publications.all()] == ["Sheaves on graphs"]
    assert "This is what you typed" not in client.get(PAGE_URL).content.decode()


def test_offer_gives_no_role_and_no_page_of_reviewers(stage: Any, vera: Any) -> None:
    offer(stage, vera)
    assert (roles(vera), browser(vera).get("/w/neurreps-2027/reviewing/").status_code) == ([], 404)


def test_offer_is_changed_by_sending_it_again(stage: Any, vera: Any) -> None:
    client = browser(vera)
    for load in ("4", "2", "2"):
        assert client.post(PAGE_URL, TYPED | {"load": load})["Location"] == PAGE_URL
    assert list(Offer.objects.values_list("user", "load", "status")) == [(vera.pk, 2, "open")]


def test_publications_that_cannot_be_read_are_named_and_the_offer_stands(stage: Any, vera: Any) -> None:
    page = browser(vera).post(PAGE_URL, TYPED | {"publications": "Sheaves on graphs\n7"})
    assert page.context["form"].errors == {"publications": ["Line 2: “7” is too short for a title."]}
    assert (page.status_code, Offer.objects.count(), vera.publications.count()) == (422, 1, 1)


@pytest.mark.parametrize(
    ("typed", "field"), [({"load": ""}, "load"), ({"load": "0"}, "load"), ({"topics": ["0"]}, "topics")]
)
def test_wrong_field_is_named_and_nothing_typed_is_lost(stage: Any, client: Client, typed: dict, field: str) -> None:
    page = client.post(PAGE_URL, TYPED | typed)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert page.context["form"]["statement"].value() == "Topology."


def test_offer_is_taken_back_and_made_again(stage: Any, vera: Any) -> None:
    client = browser(vera)
    client.post(PAGE_URL, TYPED)
    client.post(f"{PAGE_URL}take-back/")
    assert client.post(f"{PAGE_URL}take-back/")["Location"] == PAGE_URL
    assert (Offer.objects.get().status, lines(browser(stage.olga))) == ("taken_back", [])
    assert client.get(PAGE_URL).context["form"].initial["statement"] == "Topology."
    client.post(PAGE_URL, TYPED)
    assert Offer.objects.get().status == "open"


def test_nobody_takes_back_what_they_did_not_offer(stage: Any, vera: Any) -> None:
    made = offer(stage, vera)
    zed = make_user("Zed")
    assert browser(zed).post(f"{PAGE_URL}take-back/").status_code == 404
    with pytest.raises(PermissionDenied):
        take_back_offer(offer=made, by=zed)


def test_reviewer_has_nothing_to_offer(stage: Any) -> None:
    client = browser(stage.rui)
    assert "Your papers, how many you take" in client.get(PAGE_URL).content.decode()
    assert client.post(PAGE_URL, TYPED).status_code == 422
    assert Offer.objects.count() == 0


def test_offers_end_when_reviews_are_due(stage: Any, vera: Any) -> None:
    until = stage.workshop.deadlines.get(kind="review").at
    with time_machine.travel(until + timedelta(days=1), tick=True):
        client = browser(vera)
        assert client.get(PAGE_URL).context["page"].status == "closed"
        assert client.post(PAGE_URL, TYPED).status_code == 422
    assert Offer.objects.count() == 0


# --- the organizers' list ---------------------------------------------------------------------------------------------


def test_list_says_what_is_known_and_leaves_reviewers_out(stage: Any, vera: Any) -> None:
    topic = stage.workshop.topics.first()
    offer(stage, vera, topics=[topic], statement="Topology.")
    offer(stage, late := make_user("Late"))
    add_reviewer(workshop=stage.workshop, user=late, by=stage.olga)
    (row,) = browser(stage.olga).get(DESK).context["found"].rows
    assert (row.name, row.load, row.topics, row.statement, row.papers, row.conflicts) == (
        "Vera Example",
        4,
        (topic.name,),
        "Topology.",
        (),
        0,
    )


@pytest.mark.parametrize("name", ["rui", "ada"])
def test_list_is_not_there_for_who_does_not_organize(stage: Any, name: str) -> None:
    client = browser(getattr(stage, name))
    assert (client.get(DESK).status_code, client.post(f"{DESK}answer/", {"do": "accept"}).status_code) == (404, 404)


def test_conflicts_are_counted_over_the_papers_that_the_viewer_is_free_on(stage: Any) -> None:
    offer(stage, make_user("Vera", email="vera@cs.ada.test"))
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")
    counted = {
        name: browser(getattr(stage, name)).get(DESK).context["found"].rows[0].conflicts for name in ("olga", "otto")
    }
    assert counted == {"olga": 1, "otto": 0}


def test_search_finds_and_pages_follow_each_other(stage: Any) -> None:
    for number in range(PAGE + 2):
        offer(stage, make_user(f"V{number}"))
    client = browser(stage.olga)
    first = client.get(DESK)
    second = client.get(DESK + first.context["older_url"])
    assert [len(page.context["found"].rows) for page in (first, second)] == [PAGE, 2]
    assert lines(client, "?q=V7+Example") == ["V7 Example"]


@pytest.mark.parametrize("rows", [2, 3])
def test_list_costs_the_same_for_any_number(db: Any, rows: int, django_assert_num_queries: Any) -> None:
    stage = make_stage(papers=3)
    for number in range(rows):
        offer(stage, make_user(f"V{number}"))
        tick(stage.papers[number])
    client = browser(stage.olga)
    with django_assert_num_queries(8):
        client.get(DESK)
    with django_assert_num_queries(8):
        client.get(DESK + "?part=authors")


# --- answers ----------------------------------------------------------------------------------------------------------


def test_accepting_writes_mails_that_are_looked_at_first(stage: Any, vera: Any) -> None:
    offers = [offer(stage, vera), offer(stage, make_user("Wanda"))]
    client = browser(stage.olga)
    chosen = {"do": "accept", "chosen": [one.pk for one in offers], "load": "2", "note": "We need topology."}
    sent = client.post(f"{DESK}answer/", chosen)
    batch = Batch.objects.get()
    assert sent["Location"] == f"/admin/w/neurreps-2027/mail/batches/{batch.pk}/"
    assert (batch.status, batch.messages.count(), roles(vera)) == ("draft", 2, [])
    text = batch.messages.get(recipient=vera).text
    assert ("We need topology." in text, "up to 2 papers" in text) == (True, True)
    assert browser(vera).get(PAGE_URL).context["page"].status == "open"


def test_accepted_becomes_a_reviewer_when_the_mail_leaves(stage: Any, vera: Any) -> None:
    topic = stage.workshop.topics.first()
    made = offer(stage, vera, topics=[topic], statement="Topology.")
    write(stage, "Vera", "w@vera.test")
    leave(stage, answer(stage, made))
    made.refresh_from_db()
    reviewer = Reviewer.objects.get(user=vera)
    assert (made.status, roles(vera)) == ("accepted", ["reviewer"])
    assert (reviewer.load_max, reviewer.statement) == (4, "Topology.")
    assert [one.topic for one in reviewer.interests.all()] == [topic]
    assert list(Conflict.objects.filter(user=vera).values_list("reason", flat=True)) == ["institution"]
    told = Entry.objects.filter(action__startswith="offer.").order_by("pk")
    assert list(told.values_list("action", flat=True)) == ["offer.made", "offer.answer_drafted", "offer.accepted"]


def test_cancelled_answer_leaves_the_offer_as_it_was(stage: Any, vera: Any) -> None:
    made = offer(stage, vera)
    batch = answer(stage, made, load=2)
    cancel_batch(batch=batch, by=stage.olga)
    made.refresh_from_db()
    assert (made.status, made.batch_id, made.granted, roles(vera)) == ("open", None, None, [])
    leave(stage, answer(stage, made))
    assert roles(vera) == ["reviewer"]


def test_declined_is_thanked_and_opened_again(stage: Any, vera: Any) -> None:
    made = offer(stage, vera)
    leave(stage, answer(stage, made, accept=False))
    made.refresh_from_db()
    assert (made.status, roles(vera)) == ("declined", [])
    assert "It says nothing about you or your work." in Message.objects.get(recipient=vera).text
    client = browser(stage.olga)
    assert lines(client, "?part=answered") == ["Vera Example"]
    client.post(f"{DESK}answer/", {"reopen": made.pk})
    assert lines(client) == ["Vera Example"]
    with pytest.raises(Refused, match="Only an offer that was declined"):
        reopen_offer(offer=Offer.objects.get(), by=stage.olga)


def test_second_answer_to_one_offer_is_refused(stage: Any, vera: Any) -> None:
    made = offer(stage, vera)
    answer(stage, made)
    with pytest.raises(Refused, match="Vera Example has an answer already"):
        answer(stage, made, accept=False)
    page = browser(stage.olga).post(f"{DESK}answer/", {"accept": made.pk})
    assert (page.status_code, Batch.objects.count()) == (422, 1)


def test_offer_taken_back_while_its_answer_waits_gets_no_answer(stage: Any, vera: Any) -> None:
    made, other = offer(stage, vera), offer(stage, make_user("Wanda"))
    batch = answer(stage, made, other)
    take_back_offer(offer=Offer.objects.get(pk=made.pk), by=vera)
    assert list(batch.messages.order_by("pk").values_list("status", flat=True)) == ["cancelled", "held"]
    confirm_batch(batch=batch, by=stage.olga, typed=1, hold_minutes=5)
    send_now(batch=batch, by=stage.olga)
    made.refresh_from_db()
    assert (made.status, roles(vera), roles(other.user)) == ("taken_back", [], ["reviewer"])


def test_answered_offer_is_neither_taken_back_nor_changed(stage: Any, vera: Any) -> None:
    made = offer(stage, vera)
    leave(stage, answer(stage, made, accept=False))
    made.refresh_from_db()
    with pytest.raises(Refused, match="answered already"):
        take_back_offer(offer=made, by=vera)
    with pytest.raises(Refused, match="answered already"):
        offer(stage, vera, load=9)


@pytest.mark.parametrize(
    "typed", [{}, {"do": "eat", "chosen": "1"}, {"do": "accept", "chosen": "x"}, {"accept": "x"}, {"reopen": "9999"}]
)
def test_answer_that_means_nothing_is_not_there(stage: Any, typed: dict[str, str]) -> None:
    assert browser(stage.olga).post(f"{DESK}answer/", typed).status_code == 404


@pytest.mark.parametrize("verb", ["accept", "decline", "invite"])
def test_nobody_chosen_is_said(stage: Any, vera: Any, verb: str) -> None:
    offer(stage, vera)
    page = browser(stage.olga).post(f"{DESK}answer/", {"do": verb, "note": "Dear you"})
    assert page.status_code == 422
    assert len(page.context["form"].non_field_errors()) == 1
    assert page.context["form"]["note"].value() == "Dear you"


def test_only_organizers_answer(stage: Any, vera: Any) -> None:
    made = offer(stage, vera)
    with pytest.raises(PermissionDenied):
        draft_answers(workshop=stage.workshop, by=stage.rui, offers=[made], accept=True)


# --- ticks ------------------------------------------------------------------------------------------------------------


def test_ticked_author_is_listed_for_organizers_who_may_know_the_authors(stage: Any) -> None:
    tick(stage.papers[0])
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")
    pages = {name: browser(getattr(stage, name)).get(f"{DESK}?part=authors") for name in ("olga", "otto")}
    told = {name: [row.name for row in page.context["found"].rows] for name, page in pages.items()}
    counted = {name: page.context["found"].counts["authors"] for name, page in pages.items()}
    assert (told, counted) == ({"olga": ["Ada Example"], "otto": []}, {"olga": 1, "otto": 0})


def test_sealed_tick_cannot_be_invited(stage: Any) -> None:
    row = tick(stage.papers[0])
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")
    with pytest.raises(Refused, match="Choose whom to invite"):
        ask_authors(workshop=stage.workshop, by=stage.otto, authorships=[row])
    assert Invitation.objects.count() == 0


def test_ticked_author_gets_the_usual_invitation_which_says_nothing_of_it(stage: Any) -> None:
    row = tick(stage.papers[0])
    client = browser(stage.olga)
    client.post(f"{DESK}answer/", {"do": "invite", "chosen": row.pk, "load": "3"})
    made = Invitation.objects.get()
    message = Message.objects.get()
    assert (made.address, made.load, message.status, message.batch.status) == ("ada@ada.test", 3, "held", "draft")
    assert [word for word in ("author", "paper 1", "ticked") if word in message.text] == []
    assert lines(client, "?part=authors") == []
    cancel_batch(batch=message.batch, by=stage.olga)
    made.refresh_from_db()
    assert (made.status, lines(client, "?part=authors")) == ("expired", ["Ada Example"])
    batch = ask_authors(workshop=stage.workshop, by=stage.olga, authorships=[row])
    made.refresh_from_db()
    assert (made.status, batch.messages.count()) == ("sent", 1)


def test_person_who_offered_and_is_ticked_stands_once_with_the_paper_for_who_may_know(stage: Any) -> None:
    row = tick(stage.papers[0], user=stage.ada)
    offer(stage, stage.ada)
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")
    pages = {name: browser(getattr(stage, name)).get(DESK).context["found"] for name in ("olga", "otto")}
    told = {name: [(one.name, one.papers) for one in page.rows] for name, page in pages.items()}
    number = row.submission.number
    assert told == {"olga": [("Ada Example", (number,))], "otto": [("Ada Example", ())]}
    assert {name: page.counts["authors"] for name, page in pages.items()} == {"olga": 0, "otto": 0}


@pytest.mark.parametrize("values", [{"status": "disowned"}, {"email": "", "user": None}])
def test_tick_of_nobody_who_can_be_asked_is_left_out(stage: Any, values: dict[str, Any]) -> None:
    tick(stage.papers[0], **values)
    assert lines(browser(stage.olga), "?part=authors") == []
