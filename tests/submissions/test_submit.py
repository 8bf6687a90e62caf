"""What is complete is submitted by itself, and counts from its first byte."""

from datetime import timedelta

import pytest

from audit.errors import Refused
from submissions.models import Submission
from submissions.services.submit import (
    BEING_CHECKED,
    NO_ABSTRACT,
    NO_CORRESPONDING,
    NO_FILE,
    NO_TITLE,
    missing,
    submit_if_complete,
)
from tests.submissions import pdfs
from tests.submissions.stage import author, check, make_stage, save, start, submitted, upload
from workshops.deadlines import window
from workshops.models import Deadline

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


def deadline(stage):
    from django.utils import timezone

    return window(stage.workshop.pk, "submission", stage.track.pk, at=timezone.now())


def make_hard(stage) -> None:
    Deadline.objects.filter(workshop=stage.workshop, kind="submission").update(hard=True)


def test_draft_lists_what_is_missing(stage) -> None:
    paper = start(stage)
    assert missing(paper) == [NO_TITLE, NO_ABSTRACT, NO_FILE]


def test_draft_without_corresponding_author_says_so(stage) -> None:
    paper = start(stage)
    save(paper, stage.ada, authors=[author(stage.ada)])
    assert missing(paper) == [NO_CORRESPONDING, NO_FILE]


def test_complete_draft_waits_for_its_check(stage) -> None:
    paper = start(stage)
    save(paper, stage.ada)
    upload(paper, stage.ada)
    assert (paper.status, missing(paper)) == ("draft", [BEING_CHECKED])


def test_complete_draft_is_submitted_by_its_check(stage) -> None:
    paper = submitted(stage)
    assert (paper.status, missing(paper)) == ("submitted", [])


def test_draft_is_submitted_by_the_save_that_completes_it(stage) -> None:
    paper = start(stage)
    upload(paper, stage.ada)
    check(paper)
    assert paper.status == "draft"
    save(paper, stage.ada)
    assert paper.status == "submitted"


def test_submission_counts_from_the_first_byte_also_when_checked_after_the_deadline(stage, time_machine) -> None:
    entry = deadline(stage)
    paper = start(stage)
    save(paper, stage.ada)
    upload(paper, stage.ada, at=entry.counts_until)
    time_machine.move_to(entry.counts_until + timedelta(hours=2))
    check(paper)
    assert (paper.status, paper.submitted_at) == ("submitted", entry.counts_until)


def test_save_whose_first_byte_came_in_time_counts_although_it_is_late_now(stage, time_machine) -> None:
    entry = deadline(stage)
    paper = start(stage)
    time_machine.move_to(entry.counts_until + timedelta(minutes=30))
    save(paper, stage.ada, at=entry.counts_until)
    assert paper.title == "Symmetry in neural codes"


def test_save_after_a_hard_deadline_is_refused_with_both_instants(stage) -> None:
    make_hard(stage)
    entry = deadline(stage)
    paper = start(stage)
    with pytest.raises(
        Refused, match=r"The deadline of the track Extended Abstract was .* AoE, and this came at .* AoE"
    ):
        save(paper, stage.ada, at=entry.counts_until + timedelta(seconds=1))
    assert Submission.objects.get(pk=paper.pk).title == ""


def test_upload_after_a_hard_deadline_is_refused(stage) -> None:
    make_hard(stage)
    entry = deadline(stage)
    paper = start(stage)
    with pytest.raises(Refused, match="The deadline of the track"):
        upload(paper, stage.ada, at=entry.counts_until + timedelta(seconds=1))
    assert paper.files.count() == 0


def test_grace_time_counts(stage) -> None:
    from workshops.services.deadlines import set_deadline

    entry = deadline(stage)
    set_deadline(workshop=stage.workshop, kind="submission", at=entry.at, by=stage.olga, track=None, grace_minutes=30)
    paper = start(stage)
    save(paper, stage.ada, at=entry.at + timedelta(minutes=30))
    assert paper.title == "Symmetry in neural codes"


def test_start_after_a_hard_deadline_is_refused(stage) -> None:
    make_hard(stage)
    with pytest.raises(Refused, match="The deadline of the track"):
        start(stage, at=deadline(stage).counts_until + timedelta(seconds=1))
    assert Submission.objects.count() == 0


def test_submission_instant_is_that_of_the_revision_that_completed_it(stage, now) -> None:
    paper = start(stage)
    save(paper, stage.ada, at=now)
    upload(paper, stage.ada, at=now + timedelta(minutes=1))
    save(paper, stage.ada, title="A better title", at=now + timedelta(minutes=2))
    check(paper)
    assert paper.submitted_at == now + timedelta(minutes=1)


def test_second_call_submits_nothing_again(stage) -> None:
    paper = submitted(stage)
    assert submit_if_complete(submission=paper, by=stage.ada) is False


def test_submitted_paper_stays_complete(stage) -> None:
    paper = submitted(stage)
    with pytest.raises(Refused, match=r"The abstract is missing\. This paper is submitted and must stay complete"):
        save(paper, stage.ada, abstract="")
    assert Submission.objects.get(pk=paper.pk).abstract == "We look at $SO(3)$ in the brain."


def test_submitted_paper_keeps_its_file_when_a_new_one_cannot_be_read(stage) -> None:
    paper = submitted(stage)
    before = paper.current.pdf
    upload(paper, stage.ada, pdfs.truncated(), name="new.pdf")
    check(paper)
    assert (paper.status, paper.current.pdf) == ("submitted", before)
    assert [r.pdf.name for r in paper.revisions.order_by("number") if r.pdf] == ["paper.pdf", "new.pdf", "paper.pdf"]
