"""Around the deadline for papers: what counts, what is kept as late, what is turned away, and what comes of it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from audit.errors import Refused, StaleState
from notifications.models import Message
from submissions.models import Revision, Submission
from submissions.services.admission import BEGIN_LATE
from submissions.services.answer_late import answer_late
from submissions.services.extend import end_extension, extend_paper
from submissions.services.withdraw import undo_withdrawal, withdraw
from submissions.states import RevisionStatus
from tests.factories import deliver
from tests.submissions import pdfs
from tests.submissions.stage import author, check, make_stage, member, save, start, submitted, upload
from tests.submissions.test_views import page_of, pdf, start_of, text, typed
from workshops.instants import AOE
from workshops.models import Deadline, Extension
from workshops.services.deadlines import set_deadline

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
GRACE = 15
ZONES = ("Etc/GMT+12", "America/New_York", "America/St_Johns", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati")
# Europe changes its clocks on 28 March and 31 October 2027, the United States on 14 March and 7 November 2027.
DAYS = [(2027, 3, 14), (2027, 3, 28), (2027, 6, 1), (2027, 10, 31), (2027, 11, 7)]


@pytest.fixture
def stage(time_machine):
    start = datetime(2027, 2, 1, 12, tzinfo=UTC)
    time_machine.move_to(start, tick=False)  # the same instant each time, so that it is played once
    made = make_stage()
    time_machine.move_to(start)
    return made


@pytest.fixture
def at(stage) -> datetime:
    """The deadline of all tracks, with its grace time; the other dates come after it."""
    return close_on(stage, datetime(2027, 2, 20, 23, 59, 59, tzinfo=AOE))


def close_on(stage, moment: datetime, **fields) -> datetime:
    days = {"submission": 0, "review": 20, "notification": 40, "camera_ready": 60}
    Deadline.objects.filter(workshop=stage.workshop).exclude(kind__in=days).delete()
    for kind, later in days.items():
        Deadline.objects.filter(workshop=stage.workshop, kind=kind).update(at=moment + timedelta(days=later))
    Deadline.objects.filter(workshop=stage.workshop, kind="submission").update(grace_minutes=GRACE, **fields)
    return moment.astimezone(UTC)


def make_hard(stage) -> None:
    Deadline.objects.filter(workshop=stage.workshop, kind="submission").update(hard=True)


def try_save(paper: Submission, by, at: datetime) -> str:
    try:
        revision = save(paper, by, at=at, title=f"Saved at {at:%H:%M:%S.%f}")
    except Refused:
        return "turned away"
    return str(revision.status)


# --- each instant -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hard", [False, True])
def test_save_counts_by_its_instant_wherever_its_author_is(stage, day, zone, hard) -> None:
    paper = start(stage)
    at = close_on(stage, datetime(*day, 23, 59, 59, tzinfo=AOE), hard=hard)
    over = at + timedelta(minutes=GRACE)
    after = "turned away" if hard else "late"
    expected = {at - SECOND: "in_time", at: "in_time", at + SECOND: "in_time", over: "in_time", over + SECOND: after}

    there = [instant.astimezone(ZoneInfo(zone)) for instant in expected]
    found = [try_save(paper, stage.ada, datetime.fromisoformat(wall.isoformat())) for wall in there]

    assert found == list(expected.values())


@pytest.mark.parametrize(("hard", "after"), [(False, "late"), (True, "turned away")])
def test_file_counts_by_its_first_byte(stage, at, hard, after) -> None:
    paper = submitted(stage)
    Deadline.objects.filter(kind="submission").update(hard=hard)
    over = at + timedelta(minutes=GRACE)

    def status_of(pages: int, instant: datetime) -> str:
        try:
            file = upload(paper, stage.ada, pdfs.good(pages), at=instant)
        except Refused:
            return "turned away"
        return str(Revision.objects.get(pdf=file).status)

    found = [status_of(n, instant) for n, instant in enumerate((at, over, over + SECOND), 1)]

    assert found == ["in_time", "in_time", after]


@pytest.mark.parametrize(
    ("after", "hard", "begun"),
    [
        (timedelta(minutes=GRACE), True, True),
        (timedelta(minutes=GRACE) + SECOND, True, False),
        (timedelta(minutes=GRACE) + SECOND, False, True),
        (timedelta(minutes=GRACE) + BEGIN_LATE, False, True),
        (timedelta(minutes=GRACE) + BEGIN_LATE + SECOND, False, False),
    ],
)
def test_paper_is_begun_in_time_or_shortly_after_a_soft_deadline(stage, at, after, hard, begun) -> None:
    Deadline.objects.filter(kind="submission").update(hard=hard)

    with suppress(Refused):
        start(stage, at=at + after, title="Begun")

    assert Submission.objects.exists() is begun


def test_withdrawal_is_taken_back_over_the_deadline(stage, at, time_machine) -> None:
    paper = submitted(stage)
    time_machine.move_to(at - SECOND)
    withdraw(submission=paper, by=stage.ada)
    time_machine.move_to(at + 23 * HOUR)

    undo_withdrawal(submission=paper, by=stage.ada)

    assert paper.status == "submitted"


def test_late_saves_are_kept_until_the_notification_and_no_longer(stage, at) -> None:
    paper = submitted(stage)
    answer = Deadline.objects.get(kind="notification").at

    assert try_save(paper, stage.ada, answer) == "late"
    assert try_save(paper, stage.ada, answer + SECOND) == "turned away"


def test_paper_that_moves_to_a_track_with_a_hard_deadline_is_turned_away(stage, at) -> None:
    paper = submitted(stage)
    set_deadline(workshop=stage.workshop, track=stage.findings, kind="submission", at=at, hard=True, by=stage.olga)

    with pytest.raises(Refused, match="The deadline of the track Findings was"):
        save(paper, stage.ada, at=at + HOUR, track=stage.findings)


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_late_save_leaves_the_paper_as_it_was(stage, at) -> None:
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(stage.ben)])
    before = (paper.title, paper.version, paper.current_id, list(paper.authorships.values_list("pk", "family")))

    authors = [author(stage.ben), author(stage.ada, corresponding=True)]
    late = save(paper, stage.ada, at=at + HOUR, title="Too late", authors=authors)

    paper.refresh_from_db()
    assert (late.status, late.snapshot["title"], late.snapshot["authors"][0]["given"]) == ("late", "Too late", "Ben")
    assert (paper.title, paper.version, paper.current_id, list(paper.authorships.values_list("pk", "family"))) == before


def test_late_words_and_file_are_kept_together(stage, at) -> None:
    paper = submitted(stage)
    save(paper, stage.ada, at=at + HOUR, title="Late words")
    file = upload(paper, stage.ada, pdfs.good(2), at=at + HOUR)

    (newest, words) = paper.revisions.late().order_by("-number")

    assert (newest.snapshot["title"], newest.pdf, words.pdf) == ("Late words", file, paper.current.pdf)


def test_late_save_pressed_twice_is_kept_once(stage, at) -> None:
    paper = submitted(stage)
    first = save(paper, stage.ada, at=at + HOUR, title="Once")
    second = save(paper, stage.ada, at=at + HOUR + SECOND, title="Once")
    upload(paper, stage.ada, pdfs.good(2), at=at + HOUR)
    upload(paper, stage.ada, pdfs.good(2), at=at + HOUR + SECOND)

    assert (first, paper.revisions.late().count(), paper.files.filter(purpose="paper").count()) == (second, 2, 2)


def test_late_file_is_no_copy_for_reviewers_until_it_is_accepted(stage, at, time_machine) -> None:
    paper = submitted(stage)
    counts = paper.files.get(purpose="blinded").pk
    time_machine.move_to(at + HOUR)
    upload(paper, stage.ada, pdfs.good(2))
    check(paper)
    waiting = Submission.objects.with_reader_file().get(pk=paper.pk).reader_file

    answer_late(revision=paper.revisions.late().get(), by=stage.olga, accept=True)

    accepted = Submission.objects.with_reader_file().get(pk=paper.pk).reader_file
    assert (waiting, accepted) == (counts, paper.files.exclude(pk=counts).get(purpose="blinded").pk)


def test_late_file_that_cannot_be_read_changes_nothing_of_the_paper(stage, at, time_machine) -> None:
    paper = submitted(stage)
    before = (paper.current_id, paper.version, paper.status)
    time_machine.move_to(at + HOUR)
    upload(paper, stage.ada, b"%PDF-1.4 and no more")

    check(paper)

    assert (paper.current_id, paper.version, paper.status) == before


def test_late_save_is_told_once_to_whoever_saved(stage, at, time_machine) -> None:
    paper = submitted(stage)
    deliver(later=HOUR)
    time_machine.move_to(at + HOUR)
    save(paper, stage.ada, title="Late")
    upload(paper, stage.ada, pdfs.good(2))

    deliver(later=HOUR)

    (mail,) = Message.objects.filter(kind="kept_late", status="sent")
    assert (mail.address, "what was saved before the deadline counts" in mail.text) == (stage.ada.email, True)


# --- what the organizers answer ---------------------------------------------------------------------------------------


@pytest.fixture
def late(stage, at, time_machine) -> Revision:
    """A late save of Ada's and Ben's submitted paper: a title, another order of the authors, a file."""
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(stage.ben)])
    time_machine.move_to(at + HOUR)
    authors = [author(stage.ben), author(stage.ada, corresponding=True)]
    save(paper, stage.ada, title="Late", authors=authors)
    upload(paper, stage.ada, pdfs.good(2))
    check(paper)
    return paper.revisions.late().order_by("-number").first()


def test_accepted_late_save_is_the_paper(stage, late) -> None:
    paper = answer_late(revision=late, by=stage.olga, accept=True)

    paper.refresh_from_db()
    first = paper.authorships.order_by("position").first()
    assert (paper.title, paper.current, first.user, paper.status) == ("Late", late, stage.ben, "submitted")
    assert list(paper.revisions.order_by("number").values_list("status", flat=True)) == [
        "in_time",
        "in_time",
        "accepted",
        "accepted",
    ]
    assert Message.objects.filter(kind="late_accepted").count() == 2


def test_accepted_late_save_leaves_who_came_by_request_since(stage, late) -> None:
    cy = member(stage, "Cy")
    late.submission.authorships.create(position=3, given=cy.given, family=cy.family, email=cy.email, user=cy)

    paper = answer_late(revision=late, by=stage.olga, accept=True)

    given = list(paper.authorships.order_by("position").values_list("given", flat=True))
    assert (given, Submission.objects.get(pk=paper.pk).title) == (["Ada", "Ben", "Cy"], "Late")


def test_draft_that_is_complete_by_an_accepted_late_save_counts_from_its_first_byte(stage, at, time_machine) -> None:
    paper = start(stage)
    time_machine.move_to(at + HOUR)
    save(paper, stage.ada, at=at + HOUR)
    upload(paper, stage.ada, at=at + HOUR + SECOND)
    check(paper)
    time_machine.move_to(at + 30 * HOUR)

    paper = answer_late(revision=paper.revisions.late().order_by("-number").first(), by=stage.olga, accept=True)

    paper.refresh_from_db()
    assert (paper.status, paper.submitted_at) == ("submitted", at + HOUR + SECOND)


def test_paper_begun_late_is_submitted_by_being_accepted(stage, at, time_machine) -> None:
    time_machine.move_to(at + HOUR)
    paper = start(stage, title="Begun late")
    save(paper, stage.ada)
    upload(paper, stage.ada)
    check(paper)
    waiting = (paper.status, paper.current)

    answer_late(revision=paper.revisions.late().order_by("-number").first(), by=stage.olga, accept=True)

    paper.refresh_from_db()
    assert (waiting, paper.status) == (("draft", None), "submitted")


def test_accepted_before_its_file_is_checked_it_is_submitted_by_the_check(stage, at, time_machine) -> None:
    time_machine.move_to(at + HOUR)
    paper = start(stage, title="Begun late")
    save(paper, stage.ada)
    upload(paper, stage.ada)
    answer_late(revision=paper.revisions.late().order_by("-number").first(), by=stage.olga, accept=True)

    check(paper)

    assert paper.status == "submitted"


def test_refused_late_save_changes_nothing_and_says_why(stage, late) -> None:
    paper = answer_late(revision=late, by=stage.olga, accept=False, reason="Reviewing has begun.")

    paper.refresh_from_db()
    late.refresh_from_db()
    mail = Message.objects.get(kind="late_refused", recipient=stage.ada)
    assert (paper.title, late.status, late.answer) == ("Symmetry in neural codes", "refused", "Reviewing has begun.")
    assert "Reviewing has begun." in mail.text
    assert not paper.revisions.late().exists()


def test_refusal_needs_a_reason(stage, late) -> None:
    with pytest.raises(Refused, match="Say why it does not count"):
        answer_late(revision=late, by=stage.olga, accept=False, reason="  ")


def test_refused_late_save_can_still_be_accepted(stage, late) -> None:
    answer_late(revision=late, by=stage.olga, accept=False, reason="Too late.")

    answer_late(revision=late, by=stage.olga, accept=True, reason="After all.")

    late.refresh_from_db()
    assert (late.status, late.submission.title) == (RevisionStatus.ACCEPTED, "Late")


def test_late_save_is_answered_once(stage, late) -> None:
    answer_late(revision=late, by=stage.olga, accept=True)
    with pytest.raises(StaleState, match="answered already"):
        answer_late(revision=Revision.objects.get(pk=late.pk), by=stage.olga, accept=True)
    assert Message.objects.filter(kind="late_accepted").count() == 2


def test_older_late_save_does_not_replace_what_was_saved_in_time_since(stage, late) -> None:
    paper = late.submission
    extend_paper(submission=paper, until=late.received_at + 24 * HOUR, reason="A storm.", by=stage.olga)
    paper.refresh_from_db()
    authors = [author(stage.ada, corresponding=True), author(stage.ben)]
    save(paper, stage.ada, title="In the extension", authors=authors)

    with pytest.raises(Refused, match="The paper was saved since"):
        answer_late(revision=late, by=stage.olga, accept=True)


def test_late_save_of_a_withdrawn_paper_is_not_answered(stage, late) -> None:
    withdraw(submission=Submission.objects.get(pk=late.submission_id), by=stage.ada)
    with pytest.raises(Refused, match="This paper is withdrawn"):
        answer_late(revision=late, by=stage.olga, accept=True)


def test_only_who_may_act_for_the_paper_answers(stage, late) -> None:
    otto = member(stage, "Otto", role="organizer", email="otto@ben.test")
    for who in (stage.ada, otto):
        late.submission.authorships.filter(position=1).update(user=who)
        with pytest.raises(PermissionDenied):
            answer_late(revision=late, by=who, accept=True)


# --- extensions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hard", [False, True])
def test_extension_opens_one_paper_until_its_instant(stage, at, time_machine, hard) -> None:
    Deadline.objects.filter(kind="submission").update(hard=hard)
    paper, other = submitted(stage), submitted(stage, by=stage.ben)
    until = at + 48 * HOUR
    time_machine.move_to(at + HOUR)
    extend_paper(submission=paper, until=until, reason="A storm.", by=stage.olga)
    after = "turned away" if hard else "late"

    found = [try_save(paper, stage.ada, until), try_save(paper, stage.ada, until + SECOND)]

    assert (found, try_save(other, stage.ben, until)) == (["in_time", after], after)


def test_draft_that_was_incomplete_at_the_deadline_is_submitted_in_its_extension(stage, at, time_machine) -> None:
    paper = start(stage)
    time_machine.move_to(at + HOUR)
    extend_paper(submission=paper, until=at + 24 * HOUR, reason="A storm.", by=stage.olga)
    save(paper, stage.ada)
    upload(paper, stage.ada)

    check(paper)

    assert paper.status == "submitted"


def test_extension_is_told_to_its_authors_once(stage, at) -> None:
    paper = submitted(stage, authors=[author(stage.ada, corresponding=True), author(stage.ben)])
    for _ in range(2):
        extend_paper(submission=paper, until=at + 24 * HOUR, reason="A storm.", by=stage.olga)

    mails = Message.objects.filter(kind="extended")
    assert {mail.address for mail in mails} == {stage.ada.email, stage.ben.email}
    assert (mails.count(), Extension.objects.count(), "A storm." in mails[0].text) == (2, 1, True)


def test_extension_that_is_ended_early_closes_the_paper(stage, at, time_machine) -> None:
    make_hard(stage)
    paper = submitted(stage)
    time_machine.move_to(at + HOUR)
    extension = extend_paper(submission=paper, until=at + 48 * HOUR, reason="A storm.", by=stage.olga)
    time_machine.move_to(at + 2 * HOUR)

    end_extension(submission=paper, extension=extension, by=stage.olga, reason="It calmed down.")

    assert try_save(paper, stage.ada, at + 3 * HOUR) == "turned away"
    with pytest.raises(Refused, match="This extension ended on"):
        end_extension(submission=paper, extension=extension, by=stage.olga)


def test_shorter_extension_replaces_a_longer_one(stage, at, time_machine) -> None:
    make_hard(stage)
    paper = submitted(stage)
    time_machine.move_to(at + HOUR)
    for hours in (48, 24):
        extend_paper(submission=paper, until=at + hours * HOUR, reason="A storm.", by=stage.olga)

    assert [try_save(paper, stage.ada, at + hours * HOUR) for hours in (24, 25)] == ["in_time", "turned away"]


@pytest.mark.parametrize(
    ("until", "reason", "sentence"),
    [
        (-HOUR, "A storm.", "has passed"),
        (timedelta(days=90), "A storm.", "more than 60 days away"),
        (24 * HOUR, " ", "Say why"),
    ],
)
def test_extension_is_refused(stage, at, time_machine, until, reason, sentence) -> None:
    paper = submitted(stage)
    time_machine.move_to(at + 2 * HOUR)
    with pytest.raises(Refused, match=sentence):
        extend_paper(submission=paper, until=at + 2 * HOUR + until, reason=reason, by=stage.olga)


def test_extension_that_ends_before_the_deadline_is_refused(stage, at) -> None:
    with pytest.raises(Refused, match=r"The paper is open until .* anyway"):
        extend_paper(submission=submitted(stage), until=at, reason="A storm.", by=stage.olga)


def test_extension_of_a_withdrawn_paper_says_why_not(stage, at) -> None:
    paper = submitted(stage)
    withdraw(submission=paper, by=stage.ada)
    with pytest.raises(Refused, match="Take the withdrawal back first"):
        extend_paper(submission=paper, until=at + HOUR, reason="A storm.", by=stage.olga)


def test_author_does_not_extend_the_own_paper(stage, at) -> None:
    with pytest.raises(PermissionDenied):
        extend_paper(submission=submitted(stage), until=at + HOUR, reason="A storm.", by=stage.ada)


# --- the author's page ------------------------------------------------------------------------------------------------


def test_page_after_a_soft_deadline_keeps_a_late_save_and_says_so(stage, at, client, time_machine) -> None:
    paper = submitted(stage)
    time_machine.move_to(at + HOUR)
    client.force_login(stage.ada)
    assert "What is saved now is kept for the organizers to decide" in text(client.get(page_of(paper)))

    answer = client.post(page_of(paper), typed(paper, title="Late words") | {"file": pdf(pdfs.good(2))}, follow=True)

    page = text(answer)
    paper.refresh_from_db()
    assert paper.title == "Symmetry in neural codes"
    assert "Kept, but it came after the deadline" in page
    assert "Kept for the organizers to decide" in page
    assert "Late words</textarea>" in page
    assert "late, waits for the organizers" in page


def test_page_after_a_hard_deadline_turns_away_and_keeps_what_was_typed(stage, at, client, time_machine) -> None:
    paper = submitted(stage)
    make_hard(stage)
    time_machine.move_to(at + HOUR)
    client.force_login(stage.ada)

    answer = client.post(page_of(paper), typed(paper, title="Too late"))

    assert (answer.status_code, "The deadline of the track Extended Abstract was" in text(answer)) == (422, True)
    assert "Too late</textarea>" in text(answer)


def test_page_says_what_the_organizers_answered(stage, late, client) -> None:
    answer_late(revision=late, by=stage.olga, accept=False, reason="Reviewing has begun.")
    client.force_login(stage.ada)

    page = text(client.get(page_of(late.submission)))

    assert ("late, does not count" in page, "The organizers: Reviewing has begun." in page) == (True, True)


def test_page_of_an_extended_paper_says_until_when(stage, at, client, time_machine) -> None:
    paper = submitted(stage)
    time_machine.move_to(at + HOUR)
    extend_paper(submission=paper, until=at + 24 * HOUR, reason="A storm.", by=stage.olga)
    client.force_login(stage.ada)

    page = text(client.get(page_of(paper)))

    assert ("The organizers opened it until" in page, "21 Feb 2027, 23:59 AoE" in page) == (True, True)
    assert client.post(page_of(paper), typed(paper, title="In time")).status_code == 302
    assert Submission.objects.get(pk=paper.pk).title == "In time"


def test_paper_is_begun_late_on_the_page_that_says_so(stage, at, client, time_machine) -> None:
    time_machine.move_to(at + HOUR)
    client.force_login(stage.ada)
    assert "What you begin now is late" in text(client.get(start_of(stage)))

    answer = client.post(start_of(stage), {"title": "Late", "track": stage.track.pk}, follow=True)

    assert "This paper was begun after it." in text(answer)
    assert reverse("submissions:paper", args=[stage.workshop.slug, 1]) == answer.redirect_chain[-1][0]
