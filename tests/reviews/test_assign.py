"""One assignment at a time, and what a withdrawn paper means for it."""

from collections import Counter
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from audit.errors import Refused
from audit.models import Entry
from notifications.models import Message
from reviews.handles import draw_handles
from reviews.models import Assignment
from reviews.services.assign import accept_assignments, assign, decline_assignment, remove_assignment
from submissions.models import Conflict
from submissions.services.desk_reject import desk_reject
from submissions.services.withdraw import undo_withdrawal, withdraw
from tests.factories import make_user
from tests.reviews.stage import given, reviewed


def mails(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("address", flat=True))


def test_assignment_by_hand_is_logged_where_the_identity_is_hidden_and_mails_once(stage: Any) -> None:
    row = given(stage)
    assert (row.status, row.handle, row.due_at is not None) == ("active", 1, True)
    assert mails("assignments") == ["rui@rui.test"]
    entry = Entry.objects.get(action="assignment.made")
    assert (entry.root_type, entry.root_id, entry.aspect) == ("submission", stage.papers[0].pk, "identities")


def test_paper_is_given_to_a_person_once(stage: Any) -> None:
    given(stage)
    with pytest.raises(Refused, match="already has paper #1"):
        given(stage)
    assert (Assignment.objects.count(), len(mails("assignments"))) == (1, 1)


def test_author_is_never_assigned(stage: Any) -> None:
    stage.papers[0].authorships.update(email="rui@rui.test")
    with pytest.raises(Refused, match="is an author of paper #1 and can never review it"):
        given(stage, override="Nobody else.")


def test_conflict_that_nobody_had_looked_for_is_found_before_the_assignment(stage: Any) -> None:
    stage.papers[0].authorships.update(email="una@rui.test")
    with pytest.raises(Refused, match="same institution as an author"):
        given(stage)


def test_suspected_conflict_needs_a_reason(stage: Any) -> None:
    Conflict.objects.create(submission=stage.papers[0], user=stage.rui, reason="by_reviewer", state="suspected")
    with pytest.raises(Refused) as said:
        given(stage)
    assert said.value.field == "override"
    assert given(stage, override="They never met.").override == "They never met."


def test_withdrawn_paper_is_not_assigned(stage: Any) -> None:
    withdraw(submission=stage.papers[0], by=None)
    with pytest.raises(Refused, match="is not under review: it is withdrawn"):
        given(stage)


def test_conflicted_organizer_does_not_assign(stage: Any) -> None:
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")
    with pytest.raises(PermissionDenied):
        assign(submission=stage.papers[0], user=stage.rui, by=stage.otto)


def test_one_click_accepts_all_new_papers_and_twice_is_as_once(stage: Any) -> None:
    given(stage, paper=0)
    given(stage, paper=1)
    given(stage, "noor")
    assert [accept_assignments(workshop=stage.workshop, by=stage.rui) for _ in range(2)] == [2, 0]
    assert Counter(Assignment.objects.values_list("user__given", "status")) == {
        ("Rui", "accepted"): 2,
        ("Noor", "active"): 1,
    }


def test_declining_needs_a_word_why(stage: Any) -> None:
    row = given(stage)
    with pytest.raises(Refused) as said:
        decline_assignment(assignment=row, by=stage.rui, reason=" ")
    assert said.value.field == "reason"
    decline_assignment(assignment=row, by=stage.rui, reason="I know the authors.")
    assert Assignment.objects.values_list("status", "reason").get() == ("declined", "I know the authors.")


def test_somebody_elses_paper_is_not_declined(stage: Any) -> None:
    row = given(stage)
    with pytest.raises(PermissionDenied):
        decline_assignment(assignment=row, by=stage.noor, reason="Not mine.")


def test_assignment_with_a_submitted_review_stays(stage: Any) -> None:
    row = given(stage)
    reviewed(row)
    with pytest.raises(Refused, match="is submitted already"):
        decline_assignment(assignment=row, by=stage.rui, reason="Too late.")
    with pytest.raises(Refused, match="is submitted already"):
        remove_assignment(assignment=row, by=stage.olga)
    row.refresh_from_db()
    assert row.status == "accepted"


def test_removed_reviewer_is_told_and_thanked_once(stage: Any) -> None:
    row = given(stage)
    remove_assignment(assignment=row, by=stage.olga)
    assert (row.status, mails("assignment_not_needed")) == ("removed", ["rui@rui.test"])


def test_withdrawn_paper_frees_its_reviewers_keeps_their_work_and_thanks_them(stage: Any) -> None:
    first, second = given(stage, "rui"), given(stage, "noor")
    review = reviewed(first)
    withdraw(submission=stage.papers[0], by=None)
    assert set(Assignment.objects.values_list("status", flat=True)) == {"not_needed"}
    assert sorted(mails("assignment_not_needed")) == ["noor@noor.test", "rui@rui.test"]
    review.refresh_from_db()
    assert (review.status, second.submission) == ("submitted", stage.papers[0])


def test_desk_rejected_paper_frees_its_reviewers_too(stage: Any) -> None:
    given(stage)
    desk_reject(submission=stage.papers[0], by=None)
    assert (Assignment.objects.get().status, mails("assignment_not_needed")) == ("not_needed", ["rui@rui.test"])


def test_paper_that_comes_back_is_theirs_again_and_they_are_told(stage: Any) -> None:
    given(stage)
    withdraw(submission=stage.papers[0], by=None)
    stage.papers[0].refresh_from_db()
    undo_withdrawal(submission=stage.papers[0], by=None)
    assert Assignment.objects.get().status == "active"
    assert mails("assignments") == ["rui@rui.test", "rui@rui.test"]


def test_person_who_had_a_paper_taken_back_gets_it_under_a_new_number(stage: Any) -> None:
    remove_assignment(assignment=given(stage), by=stage.olga)
    assert given(stage).handle == 2


def test_drawn_handles_are_the_smallest_that_are_free() -> None:
    assert sorted(draw_handles([2, 5], 3)) == [1, 3, 4]
    assert {tuple(draw_handles([], 2)) for _ in range(60)} == {(1, 2), (2, 1)}


def test_emergency_reviewer_needs_no_invitation(stage: Any) -> None:
    zed = make_user("Zed")
    row = assign(submission=stage.papers[0], user=zed, by=stage.olga, kind="emergency")
    assert (row.kind, row.status) == ("emergency", "active")
