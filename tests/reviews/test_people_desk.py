"""The organizers' page of people, and inviting on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from access.viewer import Viewer
from accounts.services.publications import add_publications
from desk.reading.facts import read_season
from desk.reading.forecast import forecast_from
from desk.reading.people import PAGE
from notifications.models import Batch, Message
from reviews.models import Invitation, Reviewer
from reviews.services.invite import invite
from reviews.services.reviewers import add_reviewer
from submissions.models import Conflict
from tests.factories import make_user
from tests.reviews.stage import given, make_stage, reviewed
from workshops.models import Membership
from workshops.services.create import create_workshop

PEOPLE = "/admin/w/neurreps-2027/people/"


def browser(user: Any) -> Client:
    client = Client()
    user.refresh_from_db()
    client.force_login(user)
    return client


@pytest.fixture
def olga(stage: Any) -> Client:
    return browser(stage.olga)


def loads(client: Client) -> dict[str, str]:
    return {row.name: row.load_words for row in client.get(PEOPLE).context["found"].people if row.load_words}


@pytest.mark.parametrize("name", ["rui", "ada"])
def test_page_is_not_there_for_who_does_not_organize(stage: Any, name: str) -> None:
    assert browser(getattr(stage, name)).get(PEOPLE).status_code == 404


def test_page_lists_everybody_with_roles_and_loads(olga: Client, stage: Any) -> None:
    given(stage)
    rows = {row.name: [role.label for role in row.roles] for row in olga.get(PEOPLE).context["found"].people}
    assert rows == {
        "Noor Example": ["Reviewer"],
        "Olga Example": ["Organizer"],
        "Otto Example": ["Organizer"],
        "Rae Example": ["Reviewer"],
        "Rui Example": ["Reviewer"],
    }
    assert loads(olga) == {"Noor Example": "0 of 6", "Rae Example": "0 of 6", "Rui Example": "1 of 6"}


def test_load_does_not_count_a_paper_that_is_hidden_from_the_viewer(olga: Client, stage: Any) -> None:
    given(stage, paper=0)
    given(stage, paper=1)
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")
    assert loads(olga)["Rui Example"] == "2 of 6"
    assert loads(browser(stage.otto))["Rui Example"] == "1 of 6"


def test_search_is_folded_and_filters_combine(olga: Client, stage: Any) -> None:
    jose = make_user("José", email="jose@jose.test", family="Núñez")
    add_reviewer(workshop=stage.workshop, user=jose, by=stage.olga)
    page = olga.get(PEOPLE, {"q": "NUNEZ", "role": "reviewer"})
    assert [row.name for row in page.context["found"].people] == ["José Núñez"]
    assert [row.name for row in olga.get(PEOPLE, {"q": "olga", "role": "reviewer"}).context["found"].people] == []


@pytest.mark.parametrize(
    "query", ["?role=nonsense", "?page=x", "?page=999999", "?role=invited&page=9", "?state=blue", "?look=a,b&sort=z"]
)
def test_address_that_means_nothing_shows_the_first_page(olga: Client, query: str) -> None:
    assert olga.get(PEOPLE + query).status_code == 200


def test_pages_of_fifty_follow_each_other_without_gap_or_repeat(olga: Client, stage: Any) -> None:
    for number in range(PAGE + 10):
        user = make_user(f"P{number}", family="Same")
        Membership.objects.create(workshop=stage.workshop, user=user, role="reviewer")
    first = olga.get(PEOPLE, {"role": "reviewer"})
    second = olga.get(PEOPLE + first.context["older_url"])
    names = [row.pk for page in (first, second) for row in page.context["found"].people]
    assert (len(names), len(set(names)), second.context["older_url"]) == (PAGE + 13, PAGE + 13, "")


def test_previewing_invitations_shows_the_mail_and_changes_nothing(olga: Client, stage: Any) -> None:
    lines = "Ivy <ivy@ivy.test>\nno address\nRui <rui@rui.test>"
    typed = {"lines": lines, "role": "reviewer", "load": "4", "note": "Dear Ivy", "do": "preview"}
    page = olga.post(f"{PEOPLE}invite/", typed)
    preview = page.context["preview"]
    assert [row.guest.address for row in preview["rows"]] == ["ivy@ivy.test"]
    assert [problem.line for problem in preview["problems"]] == ["no address", "Rui <rui@rui.test>"]
    assert "Dear Ivy" in preview["mail"].text
    assert (Invitation.objects.count(), Message.objects.count()) == (0, 0)


def known(client: Client, lines: str) -> list[tuple[Any, ...]]:
    """What the preview knows of the people on these lines."""
    page = client.post(f"{PEOPLE}invite/", {"lines": lines, "role": "reviewer", "do": "preview"})
    return [(row.authored, row.conflicts, row.papers, row.declined) for row in page.context["preview"]["rows"]]


def test_preview_names_authors_and_counts_conflicts_where_the_viewer_may_know(olga: Client, stage: Any) -> None:
    assert known(olga, "Ada <ada@ada.test>\nAdi <adi@ada.test>\nIvy <ivy@ivy.test>") == [
        ((1,), 1, 2, ()),
        ((), 1, 2, ()),
        ((), 0, 2, ()),
    ]


def test_preview_tells_nothing_of_a_paper_that_is_hidden_from_the_viewer(stage: Any) -> None:
    lines = "Ada <ada@ada.test>\nAdi <adi@ada.test>"
    hidden = stage.papers[0]
    Conflict.objects.create(submission=hidden, user=stage.otto, reason="relation", state="confirmed")
    told = known(browser(stage.otto), lines)
    assert [row[1:3] for row in told] == [(0, 1), (0, 1)]


def test_preview_says_who_conflicts_with_everything(olga: Client, stage: Any) -> None:
    page = olga.post(
        f"{PEOPLE}invite/", {"lines": "w2@writer2.test\nada@ada.test", "role": "reviewer", "do": "preview"}
    )
    assert page.context["preview"]["barred"] == 0
    Conflict.objects.create(submission=stage.papers[1], user=stage.olga, reason="organizer", state="confirmed")
    page = olga.post(f"{PEOPLE}invite/", {"lines": "ada@ada.test", "role": "reviewer", "do": "preview"})
    assert page.context["preview"]["barred"] == 1
    assert "Conflicts with every paper" in page.content.decode()


def test_preview_says_who_declined_an_edition_that_the_viewer_organizes(olga: Client, stage: Any) -> None:
    for slug, by in (("neurreps-2026", stage.olga), ("elsewhere", make_user("Elsa"))):
        other = create_workshop(by=by, slug=slug, name="NeurReps", year=2026)
        made = invite(workshop=other, by=by, address="ivy@ivy.test")
        Invitation.objects.filter(pk=made.pk).update(status="declined")
    assert known(olga, "ivy@ivy.test") == [((), 0, 2, ("NeurReps 2026",))]


def test_file_joins_the_lines_in_the_preview_and_is_never_sent_unseen(olga: Client, stage: Any) -> None:
    file = SimpleUploadedFile("people.csv", b"name,email,load\nIvy,ivy@ivy.test,3\n")
    typed = {"lines": "jo@jo.test", "file": file, "role": "reviewer", "do": "send"}
    page = olga.post(f"{PEOPLE}invite/", typed)
    assert page.context["form"]["lines"].value() == "jo@jo.test\nIvy <ivy@ivy.test>, 3"
    assert (page.status_code, Invitation.objects.count()) == (200, 0)


def test_file_that_is_no_list_says_so_and_keeps_the_lines(olga: Client, stage: Any) -> None:
    typed = {"lines": "jo@jo.test", "file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04"), "role": "reviewer"}
    page = olga.post(f"{PEOPLE}invite/", typed)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["file"])
    assert page.context["form"]["lines"].value() == "jo@jo.test"


def test_list_of_several_people_leads_to_its_bulk_mail(olga: Client, stage: Any) -> None:
    answer = olga.post(f"{PEOPLE}invite/", {"lines": "a@a.test\nb@b.test", "role": "reviewer", "do": "send"})
    assert answer["Location"] == f"/admin/w/neurreps-2027/mail/batches/{Batch.objects.get().pk}/"


def test_page_forecasts_how_many_more_to_invite(olga: Client, stage: Any) -> None:
    found = olga.get(f"{PEOPLE}invite/").context["forecast"]
    expected = olga.get(f"{PEOPLE}invite/", {"papers": "100"}).context["forecast"]
    assert (found.season.wanted, found.season.reviewers, found.season.capacity) == (6, 3, 18)
    assert expected.season.wanted == 300
    assert expected.more > found.more


def test_forecast_does_not_count_what_is_hidden_from_the_viewer(stage: Any) -> None:
    for name in ("rui", "noor"):
        reviewed(given(stage, name, due_at=timezone.now() - timedelta(days=1)))
    given(stage, "rae", due_at=timezone.now() - timedelta(days=1))
    given(stage, "rae", paper=1, due_at=timezone.now() - timedelta(days=1))
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="relation", state="confirmed")
    seasons = [browser(user).get(f"{PEOPLE}invite/").context["forecast"].season for user in (stage.olga, stage.otto)]
    assert [(season.due, season.delivered, season.wanted) for season in seasons] == [(3, 2.0, 6), (1, 0.0, 3)]


def test_forecast_of_the_dashboard_is_that_of_the_page(stage: Any) -> None:
    for number, status in enumerate(("accepted", "declined", "expired", "sent", "sent")):
        invite(workshop=stage.workshop, by=stage.olga, address=f"p{number}@p{number}.test")
        Invitation.objects.filter(address=f"p{number}@p{number}.test").update(status=status)
    Invitation.objects.filter(address="p4@p4.test").update(asked_at=timezone.now() - timedelta(days=15))
    reviewed(given(stage, "rui", due_at=timezone.now() - timedelta(days=1)))
    given(stage, "rui", paper=1, due_at=timezone.now() - timedelta(days=1))
    Conflict.objects.create(submission=stage.papers[1], user=stage.otto, reason="relation", state="confirmed")
    for user in (stage.olga, stage.otto):
        page = browser(user).get(f"{PEOPLE}invite/").context["forecast"].season
        board = forecast_from(read_season(stage.workshop, Viewer(user), timezone.now())).season
        assert board == page
        assert (page.agreed, page.declined, page.silent, page.waiting) == (1, 1, 2, 1)


def test_sending_keeps_the_lines_that_could_not_be_invited(olga: Client, stage: Any) -> None:
    typed = {"lines": "Ivy <ivy@ivy.test>\nno address", "role": "reviewer", "do": "send"}
    page = olga.post(f"{PEOPLE}invite/", typed)
    assert page.status_code == 422
    assert page.context["form"]["lines"].value() == "no address"
    assert [one.address for one in Invitation.objects.all()] == ["ivy@ivy.test"]


def test_double_click_on_send_invites_once(olga: Client, stage: Any) -> None:
    for _ in range(2):
        olga.post(f"{PEOPLE}invite/", {"lines": "ivy@ivy.test", "role": "reviewer", "do": "send"})
    assert (Invitation.objects.count(), Message.objects.filter(kind="invitation").count()) == (1, 1)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"lines": ""}, "lines"),
        ({"load": "0"}, "load"),
        ({"load": "x"}, "load"),
        ({"role": "operator"}, "role"),
        ({"for_track": "999"}, "for_track"),
    ],
)
def test_invite_form_with_a_wrong_field_names_it(olga: Client, stage: Any, typed: dict[str, str], field: str) -> None:
    good = {"lines": "ivy@ivy.test", "role": "reviewer", "do": "send"}
    page = olga.post(f"{PEOPLE}invite/", {**good, **typed})
    assert (page.status_code, list(page.context["form"].errors), Invitation.objects.count()) == (422, [field], 0)


def test_line_of_an_invitation_can_be_taken_back_and_sent_again(olga: Client, stage: Any) -> None:
    made = invite(workshop=stage.workshop, by=stage.olga, address="ivy@ivy.test")
    (row,) = olga.get(PEOPLE, {"role": "invited"}).context["found"].invitations
    assert (row.may_take_back, row.may_ask_again) == (True, False)
    olga.post(f"{PEOPLE}action/", {"do": "take_back", "invitation": made.pk})
    (row,) = olga.get(PEOPLE, {"role": "invited"}).context["found"].invitations
    assert (row.status, row.may_take_back, row.may_ask_again) == ("expired", False, True)
    olga.post(f"{PEOPLE}action/", {"do": "send_again", "invitation": made.pk})
    assert Invitation.objects.get().status == "sent"


def change(client: Client, user: Any, **typed: Any) -> Any:
    return client.post(f"{PEOPLE}{user.pk}/change/", typed, follow=True)


def test_role_is_ended_and_the_last_organizer_stays(olga: Client, stage: Any) -> None:
    role = Membership.objects.get(user=stage.rui)
    change(olga, stage.rui, do="end_role", membership=role.pk)
    role.refresh_from_db()
    assert role.until is not None
    for person in (stage.otto, stage.olga):
        change(olga, person, do="end_role", membership=Membership.objects.get(user=person).pk)
    assert list(Membership.objects.open().filter(role="organizer").values_list("user", flat=True)) == [stage.olga.pk]


def test_load_of_a_reviewer_is_changed(olga: Client, stage: Any) -> None:
    row = Reviewer.objects.get(user=stage.rui)
    change(olga, stage.rui, do="load", load_max="3", senior="on", emergency="on")
    row.refresh_from_db()
    assert (row.load_max, row.senior, row.emergency) == (3, True, True)
    page = change(olga, stage.rui, do="load", load_max="x")
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["load_max"])


@pytest.mark.parametrize("typed", [{}, {"do": "x"}, {"do": "send_again"}, {"do": "send_again", "invitation": "x"}])
def test_action_that_means_nothing_is_not_there(olga: Client, typed: dict[str, str]) -> None:
    assert olga.post(f"{PEOPLE}action/", typed).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_for_any_number_of_people(db: Any, rows: int, django_assert_num_queries: Any) -> None:
    stage = make_stage(papers=1, reviewers=("Rui", "Noor", "Rae")[:rows])
    for user in stage.people.values():
        add_publications(user=user, by=user, text="A paper of theirs")
        given(stage, user.given.lower(), tell=False)
        invite(workshop=stage.workshop, by=stage.olga, address=f"{user.given}@guest.test")
    client = browser(stage.olga)
    with django_assert_num_queries(6):
        client.get(PEOPLE)
    with django_assert_num_queries(7):
        client.get(PEOPLE, {"role": "invited"})
