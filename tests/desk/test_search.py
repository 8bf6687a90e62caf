"""The one search box: what it finds, for whom, and that it tells nothing that the viewer could not read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.reading.pages import PAGES, pages_found
from desk.reading.search import SearchQuery
from notifications.models import Message
from submissions.models import Submission
from submissions.services.conflicts import set_conflict
from tests.factories import Cast, make_cast, make_user, submit_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast("discussion")


@pytest.fixture
def find(look):
    """``find(user, "words")``: what is found, as lines of each group."""

    def as_person(user, words: str, **more: str) -> dict[str, list[str]]:
        response = look(user, "search/", data={"q": words, **more})
        assert response.status_code == 200, response
        return {group.key: [hit.title for hit in group.hits] for group in response.context["result"].groups}

    return as_person


def line(paper: Submission) -> str:
    return f"#{paper.number} {paper.title}"


def test_paper_is_found_by_words_of_its_title_whatever_their_case(cast, find):
    word = cast.paper.title.split()[-1]

    assert [find(cast.olga, text)["papers"] for text in (word, word.lower())] == [[line(cast.paper)]] * 2


def test_accents_make_no_difference(find):
    cast = make_cast("submission")
    person = make_user("Zoé", family="Müller-Ångström", email="zoe@zoe.test")
    paper = submit_paper(cast.track, person)

    assert find(cast.olga, "muller zoe")["papers"] == [line(paper)]


def test_number_alone_goes_to_its_paper(cast, look):
    answers = [look(cast.olga, "search/", data={"q": text}) for text in ("1", "#1")]

    assert [answer.url for answer in answers] == [f"/admin/w/neurreps/papers/{cast.paper.number}/"] * 2


def test_number_of_no_paper_is_searched_for(cast, find):
    assert find(cast.olga, "999999") == {}


def test_sealed_paper_is_found_by_its_line_alone(cast, find):
    """Otto is its author: number and title find it; abstract, co-authors and reviewers do not."""
    abstract = cast.ottos_paper.abstract.split()[-1].strip(".,")

    assert find(cast.otto, cast.ottos_paper.title) == {"papers": [line(cast.ottos_paper)]}
    assert find(cast.otto, abstract) == {}


def test_person_is_found_with_what_they_are_here(cast, look):
    lines = {}
    for person in (cast.ada, cast.rui, cast.ben):
        groups = look(cast.olga, "search/", data={"q": person.family}).context["result"].groups
        lines[person.given] = [hit.about for group in groups if group.key == "people" for hit in group.hits]

    assert lines == {
        "Ada": [f"Author of #1 · {cast.ada.email}"],
        "Rui": [f"Reviewer · {cast.rui.email}"],
        "Ben": [f"Offers to review · Author of #1 · {cast.ben.email}"],
    }


def test_author_is_not_found_by_whoever_may_not_know_them(cast, find):
    set_conflict(
        submission=cast.paper, user=cast.otto, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
    )

    assert find(cast.otto, cast.ada.family) == {}
    assert find(cast.otto, cast.ada.email) == {}


def test_stranger_is_nobody_here(cast, find):
    assert find(cast.olga, cast.zed.family) == {}


def test_invited_person_without_an_account_is_found(cast, find):
    found = find(cast.olga, cast.invitation.name)

    assert found["invited"] == [cast.invitation.name]


def test_mail_about_a_paper_is_found_by_those_who_act_for_it(cast, find):
    subject = Message.objects.get(kind="receipt", recipient=cast.ada).subject
    found = {who: find(getattr(cast, who), subject).get("mail", []).count(subject) for who in ("olga", "ines", "otto")}

    expected = Message.objects.filter(subject=subject).count()
    assert found == {"olga": min(expected, 10), "ines": 0, "otto": min(expected, 10)}


@pytest.mark.parametrize(
    ("words", "first"), [("deadlines", "Deadlines"), ("invite", "Invite people"), ("dead", "Deadlines")]
)
def test_pages_are_found_by_the_beginnings_of_their_words(words, first):
    assert pages_found([words])[0].title == first


def test_every_page_that_is_listed_opens(cast, client):
    client.force_login(cast.olga)

    assert {page.title: client.get(page.url(cast.workshop)).status_code for page in PAGES} == {
        page.title: 200 for page in PAGES
    }


def test_what_is_found_is_what_would_be_found_without_the_hidden_paper(cast, look):
    """Otto's paper is made to hold every word that the others hold; for him nothing but its own line changes."""
    set_conflict(
        submission=cast.paper, user=cast.otto, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
    )
    words = [cast.rui.family, cast.noor.family, cast.ada.family, cast.ben.family, "submitted", "review", "paper", "a"]

    def answers() -> list[bytes]:
        return [look(cast.otto, "search/", data={"q": word, "part": "found"}).content for word in words]

    before = answers()
    for paper in (cast.paper, cast.ottos_paper):
        paper.search_text = " ".join(words).lower()
        paper.search_identity = paper.search_text
        paper.save(update_fields=["search_text", "search_identity"])

    assert answers() == before


def test_ten_of_a_group_and_the_way_to_all(look):
    cast = make_cast("submission")
    for _ in range(12):
        submit_paper(cast.track, make_user(f"Many{Submission.objects.count()}", family="Manifold"))
    groups = {group.key: group for group in look(cast.olga, "search/", data={"q": "manifold"}).context["result"].groups}

    assert (len(groups["papers"].hits), groups["papers"].total) == (10, 12)
    assert groups["papers"].all_url == "/admin/w/neurreps/papers/?q=manifold"
    whole = look(cast.olga, f"search/{SearchQuery('manifold', 'people').url()}").context["result"].groups
    assert [(group.key, len(group.hits)) for group in whole] == [("people", 12)]


def test_nothing_typed_finds_nothing(cast, find):
    assert [find(cast.olga, words) for words in ("", "   ", "\x00")] == [{}, {}, {}]


def test_what_stands_under_the_box_is_a_part_of_the_page(cast, look):
    page = look(cast.olga, "search/", data={"q": "1", "part": "found"})

    assert page.status_code == 200
    assert b"<html" not in page.content
    assert line(cast.paper).encode() in page.content


@pytest.mark.parametrize("papers", [1, 3])
def test_search_costs_the_same_for_any_number_of_papers(papers, client):
    """The four of a page of the desk; papers, their authors, sealed ones; people, what they are here;
    invitations; mail.
    """
    cast = make_cast("discussion", papers=papers)
    client.force_login(cast.olga)
    client.get("/admin/w/neurreps/search/?q=canary")
    with CaptureQueriesContext(connection) as captured:
        client.get("/admin/w/neurreps/search/?q=canary")

    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 11
