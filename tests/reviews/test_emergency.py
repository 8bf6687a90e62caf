"""One place that several people are asked for at short notice: the first yes takes it."""

from datetime import timedelta
from typing import Any

import pytest

from audit.errors import Refused
from notifications.models import Message
from notifications.services.messages import cancel_message
from reviews.models import Assignment, EmergencyOffer
from reviews.services.emergency import answer_emergency, offer_place, take_back_place
from submissions.models import Conflict
from tests.factories import deliver
from tests.reviews.stage import given, make_stage, reviewed
from tests.reviews.test_people_desk import browser


@pytest.fixture
def stage(db: Any) -> Any:
    return make_stage(papers=1, reviewers=("Rui", "Noor", "Rae", "Cleo"))


def asked(stage: Any, *names: str, **options: Any) -> dict[str, EmergencyOffer]:
    users = [getattr(stage, name) for name in names]
    made = offer_place(submission=stage.papers[0], users=users, by=stage.olga, **options)
    return {row.user.given.lower(): row for row in made}


def mails(kind: str) -> set[str]:
    return set(Message.objects.filter(kind=kind).values_list("recipient__given", flat=True))


def test_first_yes_takes_the_place_and_the_others_are_thanked(stage: Any) -> None:
    offers = asked(stage, "rui", "noor", "rae", note="It is close to your work.")
    assert mails("emergency_offer") == {"Rui", "Noor", "Rae"}
    deliver(later=timedelta(minutes=1))
    answer_emergency(offer=offers["noor"], by=stage.noor, yes=True)
    row = Assignment.objects.get()
    assert (row.user, row.kind, row.status) == (stage.noor, "emergency", "accepted")
    late = answer_emergency(offer=offers["rui"], by=stage.rui, yes=True)
    assert (late.status, Assignment.objects.count()) == ("taken", 1)
    assert mails("emergency_taken") == {"Rui", "Rae"}


def test_who_was_not_written_to_yet_gets_neither_letter_once_the_place_is_taken(stage: Any) -> None:
    offers = asked(stage, "rui", "noor")
    answer_emergency(offer=offers["noor"], by=stage.noor, yes=True)
    deliver(later=timedelta(minutes=1))
    left = Message.objects.filter(recipient=stage.rui).values_list("kind", "status")
    assert list(left) == [("emergency_offer", "cancelled")]


def test_whose_letter_was_cancelled_is_not_thanked_either(stage: Any) -> None:
    offers = asked(stage, "rui", "noor", "rae")
    cancel_message(message=Message.objects.get(recipient=stage.rui), by=stage.olga)
    deliver(later=timedelta(minutes=1))

    answer_emergency(offer=offers["noor"], by=stage.noor, yes=True)

    assert mails("emergency_taken") == {"Rae"}


def test_no_leaves_the_place_to_the_others(stage: Any) -> None:
    offers = asked(stage, "rui", "noor")
    answer_emergency(offer=offers["rui"], by=stage.rui, yes=False)
    assert answer_emergency(offer=offers["noor"], by=stage.noor, yes=True).status == "accepted"
    assert mails("emergency_taken") == set()


def test_who_has_the_place_keeps_it_until_somebody_says_yes(stage: Any) -> None:
    silent = given(stage, "cleo")
    offers = asked(stage, "rui", replaces=silent)
    silent.refresh_from_db()
    assert silent.status == "active"
    answer_emergency(offer=offers["rui"], by=stage.rui, yes=True)
    silent.refresh_from_db()
    assert silent.status == "removed"


def test_yes_comes_too_late_once_the_review_is_in(stage: Any) -> None:
    silent = given(stage, "cleo")
    offers = asked(stage, "rui", replaces=silent)
    reviewed(silent)
    assert answer_emergency(offer=offers["rui"], by=stage.rui, yes=True).status == "taken"
    assert list(Assignment.objects.current()) == [silent]


@pytest.mark.parametrize("state", ["confirmed", "suspected"])
def test_nobody_with_a_conflict_is_asked(stage: Any, state: str) -> None:
    Conflict.objects.create(submission=stage.papers[0], user=stage.rui, reason="organizer", state=state)
    with pytest.raises(Refused, match="conflict"):
        asked(stage, "rui", "noor")
    assert (EmergencyOffer.objects.count(), Message.objects.count()) == (0, 0)


def test_conflict_that_is_known_since_ends_the_offer_and_tells_no_reason(stage: Any) -> None:
    offers = asked(stage, "rui")
    assert browser(stage.rui).get(f"/emergency/{offers['rui'].pk}/").status_code == 200
    Conflict.objects.create(submission=stage.papers[0], user=stage.rui, reason="organizer", state="suspected")
    page = browser(stage.rui).post(f"/emergency/{offers['rui'].pk}/", {"answer": "yes"}, follow=True).content.decode()
    assert (Assignment.objects.count(), "suspected" in page, "It is no longer needed" in page) == (
        0,
        False,
        True,
    )
    assert stage.papers[0].title not in page
    Conflict.objects.update(state="confirmed")
    assert browser(stage.rui).get(f"/emergency/{offers['rui'].pk}/").status_code == 404


def test_place_that_is_taken_back_thanks_who_has_not_answered(stage: Any) -> None:
    offers = asked(stage, "rui", "noor")
    deliver(later=timedelta(minutes=1))
    answer_emergency(offer=offers["rui"], by=stage.rui, yes=False)
    assert take_back_place(submission=stage.papers[0], place=offers["rui"].place, by=stage.olga) == 1
    assert (mails("emergency_taken"), EmergencyOffer.objects.filter(status="open").count()) == ({"Noor"}, 0)


def test_organizer_asks_several_on_the_page_and_one_of_them_says_yes(stage: Any) -> None:
    page = "/admin/w/neurreps-2027/papers/1/ask-several/"
    olga = browser(stage.olga)
    assert olga.post(page, {"note": "Please."}).context["form"].errors["users"] == ["Choose whom to ask."]
    olga.post(page, {"users": [stage.rui.pk, stage.noor.pk], "note": "Please."})
    offer = EmergencyOffer.objects.get(user=stage.rui)
    shown = browser(stage.rui).get(f"/emergency/{offer.pk}/").content.decode()
    assert (stage.papers[0].title in shown, "Please." in shown) == (True, True)
    browser(stage.rui).post(f"/emergency/{offer.pk}/", {"answer": "yes"})
    assert Assignment.objects.get().user == stage.rui
    places = olga.get(page).context["places"]
    assert [sorted(status for _, status, _, _ in place["rows"]) for place in places] == [["accepted", "taken"]]
    assert browser(stage.noor).get(f"/emergency/{offer.pk}/").status_code == 404
