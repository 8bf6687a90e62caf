"""The page on which reviewers bid."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from access.viewer import Viewer
from accounts.services.publications import add_publications
from jobs.models import Job
from jobs.services.run import run_job
from reviews.bidding import BidQuery, bidding_page
from reviews.models import Bid
from reviews.services.affinity import start_affinity
from reviews.services.bid import begin_bidding
from submissions.models import Conflict, SubmissionTopic
from tests.reviews.stage import DAY, make_stage, write
from tests.reviews.test_bids import begin, bid, open_bidding
from workshops.services.deadlines import set_deadline

JSON = {"X-Autosave": "1", "Accept": "application/json"}


def visit(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(stage: Any, more: str = "") -> str:
    return f"/w/{stage.workshop.slug}/reviewing/bids/{more}"


def titles(stage: Any, query: str = "", name: str = "rui") -> list[int]:
    answer = visit(getattr(stage, name)).get(address(stage, query))
    return [paper.number for paper in answer.context["page"].papers]


def press(stage: Any, number: int, value: str, **headers: str) -> Any:
    return visit(stage.rui).post(address(stage, f"{number}/"), {"value": value}, headers=headers)


def test_papers_come_after_one_press_and_not_before(stage: Any) -> None:
    open_bidding(stage)
    client = visit(stage.rui)
    before = client.get(address(stage))
    client.post(address(stage, "begin/"))
    after = client.get(address(stage))

    title = stage.papers[0].title
    assert [(title in page, "how me the papers" in page) for page in (before.text, after.text)] == [
        (False, True),
        (True, False),
    ]


def test_nearest_paper_comes_first_and_says_why(stage: Any) -> None:
    open_bidding(stage)
    second = stage.papers[1]
    second.title, second.abstract = "Persistent homology of grid cells", ""
    second.save()
    add_publications(user=stage.rui, by=stage.rui, text="Grid cells and persistent homology")
    begin(stage)
    begin(stage, "noor")
    run_job(start_affinity(workshop=stage.workshop, by=None).pk)

    page = bidding_page(Viewer(stage.rui), stage.workshop, BidQuery(), timezone.now())
    assert [paper.number for paper in page.papers] == [2, 1]
    assert set(page.papers[0].terms) == {"grid cells", "persistent homology"}
    assert (page.known, titles(stage, name="noor")) == (True, [1, 2])


def test_search_topic_and_what_was_said_narrow_the_list(stage: Any) -> None:
    open_bidding(stage)
    stage.papers.append(write(stage, "Zoë", "z@zoe.test", "Étale sheaves"))
    topic = stage.workshop.topics.first()
    SubmissionTopic.objects.create(submission=stage.papers[1], topic=topic)
    begin(stage)
    bid(stage, "low")

    asked = (
        "?q=etale+SHEAVES",
        f"?topic={topic.pk}",
        "?said=low",
        "?said=open",
        "?q=nothing",
        "?said=nonsense&topic=x",
    )
    assert [titles(stage, query) for query in asked] == [[3], [2], [1], [2, 3], [], [1, 2, 3]]
    assert titles(stage, "?q=Zoe") == []  # who wrote it is no word of the paper


def test_list_has_pages_of_fifty(db: Any) -> None:
    stage = make_stage(papers=53, reviewers=("Rui",))
    open_bidding(stage)
    begin(stage)

    assert [len(titles(stage, query)) for query in ("", "?page=2", "?page=9")] == [50, 3, 3]
    assert "Page 1 of 2" in visit(stage.rui).get(address(stage)).text


def test_press_is_saved_at_once_and_says_how_far_one_is(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)

    said = press(stage, 1, "high", **JSON).json()

    assert {name: said[name] for name in ("value", "done", "aim", "words")} == {
        "value": "high",
        "done": 1,
        "aim": 2,
        "words": "1 of 2 papers",
    }
    assert Bid.objects.placed().get().value == "high"


def test_press_without_script_comes_back_to_the_same_paper_under_the_same_filter(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)

    answer = visit(stage.rui).post(address(stage, "2/"), {"value": "low", "q": "symmetry", "said": "open"})

    assert answer["Location"] == address(stage, "?q=symmetry&said=open#paper-2")


def test_pressing_again_takes_the_bid_back(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    bid(stage, "high")

    (pressed,) = [
        one for one in bidding_page(Viewer(stage.rui), stage.workshop, BidQuery(), timezone.now()).papers if one.value
    ]

    assert [(choice.value, choice.sends) for choice in pressed.choices if choice.on] == [("high", "")]


def test_late_press_is_not_kept_and_is_told_so(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)

    with time_machine.travel(timezone.now() + 4 * DAY):
        answer = press(stage, 1, "high", **JSON)

    assert (answer.status_code, answer.json()["message"].startswith("Bidding ended")) == (422, True)
    assert Bid.objects.placed().count() == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_page_shows_no_paper_while_bidding_is_not_open(stage: Any, when: str) -> None:
    open_bidding(stage)
    begin(stage)
    bid(stage, "very_high")
    bounds = {"before": {"opens": DAY}, "after": {"ends": -DAY, "opens": -2 * DAY}}[when]
    open_bidding(stage, **bounds)

    page = visit(stage.rui).get(address(stage))

    assert (page.status_code, stage.papers[0].title in page.text) == (200, False)


def test_authors_names_are_nowhere_on_the_page(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    text = visit(stage.rui).get(address(stage)).text

    assert [word in text for word in ("Ada", "ada@", "Writer2", stage.papers[0].title)] == [False, False, False, True]


def test_bid_of_one_reviewer_is_not_on_the_page_of_another(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    begin(stage, "noor")
    bid(stage, "conflict", name="noor")
    bid(stage, "very_high", 1, name="noor")

    answer = visit(stage.rui).get(address(stage))

    assert {paper.value for paper in answer.context["page"].papers} == {""}
    assert 'aria-pressed="true"' not in answer.text


def test_conflict_that_came_later_hides_nothing_on_the_page(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    Conflict.objects.create(submission=stage.papers[0], user=stage.rui, reason="organizer", state="confirmed")

    assert titles(stage) == [1, 2]


@pytest.mark.parametrize("papers", [1, 3])
def test_page_costs_the_same_for_any_number_of_papers(
    db: Any, papers: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stage = make_stage(papers=papers)
    open_bidding(stage)
    begin_bidding(workshop=stage.workshop, by=stage.rui, received_at=timezone.now())
    viewer = Viewer(stage.rui)

    # What the viewer is to which rows, the reviewer, tracks, dates, what was said, the method, papers, their topics,
    # all topics.
    with django_assert_num_queries(9):
        bidding_page(viewer, stage.workshop, BidQuery(), timezone.now())


# --- My desk ----------------------------------------------------------------------------------------------------------


def test_desk_says_until_when_and_how_far(stage: Any) -> None:
    stage.workshop.bids_wanted = 1
    stage.workshop.save()
    open_bidding(stage)
    client = visit(stage.rui)
    desk = [client.get("/desk/").text]
    begin(stage)
    desk.append(client.get("/desk/").text)
    bid(stage, "high")
    desk.append(client.get("/desk/").text)

    words = ["Bid on papers", "0 of 1 papers", "1 of 2 papers; 1 were wanted"]
    assert [[word in text for word in words] for text in desk] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


def test_desk_counts_the_tracks_whose_bidding_is_open_alone(stage: Any) -> None:
    """The one with papers has ended; in the others there is nothing to bid on."""
    open_bidding(stage)
    begin(stage)
    bid(stage, "high")
    ended = {"at": timezone.now() - timedelta(minutes=1), "grace_minutes": 0}
    set_deadline(workshop=stage.workshop, kind="bidding", track=stage.track, by=stage.olga, **ended)

    assert "would like" not in visit(stage.rui).get("/desk/").text


def test_desk_says_nothing_of_bids_where_bidding_is_not_open(stage: Any) -> None:
    assert "would like" not in visit(stage.rui).get("/desk/").text
    open_bidding(stage)
    assert "would like" not in visit(stage.ada).get("/desk/").text


# --- what one's papers do ---------------------------------------------------------------------------------------------


def test_first_visit_shows_what_ones_papers_do_on_the_bidding_page_alone(stage: Any) -> None:
    for number, title in enumerate(("Persistent homology of grid cells", "Truthful auctions with budgets")):
        stage.papers[number].title, stage.papers[number].abstract = title, ""
        stage.papers[number].save()
    add_publications(user=stage.noor, by=stage.noor, text="Auctions")
    add_publications(user=stage.rae, by=stage.rae, text="Something else")
    client, visit_page = visit(stage.rui), f"/w/{stage.workshop.slug}/reviewing/first-visit/"
    open_bidding(stage)
    before = client.get(visit_page).text
    begin(stage)
    told = client.post(
        visit_page,
        {
            "load_max": 3,
            "publications": "Grid cells and persistent homology",
            "ties-TOTAL_FORMS": 0,
            "ties-INITIAL_FORMS": 0,
        },
    )
    waiting = client.get(visit_page).text
    run_job(Job.objects.get(kind="affinity").pk)
    part = client.get(visit_page, {"part": "matches"}).text

    assert told.status_code == 302
    assert ["once you have begun to bid" in before, "being compared" in waiting] == [True, True]
    assert "1 is nearer to you than to three quarters" in part
    assert [title in part for title in (stage.papers[0].title, stage.papers[1].title)] == [True, False]


def test_first_visit_tells_of_no_paper_once_bidding_is_over(stage: Any) -> None:
    open_bidding(stage)
    begin(stage)
    add_publications(user=stage.rui, by=stage.rui, text=stage.papers[0].title)
    run_job(start_affinity(workshop=stage.workshop, by=None).pk)
    open_bidding(stage, ends=-DAY, opens=-2 * DAY)

    page = visit(stage.rui).get(f"/w/{stage.workshop.slug}/reviewing/first-visit/", {"part": "matches"}).text

    assert stage.papers[1].title not in page
    assert "papers that you may bid on" not in page
