"""A release is a held batch: until its hold ends no author sees anything, and cancelling leaves nothing but the log."""

import pytest
from django.core.exceptions import PermissionDenied

from access.rights import may, visible_to
from access.viewer import Viewer
from audit.errors import Refused
from audit.models import Entry
from decisions.models import Decision, Outcome, Release
from decisions.services.decide import confirm, decide
from decisions.services.release import preview, start_release
from decisions.states import DecisionStatus, OutcomeKind, ReleaseStatus
from notifications.models import Batch, Message
from notifications.services.batches import cancel_batch, send_now
from notifications.states import MessageStatus
from reviews.models import Review
from submissions.models import Authorship, Submission
from submissions.services.author_requests import say_not_me
from submissions.services.withdraw import undo_withdrawal, withdraw
from submissions.states import SubmissionStatus
from tests.factories import Cast, deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(make_cast) -> Cast:
    """Both papers decided by Olga and confirmed by another free organizer; nobody told."""
    cast = make_cast("discussion")
    cast.workshop.two_person = False
    cast.workshop.save()
    Decision.objects.all().delete()
    for paper in (cast.paper, cast.ottos_paper):
        paper.refresh_from_db()
        settle(paper, cast, OutcomeKind.ACCEPT)
    return cast


def settle(paper: Submission, cast: Cast, kind: str, to_authors: str = "") -> Decision:
    outcome = Outcome.objects.get(track=paper.track, kind=kind)
    row = decide(submission=paper, outcome=outcome, by=cast.olga, reason="Clear.", to_authors=to_authors)
    return row if row.status == DecisionStatus.CONFIRMED else confirm(decision=row, by=cast.olga)


def letters(cast: Cast, by=None) -> int:
    return len(preview(workshop=cast.workshop, viewer=Viewer(by or cast.olga)).letters)


def started(cast: Cast) -> Release:
    return start_release(workshop=cast.workshop, by=cast.olga, typed=letters(cast))


def test_release_writes_one_held_mail_for_each_author_and_paper(cast: Cast) -> None:
    release = started(cast)

    authors = Authorship.objects.filter(submission__in=[cast.paper, cast.ottos_paper]).exclude(email="")
    mails = Message.objects.filter(batch=release.batch)
    assert sorted(mails.values_list("root_id", "address")) == sorted(authors.values_list("submission", "email"))
    assert set(mails.values_list("status", flat=True)) == {MessageStatus.HELD}


def test_authors_see_nothing_during_the_hold(cast: Cast) -> None:
    started(cast)

    assert not may(Viewer(cast.ada), "released", cast.paper)
    assert not visible_to(Viewer(cast.ada), "row", Decision).exists()
    assert not visible_to(Viewer(cast.ada), "row", Review).exists()


def test_end_of_the_hold_tells_and_the_mails_go_out_once(cast: Cast) -> None:
    release = started(cast)
    send_now(batch=release.batch, by=cast.olga)
    deliver()

    release.refresh_from_db()
    assert release.status == ReleaseStatus.RELEASED
    assert may(Viewer(cast.ada), "released", cast.paper)
    assert set(Message.objects.filter(batch=release.batch).values_list("status", flat=True)) == {MessageStatus.SENT}
    with pytest.raises(Refused, match="no confirmed decision"):
        start_release(workshop=cast.workshop, by=cast.olga, typed=0)


def test_cancelling_leaves_nothing_but_the_log_and_a_second_release_tells_everybody(cast: Cast) -> None:
    first = started(cast)
    cancel_batch(batch=first.batch, by=cast.olga)

    first.refresh_from_db()
    assert first.status == ReleaseStatus.CANCELLED
    assert set(Decision.objects.values_list("status", "release")) == {(DecisionStatus.CONFIRMED, None)}
    assert Entry.objects.filter(action="release.cancelled").count() == 1

    second = started(cast)
    send_now(batch=second.batch, by=cast.olga)
    deliver()
    sent = Message.objects.filter(kind__startswith="decision_", status=MessageStatus.SENT)
    assert sent.count() == sent.values("root_id", "address").distinct().count() == 3


def test_wrong_number_is_refused_and_writes_nothing(cast: Cast) -> None:
    with pytest.raises(Refused, match="Type 3 to confirm") as refusal:
        start_release(workshop=cast.workshop, by=cast.olga, typed=2)

    assert refusal.value.field == "typed"
    assert (Batch.objects.filter(kind="decision").count(), Release.objects.count()) == (0, 0)


def test_double_click_makes_one_release(cast: Cast) -> None:
    number = letters(cast)
    start_release(workshop=cast.workshop, by=cast.olga, typed=number)

    with pytest.raises(Refused):
        start_release(workshop=cast.workshop, by=cast.olga, typed=number)

    assert Release.objects.count() == 1


def test_decision_is_locked_while_its_release_is_held(cast: Cast) -> None:
    started(cast)

    with pytest.raises(Refused, match="Cancel the release first"):
        settle(cast.paper, cast, OutcomeKind.REJECT)


def test_paper_that_is_not_ready_is_named_until_it_is_an_exception_with_a_reason(cast: Cast) -> None:
    Decision.objects.filter(submission=cast.ottos_paper).delete()

    with pytest.raises(Refused, match=f"Paper {cast.ottos_paper.number} is not ready"):
        start_release(workshop=cast.workshop, by=cast.olga, typed=letters(cast))
    with pytest.raises(Refused, match="Write why"):
        start_release(
            workshop=cast.workshop, by=cast.olga, typed=letters(cast), exceptions={cast.ottos_paper.number: " "}
        )
    release = start_release(
        workshop=cast.workshop,
        by=cast.olga,
        typed=letters(cast),
        exceptions={cast.ottos_paper.number: "One review more."},
    )

    assert release.exceptions == [{"paper": cast.ottos_paper.number, "reason": "One review more."}]


def test_release_of_an_organizer_with_a_paper_is_as_if_that_paper_did_not_exist(cast: Cast) -> None:
    with_paper = preview(workshop=cast.workshop, viewer=Viewer(cast.otto))
    Decision.objects.filter(submission=cast.ottos_paper).delete()
    without_decision = preview(workshop=cast.workshop, viewer=Viewer(cast.otto))

    assert [paper.number for paper in with_paper.ready] == [cast.paper.number]
    assert with_paper.blocked == without_decision.blocked == []
    assert len(with_paper.letters) == len(without_decision.letters)


def test_desk_rejection_takes_the_paper_out_of_review_when_it_is_told(cast: Cast) -> None:
    Decision.objects.filter(submission=cast.paper).delete()
    settle(cast.paper, cast, OutcomeKind.DESK_REJECT, to_authors="It is about something else.")
    release = started(cast)
    cast.paper.refresh_from_db()
    assert cast.paper.status == SubmissionStatus.SUBMITTED

    send_now(batch=release.batch, by=cast.olga)

    cast.paper.refresh_from_db()
    assert cast.paper.status == SubmissionStatus.DESK_REJECTED


def test_author_without_an_address_is_left_out_and_named(cast: Cast) -> None:
    Authorship.objects.filter(submission=cast.paper, user=cast.ben).update(email="", user=None)

    release = started(cast)

    assert [row["why"] for row in release.batch.left_out] == ["no e-mail address"]
    assert release.batch.messages.count() == 2


def test_decision_mail_holds_the_reviews_that_authors_may_read_and_no_reviewer(cast: Cast) -> None:
    release = started(cast)

    text = Message.objects.filter(batch=release.batch, root_id=cast.paper.pk)[0].text
    assert "Reviewer 1" in text or "Reviewer 2" in text
    for hidden in (cast.rui, cast.rae, cast.noor, cast.ines):
        assert hidden.family not in text
        assert hidden.email not in text


@pytest.mark.parametrize("name", ["ada", "rui", "zed", "opal"])
def test_release_by_somebody_else_than_an_organizer_is_denied(cast: Cast, name: str) -> None:
    with pytest.raises(PermissionDenied):
        start_release(workshop=cast.workshop, by=getattr(cast, name), typed=3)


def test_paper_that_is_withdrawn_during_the_hold_gets_no_decision(cast: Cast) -> None:
    release = started(cast)
    withdraw(submission=cast.paper, by=cast.ada)

    send_now(batch=release.batch, by=cast.olga)
    deliver()

    states = dict(Message.objects.filter(batch=release.batch).values_list("root_id", "status").distinct())
    assert states == {cast.paper.pk: MessageStatus.CANCELLED, cast.ottos_paper.pk: MessageStatus.SENT}
    assert not may(Viewer(cast.ada), "released", cast.paper)
    left = Decision.objects.get(submission=cast.paper)
    assert (left.status, left.release, left.released_at) == (DecisionStatus.CONFIRMED, None, None)

    undo_withdrawal(submission=Submission.objects.get(pk=cast.paper.pk), by=cast.ada)
    assert [one.submission.pk for one in preview(workshop=cast.workshop, viewer=Viewer(cast.olga)).letters][:1] == [
        cast.paper.pk
    ]


def test_author_who_says_not_me_during_the_hold_gets_no_decision_mail(cast: Cast) -> None:
    release = started(cast)
    author = cast.paper.authorships.exclude(user=cast.ada).exclude(email="")[0]
    say_not_me(authorship=author, by=None, reason="I left.")

    send_now(batch=release.batch, by=cast.olga)
    deliver()

    mails = Message.objects.filter(batch=release.batch, root_id=cast.paper.pk)
    states = dict(mails.values_list("address", "status"))
    assert states.pop(author.email) == MessageStatus.CANCELLED
    assert set(states.values()) == {MessageStatus.SENT}
    assert may(Viewer(cast.ada), "released", cast.paper)
