"""A new edition from an earlier one: what is copied, what is not, and when its dates are."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Model

from accounts.models import User
from audit.errors import Refused
from audit.models import Entry
from decisions.models import Outcome
from decisions.services.outcomes import add_default_outcomes
from notifications.models import Template
from notifications.services.templates import save_template
from submissions.models import Submission
from submissions.services.start import start_submission
from tests.factories import make_user
from tests.workshops.conftest import SUBMISSION_AT
from tests.workshops.pictures import picture
from workshops.instants import AOE, aoe, aoe_end_of_day
from workshops.models import Form, InvitedTalk, PublicOrganizer, Workshop, WorkshopLink
from workshops.reading import open_form, questions_of
from workshops.services.banner import set_banner
from workshops.services.clone import clone_edition
from workshops.services.deadlines import set_deadline
from workshops.services.forms import new_form_version
from workshops.services.roles import give_role
from workshops.shift import shifted, weeks_between
from workshops.states import Role

DAY = timedelta(days=1)


def next_of(workshop: Workshop, by: User | None, **options: object) -> Workshop:
    return clone_edition(workshop=workshop, by=by, **{"slug": "neurreps-2028", "year": 2028, **options})


def dates(workshop: Workshop) -> dict[str, str]:
    return {row.kind: aoe(row.at) for row in workshop.deadlines.all()}


def plain(row: Model, *left_out: str) -> dict[str, object]:
    fields = [field.attname for field in row._meta.concrete_fields if field.name not in ("id", *left_out)]
    return {name: getattr(row, name) for name in fields}


class TestShift:
    @pytest.mark.parametrize(
        ("old", "new", "weeks"),
        [
            (2026, 2027, 52),
            (2027, 2028, 52),  # over a leap day
            (2028, 2029, 52),
            (2026, 2028, 104),
            (2025, 2031, 313),  # six years are nearer to 313 weeks than to 312
        ],
    )
    def test_years_apart_are_whole_weeks(self, old: int, new: int, weeks: int):
        assert weeks_between(years=(old, new)) == weeks

    def test_first_days_decide_where_both_are_known(self):
        starts = (date(2026, 12, 5), date(2027, 12, 11))
        assert weeks_between(years=(2026, 2027), starts=starts) == 53
        assert weeks_between(years=(2026, 2027), starts=(None, date(2027, 12, 11))) == 52

    def test_first_day_on_another_weekday_goes_to_the_nearest_week(self):
        assert weeks_between(years=(2026, 2027), starts=(date(2026, 12, 5), date(2027, 12, 7))) == 52
        assert weeks_between(years=(2026, 2027), starts=(date(2026, 12, 5), date(2027, 12, 9))) == 53

    @pytest.mark.parametrize(
        "day",
        [
            date(2026, 3, 27),  # before Europe's and after America's change to summer time
            date(2026, 3, 29),
            date(2026, 10, 25),
            date(2026, 11, 1),
            date(2027, 2, 26),
            date(2027, 3, 1),
            date(2028, 2, 29),
        ],
    )
    @pytest.mark.parametrize("weeks", [52, 53, 104])
    def test_weekday_and_hour_stay_over_summer_time_and_leap_days(self, day: date, weeks: int):
        moved = shifted(aoe_end_of_day(day), weeks).astimezone(AOE)
        assert (moved.weekday(), moved.hour, moved.minute) == (day.weekday(), 23, 59)
        assert moved.date() == day + timedelta(weeks=weeks)


class TestWhatIsCopied:
    @pytest.fixture
    def full(self, workshop: Workshop, olga: User) -> Workshop:
        """With something of everything that an edition has."""
        set_banner(workshop=workshop, by=None, picture=picture())
        Workshop.objects.filter(pk=workshop.pk).update(
            about="Symmetry.", banner_words="A rosette", contact="chairs@neurreps.test", venue="Sydney", hold_minutes=3
        )
        add_default_outcomes(workshop=workshop, by=None)
        PublicOrganizer.objects.create(workshop=workshop, name="Olga Example", homepage="https://olga.test/")
        WorkshopLink.objects.create(workshop=workshop, label="Site", url="https://neurreps.test/")
        InvitedTalk.objects.create(workshop=workshop, speaker="Tess Example")
        workshop.refresh_from_db()
        return workshop

    def test_settings_and_public_texts_are_the_same(self, full: Workshop, olga: User):
        new = next_of(full, olga, venue="Vancouver", starts=date(2028, 12, 9), ends=date(2028, 12, 10))
        new.refresh_from_db()
        left_out = ("slug", "year", "previous", "venue", "starts", "ends", "published_at")
        assert plain(new, *left_out) == plain(full, *left_out)
        assert (str(new), new.previous, new.venue, new.published_at) == ("NeurReps 2028", full, "Vancouver", None)

    def test_tracks_topics_people_and_links_are_the_same(self, full: Workshop, olga: User):
        new = next_of(full, olga)
        for name in ("tracks", "topics", "public_organizers", "links"):
            rows = [[plain(row, "workshop") for row in getattr(one, name).all()] for one in (full, new)]
            assert rows[0] == rows[1]
            assert len(rows[0]) > 0

    def test_talks_belong_to_their_edition(self, full: Workshop, olga: User):
        assert next_of(full, olga).invited_talks.count() == 0

    def test_open_forms_are_copied_as_their_first_version_and_drafts_are_not(self, full: Workshop, olga: User):
        track = full.tracks.get(slug="findings")
        new_form_version(form=open_form(full.pk, track.pk).form, by=olga)
        new = next_of(full, olga)
        for old_track in full.tracks.all():
            copy = open_form(new.pk, new.tracks.get(slug=old_track.slug).pk)
            assert copy.number == 1
            assert questions_of(copy.pk) == questions_of(open_form(full.pk, old_track.pk).pk)
        asked = [questions_of(open_form(one.pk, None, Form.Purpose.DISCLOSURE).pk) for one in (full, new)]
        assert asked[0] == asked[1]
        assert len(asked[0]) > 0
        assert new.forms.count() == full.forms.count() == 4

    def test_outcomes_offer_the_new_tracks(self, full: Workshop, olga: User):
        new = next_of(full, olga)
        shape = [
            list(
                Outcome.objects.filter(track__workshop=one)
                .order_by("track__position", "position")
                .values_list("track__slug", "key", "label", "kind", "offers_track__slug", "offers_track__workshop")
            )
            for one in (full, new)
        ]
        assert [row[:5] for row in shape[0]] == [row[:5] for row in shape[1]]
        assert {row[5] for row in shape[1]} == {None, new.pk}

    def test_words_of_mails_come_along(self, full: Workshop, olga: User):
        words = {"subject": "{{ workshop }}: welcome", "text": "Hello."}
        save_template(kind="invitation", scope=f"w:{full.pk}", by=olga, **words)
        new = next_of(full, olga)
        assert Template.objects.filter(scope=f"w:{new.pk}").values_list("kind", "subject", "text", "version").get() == (
            "invitation",
            *words.values(),
            1,
        )

    def test_papers_and_reviewers_stay(self, full: Workshop, olga: User):
        ada = make_user("Ada")
        track = full.tracks.all()[0]
        start_submission(workshop=full, track=track, by=ada, received_at=SUBMISSION_AT - DAY, title="On symmetry")
        give_role(workshop=full, user=make_user("Rui"), role="reviewer", by=None)
        new = next_of(full, olga)
        assert Submission.objects.filter(workshop=new).count() == 0
        assert list(new.memberships.values_list("user", "role")) == [(olga.pk, "organizer")]

    def test_chosen_organizers_go_on_and_nobody_else(self, full: Workshop, olga: User, zed: User):
        otto, ines = make_user("Otto"), make_user("Ines")
        for user in (otto, ines):
            give_role(workshop=full, user=user, role=Role.ORGANIZER, by=olga)
        new = next_of(full, olga, organizers=[otto, zed])
        assert set(new.memberships.values_list("user", flat=True)) == {olga.pk, otto.pk}

    def test_it_is_written_down(self, full: Workshop, olga: User):
        new = next_of(full, olga)
        entry = Entry.objects.get(action="workshop.cloned")
        assert (entry.actor, entry.root_id, entry.data) == (olga, new.pk, {"from": full.pk})


class TestDates:
    def test_dates_move_by_whole_weeks_and_keep_their_weekday(self, workshop: Workshop, olga: User):
        assert dates(workshop) == {
            "submission": "4 Sep 2027, 23:59 AoE",
            "review": "19 Sep 2027, 23:59 AoE",
            "notification": "22 Sep 2027, 23:59 AoE",
            "camera_ready": "20 Oct 2027, 23:59 AoE",
        }
        assert dates(next_of(workshop, olga)) == {
            "submission": "2 Sep 2028, 23:59 AoE",
            "review": "17 Sep 2028, 23:59 AoE",
            "notification": "20 Sep 2028, 23:59 AoE",
            "camera_ready": "18 Oct 2028, 23:59 AoE",
        }

    def test_dates_follow_the_first_day(self, workshop: Workshop, olga: User):
        Workshop.objects.filter(pk=workshop.pk).update(starts=date(2027, 12, 4))
        workshop.refresh_from_db()
        new = next_of(workshop, olga, starts=date(2028, 12, 9))
        assert dates(new)["submission"] == "9 Sep 2028, 23:59 AoE"

    def test_everything_about_a_date_comes_along_but_its_pin(self, workshop: Workshop, olga: User):
        findings = workshop.tracks.get(slug="findings")
        set_deadline(
            workshop=workshop,
            track=findings,
            kind="submission",
            at=SUBMISSION_AT + 7 * DAY,
            opens_at=SUBMISSION_AT - 30 * DAY,
            grace_minutes=15,
            hard=True,
            pinned_by="NeurIPS",
            by=olga,
        )
        new = next_of(workshop, olga)
        row = new.deadlines.get(track__slug="findings")
        assert (row.at - row.opens_at, row.grace_minutes, row.hard) == (37 * DAY, 15, True)
        assert (row.pinned_by, row.version, row.track.workshop) == ("", 1, new)

    def test_chosen_dates_win_and_none_leaves_one_out(self, workshop: Workshop, olga: User):
        keys = dict(workshop.deadlines.values_list("kind", "pk"))
        mine = datetime(2028, 8, 26, 11, 59, 59, tzinfo=UTC)
        new = next_of(workshop, olga, dates={keys["submission"]: mine, keys["camera_ready"]: None})
        assert dates(new) == {
            "submission": "25 Aug 2028, 23:59 AoE",
            "review": "17 Sep 2028, 23:59 AoE",
            "notification": "20 Sep 2028, 23:59 AoE",
        }

    def test_date_out_of_order_is_refused_at_its_field_and_nothing_is_begun(self, workshop: Workshop, olga: User):
        key = workshop.deadlines.get(kind="notification").pk
        with pytest.raises(Refused, match="would be before") as refused:
            next_of(workshop, olga, dates={key: SUBMISSION_AT + 300 * DAY})
        assert refused.value.field == f"date_{key}"
        assert Workshop.objects.count() == 1


class TestWhoAndWhat:
    @pytest.mark.parametrize(
        ("options", "field"),
        [({"slug": "neurreps-2027"}, "slug"), ({"slug": "Ü"}, "slug"), ({"year": 28}, "year")],
    )
    def test_wrong_value_is_refused_at_its_field(self, workshop: Workshop, olga: User, options: dict, field: str):
        with pytest.raises(Refused) as refused:
            next_of(workshop, olga, **options)
        assert refused.value.field == field

    def test_days_in_the_wrong_order_are_refused(self, workshop: Workshop, olga: User):
        with pytest.raises(Refused, match="ends before it starts"):
            next_of(workshop, olga, starts=date(2028, 12, 9), ends=date(2028, 12, 8))

    def test_stranger_and_reviewer_copy_nothing(self, workshop: Workshop, zed: User):
        give_role(workshop=workshop, user=zed, role="reviewer", by=None)
        with pytest.raises(PermissionDenied):
            next_of(workshop, zed)
