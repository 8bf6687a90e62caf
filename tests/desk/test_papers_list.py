"""The list of papers: its filters tell nothing they may not, its files equal it, its views are one's own."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from desk.reading.paper_query import FLAGS, LACKS
from submissions.models import SavedView
from submissions.services.conflicts import set_conflict
from submissions.services.start import start_submission
from tests.factories import Cast, make_cast
from workshops.models import Extension

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast("review")


def numbers(response) -> list[int]:
    assert response.status_code == 200
    return [row.number for row in response.context["found"].rows]


def shown(response) -> tuple[list[int], list[int]]:
    found = response.context["found"]
    return [row.number for row in found.rows], [row.number for row in found.sealed]


def test_a_draft_is_found_by_what_it_lacks(look):
    cast = make_cast("submission")
    draft = start_submission(
        workshop=cast.workshop, track=cast.track, by=cast.zed, received_at=timezone.now(), title="Hardly begun"
    )

    assert {key: numbers(look(cast.olga, f"papers/?lacks={key}")) for key in LACKS} == {
        "anything": [draft.number],
        "title": [],
        "abstract": [draft.number],
        "authors": [],
        "file": [draft.number],
        "answers": [],
    }
    row = look(cast.olga, "papers/?lacks=anything").context["found"].rows[0]
    assert row.lacks == ("the abstract", "the file")


def test_a_paper_that_is_open_longer_is_found_until_then(cast, look):
    for paper, days in ((cast.paper, 1), (cast.ottos_paper, -1)):
        Extension.objects.create(
            workshop=cast.workshop,
            root_type="submission",
            root_id=str(paper.pk),
            until=timezone.now() + timedelta(days=days),
            reason="Ill.",
        )

    assert numbers(look(cast.olga, "papers/?look=extended")) == [cast.paper.number]


@pytest.mark.parametrize(
    "query",
    [
        *(f"look={flag}" for flag in FLAGS),
        *(f"lacks={key}" for key in LACKS),
        "status=submitted",
        "decision=none",
        "decision=desk_reject",
        "reviews=in",
        "reviews=missing",
        "handler=me",
        "handler=none",
        "topic=1",
    ],
)
def test_no_filter_finds_what_is_sealed(cast, look, query):
    set_conflict(
        submission=cast.paper, user=cast.otto, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
    )

    assert shown(look(cast.otto, f"papers/?{query}")) == ([], [])


def test_an_order_alone_opens_no_form_for_a_view(cast, look):
    opened = {query: look(cast.olga, f"papers/?{query}").context["views"]["open"] for query in ("", "sort=mean", "q=a")}

    assert opened == {"": False, "sort=mean": False, "q=a": True}


@pytest.mark.parametrize("sort", ["number", "title", "track", "status", "changed", "reviews", "mean", "handler"])
def test_no_order_of_the_list_holds_what_is_sealed(cast, look, sort):
    assert shown(look(cast.otto, f"papers/?sort=-{sort}")) == ([cast.paper.number], [cast.ottos_paper.number])


def test_a_search_finds_authors_only_where_they_may_be_known(cast, look):
    set_conflict(
        submission=cast.paper, user=cast.otto, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
    )
    words = (cast.ada.family, cast.ada.email, cast.paper.abstract.split()[-1].strip(".,"), cast.rui.family)

    assert [shown(look(cast.otto, f"papers/?q={word}")) for word in words] == [([], [])] * 4
    assert [numbers(look(cast.olga, f"papers/?q={word}")) for word in words] == [[1], [1], [1], []]


@pytest.mark.parametrize("who", ["olga", "ines", "otto"])
def test_files_hold_what_the_page_shows(cast, look, who):
    person = getattr(cast, who)
    found = look(person, "papers/").context["found"]
    table = list(csv.reader(io.StringIO(look(person, "papers/?format=csv").content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(look(person, "papers/?format=xlsx").content)).active

    said = [[str(row.number), row.title, "; ".join(row.authors)] for row in found.rows]
    said += [[str(row.number), row.title, ""] for row in found.sealed]
    place = table[0].index("authors")
    assert [[line[0], line[1], line[place]] for line in table[1:]] == said
    as_text = [["" if cell is None else str(cell) for cell in line] for line in book.iter_rows(values_only=True)]
    mean = table[0].index("mean")
    for line in (*as_text[1:], *table[1:]):
        line[mean] = line[mean] and f"{float(line[mean]):.2f}"
    assert as_text == table


def test_a_title_is_no_formula_in_either_file(cast, look):
    type(cast.paper).objects.filter(pk=cast.paper.pk).update(title='=HYPERLINK("http://evil.test")')

    table = list(csv.reader(io.StringIO(look(cast.olga, "papers/?format=csv").content.decode("utf-8-sig"))))
    cell = openpyxl.load_workbook(io.BytesIO(look(cast.olga, "papers/?format=xlsx").content)).active["B2"]

    assert table[1][1] == '\'=HYPERLINK("http://evil.test")'
    assert (cell.data_type, cell.value) == ("s", table[1][1])


def test_filters_are_kept_under_a_name_renamed_deleted_and_brought_back(cast, do, look):
    do(cast.olga, "papers/views/", {"name": " Mine  late ", "query": "look=late&handler=me&page=3&what=no"})
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Mine late", "handler=me&look=late")

    do(cast.olga, f"papers/views/{view.pk}/", {"name": "Late", "do": "rename"})
    assert SavedView.objects.get().name == "Late"

    page = do(cast.olga, f"papers/views/{view.pk}/", {"do": "delete"})
    assert SavedView.objects.count() == 0
    forgotten = page.context["views"]["forgotten"]
    do(cast.olga, "papers/views/", forgotten)
    assert SavedView.objects.values_list("name", "query").get() == ("Late", "handler=me&look=late")


def test_a_name_that_is_kept_twice_keeps_the_last_filters(cast, do):
    for query in ("look=late", "look=late", "handler=me"):
        do(cast.olga, "papers/views/", {"name": "Late", "query": query})

    assert list(SavedView.objects.values_list("name", "query")) == [("Late", "handler=me")]


def test_views_of_others_are_invisible(cast, do, look):
    do(cast.olga, "papers/views/", {"name": "Olgas own", "query": "look=late"})
    view = SavedView.objects.get()

    assert b"Olgas own" not in look(cast.ines, "papers/").content
    assert do(cast.ines, f"papers/views/{view.pk}/", {"do": "delete"}).status_code == 404
    assert SavedView.objects.count() == 1


def test_an_address_that_makes_no_sense_shows_the_list(cast, look):
    query = "track=%00&status=eaten&look=late%2Ceaten&handler=x&topic=9999999999999&sort=shoe&page=-1&q=%00"

    assert look(cast.olga, f"papers/?{query}").status_code == 200


@pytest.mark.parametrize("page", ["papers/?track=2027-01-31", "papers/?track=2027-01-31&status=draft"])
def test_a_track_that_nobody_has_finds_nothing_though_it_looks_like_a_day(cast, look, page):
    answer = look(cast.olga, page)

    assert (answer.status_code, answer.context["found"].total) == (200, 0)
