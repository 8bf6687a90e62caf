"""The settings of a workshop, as an organizer reads and sets them."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from submissions.states import ConflictReason
from tests.factories import make_user
from workshops.instants import aoe
from workshops.models import Workshop

COUNTED = [reason for reason in ConflictReason.values if reason != ConflictReason.AUTHORSHIP]


@pytest.fixture
def page(client: Client, workshop: Workshop, olga: User) -> str:
    client.force_login(olga)
    return reverse("admin:workshops_workshop_change", args=[workshop.pk])


def send(client: Client, page: str, **changes: object):
    """Save the page as it is shown, but for these changes."""
    context = client.get(page).context
    form = context["adminform"].form
    values = {name: form[name].value() for name in form.fields if name not in ("new_banner", "remove_banner")}
    for inline in context["inline_admin_formsets"]:
        prefix = inline.formset.prefix
        values |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return client.post(page, {name: value for name, value in values.items() if value is not None} | changes)


class TestConflicts:
    def test_every_reason_is_ticked_where_none_is_left_out(self, client: Client, page: str) -> None:
        form = client.get(page).context["adminform"].form
        assert form["conflict_sources"].value() == COUNTED

    def test_reason_that_is_not_ticked_counts_no_longer(self, client: Client, page: str, workshop: Workshop) -> None:
        send(client, page, conflict_sources=COUNTED[1:])

        workshop.refresh_from_db()
        assert workshop.conflict_sources == COUNTED[1:]

    def test_all_that_are_ticked_again_leave_none_out(self, client: Client, page: str, workshop: Workshop) -> None:
        send(client, page, conflict_sources=COUNTED[1:])
        send(client, page, conflict_sources=COUNTED)

        workshop.refresh_from_db()
        assert workshop.conflict_sources == []

    def test_none_at_all_is_refused_at_the_field(self, client: Client, page: str, workshop: Workshop) -> None:
        answer = send(client, page, conflict_sources=[])

        assert answer.context["adminform"].form.errors == {"conflict_sources": ["Tick at least one."]}


class TestNumbers:
    @pytest.mark.both
    def test_number_that_not_every_database_keeps_is_refused_at_its_field(
        self, client: Client, page: str, workshop: Workshop
    ) -> None:
        answer = send(client, page, conflict_years="99999999999")

        assert answer.context["adminform"].form.errors == {
            "conflict_years": ["Ensure this value is less than or equal to 32767."]
        }


class TestWords:
    def test_dates_are_listed_in_the_zone_of_all_other_pages(
        self, client: Client, page: str, workshop: Workshop
    ) -> None:
        date = workshop.deadlines.order_by("at")[0]
        assert aoe(date.at) in client.get(reverse("admin:workshops_deadline_changelist")).content.decode()

    def test_days_are_shown_so_that_nobody_takes_the_month_for_the_day(self, client: Client, page: str) -> None:
        send(client, page, starts="2027-03-02")

        assert 'value="2027-03-02"' in client.get(page).content.decode()

    def test_settings_lead_back_to_the_desk(self, client: Client, page: str) -> None:
        for address in (reverse("admin:index"), page):
            assert f'<a href="{reverse("desk:my_desk")}">' in client.get(address).content.decode()

    def test_accounts_are_led_to_only_for_whoever_runs_the_site(self, client: Client, page: str) -> None:
        link = f'href="{reverse("admin:accounts_user_changelist")}"'
        assert [client.get(address).content.decode().count(link) for address in (reverse("admin:index"), page)] == [
            0,
            0,
        ]

        client.force_login(make_user("Opal", is_staff=True, is_superuser=True))
        assert [client.get(address).content.decode().count(link) for address in (reverse("admin:index"), page)] == [
            2,
            1,
        ]
