"""Many reviewers are silent at once: one run fills what it can, and for the rest several people are asked."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.viewer import Viewer
from audit.errors import Refused, StaleState
from notifications.models import Batch, Message
from notifications.services.batches import cancel_batch, send_now, stop_batch
from reviews.models import Assignment, AssignmentRun, EmergencyOffer, Reviewer
from reviews.services.assign import decline_assignment
from reviews.services.emergency import answer_emergency, offer_place
from reviews.services.offer_places import offer_places, plan_places
from reviews.services.publish import publish_run
from reviews.states import UNDONE
from submissions.models import Conflict
from tests.factories import deliver
from tests.reviews.stage import at_once, given, make_stage, reviewed, run_jobs, wants
from tests.reviews.test_people_desk import browser
from workshops.services.deadlines import set_deadline

PAGE = "/admin/w/neurreps-2027/assignment/repair/"
NAMES = ("Rui", "Noor", "Rae", "Cleo", "Mo", "Kit")


@pytest.fixture
def stage(db: Any) -> Any:
    """Four papers, one review each; Rui and Noor have two each and show no sign of life, the others have nothing."""
    stage = make_stage(papers=4, reviewers=NAMES, load=2)
    wants(stage, 1)
    due = timezone.now() + timedelta(days=3)
    set_deadline(workshop=stage.workshop, kind="review", at=due, by=stage.olga)
    with time_machine.travel(timezone.now() - timedelta(days=12)):
        stage.held = [given(stage, name, paper) for paper, name in enumerate(("rui", "rui", "noor", "noor"))]
    return stage


def full(stage: Any, *names: str) -> None:
    """These take no paper more."""
    Reviewer.objects.filter(user__in=[getattr(stage, name) for name in names]).update(load_max=0)


def plan(stage: Any, viewer: Any = None, each: int = 2, count: int = 4) -> dict[int, tuple[list[str], str]]:
    holes = [row.pk for row in stage.held[:count]]
    places = plan_places(workshop=stage.workshop, viewer=Viewer(viewer or stage.olga), holes=holes, each=each)
    return {p.hole.submission.number: (sorted(user.given for user in p.users), p.why_not) for p in places}


def ask(stage: Any, **options: Any) -> Batch:
    holes = [row.pk for row in stage.held]
    return offer_places(workshop=stage.workshop, by=stage.olga, holes=holes, **options)


# --- the run ---


def test_one_run_replaces_all_who_are_silent_by_those_who_are_not(stage: Any) -> None:
    client = browser(stage.olga)
    found = client.get(PAGE).context["found"]
    assert [(hole.number, hole.kind) for hole in found] == [(1, "silent"), (2, "silent"), (3, "silent"), (4, "silent")]

    client.post(PAGE, {"all": "1"})
    run_jobs()

    run = AssignmentRun.objects.get()
    assert run.outcome == "complete"
    assert not set(run.pairs.values_list("user__given", flat=True)) & {"Rui", "Noor"}


def test_what_nobody_has_room_for_stays_open_and_people_are_asked_for_it(stage: Any) -> None:
    full(stage, "rae", "cleo", "mo")
    Reviewer.objects.filter(user=stage.kit).update(load_max=1)
    client = browser(stage.olga)
    client.post(PAGE, {"all": "1"})
    run_jobs()
    run = AssignmentRun.objects.get()

    page = client.get(f"/admin/w/neurreps-2027/assignment/{run.number}/")
    asking = client.post(f"{PAGE}ask/", {"hole": page.context["page"].left})

    assert (run.outcome, run.pairs.count(), len(page.context["page"].left)) == ("complete", 1, 3)
    assert "3 places nobody has room for" in page.content.decode()
    (reason,) = page.context["page"].reasons
    assert reason.sentence.endswith("3 are missing.")
    assert [remedy.sentence.split()[0] for remedy in reason.remedies] == ["Raise", "Lower"]
    assert len(asking.context["asks"]) == 3


def test_who_was_replaced_in_silence_is_neither_asked_nor_given_another_paper(stage: Any) -> None:
    client = browser(stage.olga)
    client.post(PAGE, {"hole": [row.pk for row in stage.held[:2]]})
    run_jobs()
    publish_run(run=AssignmentRun.objects.get(), by=stage.olga)

    asked = {name for names, _ in plan(stage, each=6).values() for name in names}
    client.post(PAGE, {"hole": [row.pk for row in stage.held[2:]]})
    run_jobs()

    again = AssignmentRun.objects.latest("pk").pairs.values_list("user__given", flat=True)
    assert (asked & {"Rui", "Noor"}, set(again) & {"Rui", "Noor"}) == (set(), set())


# --- whom to ask ---


def test_pool_is_asked_first_then_who_has_room_and_nobody_for_more_than_two(stage: Any) -> None:
    full(stage, "rae", "mo")
    Reviewer.objects.filter(user=stage.mo).update(emergency=True)

    found = plan(stage, each=2)

    asked = [name for people, _ in found.values() for name in people]
    assert {name: asked.count(name) for name in set(asked)} == {"Mo": 2, "Cleo": 2, "Kit": 2, "Rae": 2}
    assert "Mo" in found[1][0]


def test_letters_that_wait_for_an_answer_count(stage: Any) -> None:
    for paper in stage.papers[2:]:
        offer_place(submission=paper, users=[stage.kit, stage.mo], by=stage.olga)

    assert plan(stage, each=6, count=2) == {1: (["Cleo", "Rae"], ""), 2: (["Cleo", "Rae"], "")}


def test_nobody_is_asked_who_has_a_conflict_or_declined_or_is_silent(stage: Any) -> None:
    Conflict.objects.create(submission=stage.papers[0], user=stage.rae, reason="organizer", state="suspected")
    gone = given(stage, "cleo", 0)
    decline_assignment(assignment=gone, by=stage.cleo, reason="No time.")

    assert plan(stage, each=6)[1] == (["Kit", "Mo"], "")


def test_places_that_need_nobody_are_left_out_with_the_reason(stage: Any) -> None:
    reviewed(stage.held[0])
    offer_place(submission=stage.papers[1], users=[stage.rae], by=stage.olga, replaces=stage.held[1])
    decline_assignment(assignment=stage.held[2], by=stage.noor, reason="No time.")
    given(stage, "kit", 2)

    found = plan(stage)

    assert [why for _, why in found.values()] == [
        "The review is in.",
        "1 person is asked already.",
        "The paper has its reviewers again.",
        "",
    ]


def test_paper_of_an_organizer_is_not_mentioned_to_them(stage: Any) -> None:
    Conflict.objects.create(submission=stage.papers[1], user=stage.otto, reason="organizer", state="confirmed")
    keys = [str(row.pk) for row in stage.held]

    page = browser(stage.otto).post(f"{PAGE}ask/", {"hole": keys})

    numbers = [place.hole.submission.number for place in page.context["asks"] + page.context["left_out"]]
    assert (list(plan(stage, stage.otto)), numbers) == ([1, 3, 4], [1, 3, 4])
    assert stage.papers[1].title not in page.content.decode()


# --- asking ---


def test_letters_wait_and_cancelling_them_takes_the_offers_back_without_a_word(stage: Any) -> None:
    batch = ask(stage)
    assert (batch.status, EmergencyOffer.objects.filter(status="open").count()) == ("held", 8)

    cancel_batch(batch=batch, by=stage.olga)

    assert set(EmergencyOffer.objects.values_list("status", flat=True)) == {"taken_back"}
    assert not Message.objects.filter(kind="emergency_taken").exists()


def test_stopping_letters_halfway_takes_back_what_nobody_was_asked_yet(stage: Any) -> None:
    batch = ask(stage)
    send_now(batch=batch, by=stage.olga)
    asked = batch.messages.order_by("pk").first()
    assert asked is not None
    Message.objects.filter(pk=asked.pk).update(status="sent")

    stop_batch(batch=batch, by=stage.olga)

    states = dict(EmergencyOffer.objects.values_list("status").annotate(n=Count("pk")))
    assert (states, EmergencyOffer.objects.get(status="open").user) == ({"open": 1, "taken_back": 7}, asked.recipient)
    assert not Message.objects.filter(kind="emergency_taken").exists()


def test_nobody_finds_an_offer_before_its_letter_leaves(stage: Any) -> None:
    """Else somebody would read of a paper, and answer, while the organizer still looks at the letters."""
    batch = ask(stage, each=1)
    offer = EmergencyOffer.objects.select_related("user", "submission").first()
    assert offer is not None
    client = browser(offer.user)

    held = client.get("/desk/").content.decode(), client.get(reverse("reviews:emergency", args=[offer.pk])).status_code
    send_now(batch=batch, by=stage.olga)
    sent = client.get("/desk/").content.decode(), client.get(reverse("reviews:emergency", args=[offer.pk])).status_code

    assert (offer.submission.title in held[0], held[1]) == (False, 404)
    assert (offer.submission.title in sent[0], sent[1]) == (True, 200)


def test_first_yes_takes_the_place_of_who_is_silent_and_the_others_are_thanked(stage: Any) -> None:
    send_now(batch=ask(stage, each=2), by=stage.olga)
    deliver()
    first, second = EmergencyOffer.objects.filter(submission=stage.papers[0]).select_related("user")

    answer_emergency(offer=first, by=first.user, yes=True)

    stage.held[0].refresh_from_db()
    assert (stage.held[0].status, Assignment.objects.current().get(submission=stage.papers[0]).user) == (
        "removed",
        first.user,
    )
    second.refresh_from_db()
    told = Message.objects.filter(kind="emergency_taken").values_list("recipient", flat=True)
    assert (second.status, list(told)) == ("taken", [second.user_id])


def test_place_that_a_proposal_fills_meanwhile_needs_nobody_at_short_notice(stage: Any) -> None:
    send_now(batch=ask(stage, each=1), by=stage.olga)
    deliver()
    browser(stage.olga).post(PAGE, {"hole": [row.pk for row in stage.held[:1]]})
    run_jobs()
    publish_run(run=AssignmentRun.objects.get(), by=stage.olga)

    by_paper = dict(EmergencyOffer.objects.values_list("submission__number", "status"))
    told = Message.objects.filter(kind="emergency_taken").values_list("recipient", flat=True)
    assert by_paper == {1: "taken", 2: "open", 3: "open", 4: "open"}
    assert list(told) == [EmergencyOffer.objects.get(submission=stage.papers[0]).user_id]


def test_yes_to_a_place_that_was_offered_twice_comes_too_late_after_the_first(stage: Any) -> None:
    first, second = (
        offer_place(submission=stage.papers[0], users=[user], by=stage.olga, replaces=stage.held[0])[0]
        for user in (stage.kit, stage.mo)
    )
    answer_emergency(offer=first, by=stage.kit, yes=True)

    assert answer_emergency(offer=second, by=stage.mo, yes=True).status == "taken"
    assert Assignment.objects.current().filter(submission=stage.papers[0]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_is_asked_twice_by_two_organizers_at_once() -> None:
    stage: Any = make_stage(papers=1, reviewers=("Rui", "Kit", "Mo"))
    wants(stage, 1)
    set_deadline(workshop=stage.workshop, kind="review", at=timezone.now() + timedelta(days=3), by=stage.olga)
    held = given(stage, "rui")
    refused: list[str] = []

    def ask_too() -> None:
        try:
            offer_places(workshop=stage.workshop, by=stage.otto, holes=[held.pk])
        except Refused as refusal:
            refused.append(refusal.sentence)

    at_once(lambda: offer_place(submission=stage.papers[0], users=[stage.kit], by=stage.olga, replaces=held), ask_too)

    assert list(EmergencyOffer.objects.values_list("user__given", flat=True)) == ["Kit"]
    assert refused == ["There is nobody to ask for any of these places; see below why."]


def test_number_that_has_changed_since_the_page_was_drawn_is_said(stage: Any) -> None:
    with pytest.raises(StaleState, match="8 letters would be written by now, not 9"):
        ask(stage, seen=9, each=2)
    assert not EmergencyOffer.objects.exists()


def test_day_that_has_passed_is_no_date_for_a_review(stage: Any) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        with pytest.raises(Refused, match="Say until when: reviews of paper #1 were due") as refusal:
            ask(stage)
        assert refusal.value.field == "due_at"
        assert ask(stage, due_at=timezone.now() + timedelta(days=2)).status == "held"


def test_who_had_a_paper_by_a_proposal_that_was_undone_is_asked_again(stage: Any) -> None:
    Assignment.objects.filter(pk=given(stage, "kit", 0).pk).update(status="removed", reason=UNDONE)

    assert "Kit" in plan(stage, each=6)[1][0]


@pytest.mark.parametrize("count", [1, 4])
def test_page_asks_as_much_for_one_place_as_for_many(stage: Any, count: int) -> None:
    client, keys = browser(stage.olga), [row.pk for row in stage.held[:count]]
    client.get(f"{PAGE}ask/", {"hole": keys})
    with CaptureQueriesContext(connection) as captured:
        client.get(f"{PAGE}ask/", {"hole": keys})
    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 10


def test_asking_without_anybody_to_ask_is_refused(stage: Any) -> None:
    for paper in stage.papers:
        for name in NAMES:
            Conflict.objects.create(
                submission=paper, user=getattr(stage, name.lower()), reason="organizer", state="confirmed"
            )
    with pytest.raises(Refused, match="nobody to ask"):
        ask(stage)


def test_organizer_asks_for_all_places_with_one_press(stage: Any) -> None:
    client = browser(stage.olga)
    page = client.post(f"{PAGE}ask/", {"all": "1", "each": "2"})
    answer = client.post(
        f"{PAGE}ask/",
        {"hole": [row.pk for row in stage.held], "each": "2", "seen": page.context["letters"], "note": "Please help."},
    )

    batch = Batch.objects.get()
    assert (page.context["letters"], answer.url) == (8, f"/admin/w/neurreps-2027/mail/batches/{batch.pk}/")
    assert all("Please help." in message.text for message in batch.messages.all())


def test_who_ticks_no_place_is_sent_back(stage: Any) -> None:
    assert browser(stage.olga).post(f"{PAGE}ask/", {"hole": "x"}).url == PAGE
