"""Each rule of the house holds for a season that was played, and finds the row that breaks it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from decisions.models import Decision
from decisions.states import DecisionStatus
from desk.invariants import RULES, broken_files, violations
from notifications.models import Batch, Message
from reviews.models import Score
from submissions.files import path_of
from submissions.models import Blob, Conflict, Handler, Submission
from submissions.states import ConflictReason, ConflictState
from tests.factories import Cast
from workshops.models import Membership
from workshops.states import Role


def conflict(cast: Cast, user: User) -> None:
    Conflict.objects.create(
        submission=cast.paper, user=user, reason=ConflictReason.ORGANIZER, state=ConflictState.CONFIRMED
    )


def mail_again(cast: Cast) -> None:
    row = Message.objects.filter(kind__startswith="decision_", root_id=cast.paper.pk)[0]
    row.pk, row.dedupe_key, row.message_id = None, "again", "again@neurreps.test"
    row.save()


def strand(cast: Cast) -> None:
    past = timezone.now() - timedelta(hours=1)
    Message.objects.filter(pk=Message.objects.first().pk).update(status="sending", lease_until=past)


BREAKS: dict[str, Callable[[Cast], object]] = {
    "Nobody reviews a paper of their own or with a conflict": lambda cast: conflict(cast, cast.rui),
    "A handler is free on the paper": lambda cast: Handler.objects.filter(submission=cast.paper, until=None).update(
        user=cast.ines, kind="organizer"
    ),
    "A submitted paper has a title, authors, what was saved, and a file unless it was imported": lambda cast: (
        Submission.objects.filter(pk=cast.paper.pk).update(title="")
    ),
    "An author's account is tied to the paper by a confirmed address": lambda cast: EmailAddress.objects.filter(
        user=cast.ada
    ).update(verified=False),
    "What authors were told was released, and what was not released they were not told": lambda cast: (
        Decision.objects.filter(submission=cast.paper).update(status=DecisionStatus.TENTATIVE)
    ),
    "A second person confirmed what needs one": lambda cast: Decision.objects.filter(submission=cast.paper).update(
        confirmed_by=cast.olga, decided_by=cast.olga
    ),
    "No author gets two decision mails for one paper": mail_again,
    "A submitted review has a version, and its scores are those of that version": lambda cast: Score.objects.filter(
        review__assignment=cast.assignment, key="overall"
    ).delete(),
    "A reviewer of a workshop has the role": lambda cast: Membership.objects.filter(
        user=cast.noor, role=Role.REVIEWER
    ).delete(),
    "Every workshop has an organizer": lambda cast: Membership.objects.filter(
        workshop=cast.workshop, role=Role.ORGANIZER
    ).update(until=timezone.now()),
    "The mail of a rehearsal stays here": lambda cast: (
        type(cast.workshop).objects.filter(pk=cast.workshop.pk).update(is_rehearsal=True)
    ),
    "No mail is stuck, and a batch that is done has nothing left": strand,
    "An address is written one way": lambda cast: User.objects.filter(pk=cast.zed.pk).update(email="Zed@Zed.Test"),
}


@pytest.fixture
def cast(make_cast) -> Cast:
    return make_cast("released")


def test_season_that_was_played_breaks_no_rule(cast: Cast) -> None:
    assert [*violations(), *broken_files()] == []


def test_every_rule_has_a_row_that_breaks_it() -> None:
    assert set(BREAKS) | {"The log refuses changes"} == set(RULES)


@pytest.mark.parametrize("sentence", BREAKS)
def test_rule_finds_what_breaks_it(cast: Cast, sentence: str) -> None:
    BREAKS[sentence](cast)

    assert sentence in {found.rule for found in violations()}


def test_missing_and_damaged_files_are_found(cast: Cast) -> None:
    first, second = Blob.objects.all()[:2]
    path_of(first).unlink()
    path_of(second).write_bytes(b"something else")

    assert len([found.what for found in broken_files() if "missing" in found.what or "damaged" in found.what]) == 2


def test_batch_that_is_done_with_mails_left_is_found(cast: Cast) -> None:
    batch = Batch.objects.get(kind="decision")
    Batch.objects.filter(pk=batch.pk).update(status="done")
    Message.objects.filter(batch=batch).update(status="due")

    assert f"batch {batch.pk} is done and has mails left" in {found.what for found in violations()}


def test_command_names_the_row_and_exits_1(cast: Cast, capsys) -> None:
    User.objects.filter(pk=cast.zed.pk).update(email="Zed@Zed.Test")

    with pytest.raises(SystemExit) as end:
        call_command("invariants")

    assert end.value.code == 1
    assert f"person {cast.zed.pk}" in capsys.readouterr().err
