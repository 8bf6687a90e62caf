"""Taking a paper back is deliberate, told, and can be undone."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from audit.errors import Refused
from audit.models import Entry
from submissions import links
from submissions.models import Submission
from submissions.services.withdraw import undo_withdrawal, withdraw
from tests.factories import make_user
from tests.submissions.stage import make_stage_with_paper, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage_with_paper(together=True)


@pytest.fixture
def paper(stage):
    return stage.paper


def test_corresponding_author_withdraws(stage, paper) -> None:
    withdraw(submission=paper, by=stage.ada)
    assert (paper.status, paper.withdrawn_at is not None) == ("withdrawn", True)


def test_other_author_does_not_withdraw(stage, paper) -> None:
    with pytest.raises(Refused, match="Only the corresponding author withdraws a paper"):
        withdraw(submission=paper, by=stage.ben)
    assert Submission.objects.get(pk=paper.pk).status == "submitted"


def test_stranger_does_not_withdraw(paper) -> None:
    with pytest.raises(PermissionDenied):
        withdraw(submission=paper, by=make_user("Zed"))


def test_organizer_withdraws_with_a_reason_only(stage, paper) -> None:
    with pytest.raises(Refused, match="Say why the paper is withdrawn"):
        withdraw(submission=paper, by=stage.olga)
    withdraw(submission=paper, by=stage.olga, reason="The authors asked by mail.")
    assert paper.status == "withdrawn"


def test_second_withdrawal_is_refused_in_words(stage, paper) -> None:
    withdraw(submission=paper, by=stage.ada)
    with pytest.raises(Refused, match="This paper is withdrawn; there is nothing to withdraw"):
        withdraw(submission=paper, by=stage.ada)


def test_any_author_undoes_within_a_day(stage, paper) -> None:
    at = paper.submitted_at
    withdraw(submission=paper, by=stage.ada)
    undo_withdrawal(submission=paper, by=stage.ben)
    assert (paper.status, paper.withdrawn_at, paper.submitted_at) == ("submitted", None, at)


def test_author_does_not_undo_after_a_day_but_an_organizer_does(stage, paper, time_machine) -> None:
    withdraw(submission=paper, by=stage.ada)
    time_machine.move_to(paper.withdrawn_at + timedelta(hours=24, seconds=1))
    with pytest.raises(Refused, match="Now an organizer can"):
        undo_withdrawal(submission=paper, by=stage.ben)
    undo_withdrawal(submission=paper, by=stage.olga)
    assert paper.status == "submitted"


def test_stranger_does_not_undo(stage, paper) -> None:
    withdraw(submission=paper, by=stage.ada)
    with pytest.raises(PermissionDenied):
        undo_withdrawal(submission=paper, by=make_user("Zed"))


def test_undoing_what_is_not_withdrawn_is_refused(stage, paper) -> None:
    with pytest.raises(Refused, match="This paper is not withdrawn"):
        undo_withdrawal(submission=paper, by=stage.ada)


def test_withdrawn_draft_comes_back_as_a_draft(stage) -> None:
    draft = start(stage)
    withdraw(submission=draft, by=stage.ada)
    undo_withdrawal(submission=draft, by=stage.ada)
    assert draft.status == "draft"


def test_higher_floors_hear_of_it_in_the_same_transaction(stage, paper, monkeypatch) -> None:
    heard: list[tuple] = []
    monkeypatch.setattr(links, "_WITHDRAWN", [lambda row, by: heard.append(("withdrawn", row.pk, by))])
    monkeypatch.setattr(links, "_RESTORED", [lambda row, by: heard.append(("restored", row.pk, by))])
    withdraw(submission=paper, by=stage.ada)
    undo_withdrawal(submission=paper, by=stage.ben)
    assert heard == [("withdrawn", paper.pk, stage.ada), ("restored", paper.pk, stage.ben)]


def test_withdrawal_that_a_higher_floor_cannot_follow_does_not_happen(stage, paper, monkeypatch) -> None:
    def fail(row, by) -> None:
        raise RuntimeError

    monkeypatch.setattr(links, "_WITHDRAWN", [fail])
    with pytest.raises(RuntimeError):
        withdraw(submission=paper, by=stage.ada)
    assert Submission.objects.get(pk=paper.pk).status == "submitted"


def test_log_tells_the_whole_path(stage, paper) -> None:
    withdraw(submission=paper, by=stage.ada)
    undo_withdrawal(submission=paper, by=stage.ben)
    told = Entry.objects.filter(root_type="submission", root_id=paper.pk, action__startswith="submission.")
    assert list(told.order_by("pk").values_list("action", "actor")) == [
        ("submission.started", stage.ada.pk),
        ("submission.saved", stage.ada.pk),
        ("submission.file_added", stage.ada.pk),
        ("submission.file_checked", None),
        ("submission.submitted", stage.ada.pk),
        ("submission.withdrawn", stage.ada.pk),
        ("submission.withdrawal_undone", stage.ben.pk),
    ]
