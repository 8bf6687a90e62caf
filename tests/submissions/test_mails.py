"""Who is mailed what about a paper: once each, and never of a draft."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import Message
from submissions.services.withdraw import undo_withdrawal, withdraw
from tests.submissions import pdfs
from tests.submissions.stage import author, check, make_stage, save, start, submitted, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


def mails(*kinds: str) -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(kind__in=kinds).order_by("pk")
    return [(mail.kind, mail.address, mail.status) for mail in rows]


ALL = ("receipt", "listed_as_author", "withdrawn", "withdrawal_undone")


def both(stage) -> list:
    return [author(stage.ada, corresponding=True), author(stage.ben)]


def test_draft_mails_nobody(stage) -> None:
    paper = start(stage)
    save(paper, stage.ada, authors=both(stage), abstract="")
    upload(paper, stage.ada)
    check(paper)
    assert (paper.status, mails(*ALL)) == ("draft", [])


def test_first_submission_mails_a_receipt_and_a_notice_to_each_co_author(stage) -> None:
    others = [
        author(stage.ben, given="Cy", email="cy@cy.test"),
        author(stage.ben, given="Dee", email=""),
    ]
    submitted(stage, authors=[*both(stage), *others])
    assert mails(*ALL) == [
        ("receipt", "ada@ada.test", "due"),
        ("listed_as_author", "ben@ben.test", "due"),
        ("listed_as_author", "cy@cy.test", "due"),
    ]


def test_receipt_holds_what_is_stored(stage) -> None:
    paper = submitted(stage, authors=both(stage), content=pdfs.good(6))
    mail = Message.objects.get(kind="receipt")
    assert mail.subject[:40].startswith("NeurReps 2027: ")
    for words in (
        "#1, Symmetry in neural codes",
        "Extended Abstract",
        "Ada Example, Ben Example",
        "6 pages",
        paper.current.pdf.blob.sha256,
        "there is nothing else to press",
        "The PDF has 6 pages and the track's limit is 4.",
        "You can change everything until",
    ):
        assert words in mail.text
    assert (mail.aspect, mail.reply_to) == ("mail", "organizers@neurreps.test")


def test_notice_says_who_listed_and_how_to_say_not_me(stage) -> None:
    submitted(stage, authors=both(stage))
    mail = Message.objects.get(kind="listed_as_author")
    for words in ("Ada Example submitted a paper", "If this is right, there is nothing to do.", "“This is not me”"):
        assert words in mail.text


def test_later_changes_are_one_receipt_ten_minutes_after_the_last(stage, time_machine) -> None:
    paper = submitted(stage)
    time_machine.move_to(timezone.now() + timedelta(hours=1), tick=False)
    save(paper, stage.ada, title="Second")
    time_machine.shift(timedelta(minutes=5))
    save(paper, stage.ada, title="Third")
    rows = list(Message.objects.filter(kind="receipt").order_by("pk"))
    assert [row.status for row in rows] == ["due", "cancelled", "due"]
    assert rows[-1].due_at == timezone.now() + timedelta(minutes=10)
    assert "#1, Third" in rows[-1].text


def test_receipt_of_a_new_file_tells_what_the_check_found(stage) -> None:
    paper = submitted(stage)
    upload(paper, stage.ada, pdfs.good(6))
    check(paper)
    waiting = Message.objects.filter(kind="receipt", due_at__gt=timezone.now(), status="due")
    assert ["6 pages" in mail.text for mail in waiting] == [True]


def test_co_author_who_is_added_later_is_told_and_nobody_twice(stage) -> None:
    paper = submitted(stage, authors=both(stage))
    cy = author(stage.ben, given="Cy", email="cy@cy.test")
    save(paper, stage.ada, authors=[*both(stage), cy])
    save(paper, stage.ada, authors=[*both(stage), cy], title="Again")
    assert [address for _, address, _ in mails("listed_as_author")] == ["ben@ben.test", "cy@cy.test"]


def test_withdrawal_and_its_undoing_tell_all_authors_once(stage) -> None:
    paper = submitted(stage, authors=both(stage))
    withdraw(submission=paper, by=stage.ada, reason="It appears elsewhere.")
    undo_withdrawal(submission=paper, by=stage.ben)
    assert [(kind, address) for kind, address, _ in mails("withdrawn", "withdrawal_undone")] == [
        ("withdrawn", "ada@ada.test"),
        ("withdrawn", "ben@ben.test"),
        ("withdrawal_undone", "ada@ada.test"),
        ("withdrawal_undone", "ben@ben.test"),
    ]
    assert "It appears elsewhere." in Message.objects.filter(kind="withdrawn").first().text


def test_second_withdrawal_is_told_too(stage) -> None:
    paper = submitted(stage)
    withdraw(submission=paper, by=stage.ada)
    undo_withdrawal(submission=paper, by=stage.ada)
    withdraw(submission=paper, by=stage.ada)
    assert len(mails("withdrawn")) == 2


def test_withdrawal_takes_back_a_receipt_that_waits(stage) -> None:
    paper = submitted(stage)
    save(paper, stage.ada, title="Second")
    withdraw(submission=paper, by=stage.ada)
    assert [status for _, _, status in mails("receipt")] == ["due", "cancelled"]


def test_mail_about_a_rehearsal_stays_here() -> None:
    stage = make_stage(is_rehearsal=True)
    submitted(stage)
    assert list(Message.objects.values_list("is_rehearsal", flat=True)) == [True]
