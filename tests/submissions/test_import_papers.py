"""Papers from elsewhere come in as they stand, once."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied

from audit.errors import Refused
from submissions.importing.records import ImportedAuthor, ImportedPaper
from submissions.models import Submission
from submissions.services.import_papers import import_papers
from tests.submissions.stage import make_stage, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


def record(key: str = "a", **fields) -> ImportedPaper:
    values = {
        "title": "On  $SO(3)$",
        "abstract": "Short.",
        "authors": (ImportedAuthor("Zoë", "van", "Dam"), ImportedAuthor("Ada", "", "Example", email="ADA@ada.test")),
    }
    return ImportedPaper(key=key, **(values | fields))


def bring(stage, *papers, **options) -> list[Submission]:
    return import_papers(workshop=stage.workshop, track=stage.track, papers=papers, by=stage.olga, **options)


def test_paper_comes_in_submitted_with_its_authors_in_order(stage) -> None:
    at = datetime(2027, 9, 1, tzinfo=UTC)
    [paper] = bring(stage, record(submitted_at=at, keywords=("groups", "codes"), number=17))
    assert (paper.number, paper.status, paper.title, paper.keywords) == (17, "submitted", "On $SO(3)$", "groups, codes")
    assert (paper.submitted_at, paper.imported_from) == (at, "a")
    rows = paper.authorships.values_list("given", "particle", "family", "email", "user", "corresponding")
    assert list(rows) == [
        ("Zoë", "van", "Dam", "", None, False),
        ("Ada", "", "Example", "ada@ada.test", stage.ada.pk, True),
    ]
    assert Submission.objects.get(pk=paper.pk).current.number == 1


def test_numbers_that_are_taken_or_missing_follow_the_highest(stage) -> None:
    start(stage)
    made = bring(stage, record("a", number=1), record("b"), record("c", number=9), record("d", number=9))
    assert [paper.number for paper in made] == [10, 11, 9, 12]


def test_second_import_of_the_same_keys_brings_nothing(stage) -> None:
    bring(stage, record("a"), record("b"))
    assert [paper.imported_from for paper in bring(stage, record("a"), record("c"))] == ["c"]


def test_withdrawn_paper_stays_withdrawn(stage) -> None:
    [paper] = bring(stage, record(withdrawn=True))
    assert (paper.status, paper.withdrawn_at is not None) == ("withdrawn", True)


def test_address_is_given_to_who_has_none_and_stays_once_a_paper(stage) -> None:
    twins = (ImportedAuthor("Li", "", "Wei"), ImportedAuthor("Li", "", "Wei"))
    [paper] = bring(stage, record(authors=twins), address_of=lambda author: "li.wei@people.test")
    assert list(paper.authorships.values_list("email", "corresponding")) == [("li.wei@people.test", True), ("", False)]


def test_keywords_are_kept_whole(stage) -> None:
    [paper] = bring(stage, record(keywords=("a" * 200, "b" * 200, "c")))
    assert paper.keywords == "a" * 200 + ", c"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "x" * 301}, "bad: the title has 301 characters"),
        ({"authors": ()}, "bad: no author is listed"),
        ({"authors": (ImportedAuthor("", "", ""),)}, "bad: author 1 has no name"),
    ],
)
def test_paper_that_does_not_fit_is_named_and_nothing_is_written(stage, fields, sentence) -> None:
    with pytest.raises(Refused, match=sentence):
        bring(stage, record("good"), record("bad", **fields))
    assert Submission.objects.count() == 0


def test_author_may_not_import(stage) -> None:
    with pytest.raises(PermissionDenied):
        import_papers(workshop=stage.workshop, track=stage.track, papers=[record()], by=stage.ada)
