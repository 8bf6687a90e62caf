"""The public pages: the list of calls, a call, its calendar file."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.models import User
from tests.workshops.conftest import SUBMISSION_AT
from workshops.models import Deadline, Workshop
from workshops.services.create import create_workshop
from workshops.services.deadlines import set_deadline

DAY = timedelta(days=1)
HOME = reverse("workshops:home")
DEMO = {
    "slug": "demo",
    "name": "Demo",
    "year": 2027,
    "is_rehearsal": True,
    "submission_at": SUBMISSION_AT,
    "announced": True,
}


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def call_of(workshop: Workshop) -> str:
    return reverse("workshops:call", args=[workshop.slug])


@pytest.fixture
def before():
    """Ten days before the submission deadline."""
    with time_machine.travel(SUBMISSION_AT - 10 * DAY, tick=False):
        yield


class TestHome:
    def test_empty_site_tells_how_to_begin(self, client: Client, db):
        content = page(client, HOME)
        assert "No call is open" in content
        assert "manage.py createsuperuser" in content

    def test_empty_site_offers_whoever_has_a_desk_to_begin_a_workshop(self, client: Client, olga: User):
        olga.is_staff = True
        olga.save()
        client.force_login(olga)
        content = page(client, HOME)
        assert f'href="{reverse("desk:new_workshop")}"' in content
        assert "Begin a workshop" in content

    def test_open_call_stands_there_with_its_deadline(self, client: Client, workshop: Workshop, before):
        content = page(client, HOME)
        assert f'<a href="{reverse("workshops:public", args=[workshop.slug])}">NeurReps 2027</a>' in content
        assert "Open: submit by" in content
        assert "4 Sep 2027, 23:59 AoE" in content

    def test_next_deadline_stands_first_and_what_is_closed_last(self, client: Client, workshop: Workshop, olga: User):
        for slug, days in (("sooner", -3), ("closed", -30)):
            at = SUBMISSION_AT + days * DAY
            create_workshop(by=olga, slug=slug, name=slug.title(), year=2027, submission_at=at, announced=True)
        with time_machine.travel(SUBMISSION_AT - 10 * DAY, tick=False):
            response = client.get(HOME)
        assert [entry.workshop.slug for entry in response.context["current"]] == ["sooner", "neurreps-2027"]
        assert [entry.workshop.slug for entry in response.context["others"]] == ["closed"]
        assert "Submissions closed" in response.content.decode()

    def test_rehearsal_is_hidden_beside_a_real_workshop(self, client: Client, workshop: Workshop, olga: User, before):
        create_workshop(by=olga, **DEMO)
        assert "Demo" not in page(client, HOME)

    def test_rehearsal_is_shown_and_marked_when_there_is_nothing_else(self, client: Client, olga: User, before):
        create_workshop(by=olga, **DEMO)
        content = page(client, HOME)
        assert "Demo 2027" in content
        assert "Rehearsal: its people and papers are made up" in content

    @pytest.mark.parametrize("more", [0, 2])
    def test_queries_do_not_grow_with_workshops(
        self, client: Client, workshop: Workshop, olga: User, more: int, django_assert_num_queries
    ):
        for number in range(more):
            create_workshop(by=olga, slug=f"w{number}", name="W", year=2027, announced=True)
        with django_assert_num_queries(3):
            client.get(HOME)


class TestCall:
    def test_open_call_has_one_primary_button_that_starts_a_submission(
        self, client: Client, workshop: Workshop, before
    ):
        content = page(client, call_of(workshop))
        start = reverse("submissions:start", args=[workshop.slug])
        assert content.count("btn-primary") == 1
        assert f'<a class="btn btn-primary" href="{start}">' in content
        assert "in 10 days" in content
        assert "4 Sep 2027, 23:59 AoE" in content
        assert "5 Sep 2027, 11:59 UTC" in content

    def test_call_before_it_opens_says_when_and_has_no_button(self, client: Client, workshop: Workshop, olga: User):
        opens = SUBMISSION_AT - 5 * DAY
        set_deadline(workshop=workshop, kind="submission", at=SUBMISSION_AT, by=olga, opens_at=opens)
        with time_machine.travel(SUBMISSION_AT - 10 * DAY, tick=False):
            content = page(client, call_of(workshop))
        assert "Submissions are not open yet" in content
        assert "in 5 days" in content
        assert "btn-primary" not in content

    def test_call_after_the_deadline_says_since_when_and_has_no_button(self, client: Client, workshop: Workshop):
        with time_machine.travel(SUBMISSION_AT + 3 * DAY, tick=False):
            content = page(client, call_of(workshop))
        assert "Submissions are closed" in content
        assert "3 days ago" in content
        assert "btn-primary" not in content

    def test_call_stays_open_within_the_grace_time(self, client: Client, workshop: Workshop, olga: User):
        set_deadline(workshop=workshop, kind="submission", at=SUBMISSION_AT, by=olga, grace_minutes=30)
        with time_machine.travel(SUBMISSION_AT + timedelta(minutes=30), tick=False):
            assert "Start a submission" in page(client, call_of(workshop))
        with time_machine.travel(SUBMISSION_AT + timedelta(minutes=30, seconds=1), tick=False):
            assert "Start a submission" not in page(client, call_of(workshop))

    def test_call_is_open_while_one_track_is(self, client: Client, workshop: Workshop, olga: User):
        findings = workshop.tracks.get(slug="findings")
        set_deadline(workshop=workshop, track=findings, kind="submission", at=SUBMISSION_AT + 7 * DAY, by=olga)
        with time_machine.travel(SUBMISSION_AT + DAY, tick=False):
            content = page(client, call_of(workshop))
        assert "Start a submission" in content
        assert "Submission (Findings)" in content

    def test_call_without_dates_says_so(self, client: Client, workshop: Workshop):
        workshop.deadlines.all().delete()
        content = page(client, call_of(workshop))
        assert "The dates are not set yet" in content
        assert "The organizers have not set them yet." in content

    def test_tracks_stand_in_a_table_with_what_tells_them_apart(self, client: Client, workshop: Workshop, before):
        content = page(client, call_of(workshop))
        for words in ("9, references apart", "4, references apart", "no limit", "Double-blind", "Single-blind"):
            assert words in content
        assert content.count('scope="row"') == 3

    def test_text_contact_and_topics_are_shown_and_the_text_is_safe(self, client: Client, workshop: Workshop, before):
        text = "**Welcome** $x^2$ <script>alert(1)</script>"
        Workshop.objects.filter(pk=workshop.pk).update(call=text, contact="chairs@neurreps.test", venue="Hall <1>")
        content = page(client, call_of(workshop))
        assert "<strong>Welcome</strong>" in content
        assert "<math" in content
        assert "<script>alert" not in content
        assert 'href="mailto:chairs@neurreps.test"' in content
        assert "Hall &lt;1&gt;" in content
        assert "Group structure in data" in content

    def test_reviewers_dates_are_not_shown_to_the_public(self, client: Client, workshop: Workshop, before):
        assert "<dt>Reviews</dt>" not in page(client, call_of(workshop))

    def test_unknown_workshop_is_not_found(self, client: Client, workshop: Workshop):
        assert client.get(reverse("workshops:call", args=["nothing"])).status_code == 404
        assert client.get(reverse("workshops:calendar", args=["nothing"])).status_code == 404

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_page_changes_nothing(self, client: Client, workshop: Workshop, method: str):
        assert getattr(client, method)(call_of(workshop)).status_code == 405

    def test_page_takes_four_queries(self, client: Client, workshop: Workshop, django_assert_num_queries):
        with django_assert_num_queries(4):
            client.get(call_of(workshop))


class TestPublicPage:
    def public(self, client: Client, workshop: Workshop) -> str:
        return page(client, reverse("workshops:public", args=[workshop.slug]))

    def test_open_call_has_one_primary_button_and_a_countdown(self, client: Client, workshop: Workshop, before):
        content = self.public(client, workshop)
        assert content.count("btn-primary") == 1
        assert f'href="{reverse("submissions:start", args=[workshop.slug])}"' in content
        assert 'data-countdown="2027-09-05T11:59:59Z"' in content
        assert "<strong>10</strong> <span>days</span>" in content

    def test_countdown_shows_seconds_on_the_last_day_only(self, client: Client, workshop: Workshop):
        hidden = 'data-unit="seconds" hidden'
        with time_machine.travel(SUBMISSION_AT - DAY, tick=False):
            assert hidden in self.public(client, workshop)
        with time_machine.travel(SUBMISSION_AT - DAY + timedelta(seconds=1), tick=False):
            content = self.public(client, workshop)
        assert hidden not in content
        assert 'data-unit="days" hidden' in content
        assert "<strong>59</strong> <span>seconds</span>" in content

    def test_people_talks_and_links_are_shown_and_safe(self, client: Client, workshop: Workshop):
        workshop.public_organizers.create(name="Olga <b>", homepage="https://olga.test/", affiliation="A place")
        workshop.invited_talks.create(speaker="Tess", title="On $x^2$", abstract="*Why* <script>alert(1)</script>")
        workshop.links.create(label="Hall", url="https://hall.test/")
        Workshop.objects.filter(pk=workshop.pk).update(about="**Symmetry**")
        content = self.public(client, workshop)
        for words in (
            '<a href="https://olga.test/" rel="noopener">Olga &lt;b&gt;</a>',
            "<em>Why</em>",
            "<math",
            "<strong>Symmetry</strong>",
            'href="https://hall.test/"',
        ):
            assert words in content
        assert "<script>alert" not in content

    def test_closed_call_says_when_authors_hear(self, client: Client, workshop: Workshop):
        with time_machine.travel(SUBMISSION_AT + 3 * DAY, tick=False):
            content = self.public(client, workshop)
        assert "Submissions are closed" in content
        assert "Authors hear" in content
        assert "btn-primary" not in content

    def test_edition_that_is_over_leads_to_the_next_one(self, client: Client, workshop: Workshop, olga: User):
        Workshop.objects.filter(pk=workshop.pk).update(starts=date(2027, 12, 4))
        later = create_workshop(
            by=olga, slug="later", name="Later", year=2028, previous=workshop, submission_at=SUBMISSION_AT + 365 * DAY
        )
        with time_machine.travel(SUBMISSION_AT + 200 * DAY, tick=False):
            assert "btn-primary" not in self.public(client, workshop)
            Workshop.objects.filter(pk=later.pk).update(published_at=SUBMISSION_AT)
            content = self.public(client, workshop)
        assert "This edition is over" in content
        assert f'<a class="btn btn-primary" href="{reverse("workshops:public", args=["later"])}">' in content

    def test_workshop_is_not_over_while_its_last_day_lasts_somewhere(self, client: Client, workshop: Workshop):
        Workshop.objects.filter(pk=workshop.pk).update(starts=date(2027, 12, 4), ends=date(2027, 12, 5))
        with time_machine.travel(datetime(2027, 12, 6, 11, 59, tzinfo=UTC), tick=False):
            assert "This edition is over" not in self.public(client, workshop)
        with time_machine.travel(datetime(2027, 12, 6, 12, 0, tzinfo=UTC), tick=False):
            assert "This edition is over" in self.public(client, workshop)

    def test_earlier_editions_are_listed_without_those_that_are_hidden(
        self, client: Client, workshop: Workshop, olga: User
    ):
        first = create_workshop(by=olga, slug="first", name="First", year=2025, announced=True)
        hidden = create_workshop(by=olga, slug="hidden", name="Hidden", year=2026, previous=first)
        Workshop.objects.filter(pk=workshop.pk).update(previous=hidden)
        content = self.public(client, workshop)
        assert "First 2025" in content
        assert "Hidden" not in content

    def test_circle_of_editions_ends(self, client: Client, workshop: Workshop, olga: User):
        other = create_workshop(by=olga, slug="other", name="Other", year=2026, announced=True, previous=workshop)
        Workshop.objects.filter(pk=workshop.pk).update(previous=other)
        assert "Other 2026" in self.public(client, workshop)

    def test_unannounced_workshop_is_nowhere_for_others_and_marked_for_its_organizer(
        self, client: Client, workshop: Workshop, olga: User
    ):
        Workshop.objects.filter(pk=workshop.pk).update(published_at=None)
        for name in ("public", "call", "calendar"):
            assert client.get(reverse(f"workshops:{name}", args=[workshop.slug])).status_code == 404
        assert client.get(reverse("submissions:start", args=[workshop.slug])).status_code == 404
        assert client.get(reverse("reviews:volunteer", args=[workshop.slug])).status_code == 404
        home = client.get(HOME).context
        assert [*home["current"], *home["others"]] == []
        client.force_login(olga)
        content = self.public(client, workshop)
        assert "Nobody outside sees this page yet" in content
        assert reverse("desk:guide", args=[workshop.slug]) in content

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({}, "What comes later is kept as late, and the organizers decide whether it counts."),
            ({"hard": True}, "What comes later is not taken."),
            (
                {"grace_minutes": 1, "hard": True},
                "What arrives within 1 minute after the deadline still counts. What comes later is not taken.",
            ),
        ],
    )
    def test_call_says_what_the_deadline_means(
        self, client: Client, workshop: Workshop, olga: User, changes: dict, said: str
    ):
        set_deadline(workshop=workshop, kind="submission", at=SUBMISSION_AT, by=olga, **changes)
        assert f"<li>{said}</li>" in page(client, call_of(workshop))

    def test_tracks_with_rules_of_their_own_are_named(self, client: Client, workshop: Workshop, olga: User):
        findings = workshop.tracks.get(slug="findings")
        set_deadline(workshop=workshop, track=findings, kind="submission", at=SUBMISSION_AT, hard=True, by=olga)
        content = page(client, call_of(workshop))
        assert "<strong>Findings:</strong> What comes later is not taken." in content
        assert "<strong>Proceedings, Extended Abstract:</strong> What comes later is kept" in content


class TestCalendar:
    def read(self, client: Client, workshop: Workshop) -> Calendar:
        response = client.get(reverse("workshops:calendar", args=[workshop.slug]))
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        return Calendar.from_ical(response.content)

    def test_calendar_holds_the_dates_that_authors_wait_for(self, client: Client, workshop: Workshop):
        events = self.read(client, workshop).walk("VEVENT")
        assert [str(event["SUMMARY"]) for event in events] == [
            "NeurReps 2027: Submission",
            "NeurReps 2027: Notification",
            "NeurReps 2027: Camera-ready",
        ]
        assert events[0]["DTSTART"].dt == SUBMISSION_AT
        assert "4 Sep 2027, 23:59 AoE (5 Sep 2027, 11:59 UTC)" in str(events[0]["DESCRIPTION"])

    def test_moved_date_keeps_its_uid_and_counts_its_sequence_up(self, client: Client, workshop: Workshop, olga: User):
        first = self.read(client, workshop).walk("VEVENT")[0]
        set_deadline(workshop=workshop, kind="submission", at=SUBMISSION_AT + 6 * DAY, by=olga)
        second = self.read(client, workshop).walk("VEVENT")[0]
        assert first["UID"] == second["UID"]
        assert (first["SEQUENCE"], second["SEQUENCE"]) == (1, 2)
        assert second["DTSTART"].dt == SUBMISSION_AT + 6 * DAY

    def test_file_is_valid_and_reminds_of_what_authors_must_do(self, client: Client, workshop: Workshop):
        calendar = self.read(client, workshop)
        assert (str(calendar["VERSION"]), str(calendar["METHOD"])) == ("2.0", "PUBLISH")
        assert calendar.errors == []
        alarms = {}
        for event in calendar.walk("VEVENT"):
            assert {"UID", "DTSTAMP", "DTSTART", "SEQUENCE"} <= set(event)
            assert "DTEND" not in event  # an end must come after its start
            alarms[str(event["SUMMARY"])] = [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]
        times = [timedelta(days=-3), timedelta(days=-1), timedelta(hours=-3)]
        assert alarms == {
            "NeurReps 2027: Submission": times,
            "NeurReps 2027: Notification": [],
            "NeurReps 2027: Camera-ready": times,
        }

    def test_lines_are_folded_and_end_as_the_standard_says(self, client: Client, workshop: Workshop):
        content = client.get(reverse("workshops:calendar", args=[workshop.slug])).content
        lines = content.split(b"\r\n")
        assert lines[-1] == b""
        assert max(len(line) for line in lines) <= 75

    def test_workshop_itself_is_an_entry_of_whole_days(self, client: Client, workshop: Workshop):
        Workshop.objects.filter(pk=workshop.pk).update(
            starts=date(2027, 12, 4), ends=date(2027, 12, 5), venue="Sydney; Hall 2, upstairs"
        )
        event = self.read(client, workshop).walk("VEVENT")[-1]
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 12, 4), date(2027, 12, 6))
        assert str(event["LOCATION"]) == "Sydney; Hall 2, upstairs"

    def test_date_that_every_track_replaces_is_left_out(self, client: Client, workshop: Workshop):
        tracks = list(workshop.tracks.all())
        for number, track in enumerate(tracks):
            at = SUBMISSION_AT + number * DAY
            Deadline.objects.create(workshop=workshop, track=track, kind="submission", at=at)
        names = [str(event["SUMMARY"]) for event in self.read(client, workshop).walk("VEVENT")]
        assert names[:3] == [f"NeurReps 2027: Submission ({track.name})" for track in tracks]
        assert "NeurReps 2027: Submission" not in names
