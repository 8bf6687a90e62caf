"""An area chair's page of a paper: the reviews side by side, who wrote them, and who is still writing."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.errors import Refused
from audit.models import Entry
from reviews.models import Assignment, Review
from reviews.services.review import open_review, save_draft
from submissions.models import Conflict
from submissions.services.withdraw import withdraw
from tests.factories import make_user
from tests.reviews.stage import SHORT, given, make_stage, reviewed
from tests.reviews.test_pages import FORM, in_context
from workshops.services.roles import give_role

QUERIES = 10
"""Session, person, what she is to which rows, the reviewer's page that it is not, the paper, its deadlines, its
reviewers, what they were asked, and the entry of the log."""


@pytest.fixture
def stage(db: None) -> Any:
    """The stage with Mara as area chair of paper 1."""
    made = make_stage()
    made.mara = make_user("Mara")
    give_role(workshop=made.workshop, user=made.mara, role="area_chair", by=made.olga)
    made.chairing = given(made, "mara", kind="area_chair")
    return made


@pytest.fixture
def mara(stage: Any) -> Client:
    return signed_in(stage.mara)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(stage: Any) -> str:
    return f"/reviews/{stage.chairing.pk}/"


def test_area_chair_reads_submitted_reviews_and_who_wrote_them(mara: Client, stage: Any) -> None:
    ruis = given(stage)
    reviewed(ruis, {**SHORT, "text": "RUIS-WORDS", "to_organizers": "FOR-ORGANIZERS"})
    response = mara.get(page(stage))
    text = response.content.decode()
    (review,) = response.context["page"].reviews
    assert (review.handle, review.name, review.score) == (f"Reviewer {ruis.handle}", "Rui Example", 5)
    assert "You are the area chair of this paper" in text
    assert "mean 5.0, 1 review" in text
    assert [words in text for words in ("RUIS-WORDS", "FOR-ORGANIZERS", "Ada")] == [True, False, False]


def test_area_chair_sees_who_is_still_writing_but_no_draft(mara: Client, stage: Any) -> None:
    review = open_review(assignment=given(stage), by=stage.rui)
    save_draft(review=review, by=stage.rui, version=review.version, answers={"text": "HALF-A-SENTENCE"})
    given(stage, "noor")
    response = mara.get(page(stage))
    writers = response.context["page"].writers
    assert {writer.name: writer.has_begun for writer in writers} == {"Rui Example": True, "Noor Example": False}
    assert all(writer.due is not None for writer in writers)
    assert "HALF-A-SENTENCE" not in response.content.decode()


def test_no_row_of_the_database_reaches_an_area_chairs_template_but_the_reader(mara: Client, stage: Any) -> None:
    reviewed(given(stage))
    response = mara.get(page(stage))
    values = [one for layer in response.context for part in layer for one in in_context(part)]
    assert {repr(one) for one in values if isinstance(one, Model) and one != stage.mara} == set()


def test_authors_are_named_where_they_are_no_secret(mara: Client, stage: Any) -> None:
    stage.track.blinding = "single"
    stage.track.save()
    assert mara.get(page(stage)).context["page"].authors == ("Ada Example",)


def test_each_look_is_in_the_log(mara: Client, stage: Any) -> None:
    mara.get(page(stage))
    mara.get(page(stage))
    entries = Entry.objects.filter(action="identity.revealed", actor=stage.mara, root_id=stage.papers[0].pk)
    assert list(entries.values_list("aspect", flat=True)) == ["act", "act"]


@pytest.mark.parametrize("name", ["rui", "rae", "ada", "olga"])
def test_area_chairs_page_is_not_there_for_anybody_else(stage: Any, name: str) -> None:
    given(stage)
    assert signed_in(getattr(stage, name)).get(page(stage)).status_code == 404
    assert not Entry.objects.filter(action="identity.revealed").exists()


def test_area_chairs_page_is_gone_once_a_conflict_is_found(mara: Client, stage: Any) -> None:
    Conflict.objects.create(submission=stage.papers[0], user=stage.mara, reason="organizer", state="confirmed")
    assert mara.get(page(stage)).status_code == 404
    assert mara.get("/desk/").context["desk"].empty


def test_area_chairs_page_is_gone_once_the_paper_is_withdrawn(mara: Client, stage: Any) -> None:
    withdraw(submission=stage.papers[0], by=stage.ada)
    assert mara.get(page(stage)).status_code == 404


@pytest.mark.parametrize("do", ["save", "submit"])
def test_area_chair_writes_no_review(mara: Client, stage: Any, do: str) -> None:
    assert mara.post(page(stage), {**FORM, "do": do}).status_code == 404
    assert mara.post(f"{page(stage)}autosave/", FORM).status_code == 404
    with pytest.raises(Refused, match="reads the reviews of this paper and writes none"):
        open_review(assignment=stage.chairing, by=stage.mara)
    assert not Review.objects.exists()


def test_area_chair_declines_with_a_reason(mara: Client, stage: Any) -> None:
    silent = mara.post(f"{page(stage)}decline/", {"reason": " "})
    assert (silent.status_code, "Say why in a word" in silent.content.decode()) == (422, True)
    answer = mara.post(f"{page(stage)}decline/", {"reason": "We wrote a grant together."}, follow=True)
    assert answer.redirect_chain == [("/desk/", 302)]
    assert Assignment.objects.get(pk=stage.chairing.pk).status == "declined"
    assert mara.get(page(stage)).status_code == 404


@pytest.mark.parametrize("others", [0, 2])
def test_area_chairs_page_costs_the_same_for_any_number_of_reviews(mara: Client, stage: Any, others: int) -> None:
    for name in ("rui", "noor", "rae")[: 1 + others]:
        reviewed(given(stage, name))
    mara.get(page(stage))
    with CaptureQueriesContext(connection) as caught:
        mara.get(page(stage))
    assert len([one for one in caught if "SAVEPOINT" not in one["sql"]]) == QUERIES


def test_my_desk_lists_the_paper_with_how_many_reviews_are_in(mara: Client, stage: Any) -> None:
    reviewed(given(stage))
    given(stage, "noor")
    (item,) = mara.get("/desk/").context["desk"].due
    assert (item.role, item.state, item.url) == ("Area chair", "1 of 2 reviews in", page(stage))
    assert item.at is not None
    assert item.at > timezone.now()


def test_my_desk_waits_where_nobody_reviews_the_paper_yet(mara: Client, stage: Any) -> None:
    (item,) = mara.get("/desk/").context["desk"].waiting
    assert item.state == "No reviewers yet"
