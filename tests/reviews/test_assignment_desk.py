"""The organizers' pages of proposals."""

from typing import Any

import pytest
from django.test import Client

from audit.models import Entry
from notifications.models import Message
from reviews.models import Assignment, AssignmentRun, ProposedPair
from reviews.services.run import publish_run
from submissions.models import Conflict
from tests.reviews.stage import make_stage, proposal, run_jobs, wants
from tests.reviews.test_people_desk import browser

PAGE = "/admin/w/neurreps-2027/assignment/"


@pytest.fixture
def olga(stage: Any) -> Client:
    return browser(stage.olga)


@pytest.fixture
def run(stage: Any) -> AssignmentRun:
    return proposal(stage)


def act(client: Client, run: AssignmentRun, do: str, **values: Any) -> Any:
    return client.post(f"{PAGE}{run.pk}/action/", {"do": do, **values}, follow=True)


def shown(client: Client, run: AssignmentRun) -> Any:
    return client.get(f"{PAGE}{run.pk}/").context["page"]


@pytest.mark.parametrize("name", ["rui", "ada"])
def test_pages_are_not_there_for_who_does_not_organize(stage: Any, run: AssignmentRun, name: str) -> None:
    client = browser(getattr(stage, name))
    for address in (PAGE, f"{PAGE}{run.pk}/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{PAGE}{run.pk}/action/", {"do": "publish"}).status_code == 404


def test_first_page_says_what_is_missing(olga: Client, stage: Any) -> None:
    found = olga.get(PAGE).context["found"]
    assert (found.submitted, found.lacking, found.reviews_missing, found.reviewers, found.places) == (2, 2, 6, 3, 18)


def test_button_asks_for_one_proposal_however_often_it_is_pressed(olga: Client, stage: Any) -> None:
    first = olga.post(PAGE)
    second = olga.post(PAGE)
    assert (first.status_code, second.status_code, AssignmentRun.objects.count()) == (302, 422, 1)
    assert "being made right now" in second.content.decode()


def test_progress_is_shown_until_the_proposal_is_made(olga: Client, stage: Any) -> None:
    olga.post(PAGE)
    run = AssignmentRun.objects.get()
    waiting = olga.get(f"{PAGE}{run.pk}/?part=progress")
    assert ("Waits for a worker" in waiting.content.decode(), "HX-Refresh" in waiting) == (True, False)
    run_jobs()
    assert olga.get(f"{PAGE}{run.pk}/?part=progress")["HX-Refresh"] == "true"
    assert shown(olga, run).line.words == "Proposal, not published"


def test_proposal_that_waits_is_stopped(olga: Client, stage: Any) -> None:
    olga.post(PAGE)
    run = AssignmentRun.objects.get()
    act(olga, run, "stop")
    assert shown(olga, run).line.words == "Stopped"


def test_proposal_shows_pairs_ranks_loads_and_its_certificate(olga: Client, stage: Any, run: AssignmentRun) -> None:
    page = olga.get(f"{PAGE}{run.pk}/")
    paper = page.context["page"].papers[0]
    assert [(pair.rank, pair.load, pair.unknown) for pair in paper.pairs] == [("1st of 3", "2 of 6", True)] * 3
    assert "optimal: total 3.0000, bound 3.0000, gap 0.000000" in page.content.decode()
    assert "6 assignments will be made, and 3 reviewers will get one mail each" in page.content.decode()


def test_looking_at_names_is_logged_once_a_page(olga: Client, stage: Any, run: AssignmentRun) -> None:
    olga.get(f"{PAGE}{run.pk}/")
    entry = Entry.objects.get(action="identity.revealed")
    assert (entry.actor, sorted(entry.data["papers"])) == (stage.olga, [paper.pk for paper in stage.papers])


def test_impossible_proposal_names_numbers_names_and_remedies(db: Any) -> None:
    stage = make_stage(papers=3, load=2)
    page = shown(browser(stage.olga), proposal(stage))
    (reason,) = page.reasons
    assert (reason.papers, reason.reviewers) == ("#1, #2, #3", "Noor Example, Rae Example, Rui Example")
    assert reason.remedies[0].startswith("Raise the maximum of 3 reviewers by 3 places in all: ")


def test_pair_is_taken_out_and_added_on_the_page(olga: Client, stage: Any, run: AssignmentRun) -> None:
    pair = {"paper": stage.papers[0].pk, "user": stage.rui.pk}
    act(olga, run, "drop", **pair)
    assert ProposedPair.objects.get(run=run, submission=stage.papers[0], user=stage.rui).kept is False
    act(olga, run, "add", **pair)
    assert ProposedPair.objects.get(run=run, submission=stage.papers[0], user=stage.rui).kept is True


def test_refused_pair_is_explained_at_the_field(olga: Client, stage: Any, run: AssignmentRun) -> None:
    Conflict.objects.create(submission=stage.papers[0], user=stage.rui, reason="by_author", state="suspected")
    pair = {"paper": stage.papers[0].pk, "user": stage.rui.pk}
    page = act(olga, run, "add", **pair)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["override"])
    page = act(olga, run, "add", paper="", user="x")
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["paper", "user"])


def test_publishing_and_undoing_on_the_page(olga: Client, stage: Any, run: AssignmentRun) -> None:
    page = act(olga, run, "publish")
    assert "Published. 3 mails leave in 10 minutes" in page.content.decode()
    page = act(olga, run, "publish")
    assert "This proposal is published already." in page.content.decode()
    assert (Assignment.objects.current().count(), Message.objects.count()) == (6, 3)
    act(olga, run, "undo")
    assert (Assignment.objects.current().count(), shown(olga, run).line.words) == (0, "Undone")


def test_from_twenty_mails_the_number_is_typed(db: Any) -> None:
    stage = make_stage(papers=20, reviewers=tuple(f"R{number}" for number in range(20)), load=1)
    wants(stage, 1)
    run, client = proposal(stage), browser(stage.olga)
    for typed in ("", "19", "x"):
        assert "Type 20 to confirm it" in act(client, run, "publish", typed=typed).content.decode()
    assert Assignment.objects.count() == 0
    act(client, run, "publish", typed="20")
    assert Assignment.objects.count() == 20


@pytest.mark.parametrize("values", [{"do": "x"}, {"do": "drop"}, {"do": "lock", "paper": "1", "user": "999999"}])
def test_action_that_means_nothing_is_not_there(olga: Client, run: AssignmentRun, values: dict[str, str]) -> None:
    assert olga.post(f"{PAGE}{run.pk}/action/", values).status_code == 404


# --- a paper that is hidden from one organizer ------------------------------------------------------------------------


def test_hidden_paper_is_in_no_line_number_or_choice(stage: Any, run: AssignmentRun) -> None:
    first = stage.papers[0]
    Conflict.objects.create(submission=first, user=stage.otto, reason="organizer", state="confirmed")
    otto = browser(stage.otto)
    response = otto.get(f"{PAGE}{run.pk}/")
    page, text = response.context["page"], response.content.decode()
    assert ([paper.number for paper in page.papers], page.pairs, page.total, page.line.papers) == ([2], 3, None, 1)
    assert {pair.load for paper in page.papers for pair in paper.pairs} == {"1 of 6"}
    assert (first.title in text, "optimal: total" in text, response.context["plan"]) == (False, False, None)
    assert [value for value, _ in response.context["form"].fields["paper"].choices] == ["", stage.papers[1].pk]
    assert otto.get(PAGE).context["found"].reviews_missing == 3
    pair = {"paper": first.pk, "user": stage.rui.pk}
    assert otto.post(f"{PAGE}{run.pk}/action/", {"do": "drop", **pair}).status_code == 404


def test_impossible_proposal_over_a_hidden_paper_gives_no_reason_away(db: Any) -> None:
    stage = make_stage(papers=3, load=2)
    run = proposal(stage)
    Conflict.objects.create(submission=stage.papers[0], user=stage.otto, reason="organizer", state="confirmed")
    assert shown(browser(stage.otto), run).reasons == []


# --- the number of queries --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_for_any_number_of_papers(db: Any, rows: int, django_assert_num_queries: Any) -> None:
    stage = make_stage(papers=rows)
    run = proposal(stage)
    client = browser(stage.olga)
    with django_assert_num_queries(6):
        client.get(PAGE)
    with django_assert_num_queries(29):
        client.get(f"{PAGE}{run.pk}/")
    publish_run(run=run, by=stage.olga)
    with django_assert_num_queries(20):
        client.get(f"{PAGE}{run.pk}/")
