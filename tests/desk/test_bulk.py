"""One act on many papers: looked at first, all or nothing, without those that one may not act on, and taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.viewer import Viewer
from audit.models import Entry
from decisions.models import Decision
from decisions.services.decide import confirm
from decisions.services.release import preview, start_release
from notifications.models import Batch, Message
from notifications.services.batches import send_now
from submissions.models import Submission
from submissions.services.start import start_submission
from submissions.states import SubmissionStatus
from tests.factories import Cast, decide_on, make_cast
from workshops.models import Deadline, Track

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast("submission")


def ask(act: str, *papers: int, **more) -> dict:
    return {"act": act, "paper": papers, **more}


def left_out(response) -> list[tuple[int, str]]:
    return [(one.number, one.why) for one in response.context["plan"].left_out]


def taken(response) -> list[int]:
    return [one.paper.number for one in response.context["plan"].takes]


def test_the_look_says_what_would_be_done_and_does_nothing(cast, look):
    page = look(cast.ines, "papers/act/", data=ask("desk_reject", 1, 2, 99))

    assert (taken(page), [number for number, _ in left_out(page)]) == ([2], [1])
    assert "of your institution" in left_out(page)[0][1]
    assert Decision.objects.count() == 0


def test_a_sealed_paper_is_left_out_by_what_its_line_says(cast, look):
    page = look(cast.otto, "papers/act/", data=ask("desk_reject", 1, 2))

    assert (taken(page), left_out(page)) == ([1], [(2, "You have a conflict with it.")])
    assert cast.ottos_paper.abstract not in page.content.decode()


def test_desk_rejections_are_tentative_told_to_nobody_and_taken_back(cast, do):
    mails = Message.objects.count()
    page = do(cast.olga, "papers/act/", ask("desk_reject", 1, 2, seen=2, to_authors="Out of scope."))

    made = Decision.objects.order_by("submission__number").values_list("status", "outcome__kind", "to_authors")
    assert list(made) == [("tentative", "desk_reject", "Out of scope.")] * 2
    assert Message.objects.count() == mails
    assert set(Submission.objects.values_list("status", flat=True)) == {SubmissionStatus.SUBMITTED}
    undo = page.context["undo"]
    do(cast.olga, "papers/act/undo/", {"act": undo["act"], "paper": undo["numbers"]})
    assert Decision.objects.count() == 0


def test_a_second_press_does_nothing_and_says_so(cast, do):
    asked = ask("desk_reject", 1, seen=1, to_authors="Out of scope.")
    do(cast.olga, "papers/act/", asked)
    again = do(cast.olga, "papers/act/", asked)

    assert (again.status_code, Decision.objects.count()) == (422, 1)
    assert "decided already" in again.content.decode()


def test_without_a_reason_for_the_authors_nothing_is_done_and_the_rest_is_kept(cast, do):
    page = do(cast.olga, "papers/act/", ask("desk_reject", 1, seen=1, reason="Only for us."))

    assert (page.status_code, Decision.objects.count()) == (422, 0)
    assert "Only for us." in page.content.decode()


def test_a_paper_goes_to_another_track_with_its_authors_told_after_ten_minutes(cast, do):
    to = Track.objects.get(workshop=cast.workshop, slug="extended-abstract")
    do(cast.olga, "papers/act/", ask("transfer", 1, seen=1, to=to.slug, reason="It is short."))

    paper = Submission.objects.get(pk=cast.paper.pk)
    assert (paper.track, paper.current.snapshot["track"], paper.current.saved_by) == (to, to.pk, None)
    mails = Message.objects.filter(kind="transferred")
    assert {mail.address for mail in mails} == {cast.ada.email, cast.ben.email}
    assert all(mail.due_at > timezone.now() + timedelta(minutes=9) for mail in mails)
    assert all("It is short." in mail.text and cast.olga.family not in mail.text for mail in mails)
    assert Entry.objects.filter(action="submission.transferred", actor=cast.olga).count() == 1


def test_a_move_that_is_taken_back_at_once_tells_nobody(cast, do):
    page = do(cast.olga, "papers/act/", ask("transfer", 1, seen=1, to="extended-abstract", reason="It is short."))
    undo = page.context["undo"]
    do(cast.olga, "papers/act/undo/", {"act": undo["act"], "paper": undo["numbers"]})

    assert Submission.objects.get(pk=cast.paper.pk).track == cast.track
    assert set(Message.objects.filter(kind="transferred").values_list("status", flat=True)) == {"cancelled"}


def test_after_the_deadline_a_move_needs_the_word_of_the_authors(cast, do):
    Deadline.objects.filter(workshop=cast.workshop, kind="submission").update(
        at=timezone.now() - timedelta(days=1), opens_at=None
    )
    asked = ask("transfer", 1, seen=1, to="extended-abstract", reason="It is short.")

    assert do(cast.olga, "papers/act/", asked).status_code == 422
    assert Submission.objects.get(pk=cast.paper.pk).track == cast.track
    assert do(cast.olga, "papers/act/", asked | {"agreed": "on"}).status_code == 200
    assert Submission.objects.get(pk=cast.paper.pk).track.slug == "extended-abstract"


def test_a_paper_that_is_reviewed_or_decided_stays_in_its_track(look):
    cast = make_cast("discussion")
    page = look(cast.olga, "papers/act/", data=ask("transfer", 1, 2, to="extended-abstract"))

    assert left_out(page) == [
        (1, "It is decided; make it undecided first."),
        (2, "Reviews of it are begun, on the form of its track."),
    ]


def test_reminders_are_written_once_a_day_and_wait_to_be_looked_at(cast, do, look):
    draft = start_submission(
        workshop=cast.workshop, track=cast.track, by=cast.zed, received_at=timezone.now(), title="Hardly begun"
    )
    asked = ask("remind", 1, draft.number, seen=1)
    do(cast.olga, "papers/act/", asked)

    mail = Message.objects.get(kind="incomplete_reminder")
    assert (mail.address, mail.status, Batch.objects.get().status) == (cast.zed.email, "held", "draft")
    assert "The abstract is missing." in mail.text
    again = do(cast.olga, "papers/act/", asked)
    assert (again.status_code, Message.objects.filter(kind="incomplete_reminder").count()) == (422, 1)
    do(cast.olga, "papers/act/", asked | {"again": "on"})
    assert Message.objects.filter(kind="incomplete_reminder").count() == 2
    drafts = look(cast.olga, "papers/incomplete/").context["found"].drafts
    assert [(one.number, one.corresponding, one.reminded_lately) for one in drafts] == [
        (draft.number, f"{cast.zed.name} <{cast.zed.email}>", True)
    ]


def test_all_that_a_list_finds_are_taken_over_its_pages(cast, look):
    page = look(cast.olga, "papers/act/", data={"act": "desk_reject", "all": "1", "list": "status=submitted"})

    assert taken(page) == [1, 2]


def test_desk_rejections_are_told_alone_and_the_other_papers_stay_under_review():
    cast = make_cast("review")
    decide_on(cast.paper, cast.olga, "desk_reject")
    confirm(decision=cast.paper.decision, by=cast.otto)
    viewer = Viewer(cast.olga)
    whole = preview(workshop=cast.workshop, viewer=viewer)
    alone = preview(workshop=cast.workshop, viewer=viewer, desk_rejections=True)
    assert [[p.number for p in plan.blocked] for plan in (whole, alone)] == [[cast.ottos_paper.number], []]

    release = start_release(workshop=cast.workshop, by=cast.olga, typed=2, desk_rejections=True)
    cast.paper.refresh_from_db()
    assert cast.paper.status == SubmissionStatus.SUBMITTED
    send_now(batch=release.batch, by=cast.olga)

    papers = dict(Submission.objects.values_list("number", "status"))
    assert (papers[cast.paper.number], papers[cast.ottos_paper.number]) == ("desk_rejected", "submitted")
    told = Message.objects.filter(kind="decision_desk_reject").values_list("address", flat=True)
    assert set(told) == {cast.ada.email, cast.ben.email}
    assert {a.status for a in cast.paper.assignments.all()} == {"not_needed"}


def test_next_and_previous_are_those_of_the_list_one_came_from(look):
    cast = make_cast("submission", papers=3)
    page = look(cast.olga, f"papers/{cast.paper.number}/?in=papers&sort=-number")
    plain = look(cast.olga, f"papers/{cast.paper.number}/")

    assert (page.context["before"], page.context["after"]) == (cast.paper.number + 1, None)
    assert (plain.context["before"], plain.context["after"]) == (None, cast.paper.number + 1)
