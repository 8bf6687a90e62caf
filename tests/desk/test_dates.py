"""The dates of the season on the desk: moved in two steps, told with a held mail, taken back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from access.viewer import Viewer
from audit.errors import Refused, StaleState
from audit.models import Entry
from desk.reading.dates import plan_of
from desk.services.move_dates import move_dates, undo_move
from notifications.models import Batch, Message
from submissions.models import Submission
from submissions.services.extend import extend_paper
from submissions.services.save import save_submission
from tests.factories import Cast, author
from workshops.instants import input_value
from workshops.models import Deadline
from workshops.services.deadlines import set_deadline

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def rows(cast: Cast) -> dict[str, Deadline]:
    """The shared dates, at whole minutes, as people set them."""
    for row in Deadline.objects.filter(workshop=cast.workshop):
        Deadline.objects.filter(pk=row.pk).update(at=row.at.replace(second=59, microsecond=0, minute=59))
    return {row.kind: row for row in Deadline.objects.filter(workshop=cast.workshop, track=None)}


def move(cast: Cast, *moved: Deadline, days: float = 2, tell: bool = True, by=None) -> Batch | None:
    return move_dates(
        workshop=cast.workshop,
        moves={row.pk: row.at + timedelta(days=days) for row in moved},
        versions={row.pk: row.version for row in moved},
        by=by or cast.olga,
        reason="Many asked.",
        tell=tell,
    )


def at_of(row: Deadline):
    return Deadline.objects.get(pk=row.pk).at


# --- the service ------------------------------------------------------------------------------------------------------


def test_move_tells_each_author_once_with_a_held_mail(cast, rows) -> None:
    batch = move(cast, rows["submission"])

    mails = Message.objects.filter(batch=batch)
    assert at_of(rows["submission"]) == rows["submission"].at + 2 * DAY
    assert {mail.recipient for mail in mails} == {cast.ada, cast.ben, cast.otto}
    assert (mails.count(), batch.status, "Many asked." in mails[0].text) == (3, "held", True)


def test_move_of_the_review_date_tells_reviewers_and_no_author(cast, rows) -> None:
    batch = move(cast, rows["review"])

    told = {mail.recipient for mail in Message.objects.filter(batch=batch)}
    assert told == {cast.rui, cast.rae, cast.noor, cast.cleo, cast.mara}


def test_telling_can_be_left_out(cast, rows) -> None:
    before = Message.objects.count()

    assert move(cast, rows["submission"], tell=False) is None
    assert Message.objects.count() == before


def test_move_out_of_order_moves_nothing(cast, rows) -> None:
    with pytest.raises(Refused, match="would be after Reviews"):
        move(cast, rows["submission"], days=16)
    assert at_of(rows["submission"]) == rows["submission"].at


def test_dates_that_move_together_stay_in_order(cast, rows) -> None:
    move(cast, rows["submission"], rows["review"], rows["notification"], days=16)

    for kind in ("submission", "review", "notification"):
        assert at_of(rows[kind]) == rows[kind].at + 16 * DAY


def test_pinned_date_does_not_move(cast, rows) -> None:
    pinned = rows["notification"]
    set_deadline(workshop=cast.workshop, kind="notification", at=pinned.at, pinned_by="NeurIPS", by=cast.olga)
    with pytest.raises(Refused, match="set by NeurIPS and cannot be moved"):
        move(cast, Deadline.objects.get(pk=pinned.pk))


def test_second_of_two_who_move_at_once_is_told_so(cast, rows) -> None:
    move(cast, rows["submission"], tell=False)
    with pytest.raises(StaleState, match="Somebody changed these dates"):
        move(cast, rows["submission"], by=cast.ines, days=3)
    assert at_of(rows["submission"]) == rows["submission"].at + 2 * DAY


def test_date_whose_mail_is_held_is_not_moved_again(cast, rows) -> None:
    move(cast, rows["submission"])
    with pytest.raises(Refused, match="still held"):
        move(cast, Deadline.objects.get(pk=rows["submission"].pk))


def test_undo_puts_the_dates_back_and_nobody_is_told(cast, rows) -> None:
    batch = move(cast, rows["submission"], rows["review"])

    undo_move(batch=batch, by=cast.ines)

    assert [at_of(rows[kind]) for kind in ("submission", "review")] == [rows["submission"].at, rows["review"].at]
    assert set(Message.objects.filter(batch=batch).values_list("status", flat=True)) == {"cancelled"}
    assert Entry.objects.filter(action="deadline.move_undone").count() == 1
    with pytest.raises(StaleState):
        undo_move(batch=batch, by=cast.olga)


def test_move_needs_a_reason_and_an_organizer(cast, rows) -> None:
    row = rows["submission"]
    given = {"workshop": cast.workshop, "moves": {row.pk: row.at + DAY}, "versions": {row.pk: row.version}}
    with pytest.raises(Refused, match="Say why"):
        move_dates(**given, by=cast.olga, reason=" ", tell=False)
    with pytest.raises(PermissionDenied):
        move_dates(**given, by=cast.ada, reason="Please.", tell=False)


# --- what it comes to -------------------------------------------------------------------------------------------------


def test_plan_shows_days_left_and_reviews_a_day(cast, rows) -> None:
    now = timezone.now()
    plan = plan_of(cast.workshop, Viewer(cast.olga), rows["submission"], rows["submission"].at + 5 * DAY, now)

    days = (rows["review"].at - rows["submission"].at) / DAY
    assert plan.before is not None
    assert plan.after is not None
    assert (plan.before.days, plan.after.days) == (days, days - 5)
    assert (plan.before.reviews, plan.before.a_day) == (6, 6 / days)
    assert round(plan.left_after - plan.left_before, 6) == 5


def test_plan_counts_no_paper_that_is_sealed_from_the_viewer(cast, rows) -> None:
    plan = plan_of(cast.workshop, Viewer(cast.otto), rows["submission"], rows["submission"].at, timezone.now())
    assert plan.before is not None
    assert plan.before.reviews == 3


@pytest.mark.parametrize(("days", "needed"), [(2, []), (16, ["review"]), (19, ["review", "notification"])])
def test_plan_ticks_what_would_come_out_of_order(cast, rows, days, needed) -> None:
    row = rows["submission"]
    plan = plan_of(cast.workshop, Viewer(cast.olga), row, row.at + timedelta(days=days), timezone.now())

    ticked = [shift.deadline.kind for shift in plan.shifts if shift.needed]
    assert ticked[: len(needed)] == needed
    assert ("review" in ticked) is (days > 15)


def test_plan_names_what_is_pinned_as_immovable(cast, rows) -> None:
    at = rows["notification"].at
    set_deadline(workshop=cast.workshop, kind="notification", at=at, pinned_by="NeurIPS", by=cast.olga)

    row = rows["submission"]
    plan = plan_of(cast.workshop, Viewer(cast.olga), row, row.at + 30 * DAY, timezone.now())

    assert [(s.deadline.kind, s.pinned_by, s.needed) for s in plan.shifts if s.pinned_by] == [
        ("notification", "NeurIPS", False)
    ]


def test_track_with_a_date_of_its_own_is_in_nothing_that_moving_the_shared_one_comes_to(cast, rows) -> None:
    """Its reviews may then be due before the shared deadline for papers; nobody of it is told."""
    row, own = rows["submission"], {"workshop": cast.workshop, "track": cast.track, "by": cast.olga}
    set_deadline(**own, kind="submission", at=row.at - 8 * DAY)
    set_deadline(**own, kind="review", at=row.at - 2 * DAY)

    plan = plan_of(cast.workshop, Viewer(cast.olga), row, row.at + 2 * DAY, timezone.now())

    assert [shift.label for shift in plan.shifts] == ["Reviews", "Notification", "Camera-ready"]
    assert plan.before is not None
    assert (plan.before.reviews, move(cast, row)) == (0, None)


# --- the pages --------------------------------------------------------------------------------------------------------


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_two_steps_move_a_date_and_one_button_takes_it_back(cast, rows, client) -> None:
    client.force_login(cast.olga)
    row, slug = rows["submission"], cast.workshop.slug
    page = reverse("desk:move_date", args=[slug, row.pk])
    to = input_value(row.at + 2 * DAY)

    preview = client.get(page, {"at": to})
    assert at_of(row) == row.at
    assert ("Reviews a day that are needed" in text(preview), preview.context["told"]) == (True, 3)
    done = client.post(page, {"at": to, f"version-{row.pk}": row.version, "reason": "Many asked.", "tell": "on"})
    again = client.post(page, {"at": to, f"version-{row.pk}": row.version, "reason": "Many asked.", "tell": "on"})

    assert (done.status_code, again.status_code, at_of(row)) == (302, 422, row.at + 2 * DAY)
    batch = Batch.objects.get(kind="deadline_moved")
    assert "Undo: move them back and tell nobody" in text(client.get(reverse("desk:dates", args=[slug])))
    client.post(reverse("desk:undo_move", args=[slug, batch.pk]))
    assert at_of(row) == row.at


def test_ticked_dates_move_with_it(cast, rows, client) -> None:
    client.force_login(cast.olga)
    row, review = rows["submission"], rows["review"]
    data = {
        "at": input_value(row.at + 2 * DAY),
        f"version-{row.pk}": row.version,
        f"version-{review.pk}": review.version,
        "with": [review.pk],
        "reason": "Many asked.",
    }

    client.post(reverse("desk:move_date", args=[cast.workshop.slug, row.pk]), data)

    assert (at_of(review), at_of(rows["notification"])) == (review.at + 2 * DAY, rows["notification"].at)


def test_late_save_is_refused_and_accepted_after_all(cast, rows, client, time_machine) -> None:
    paper = cast.paper
    after = rows["submission"].at + HOUR
    save_submission(
        submission=paper,
        by=cast.ada,
        received_at=after,
        version=paper.version,
        title="A late title",
        abstract=paper.abstract,
        authors=[author(cast.ada, corresponding=True), author(cast.ben)],
    )
    client.force_login(cast.olga)
    assert "A late title" in text(client.get(reverse("desk:dates", args=[cast.workshop.slug])))
    late = paper.revisions.late().get()

    client.post(reverse("desk:answer_late", args=[cast.workshop.slug, paper.number, late.number]), {"answer": "accept"})

    assert Submission.objects.get(pk=paper.pk).title == "A late title"


def test_late_save_shows_to_nobody_who_may_not_act(cast, rows, client) -> None:
    paper = cast.ottos_paper
    after = rows["submission"].at + HOUR
    save_submission(
        submission=paper,
        by=cast.otto,
        received_at=after,
        version=paper.version,
        title="A late title",
        abstract=paper.abstract,
        authors=[author(cast.otto, corresponding=True)],
    )
    page = reverse("desk:dates", args=[cast.workshop.slug])
    shown = {}
    for who in (cast.olga, cast.ines, cast.otto):
        client.force_login(who)
        shown[who] = "A late title" in text(client.get(page))

    assert shown == {cast.olga: True, cast.ines: True, cast.otto: False}


def test_paper_is_opened_for_longer_on_its_page_and_closed_again(cast, rows, client) -> None:
    client.force_login(cast.olga)
    paper, slug = cast.paper, cast.workshop.slug
    until = rows["submission"].at + 2 * DAY

    client.post(reverse("desk:extend", args=[slug, paper.number]), {"until": input_value(until), "reason": "A storm."})

    page = text(client.get(reverse("desk:dates", args=[slug])))
    assert (f"Paper {paper.number}" in page, "A storm." in page) == (True, True)
    extension = cast.workshop.extensions.get()
    assert extension.until == until
    client.post(reverse("desk:end_extension", args=[slug, paper.number, extension.pk]))
    extension.refresh_from_db()
    assert extension.until <= timezone.now()


def test_extension_of_a_sealed_paper_is_not_listed(cast, rows, client) -> None:
    until = rows["submission"].at + 2 * DAY
    extend_paper(submission=cast.ottos_paper, until=until, reason="A storm.", by=cast.olga)
    client.force_login(cast.otto)

    assert "A storm." not in text(client.get(reverse("desk:dates", args=[cast.workshop.slug])))
