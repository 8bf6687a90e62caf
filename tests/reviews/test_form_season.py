"""A form through a season: built, opened, answered, changed, answered again, and shown as it was asked."""

from typing import Any

from django.test import Client
from django.urls import reverse

from access.viewer import Viewer
from decisions.reading import reviews_for_authors
from desk.forms_questions import QuestionRows
from desk.reading.forms import forms_of
from desk.reading.paper_query import PaperQuery
from desk.reading.papers import list_papers
from desk.reading.reviews import list_reviews
from desk.reading.reviews_query import ReviewQuery
from reviews.models import ReviewVersion
from tests.reviews.stage import given, reviewed
from workshops.models import Form, FormVersion
from workshops.reading import NAMES, open_form

TEXT = {"kind": "text", "text": "What is it about?", "required": "on", "readers": "authors"}
OVERALL = {
    "kind": "scale",
    "text": "Overall",
    "key": "overall",
    "low": "1",
    "high": "4",
    "label-0-key": "4",
    "label-0-words": "accept",
    "label-1-key": "1",
    "label-1-words": "reject",
    "readers": "authors",
}
SECRET = {"kind": "text", "text": "Between us", "key": "between", "readers": "organizers"}


class Desk:
    """Olga builds."""

    def __init__(self, stage: Any) -> None:
        self.slug, self.client = stage.workshop.slug, Client()
        self.client.force_login(stage.olga)

    def post(self, name: str, *args: Any, **data: str) -> Any:
        answer = self.client.post(reverse(f"desk:{name}", args=[self.slug, *args]), data)
        assert answer.status_code == 302, answer.content.decode()
        return answer

    def begin(self, form: Form, start: str) -> FormVersion:
        self.post("form", form.pk, start=start)
        return form.versions.get(status="draft")

    def build(self, draft: FormVersion, *rows: dict[str, str]) -> None:
        typed = {f"questions-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}
        total = {"questions-TOTAL_FORMS": str(len(rows)), "version": str(draft.edit)}
        self.post("form_draft", draft.pk, action="next", **total, **typed)
        self.post("open_form", draft.pk, version=str(draft.edit + 1))


def write(stage: Any, who: str, paper: int, answers: dict[str, Any]) -> ReviewVersion:
    review = reviewed(given(stage, who, paper), answers)
    assert review.current is not None
    return review.current


def test_form_is_built_opened_answered_changed_and_shown_as_it_was_asked(stage: Any) -> None:
    desk, form = Desk(stage), Form.objects.get(track=stage.track)
    paper = stage.papers[0]

    first = desk.begin(form, "empty")
    desk.build(first, TEXT, OVERALL, SECRET)
    assert open_form(stage.workshop.pk, stage.track.pk) == first
    keys = [one.key for one in first.questions.all()]
    assert keys == ["what_is_it_about", "overall", "between"]
    write(stage, "rui", 0, {keys[0]: "Groups.", "overall": 3, "between": "Dull."})

    second = desk.begin(form, "newest")
    rows = QuestionRows.stored(list(second.questions.values(*NAMES))).rows
    rows[0]["text"] = "Summary"
    rows[1] = {**OVERALL, "high": "10", "label-0-key": "10"}
    desk.build(second, *rows)
    write(stage, "noor", 0, {keys[0]: "Codes.", "overall": 9})

    told = [
        [(one.question, one.value) for one in review.answers] for review in reviews_for_authors([paper.pk])[paper.pk]
    ]
    assert sorted(told) == [
        [("Summary", "Codes."), ("Overall", "9")],
        [("What is it about?", "Groups."), ("Overall", "3")],
    ]
    viewer = Viewer(stage.olga)
    line = forms_of(stage.workshop, viewer, only=form.pk)[0]
    assert [(one.number, one.status, one.reviews) for one in line.versions] == [
        (3, "open", 1),
        (2, "closed", 1),
        (1, "closed", 0),
    ]
    assert [one.words for one in line.versions[0].changes] == [
        "“Summary” was “What is it about?”.",
        "“Overall” goes from 1 to 10 now, not from 1 to 4.",
    ]
    row = next(row for row in list_papers(stage.workshop, viewer, PaperQuery()).rows if row.pk == paper.pk)
    assert (row.scores, row.mean, row.on_several_scales) == ((3, 9), None, True)
    page = desk.client.get(reverse("desk:form", args=[desk.slug, form.pk])).content.decode()
    assert "Numbers of two scales are never averaged." in page
    for name in ("papers", "decisions"):
        assert (
            "on several scales, no mean" in desk.client.get(reverse(f"desk:{name}", args=[desk.slug])).content.decode()
        )
    shown = desk.client.get(reverse("desk:paper", args=[desk.slug, paper.number])).content.decode()
    assert "The scale changed between these reviews: no mean." in shown
    assert "What is it about?" in shown
    assert "Summary" in shown


def test_paper_whose_reviews_are_all_on_the_former_scale_has_a_mean_on_that_scale(stage: Any) -> None:
    desk, form = Desk(stage), Form.objects.get(track=stage.track)
    desk.build(desk.begin(form, "empty"), OVERALL)
    write(stage, "rui", 0, {"overall": 3})
    write(stage, "noor", 0, {"overall": 4})

    desk.build(desk.begin(form, "preset-openreview"), {**OVERALL, "high": "10", "label-0-key": "10"})

    rows = list_papers(stage.workshop, Viewer(stage.olga), PaperQuery()).rows
    row = next(row for row in rows if row.pk == stage.papers[0].pk)
    assert (row.mean, row.scale.high, row.is_on_former_scale) == (3.5, 4, True)


def test_papers_are_sorted_by_where_their_means_lie_on_their_scales(stage: Any) -> None:
    """3 of 1 to 4 is better than 4 of 1 to 10; what has no mean comes last either way."""
    desk, form = Desk(stage), Form.objects.get(track=stage.track)
    desk.build(desk.begin(form, "empty"), OVERALL)
    write(stage, "rui", 0, {"overall": 3})
    desk.build(desk.begin(form, "preset-openreview"), {**OVERALL, "high": "10", "label-0-key": "10"})
    write(stage, "noor", 1, {"overall": 4})
    numbers = [paper.number for paper in stage.papers]

    orders = {
        sort: list_papers(stage.workshop, Viewer(stage.olga), PaperQuery(sort=sort)) for sort in ("-mean", "mean")
    }
    pages = [desk.client.get(reverse("desk:papers", args=[desk.slug]) + f"?sort={sort}").text for sort in ("mean", "")]

    assert [[row.number for row in found.rows] for found in orders.values()] == [
        [numbers[0], numbers[1], *numbers[2:]],
        [numbers[1], numbers[0], *numbers[2:]],
    ]
    assert ["Sorted by where the mean lies on its scale" in page for page in pages] == [True, False]


def test_reviews_are_sorted_by_where_their_scores_lie_on_their_scales(stage: Any) -> None:
    desk = Desk(stage)
    desk.build(desk.begin(Form.objects.get(track=stage.track), "empty"), OVERALL)
    write(stage, "rui", 0, {"overall": 3})
    desk.build(
        desk.begin(Form.objects.get(track=stage.track), "preset-openreview"),
        {**OVERALL, "high": "10", "label-0-key": "10"},
    )
    write(stage, "noor", 1, {"overall": 4})

    orders = [list_reviews(stage.workshop, Viewer(stage.olga), ReviewQuery(sort=s)) for s in ("-overall", "overall")]
    page = desk.client.get(reverse("desk:reviews", args=[desk.slug]) + "?sort=-overall").text

    assert [[row.overall for row in found.rows][:2] for found in orders] == [[3, 4], [4, 3]]
    assert "Sorted by where each score lies on its scale" in page
