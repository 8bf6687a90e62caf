"""Before the deadline it is said what a draft lacks, after it all authors read what counts; once each."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import Message
from submissions.services.follow import follow_deadlines
from tests.submissions.stage import author, make_stage, save, start, submitted
from workshops.deadlines import window

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


@pytest.fixture
def deadline(stage):
    return window(stage.workshop.pk, "submission", stage.track.pk, at=timezone.now())


def mails(kind: str) -> list[str]:
    return sorted(Message.objects.filter(kind=kind).values_list("address", flat=True))


def look(time_machine, at) -> None:
    """The worker looks, and looks again."""
    time_machine.move_to(at)
    follow_deadlines()
    follow_deadlines()


def draft(stage):
    paper = start(stage)
    cy = author(stage.ben, given="Cy", family="Other", email="cy@cy.test")
    save(paper, stage.ada, authors=[author(stage.ada, corresponding=True), author(stage.ben), cy])
    return paper


def test_incomplete_draft_is_told_to_its_confirmed_authors_at_each_step_once(stage, deadline, time_machine) -> None:
    draft(stage)

    look(time_machine, deadline.at - timedelta(hours=73))
    assert mails("incomplete_draft") == []
    look(time_machine, deadline.at - timedelta(hours=71))
    assert mails("incomplete_draft") == ["ada@ada.test", "ben@ben.test"]
    look(time_machine, deadline.at - timedelta(hours=25))
    look(time_machine, deadline.at - timedelta(hours=23))
    assert mails("incomplete_draft") == ["ada@ada.test", "ada@ada.test", "ben@ben.test", "ben@ben.test"]


def test_reminder_says_exactly_what_is_missing_and_until_when(stage, deadline, time_machine) -> None:
    draft(stage)

    look(time_machine, deadline.at - timedelta(hours=71))

    text = Message.objects.filter(kind="incomplete_draft").first().text
    for words in ("- The paper itself is missing: upload it as a PDF.", "not submitted yet", "in 3 days", "AoE", "UTC"):
        assert words in text
    assert "The title is missing." not in text


def test_submitted_and_withdrawn_papers_are_not_reminded_of(stage, deadline, time_machine) -> None:
    from submissions.services.withdraw import withdraw

    submitted(stage)
    withdraw(submission=draft(stage), by=stage.ada)

    look(time_machine, deadline.at - timedelta(hours=23))

    assert mails("incomplete_draft") == []


def test_all_authors_read_what_counts_once_after_the_deadline(stage, deadline, time_machine) -> None:
    cy = author(stage.ben, given="Cy", family="Other", email="cy@cy.test")
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(stage.ben), cy])
    draft(stage)

    look(time_machine, deadline.counts_until + timedelta(minutes=5))

    assert mails("final_receipt") == ["ada@ada.test", "ben@ben.test", "cy@cy.test"]
    text = Message.objects.filter(kind="final_receipt").first().text
    for words in (paper.current.pdf.blob.sha256, "Ada Example, Ben Example, Cy Other", "AoE", "UTC", "/receipt/"):
        assert words in text


def test_receipt_that_waits_for_the_last_change_gives_way_to_the_final_one(stage, deadline, time_machine) -> None:
    paper = submitted(stage)
    time_machine.move_to(deadline.at - timedelta(minutes=3))
    save(paper, stage.ada, title="At the last minute")

    look(time_machine, deadline.counts_until + timedelta(minutes=2))

    waiting = Message.objects.filter(kind="receipt", due_at__gt=timezone.now(), status="due")
    assert (waiting.count(), mails("final_receipt")) == (0, ["ada@ada.test"])
