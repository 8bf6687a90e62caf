"""Asking those again who have not answered, and stepping back after a yes."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from audit.errors import Refused
from notifications.models import Message
from notifications.services.batches import cancel_batch, confirm_batch
from reviews.models import Invitation, Reviewer
from reviews.services.answer import answer_invitation
from reviews.services.invite import invite
from reviews.services.remind import remind_invited
from tests.factories import deliver
from tests.reviews.stage import given
from workshops.models import Membership

PAGE = "/admin/w/neurreps-2027/people/unanswered/"


@pytest.fixture
def asked(stage: Any) -> Invitation:
    """Ivy, who was asked five days ago and has the mail."""
    with time_machine.travel(timezone.now() - timedelta(days=5), tick=True):
        made = invite(workshop=stage.workshop, by=stage.olga, address="ivy@ivy.test", name="Ivy Example", load=4)
        deliver(later=timedelta(minutes=1))
    return made


def remind(stage: Any, *rows: Invitation, **options: Any) -> Any:
    return remind_invited(workshop=stage.workshop, by=stage.olga, invitations=rows, **options)


def test_reminder_is_one_bulk_mail_that_waits(stage: Any, asked: Invitation) -> None:
    batch = remind(stage, asked)

    assert [(mail.address, mail.status) for mail in batch.messages.all()] == [("ivy@ivy.test", "held")]
    assert (Invitation.objects.get().sent_count, batch.status) == (2, "draft")


def test_nobody_is_asked_twice_within_three_days(stage: Any, asked: Invitation) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=2), tick=True):
        confirm_batch(batch=remind(stage, asked), by=stage.olga, typed=None, hold_minutes=0)
        Message.objects.update(status="sent", sent_at=timezone.now())
    asked.refresh_from_db()

    with pytest.raises(Refused, match="less than three days ago"):
        remind(stage, asked)
    assert remind(stage, asked, impatient=True).messages.count() == 1


def test_who_was_asked_lately_is_left_out_and_named(stage: Any, asked: Invitation) -> None:
    lately = invite(workshop=stage.workshop, by=stage.olga, address="jo@jo.test")
    Message.objects.update(status="sent")

    batch = remind(stage, asked, lately)

    assert [mail.address for mail in batch.messages.all()] == ["ivy@ivy.test"]
    assert [one["who"] for one in batch.left_out] == ["jo@jo.test"]


def test_cancelled_reminder_leaves_the_invitation_alive(stage: Any, asked: Invitation) -> None:
    before = asked.asked_at

    cancel_batch(batch=remind(stage, asked), by=stage.olga)

    asked.refresh_from_db()
    assert asked.status == "sent"
    assert abs(asked.asked_at - before) < timedelta(minutes=2)
    assert remind(stage, asked).messages.count() == 1


def test_who_has_answered_meanwhile_is_not_asked(stage: Any, asked: Invitation) -> None:
    answer_invitation(invitation=asked, accept=False)
    asked.refresh_from_db()

    with pytest.raises(Refused, match="has answered"):
        remind(stage, asked)


def test_only_organizers_ask_again(stage: Any, asked: Invitation) -> None:
    with pytest.raises(PermissionDenied):
        remind_invited(workshop=stage.workshop, by=stage.rui, invitations=[asked])


def test_page_lists_whose_answer_is_missing_and_asks_all_of_them(client: Client, stage: Any, asked: Invitation) -> None:
    invite(workshop=stage.workshop, by=stage.olga, address="jo@jo.test")
    stage.olga.refresh_from_db()
    client.force_login(stage.olga)

    found = client.get(PAGE).context["found"]
    answer = client.post(PAGE, {"do": "all"})

    assert [(row.address, row.times, row.may_be_asked) for row in found.rows] == [
        ("ivy@ivy.test", 1, True),
        ("jo@jo.test", 1, False),
    ]
    assert (found.total, found.ripe, answer.status_code) == (2, 1, 302)
    assert list(Message.objects.filter(status="held").values_list("address", flat=True)) == ["ivy@ivy.test"]


def test_page_says_so_when_nobody_is_chosen(client: Client, stage: Any, asked: Invitation) -> None:
    stage.olga.refresh_from_db()
    client.force_login(stage.olga)

    answer = client.post(PAGE, {"do": "chosen"})

    assert (answer.status_code, answer.context["form"].errors["__all__"]) == (422, ["Choose whom to ask again."])
    assert client.post(PAGE, {"chosen": "x"}).status_code == 404


# --- a changed mind ---------------------------------------------------------------------------------------------------


@pytest.fixture
def ivy(stage: Any, asked: Invitation) -> Any:
    """Ivy has said yes."""
    answer_invitation(invitation=asked, accept=True)
    asked.refresh_from_db()
    return asked.user


def roles(user: Any) -> list[str]:
    return list(Membership.objects.open().filter(user=user).values_list("role", flat=True))


def test_who_accepted_may_decline_until_papers_are_assigned(stage: Any, asked: Invitation, ivy: Any) -> None:
    answer_invitation(invitation=asked, accept=False, reason="A baby.")

    asked.refresh_from_db()
    assert (asked.status, asked.reason, roles(ivy)) == ("declined", "A baby.", [])


def test_mind_may_change_back_again_and_each_answer_is_confirmed(stage: Any, asked: Invitation, ivy: Any) -> None:
    for accept in (False, True):
        answer_invitation(invitation=asked, accept=accept)

    assert roles(ivy) == ["reviewer"]
    assert Message.objects.filter(kind="invitation_answer").count() == 3


def test_who_has_papers_declines_those_instead(stage: Any, asked: Invitation, ivy: Any) -> None:
    stage.ivy = ivy
    given(stage, "ivy")

    with pytest.raises(Refused, match="papers here already"):
        answer_invitation(invitation=asked, accept=False)

    assert roles(ivy) == ["reviewer"]


def test_emergency_invitation_leads_into_the_pool(stage: Any) -> None:
    made = invite(workshop=stage.workshop, by=stage.olga, address="ivy@ivy.test", name="Ivy Example", emergency=True)

    answer_invitation(invitation=made, accept=True)

    assert Reviewer.objects.get(user__email="ivy@ivy.test").emergency
