"""The settings under /admin/: what an organizer may change, and through which service."""

import pytest
from django.contrib import admin

from access.admin import ConflictAwareAdmin
from audit.models import Entry
from tests.factories import make_cast, make_user
from workshops.models import Deadline, FormVersion, Question
from workshops.services.create import create_workshop

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast("submission")


@pytest.fixture
def olga(client, cast):
    client.force_login(cast.olga)
    return client


def test_every_registered_admin_stands_on_our_base():
    assert [
        type(one).__name__ for one in admin.site._registry.values() if not isinstance(one, ConflictAwareAdmin)
    ] == []


def test_an_organizer_finds_workshop_settings_and_no_people(olga):
    page = olga.get("/admin/").content.decode()
    assert "/admin/workshops/deadline/" in page
    assert "/admin/accounts/user/" not in page
    assert olga.get("/admin/accounts/user/").status_code in {403, 404}


def test_settings_of_another_workshop_are_missing(olga):
    other = create_workshop(by=make_user("Other"), slug="other", name="Other", year=2027)
    assert olga.get(f"/admin/workshops/workshop/{other.pk}/change/").status_code == 404
    deadline = other.deadlines.first()
    assert olga.get(f"/admin/workshops/deadline/{deadline.pk}/change/").status_code == 404
    assert olga.get(f"/admin/workshops/deadline/{deadline.pk}/history/").status_code == 404
    assert "other" not in olga.get("/admin/workshops/deadline/").content.decode().lower().replace("otherwise", "")


def values(deadline: Deadline, at: str) -> dict[str, str]:
    return {"opens_at": "", "at": at, "grace_minutes": "0", "pinned_by": "", "reason": "More time."}


def test_a_deadline_moves_through_its_service_and_its_history_says_so(olga, cast):
    deadline = cast.workshop.deadlines.get(kind="submission")
    url = f"/admin/workshops/deadline/{deadline.pk}/"
    day = f"{deadline.at:%Y-%m-%d}T20:00"
    assert olga.post(f"{url}change/", values(deadline, day)).status_code == 302
    deadline.refresh_from_db()
    assert deadline.version == 2
    assert Entry.objects.filter(action="deadline.moved", actor=cast.olga).count() == 1
    assert "Moved a deadline" in olga.get(f"{url}history/").content.decode().replace("moved", "Moved", 1)


def test_a_deadline_after_its_successor_is_refused_with_the_sentence(olga, cast):
    deadline = cast.workshop.deadlines.get(kind="submission")
    late = cast.workshop.deadlines.get(kind="camera_ready").at
    answer = olga.post(f"/admin/workshops/deadline/{deadline.pk}/change/", values(deadline, f"{late:%Y-%m-%d}T20:00"))
    assert answer.status_code == 200
    assert "Move that one first" in answer.content.decode()
    deadline.refresh_from_db()
    assert deadline.version == 1


def test_an_open_form_keeps_its_wording_and_is_copied_to_a_draft_that_opens(olga, cast):
    opened = FormVersion.objects.get(form__track=cast.track)
    url = f"/admin/workshops/formversion/{opened.pk}/change/"
    assert 'name="questions-0-text"' not in olga.get(url).content.decode()
    count = opened.questions.count()
    empty = {"questions-TOTAL_FORMS": "0", "questions-INITIAL_FORMS": "0"}
    copied = olga.post(url, {**empty, "copy_version": "1"})
    draft = FormVersion.objects.get(form=opened.form, number=2)
    assert copied.url == f"/admin/workshops/formversion/{draft.pk}/change/"
    assert draft.questions.count() == count
    page = olga.get(copied.url)
    formset = page.context["inline_admin_formsets"][0].formset
    data = {f"{formset.prefix}-TOTAL_FORMS": str(count), f"{formset.prefix}-INITIAL_FORMS": str(count)}
    for form in formset.initial_forms:
        for name, field in form.fields.items():
            value = form.initial.get(name, field.initial)
            value = field.prepare_value(value) if name == "labels" else value
            if value is not None and value is not False:
                data[form.add_prefix(name)] = value.pk if hasattr(value, "pk") else value
    data[formset.initial_forms[0].add_prefix("text")] = "What is it about?"
    answer = olga.post(copied.url, {**data, "open_version": "1"})
    assert answer.status_code == 302, answer.context["errors"]
    draft.refresh_from_db()
    opened.refresh_from_db()
    assert (draft.status, opened.status) == ("open", "closed")
    assert Question.objects.filter(version=draft).first().text == "What is it about?"
    assert Question.objects.filter(version=opened).first().text == "Summary"


def test_the_operator_closes_an_account_and_finds_people_whatever_their_accents(client, cast):
    person = make_user("Zoë", family="Ångström", email="zoe@zoe.test")
    client.force_login(cast.opal)
    assert "zoe@zoe.test" in client.get("/admin/accounts/user/?q=angstrom").content.decode()
    client.post(f"/admin/accounts/user/{person.pk}/change/", {"given": "Zoe", "particle": "", "family": "Ångström"})
    person.refresh_from_db()
    assert (person.given, person.is_active) == ("Zoe", False)
    assert person.search_identity == "zoe angstrom zoe@zoe.test"
