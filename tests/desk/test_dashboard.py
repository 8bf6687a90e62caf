"""The dashboard: the season as one picture, what needs a person, and the charts, with honest numbers."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from access.viewer import Viewer
from desk.reading.charts import read_charts
from desk.reading.dashboard import read_dashboard
from desk.reading.facts import read_season
from desk.reading.needs import read_needs
from desk.reading.people import read_people
from reviews.models import Assignment
from submissions.models import Handler
from submissions.services.conflicts import set_conflict
from tests.factories import Cast, make_cast
from workshops.models import Deadline, Extension
from workshops.services.create import create_workshop

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def season(cast: Cast, who: str, later: timedelta = timedelta(0)):
    return read_season(cast.workshop, Viewer(getattr(cast, who)), timezone.now() + later)


def needs(cast: Cast, who: str, later: timedelta = timedelta(0)) -> dict[str, int]:
    return {need.key: need.count for need in read_needs(season(cast, who, later), two=True)}


def test_papers_without_handler_come_first_of_all():
    cast = make_cast("bidding")
    Handler.objects.all().update(until=timezone.now())

    assert next(iter(needs(cast, "olga"))) == "handlers"


def test_overdue_reviews_are_counted_where_their_reviewers_may_be_known():
    """Rae's draft of Ada's paper is the one review that is not in: Ines is of Ada's institution."""
    cast = make_cast("review")
    counted = {who: needs(cast, who, 15 * DAY).get("overdue") for who in ("olga", "ines", "otto")}

    mine = Assignment.objects.current().exclude(kind="area_chair").exclude(review__status="submitted")
    on_ada = mine.filter(submission=cast.paper).count()
    on_otto = mine.filter(submission=cast.ottos_paper).count()
    assert counted == {"olga": on_ada + on_otto, "ines": on_otto or None, "otto": on_ada}


def test_review_that_was_given_more_days_is_not_overdue():
    cast = make_cast("review")
    before = needs(cast, "olga", 15 * DAY)["overdue"]
    Extension.objects.create(
        workshop=cast.workshop,
        root_type="assignment",
        root_id=str(cast.raes_assignment.pk),
        until=timezone.now() + 20 * DAY,
    )

    assert needs(cast, "olga", 15 * DAY)["overdue"] == before - 1


def test_early_signs_are_counted_as_in_the_list_of_people():
    """Noor, who reviews Otto's paper, has not begun."""
    cast = make_cast("review")
    counted = {who: needs(cast, who, 10 * DAY).get("silent") for who in ("olga", "ines", "otto")}
    with time_machine.travel(timezone.now() + 10 * DAY):
        listed = {
            who: [row.pk for row in read_people(cast.workshop, Viewer(getattr(cast, who))) if row.tally.sign]
            for who in counted
        }

    assert counted == {"olga": 1, "ines": 1, "otto": None}
    assert listed == {"olga": [cast.noor.pk], "ines": [cast.noor.pk], "otto": []}


def test_reviewers_who_have_not_answered_are_named_after_three_days():
    """Noor has not begun either."""
    cast = make_cast("review")
    Assignment.objects.filter(pk=cast.raes_assignment.pk).update(status="active")
    review = cast.raes_assignment.review
    review.versions.all().delete()
    review.delete()

    assert [needs(cast, "olga", later).get("unanswered") for later in (timedelta(0), 4 * DAY)] == [None, 2]


def test_needs_of_a_sealed_paper_are_nobodys_business():
    cast = make_cast("review")
    set_conflict(
        submission=cast.paper, user=cast.otto, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
    )

    assert set(needs(cast, "otto", 15 * DAY)) <= {"invitations", "volunteers"}


def test_timeline_has_a_lane_for_tracks_with_the_same_dates():
    cast = make_cast("review")
    board = read_dashboard(cast.workshop, Viewer(cast.olga), timezone.now())
    assert board.timeline is not None

    assert len(board.timeline.lanes) == 1
    states = [phase.state for phase in board.timeline.lanes[0].phases if phase.number]
    assert states == ["past", "past", "now", "coming", "coming"]
    assert board.next is not None
    assert board.next.label == "Reviews"


def test_track_with_its_own_date_has_a_lane_of_its_own():
    cast = make_cast("submission")
    shared = Deadline.objects.get(workshop=cast.workshop, kind="submission", track=None)
    Deadline.objects.create(
        workshop=cast.workshop, kind="submission", track=cast.track, at=shared.at + DAY, pinned_by="NeurIPS"
    )
    board = read_dashboard(cast.workshop, Viewer(cast.olga), timezone.now())
    assert board.timeline is not None

    labels = [lane.label for lane in board.timeline.lanes]
    assert labels.count(cast.track.name) == 1
    assert board.timeline.pinned == ["NeurIPS"]
    assert [d.tracks for d in board.timeline.dates if d.pinned_by] == [cast.track.name]


def test_workshop_without_dates_says_where_to_set_them(cast, client):
    empty = create_workshop(slug="empty", name="Empty", year=2031, by=cast.olga)
    Deadline.objects.filter(workshop=empty).delete()
    client.force_login(cast.olga)
    page = client.get(f"/admin/w/{empty.slug}/").content.decode()

    assert "No dates are set yet" in page
    assert "Charts of submissions, reviews, loads and invitations appear here" in page


def test_charts_count_what_the_page_counts():
    cast = make_cast("discussion")
    charts = read_charts(season(cast, "olga"))
    board = read_dashboard(cast.workshop, Viewer(cast.olga), timezone.now())
    assert charts.submissions
    assert charts.reviews
    assert charts.loads
    assert charts.answers

    assert charts.submissions.table.rows[-1][1] == board.progress[0].done
    assert charts.reviews.table.rows[-1][1] == board.progress[1].done
    assert sum(row[1] for row in charts.loads.table.rows) == len(season(cast, "olga").reviewers)
    assert sum(bar.count for bar in charts.answers.bars) == len(season(cast, "olga").invitations)


def test_charts_are_drawn_from_what_one_may_see():
    cast = make_cast("discussion")
    set_conflict(
        submission=cast.paper, user=cast.otto, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
    )
    charts = read_charts(season(cast, "otto"))

    assert (charts.submissions, charts.reviews, charts.loads) == (None, None, None)


def test_last_edition_stands_beside_this_one_for_who_organizes_both():
    cast = make_cast("discussion")
    workshop = create_workshop(slug="next", name="Next", year=cast.workshop.year + 1, by=cast.olga)
    workshop.previous = cast.workshop
    workshop.save(update_fields=["previous"])
    seen = {who: read_season(workshop, Viewer(getattr(cast, who)), timezone.now()).before for who in ("olga", "ada")}

    assert {who: before and len(before) for who, before in seen.items()} == {"olga": 2, "ada": None}


@pytest.mark.parametrize("phase", ["submission", "bidding", "review", "discussion", "released"])
def test_dashboard_is_drawn_in_every_phase(phase, look):
    cast = make_cast(phase)

    for who in ("olga", "ines", "otto"):
        page = look(getattr(cast, who))
        assert page.status_code == 200
        assert 'class="chart season-chart"' in page.content.decode()


def test_long_after_the_season_today_is_off_the_picture():
    cast = make_cast("released")
    with time_machine.travel(timezone.now() + 400 * DAY):
        board = read_dashboard(cast.workshop, Viewer(cast.olga), timezone.now())

    assert board.timeline is not None
    assert (board.timeline.today, board.next, board.calm) == ("", None, "All dates have passed.")
