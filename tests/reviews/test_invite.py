"""Asking people to review: one by one, by a list, again, and back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from audit.errors import Refused
from audit.models import Entry
from notifications.models import Batch, Message
from notifications.services.batches import cancel_batch, confirm_batch, send_now, stop_batch
from reviews.guests import read_lines
from reviews.models import Invitation, Link
from reviews.services.expire import expire_invitations
from reviews.services.invite import invite, invite_many, plan_invitations, send_again, take_back


def ask(stage: Any, address: str = "ivy@ivy.test", **options: Any) -> Invitation:
    return invite(workshop=stage.workshop, by=stage.olga, address=address, **options)


def mails(kind: str = "invitation") -> list[tuple[str, str]]:
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("address", "status"))


def test_invitation_is_one_mail_that_waits_half_a_minute(stage: Any) -> None:
    made = ask(stage, name="Ivy Example", load=4)
    message = Message.objects.get(kind="invitation")
    assert (message.address, message.status) == ("ivy@ivy.test", "due")
    assert timedelta(seconds=25) < message.due_at - timezone.now() <= timedelta(seconds=30)
    assert message.subject == "NeurReps 2027: will you join us as a reviewer?"
    assert "up to 4 papers" in message.text
    assert Entry.objects.filter(action="invitation.sent", object_id=str(made.pk)).count() == 1


def test_link_of_the_mail_is_stored_as_its_hash_alone(stage: Any) -> None:
    ask(stage)
    text = Message.objects.get(kind="invitation").text
    token = text.split("/i/")[1].split("/")[0]
    assert len(token) == 43
    assert token not in str(list(Link.objects.values()))


def test_somebody_who_is_no_organizer_invites_nobody(stage: Any) -> None:
    with pytest.raises(PermissionDenied):
        invite(workshop=stage.workshop, by=stage.rui, address="ivy@ivy.test")
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize(
    ("address", "load", "field"),
    [("nobody", None, "address"), ("", None, "address"), ("ivy@ivy.test", 0, "load"), ("ivy@ivy.test", 51, "load")],
)
def test_invitation_with_a_wrong_field_names_it(stage: Any, address: str, load: int | None, field: str) -> None:
    with pytest.raises(Refused) as said:
        ask(stage, address, load=load)
    assert (said.value.field, Invitation.objects.count(), Message.objects.count()) == (field, 0, 0)


def test_second_invitation_of_the_same_address_is_refused_and_mails_nobody(stage: Any) -> None:
    ask(stage)
    with pytest.raises(Refused, match="has not answered yet"):
        ask(stage, "IVY@ivy.test ")
    assert mails() == [("ivy@ivy.test", "due")]


def test_reviewer_is_not_invited_again(stage: Any) -> None:
    with pytest.raises(Refused, match="is a reviewer already"):
        ask(stage, "rui@rui.test")


def test_pasted_lines_are_read_in_every_usual_form() -> None:
    guests, problems = read_lines(
        'Ivy Example <ivy@ivy.test>\n\n jo@jo.test,\n"Doe, Kim" <KIM@kim.test>;\nLee Example, lee@lee.test\nnobody\n'
        "Ivy again <ivy@ivy.test>"
    )
    assert [(guest.name, guest.address) for guest in guests] == [
        ("Ivy Example", "ivy@ivy.test"),
        ("", "jo@jo.test"),
        ("Doe, Kim", "kim@kim.test"),
        ("Lee Example", "lee@lee.test"),
    ]
    assert [(problem.number, problem.line) for problem in problems] == [(6, "nobody"), (7, "Ivy again <ivy@ivy.test>")]


def test_pasted_list_invites_the_good_lines_and_hands_the_others_back(stage: Any) -> None:
    lines = "Ivy <ivy@ivy.test>\nno address here\nRui <rui@rui.test>\njo@jo.test"
    made, batch, problems = invite_many(workshop=stage.workshop, by=stage.olga, lines=lines)
    assert [one.address for one in made] == ["ivy@ivy.test", "jo@jo.test"]
    assert [problem.line for problem in problems] == ["no address here", "Rui <rui@rui.test>"]
    assert mails() == [("ivy@ivy.test", "held"), ("jo@jo.test", "held")]
    assert batch is not None
    assert batch.status == "draft"


def test_list_of_one_person_is_one_mail_that_waits_half_a_minute(stage: Any) -> None:
    _, batch, _ = invite_many(workshop=stage.workshop, by=stage.olga, lines="ivy@ivy.test, 3", load=5)
    assert (batch, mails(), Invitation.objects.get().load) == (None, [("ivy@ivy.test", "due")], 3)


def test_who_declined_or_let_it_end_is_asked_again_only_when_it_is_wished(stage: Any) -> None:
    for address, status in (("ivy@ivy.test", "declined"), ("jo@jo.test", "expired"), ("kim@kim.test", "sent")):
        ask(stage, address)
        Message.objects.update(status="sent")
        Invitation.objects.filter(address=address).update(status=status)
    lines = "ivy@ivy.test\njo@jo.test\nkim@kim.test"
    left = plan_invitations(workshop=stage.workshop, lines=lines)
    again = plan_invitations(workshop=stage.workshop, lines=lines, again=True)
    assert (len(left.guests), len(left.problems)) == (0, 3)
    assert [guest.address for guest in again.guests] == ["ivy@ivy.test", "jo@jo.test"]
    made, batch, problems = invite_many(workshop=stage.workshop, by=stage.olga, lines=lines, again=True)
    assert [(one.address, one.status, one.sent_count) for one in made] == [
        ("ivy@ivy.test", "sent", 2),
        ("jo@jo.test", "sent", 2),
    ]
    assert batch is not None
    assert [problem.number for problem in problems] == [3]


def test_planning_costs_the_same_for_any_number_of_lines(stage: Any, django_assert_num_queries: Any) -> None:
    for rows in (1, 30):
        lines = "\n".join(f"p{n}@p{n}.test" for n in range(rows))
        with django_assert_num_queries(2):
            plan_invitations(workshop=stage.workshop, lines=lines)


def many(stage: Any) -> Batch:
    lines = "\n".join(f"p{n}@p{n}.test" for n in range(20))
    _, batch, _ = invite_many(workshop=stage.workshop, by=stage.olga, lines=lines)
    assert batch is not None
    return batch


def test_twenty_invitations_wait_until_their_number_is_typed(stage: Any) -> None:
    batch = many(stage)
    assert {status for _, status in mails()} == {"held"}
    with pytest.raises(Refused, match="Type 20"):
        confirm_batch(batch=batch, by=stage.olga, typed=19, hold_minutes=0)
    confirm_batch(batch=batch, by=stage.olga, typed=20, hold_minutes=10)
    batch.refresh_from_db()
    assert batch.status == "held"


def test_cancelled_list_leaves_nobody_invited(stage: Any) -> None:
    cancel_batch(batch=many(stage), by=stage.olga)
    assert set(Invitation.objects.values_list("status", flat=True)) == {"expired"}
    assert {status for _, status in mails()} == {"cancelled"}


def test_stopped_list_leaves_invited_whose_mail_has_left(stage: Any) -> None:
    batch = many(stage)
    batch = confirm_batch(batch=batch, by=stage.olga, typed=batch.messages.count(), hold_minutes=10)
    send_now(batch=batch, by=stage.olga)
    left = batch.messages.order_by("pk")[0]
    Message.objects.filter(pk=left.pk).update(status="sent")

    stop_batch(batch=batch, by=stage.olga)

    invited = Invitation.objects.filter(status="sent").values_list("address", flat=True)
    assert (list(invited), Invitation.objects.filter(status="expired").exists()) == ([left.address], True)


def test_invitation_is_taken_back_while_its_mail_waits(stage: Any) -> None:
    take_back(invitation=ask(stage), by=stage.olga)
    assert (Invitation.objects.get().status, mails()) == ("expired", [("ivy@ivy.test", "cancelled")])


def test_invitation_is_not_taken_back_once_its_mail_has_left(stage: Any) -> None:
    made = ask(stage)
    Message.objects.update(status="sent")
    with pytest.raises(Refused, match="has left already"):
        take_back(invitation=made, by=stage.olga)


def test_sending_again_keeps_the_older_link_alive(stage: Any) -> None:
    made = ask(stage)
    Message.objects.update(status="sent")
    Invitation.objects.update(status="expired", expires_at=timezone.now() - timedelta(days=1))
    made.refresh_from_db()
    send_again(invitation=made, by=stage.olga)
    assert (made.status, made.sent_count, len(mails())) == ("sent", 2, 2)
    assert [link.expires_at for link in Link.objects.all()] == [made.expires_at, made.expires_at]


def test_double_click_on_send_again_writes_one_mail(stage: Any) -> None:
    made = ask(stage)
    Message.objects.update(status="sent")
    send_again(invitation=made, by=stage.olga)
    with pytest.raises(Refused, match="on its way already"):
        send_again(invitation=Invitation.objects.get(), by=stage.olga)
    assert len(mails()) == 2


def test_invitation_that_nobody_answered_ends_once(stage: Any) -> None:
    ask(stage)
    ask(stage, "jo@jo.test")
    Invitation.objects.filter(address="jo@jo.test").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert (expire_invitations(), expire_invitations()) == (1, 0)
    assert list(Invitation.objects.order_by("address").values_list("status", flat=True)) == ["sent", "expired"]
