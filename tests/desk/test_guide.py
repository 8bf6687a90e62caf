"""From nothing to an open call: the guide's steps as the data has them, opening the call and taking it back."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.errors import Refused
from audit.models import Entry
from desk.reading.guide import Guide, read_guide
from desk.services.new_workshop import create
from submissions.services.start import start_submission
from tests.factories import make_user
from workshops.models import Form, PublicOrganizer, Workshop
from workshops.services.announce import announce, unannounce
from workshops.services.roles import give_role

DAY = timedelta(days=1)


@pytest.fixture
def olga(db) -> User:
    return make_user("Olga", is_staff=True)


@pytest.fixture
def workshop(olga: User) -> Workshop:
    year = (timezone.now() + 20 * DAY).year
    return create(by=olga, slug="begun", name="Begun", year=year, submission_at=timezone.now() + 20 * DAY)


def guide_of(workshop: Workshop) -> Guide:
    return read_guide(Workshop.objects.get(pk=workshop.pk), timezone.now())


def states(workshop: Workshop) -> dict[str, str]:
    return {step.key: step.state for step in guide_of(workshop).steps}


def fill(workshop: Workshop) -> None:
    """Write what the preset does not bring."""
    Workshop.objects.filter(pk=workshop.pk).update(
        venue="A hall", starts=date(workshop.year, 12, 5), contact="chairs@begun.test", about="Symmetry."
    )
    PublicOrganizer.objects.create(workshop=workshop, name="Olga Example")


class TestSteps:
    def test_new_workshop_lacks_what_no_preset_can_know(self, workshop: Workshop):
        assert states(workshop) == {
            "place": "now",
            "page": "todo",
            "call": "done",
            "tracks": "done",
            "topics": "done",
            "dates": "done",
            "review": "done",
            "questions": "done",
            "outcomes": "done",
            "team": "todo",
            "look": "todo",
        }

    def test_step_names_what_it_still_lacks(self, workshop: Workshop):
        Workshop.objects.filter(pk=workshop.pk).update(venue="A hall")
        step = guide_of(workshop).steps[0]
        assert step.detail == "Still missing: the days, an address for questions."

    def test_nothing_is_missing_once_the_words_are_written(self, workshop: Workshop):
        fill(workshop)
        guide = guide_of(workshop)
        assert guide.missing == []
        assert guide.done == len(guide.needed) == 8

    def test_deadline_that_has_passed_is_wrong(self, workshop: Workshop):
        workshop.deadlines.filter(kind="submission").update(at=timezone.now() - DAY)
        assert states(workshop)["dates"] == "wrong"

    def test_deadline_that_has_passed_is_right_where_there_are_papers(self, workshop: Workshop):
        track = workshop.tracks.all()[0]
        start_submission(workshop=workshop, track=track, by=make_user("Ada"), received_at=timezone.now())
        workshop.deadlines.filter(kind="submission").update(at=timezone.now() - DAY)
        assert states(workshop)["dates"] == "done"

    def test_missing_notification_is_named(self, workshop: Workshop):
        workshop.deadlines.filter(kind="notification").delete()
        step = next(step for step in guide_of(workshop).steps if step.key == "dates")
        assert step.state == "todo"
        assert step.detail.endswith("Still missing: notification.")

    def test_added_track_without_form_and_outcomes_is_named(self, workshop: Workshop):
        workshop.tracks.create(slug="demos", name="Demos")
        steps = {step.key: step for step in guide_of(workshop).steps}
        assert (steps["review"].state, steps["review"].detail) == ("todo", "No open form for Demos.")
        assert (steps["outcomes"].state, steps["outcomes"].detail) == ("todo", "Nothing for Demos.")

    def test_form_for_all_tracks_serves_those_without_their_own(self, workshop: Workshop):
        workshop.tracks.create(slug="demos", name="Demos")
        common = workshop.forms.create(track=None, purpose=Form.Purpose.REVIEW)
        common.versions.create(number=1, status="open")
        assert states(workshop)["review"] == "done"

    def test_empty_workshop_begins_with_its_tracks(self, workshop: Workshop):
        fill(workshop)
        Workshop.objects.filter(pk=workshop.pk).update(call="")
        found = states(workshop)
        assert (found["call"], found["tracks"]) == ("now", "done")

    def test_second_organizer_ticks_the_team(self, workshop: Workshop, olga: User):
        give_role(workshop=workshop, user=make_user("Otto"), role="organizer", by=olga)
        assert states(workshop)["team"] == "done"

    @pytest.mark.parametrize("more", [0, 3])
    def test_queries_do_not_grow(self, workshop: Workshop, more: int, django_assert_num_queries):
        for number in range(more):
            workshop.tracks.create(slug=f"t{number}", name=f"T{number}")
        now = timezone.now()
        with django_assert_num_queries(1):
            read_guide(workshop, now)


class TestOpening:
    def test_new_workshop_is_hidden_and_leads_to_the_guide(self, client: Client, olga: User):
        client.force_login(olga)
        values = {"name": "Fresh", "year": timezone.now().year, "slug": "fresh", "submission_at": "1 Dec 2099"}
        values["submission_at"] = f"{timezone.now() + 3 * DAY:%Y-%m-%dT%H:%M}"
        answer = client.post(reverse("desk:new_workshop"), values)
        assert answer["Location"] == reverse("desk:guide", args=["fresh"])
        assert Workshop.objects.get(slug="fresh").published_at is None
        page = client.get(answer["Location"]).content.decode()
        assert "Nobody outside sees this workshop yet" in page

    def test_opening_shows_the_call_to_everybody_and_is_written_down_once(self, workshop: Workshop, olga: User):
        visitor = Client()
        address = reverse("workshops:call", args=[workshop.slug])
        assert visitor.get(address).status_code == 404
        since = announce(workshop=workshop, by=olga).published_at
        assert announce(workshop=workshop, by=olga).published_at == since
        assert visitor.get(address).status_code == 200
        assert Entry.objects.filter(action="workshop.announced", actor=olga).count() == 1

    def test_call_without_a_date_is_not_opened(self, workshop: Workshop, olga: User):
        workshop.deadlines.all().delete()
        with pytest.raises(Refused) as refused:
            announce(workshop=workshop, by=olga)
        assert refused.value.sentence == (
            "There is no submission deadline yet, so nobody would know until when to submit. Set one first."
        )
        assert Workshop.objects.get(pk=workshop.pk).published_at is None

    def test_edition_that_takes_no_papers_any_more_is_opened(self, workshop: Workshop, olga: User):
        workshop.deadlines.filter(kind="submission").update(at=timezone.now() - DAY)
        assert announce(workshop=workshop, by=olga).published_at is not None

    def test_call_without_a_track_is_not_opened(self, olga: User, workshop: Workshop):
        empty = Workshop.objects.create(slug="empty", name="Empty", year=2027)
        with pytest.raises(Refused, match="There is no track yet"):
            announce(workshop=empty, by=None)

    def test_call_is_taken_back_while_nobody_has_begun_a_paper(self, workshop: Workshop, olga: User):
        announce(workshop=workshop, by=olga)
        assert guide_of(workshop).taken_back is True
        assert unannounce(workshop=workshop, by=olga).published_at is None
        assert Client().get(reverse("workshops:public", args=[workshop.slug])).status_code == 404

    def test_call_with_a_paper_stays_open(self, workshop: Workshop, olga: User):
        announce(workshop=workshop, by=olga)
        ada = make_user("Ada")
        start_submission(workshop=workshop, track=workshop.tracks.all()[0], by=ada, received_at=timezone.now())
        with pytest.raises(Refused, match="Somebody has begun a paper already"):
            unannounce(workshop=workshop, by=olga)
        assert guide_of(workshop).taken_back is False
        assert Workshop.objects.get(pk=workshop.pk).published_at is not None

    def test_stranger_opens_and_takes_back_nothing(self, workshop: Workshop):
        for service in (announce, unannounce):
            with pytest.raises(PermissionDenied):
                service(workshop=workshop, by=make_user(f"Zed{service.__name__}"))

    def test_buttons_open_and_take_back(self, client: Client, workshop: Workshop, olga: User):
        client.force_login(olga)
        opened = client.post(reverse("desk:open_call", args=[workshop.slug]), follow=True).content.decode()
        assert "The call is open: everybody sees it now." in opened
        assert "Take the call back" in opened
        hidden = client.post(reverse("desk:take_back_call", args=[workshop.slug]), follow=True).content.decode()
        assert "The call is taken back: nobody outside sees it." in hidden

    def test_refusal_is_said_on_the_guide(self, client: Client, workshop: Workshop, olga: User):
        workshop.deadlines.all().delete()
        client.force_login(olga)
        page = client.post(reverse("desk:open_call", args=[workshop.slug]), follow=True).content.decode()
        assert "There is no submission deadline yet" in page
