"""What authors and the public learn of a decision, and when."""

import pytest

from access.viewer import Viewer
from decisions.links import told_section
from decisions.services.decide import confirm
from submissions.services.withdraw import withdraw
from tests.factories import make_cast

pytestmark = pytest.mark.django_db


def test_nothing_shows_before_the_release(client):
    cast = make_cast("discussion")
    for person in (cast.ada, cast.ben, cast.otto, cast.rui, cast.olga):
        assert told_section(Viewer(person), cast.paper) is None
    page = client.get("/w/neurreps/papers/").content.decode()
    assert cast.paper.title not in page
    client.force_login(cast.ada)
    own = client.get("/w/neurreps/papers/1/").content.decode()
    assert "Accept" not in own
    assert cast.decision.to_authors not in own


def test_a_confirmed_decision_still_tells_nothing(client):
    cast = make_cast("discussion")
    if cast.decision.status == "tentative":
        confirm(decision=cast.decision, by=cast.otto)
    assert told_section(Viewer(cast.ada), cast.paper) is None
    assert cast.paper.title not in client.get("/w/neurreps/papers/").content.decode()


def test_authors_read_the_decision_and_the_reviews_under_handles_once_told(client):
    cast = make_cast("released")
    answers = cast.review.current.answers
    for person in (cast.ada, cast.ben):
        client.force_login(person)
        page = client.get("/w/neurreps/papers/1/").content.decode()
        assert cast.decision.to_authors in page
        assert cast.decision.reason not in page
        assert answers["summary"] in page
        assert answers["to_organizers"] not in page
        assert cast.rui.family not in page


def test_reviewers_and_organizers_get_no_section_of_the_authors():
    cast = make_cast("released")
    for person in (cast.rui, cast.olga, cast.ines, cast.otto, cast.zed):
        assert told_section(Viewer(person), cast.paper) is None


def test_the_public_reads_accepted_papers_only(client):
    cast = make_cast("released")
    page = client.get("/w/neurreps/papers/").content.decode()
    assert cast.paper.title in page
    assert cast.ada.name in page
    assert cast.ottos_paper.title not in page
    assert cast.otto.family not in page
    withdraw(submission=cast.paper, by=cast.ada)
    assert cast.paper.title not in client.get("/w/neurreps/papers/").content.decode()
