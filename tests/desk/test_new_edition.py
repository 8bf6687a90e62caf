"""The page that begins a new edition: proposes everything, shifts the dates, keeps what was typed."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import make_user
from tests.workshops.conftest import SUBMISSION_AT
from workshops.models import Workshop
from workshops.services.create import create_workshop
from workshops.services.roles import give_role


@pytest.fixture
def olga(db) -> User:
    return make_user("Olga")


@pytest.fixture
def workshop(olga: User) -> Workshop:
    return create_workshop(
        by=olga,
        slug="neurreps-2027",
        name="NeurReps",
        year=2027,
        submission_at=SUBMISSION_AT,
        starts=date(2027, 12, 4),
        ends=date(2027, 12, 5),
    )


@pytest.fixture
def address(client: Client, workshop: Workshop, olga: User) -> str:
    client.force_login(olga)
    return reverse("desk:new_edition", args=[workshop.slug])


def proposed(client: Client, address: str) -> dict[str, str]:
    """What the page would send back as it stands."""
    form = client.get(address).context["form"]
    found = {field.html_name: field.field.widget.format_value(field.value()) for field in form if field.value()}
    return {name: value for name, value in found.items() if value is not None and name != "organizers"}


def test_page_proposes_a_year_later_on_the_same_weekdays(client: Client, address: str, workshop: Workshop):
    page = " ".join(client.get(address).content.decode().split())
    key = workshop.deadlines.get(kind="submission").pk
    values = proposed(client, address)
    assert (values["name"], values["slug"], values["year"]) == ("NeurReps", "neurreps-2028", "2028")
    assert (values["starts"], values["ends"]) == ("2028-12-02", "2028-12-03")
    assert values[f"date_{key}"] == "2028-09-02T23:59"
    assert 'Saturday<div class="list-sub">4 Sep 2027, 23:59 AoE</div>' in page


def test_asking_to_shift_moves_the_dates_and_creates_nothing(client: Client, address: str, workshop: Workshop):
    key = workshop.deadlines.get(kind="submission").pk
    typed = proposed(client, address) | {"starts": "2028-12-09", "name": "NeurReps again", "shift": "1"}
    answer = client.post(address, typed)
    form = answer.context["form"]
    assert (answer.status_code, form[f"date_{key}"].value()) == (200, "2028-09-09T23:59")
    assert form["name"].value() == "NeurReps again"
    assert Workshop.objects.count() == 1


def test_shift_of_what_is_no_year_changes_no_date(client: Client, address: str, workshop: Workshop):
    key = workshop.deadlines.get(kind="submission").pk
    answer = client.post(address, proposed(client, address) | {"year": "soon", "shift": "1"})
    assert answer.status_code == 200
    assert answer.context["form"][f"date_{key}"].value() == "2028-09-02T23:59"


def test_edition_is_created_with_what_was_typed(client: Client, address: str, workshop: Workshop, olga: User):
    otto = make_user("Otto")
    give_role(workshop=workshop, user=otto, role="organizer", by=olga)
    keys = dict(workshop.deadlines.values_list("kind", "pk"))
    typed = proposed(client, address) | {"organizers": otto.pk, "venue": "Vancouver"}
    typed[f"date_{keys['submission']}"] = "2028-08-25T23:59"
    typed[f"date_{keys['camera_ready']}"] = ""
    answer = client.post(address, typed)
    new = Workshop.objects.get(slug="neurreps-2028")
    assert answer["Location"] == reverse("desk:guide", args=["neurreps-2028"])
    assert new.deadlines.count() == 3
    assert f"{new.deadlines.get(kind='submission').at:%Y-%m-%d %H:%M:%S}" == "2028-08-26 11:59:59"
    assert (new.venue, new.previous, new.published_at) == ("Vancouver", workshop, None)
    assert set(new.memberships.values_list("user", flat=True)) == {olga.pk, otto.pk}


def test_second_press_says_that_the_address_is_taken(client: Client, address: str):
    typed = proposed(client, address)
    client.post(address, typed)
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert "is taken by another workshop" in answer.context["form"].errors["slug"][0]
    assert Workshop.objects.count() == 2


def test_date_out_of_order_is_said_at_its_field(client: Client, address: str, workshop: Workshop):
    key = workshop.deadlines.get(kind="review").pk
    answer = client.post(address, proposed(client, address) | {f"date_{key}": "2028-08-01T23:59"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [f"date_{key}"]


def test_edition_without_dates_can_be_copied(client: Client, address: str, workshop: Workshop):
    workshop.deadlines.all().delete()
    assert "This edition has no dates." in client.get(address).content.decode()
    assert client.post(address, proposed(client, address)).status_code == 302
