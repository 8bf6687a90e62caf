"""What a reviewer tells the organizers: more days, a conflict, a guess, no; and what is left to them."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from access.rights import visible_to
from access.viewer import Viewer
from audit.errors import Refused
from audit.models import Entry
from notifications.models import Message
from reviews.models import Assignment, AuthorsKnown, ExtensionRequest, Review
from reviews.services.assign import decline_assignment
from reviews.services.extension_request import ask_for_days, grant_days, refuse_days, take_request_back
from reviews.services.own_conflict import note_authors_known, tell_conflict
from reviews.services.review import open_review, save_draft
from submissions.models import Conflict, Submission
from tests.reviews.stage import DAY, given, reviewed
from workshops.models import Deadline, Extension
from workshops.services.roles import give_role


@pytest.fixture
def assignment(stage: Any) -> Assignment:
    return given(stage)


@pytest.fixture
def rui(stage: Any) -> Client:
    client = Client()
    client.force_login(stage.rui)
    return client


@pytest.fixture
def olga(stage: Any) -> Client:
    client = Client()
    client.force_login(stage.olga)
    return client


def due(stage: Any) -> Any:
    return Deadline.objects.get(workshop=stage.workshop, kind="review", track=None).at


def conflicted(stage: Any, user: Any) -> None:
    Conflict.objects.create(submission=stage.papers[0], user=user, reason="organizer", state="confirmed")


# --- more days --------------------------------------------------------------------------------------------------------


def test_days_are_asked_for_from_the_due_date_and_again_changes_the_request(stage: Any, assignment: Assignment) -> None:
    ask_for_days(assignment=assignment, by=stage.rui, days=2)
    asked = ask_for_days(assignment=assignment, by=stage.rui, days=4, reason="A grant is due.")

    assert (asked.until, asked.reason) == (due(stage) + 4 * DAY, "A grant is due.")
    assert ExtensionRequest.objects.count() == 1


def test_granting_moves_the_due_date_opens_the_review_and_tells_the_reviewer(
    stage: Any, assignment: Assignment
) -> None:
    asked = ask_for_days(assignment=assignment, by=stage.rui, days=4)
    grant_days(request=asked, by=stage.olga, answer="Take your time.")

    assignment.refresh_from_db()
    assert (assignment.due_at, Extension.objects.get().until) == (asked.until, asked.until)
    mail = Message.objects.get(kind="review_extension")
    assert (mail.recipient, "you have more days" in mail.text, "Take your time." in mail.text) == (
        stage.rui,
        True,
        True,
    )
    with pytest.raises(Refused, match="answered already: granted"):
        grant_days(request=asked, by=stage.otto)


def test_refusing_leaves_the_date_and_tells_the_reviewer(stage: Any, assignment: Assignment) -> None:
    before = assignment.due_at
    refuse_days(request=ask_for_days(assignment=assignment, by=stage.rui, days=4), by=stage.olga)

    assignment.refresh_from_db()
    assert (assignment.due_at, Extension.objects.count()) == (before, 0)
    assert "cannot give you more days" in Message.objects.get(kind="review_extension").text


def test_only_an_organizer_who_is_free_on_the_paper_answers(stage: Any, assignment: Assignment) -> None:
    asked = ask_for_days(assignment=assignment, by=stage.rui, days=4)
    conflicted(stage, stage.otto)

    for user in (stage.otto, stage.rui, stage.noor):
        with pytest.raises(PermissionDenied):
            grant_days(request=asked, by=user)
    assert ExtensionRequest.objects.get().status == "open"


@pytest.mark.parametrize("days", [0, 31, -1])
def test_number_of_days_that_is_none_names_its_field(stage: Any, assignment: Assignment, days: int) -> None:
    with pytest.raises(Refused) as said:
        ask_for_days(assignment=assignment, by=stage.rui, days=days)

    assert said.value.field == "days"


def test_review_that_is_in_needs_no_more_days(stage: Any, assignment: Assignment) -> None:
    reviewed(assignment)

    with pytest.raises(Refused, match="is in already"):
        ask_for_days(assignment=assignment, by=stage.rui, days=2)


def test_request_is_asked_seen_granted_and_shown(stage: Any, assignment: Assignment, rui: Client, olga: Client) -> None:
    page = f"/reviews/{assignment.pk}/"
    rui.post(f"{page}more-days/", {"days": "3", "reason": "A grant is due."})
    assert "You have asked for time until" in rui.get(page).content.decode()
    listed = olga.get("/admin/w/neurreps-2027/assignment/more-days/").content.decode()
    shown = olga.get("/admin/w/neurreps-2027/papers/1/").content.decode()
    assert all("A grant is due." in text for text in (listed, shown))
    pk = ExtensionRequest.objects.get().pk
    olga.post(f"/admin/w/neurreps-2027/papers/1/more-days/{pk}/grant/")

    assert ExtensionRequest.objects.get().status == "granted"
    assert rui.get(page).context["page"].due == due(stage) + 3 * DAY


def test_request_about_a_hidden_paper_is_on_no_page_of_that_organizer(
    stage: Any, assignment: Assignment, client: Client
) -> None:
    pk = ask_for_days(assignment=assignment, by=stage.rui, days=3, reason="CANARY").pk
    conflicted(stage, stage.otto)
    client.force_login(stage.otto)

    for path in ("", "assignment/more-days/", "papers/1/"):
        text = client.get(f"/admin/w/neurreps-2027/{path}").content.decode()
        assert ("CANARY" in text, "1 reviewer asks" in text) == (False, False)
    assert client.post(f"/admin/w/neurreps-2027/papers/1/more-days/{pk}/grant/").status_code == 404


def test_request_is_taken_back(stage: Any, assignment: Assignment) -> None:
    ask_for_days(assignment=assignment, by=stage.rui, days=3)
    for _ in range(2):
        take_request_back(assignment=assignment, by=stage.rui)

    assert ExtensionRequest.objects.get().status == "taken_back"


# --- a conflict -------------------------------------------------------------------------------------------------------


def test_conflict_closes_the_paper_sets_the_review_aside_and_opens_a_hole(
    stage: Any, assignment: Assignment, rui: Client
) -> None:
    reviewed(assignment)
    response = rui.post(f"/reviews/{assignment.pk}/conflict/", {"why": "She was my student."})

    assert response["Location"] == "/w/neurreps-2027/reviewing/"
    assignment.refresh_from_db()
    assert (assignment.status, Review.objects.get().status) == ("removed", "set_aside")
    row = Conflict.objects.get(user=stage.rui)
    assert (row.reason, row.state, row.evidence["why"]) == ("by_reviewer", "confirmed", "She was my student.")
    text = rui.get(f"/reviews/{assignment.pk}/").content.decode()
    assert ("Clear and interesting." in text, "Symmetry and the number" in text) == (True, False)
    assert not visible_to(Viewer(stage.rui), "title", Submission).filter(pk=stage.papers[0].pk).exists()
    assert Assignment.objects.current().count() == 0


def test_conflict_needs_a_word_and_leaves_everything_as_it_is_without(
    stage: Any, assignment: Assignment, rui: Client
) -> None:
    response = rui.post(f"/reviews/{assignment.pk}/conflict/", {"why": " "})

    assert (response.status_code, list(response.context["conflict_form"].errors)) == (422, ["why"])
    assert (Assignment.objects.get().status, Conflict.objects.filter(user=stage.rui).count()) == ("active", 0)


def test_draft_of_somebody_with_a_conflict_is_read_by_nobody(stage: Any, assignment: Assignment) -> None:
    review = open_review(assignment=assignment, by=stage.rui)
    save_draft(review=review, by=stage.rui, version=1, answers={"text": "so far"})
    assignment.refresh_from_db()
    tell_conflict(assignment=assignment, by=stage.rui, why="A joint project.")

    for name in ("rui", "olga", "otto"):
        assert not visible_to(Viewer(getattr(stage, name)), "row", Review).exists()


# --- a guess ----------------------------------------------------------------------------------------------------------


def test_guess_is_noted_for_organizers_closes_nothing_and_is_taken_back(
    stage: Any, assignment: Assignment, rui: Client, olga: Client
) -> None:
    page = f"/reviews/{assignment.pk}/"
    rui.post(f"{page}authors-known/", {"knowing": "guess", "text": "I saw a GUESS-CANARY."})
    assert (
        "thinks to know who wrote it: “I saw a GUESS-CANARY.”"
        in olga.get("/admin/w/neurreps-2027/papers/1/").content.decode()
    )
    shown = rui.get(page)
    assert (shown.status_code, shown.context["page"].writing.allowed) == (200, True)
    rui.post(f"{page}authors-known/", {"do": "take-back"})

    assert AuthorsKnown.objects.count() == 0


def test_note_is_for_free_organizers(stage: Any, assignment: Assignment) -> None:
    note_authors_known(assignment=assignment, by=stage.rui, knowing="sure")
    conflicted(stage, stage.otto)
    seen = {
        name: visible_to(Viewer(getattr(stage, name)), "row", AuthorsKnown).exists()
        for name in ("olga", "otto", "noor", "ada")
    }

    assert seen == {"olga": True, "otto": False, "noor": False, "ada": False}


# --- declining after having begun -------------------------------------------------------------------------------------


def begun(stage: Any, assignment: Assignment) -> Assignment:
    review = open_review(assignment=assignment, by=stage.rui)
    save_draft(review=review, by=stage.rui, version=1, answers={"text": "DRAFT-CANARY"})
    return Assignment.objects.get(pk=assignment.pk)


@pytest.mark.parametrize("hand_over", [True, False])
def test_draft_of_a_declined_paper_is_left_to_organizers_only_if_its_writer_says_so(
    stage: Any, assignment: Assignment, rui: Client, olga: Client, hand_over: bool
) -> None:
    row = begun(stage, assignment)
    typed = {"reason": "I am ill.", **({"hand_over": "on"} if hand_over else {})}
    rui.post(f"/reviews/{row.pk}/decline/", typed)

    page = olga.get("/admin/w/neurreps-2027/papers/1/").content.decode()
    assert ("DRAFT-CANARY" in page) is hand_over
    logged = Entry.objects.filter(action="review.handed_over").exists()
    assert (Assignment.objects.get().status, logged) == ("declined", hand_over)


def test_writer_still_reads_what_they_wrote_and_nothing_of_the_paper(
    stage: Any, assignment: Assignment, rui: Client
) -> None:
    row = begun(stage, assignment)
    decline_assignment(assignment=row, by=stage.rui, reason="I am ill.")

    text = rui.get(f"/reviews/{row.pk}/").content.decode()
    assert ("DRAFT-CANARY" in text, "Symmetry and the number" in text) == (True, False)
    assert "DRAFT-CANARY" in rui.get(f"/reviews/{row.pk}/copy/").content.decode()


def test_area_chair_may_have_a_conflict_too(stage: Any) -> None:
    give_role(workshop=stage.workshop, user=stage.noor, role="area_chair", by=None)
    row = given(stage, "noor", kind="area_chair")
    tell_conflict(assignment=row, by=stage.noor, why="A former student.")

    assert Assignment.objects.get(pk=row.pk).status == "removed"
