"""A paper that was handed in twice is pointed out to those who may see both, and to nobody else."""

import time

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from submissions.likeness import pairs, words_of
from submissions.models import Likeness
from submissions.services.conflicts import set_conflict
from submissions.services.find_likeness import compare_changed_papers, compare_papers, settle_likeness
from tests.submissions import pdfs
from tests.submissions.stage import author, make_stage, save, submitted

ABSTRACT = (
    "Neural populations carry the symmetries of the world in the geometry of their activity. We measure how the "
    "representation of rotations in the fly's compass is distorted by noise and show that a ring attractor with "
    "heterogeneous weights keeps a circle up to small deformations, which we bound by the spectral gap."
)


def words(pk: int, **changes):
    values = {"title": "A ring", "abstract": ABSTRACT, "authors": ["a"], "files": ["f"]} | changes
    return words_of(pk, **values)


def found(*papers) -> dict:
    return pairs(list(papers), {paper.pk for paper in papers})


def test_the_same_file_is_striking_whatever_is_written() -> None:
    alike = found(words(1, title="One", abstract="x y z"), words(2, title="Two", abstract="u v w"))

    assert [key for key, one in alike.items() if one.same_file] == [(1, 2)]


@pytest.mark.parametrize(
    ("title", "abstract", "striking"),
    [
        ("A Ring!", "Something else entirely stands here now.", True),
        ("Other", ABSTRACT.replace("fly's", "mouse's").upper(), True),
        ("Other", "Neural populations carry the symmetries of the world, and we sing of it.", False),
        ("A ring of fire", "Nothing of it.", False),
        ("", "", False),
    ],
)
def test_near_copies_are_striking_and_shared_phrases_are_not(title: str, abstract: str, striking: bool) -> None:
    alike = found(words(1, files=["f"]), words(2, title=title, abstract=abstract, files=["g"]))

    assert bool(alike) is striking


def test_the_same_authors_alone_are_nothing() -> None:
    assert found(words(1), words(2, title="Other", abstract="Other words.", files=["g"])) == {}


def test_a_thousand_papers_are_compared_in_a_moment() -> None:
    def paper(n: int):
        text = " ".join(f"word{(n * 31 + place * place) % 997} in this paper we" for place in range(40))
        return words(n, title=f"On the matter {n} of {n % 7}", abstract=text, files=[f"file{n}"])

    papers = [paper(n) for n in range(1000)] + [words(5000, abstract=ABSTRACT), words(5001, files=["h"])]

    began = time.process_time()
    everything = pairs(papers, {paper.pk for paper in papers})
    all_of_it = time.process_time() - began
    began = time.process_time()
    one = pairs(papers, {5001})

    assert (5000, 5001) in everything
    assert set(one) == {(5000, 5001)}
    assert all_of_it < 5
    assert time.process_time() - began < 1


# --- in a workshop ----------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(db):
    return make_stage()


@pytest.fixture
def twins(stage):
    """The same PDF by Ada and by Ben."""
    return submitted(stage), submitted(stage, by=stage.ben)


def pair() -> Likeness:
    return Likeness.objects.get()


def page_of(stage, paper) -> str:
    return reverse("desk:paper", args=[stage.workshop.slug, paper.number])


def test_two_that_share_a_file_are_found_once(twins) -> None:
    assert compare_changed_papers() == 1
    assert compare_changed_papers() == 0

    assert (pair().same_file, pair().title, pair().same_authors) == (True, 100, False)


def test_what_is_no_longer_alike_is_no_longer_said(stage, twins) -> None:
    from tests.submissions.stage import upload

    compare_changed_papers()
    save(twins[1], stage.ben, title="Something else", abstract="Quite another thing.")
    upload(twins[1], stage.ben, pdfs.good(7))

    compare_papers(workshop_id=stage.workshop.pk)

    assert Likeness.objects.count() == 0


def test_organizer_sees_it_on_both_pages_and_as_a_filter_and_settles_it(stage, twins, client) -> None:
    compare_changed_papers()
    client.force_login(stage.olga)
    papers = reverse("desk:papers", args=[stage.workshop.slug])

    for paper, other in (twins, twins[::-1]):
        assert f"#{other.number} Symmetry in neural codes" in client.get(page_of(stage, paper)).content.decode()
    assert client.get(papers, {"look": "alike"}).context["found"].total == 2

    client.post(reverse("desk:settle_twin", args=[stage.workshop.slug, 1, pair().pk]))
    compare_papers(workshop_id=stage.workshop.pk)

    assert pair().settled_by == stage.olga
    assert client.get(papers, {"look": "alike"}).context["found"].total == 0
    assert "Looks like paper" not in client.get(page_of(stage, twins[0])).content.decode()


def test_settled_comes_again_when_more_is_shared(stage, twins) -> None:
    save(twins[1], stage.ben, title="Something else", abstract="Quite another thing.")
    compare_changed_papers()
    settle_likeness(likeness=pair(), by=stage.olga)

    save(twins[1], stage.ben, title="Symmetry in neural codes", abstract="Quite another thing.")
    compare_changed_papers()

    assert pair().settled_at is None


def test_pair_with_a_paper_that_is_sealed_from_the_viewer_is_nowhere(stage, twins, client) -> None:
    compare_changed_papers()
    set_conflict(submission=twins[1], user=stage.olga, reason="organizer", state="confirmed", by=None, why="A friend.")
    client.force_login(stage.olga)

    page = client.get(page_of(stage, twins[0]))
    listed = client.get(reverse("desk:papers", args=[stage.workshop.slug]), {"look": "alike"})

    assert page.context["twins"] == []
    assert (listed.context["found"].total, listed.context["found"].sealed) == (0, [])
    assert client.post(reverse("desk:settle_twin", args=[stage.workshop.slug, 1, pair().pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        settle_likeness(likeness=pair(), by=stage.olga)


def test_author_who_organizes_is_told_nothing_of_a_twin_of_theirs(stage, client) -> None:
    olgas = submitted(stage, by=stage.olga, authors=[author(stage.olga, corresponding=True)])
    other = submitted(stage)
    compare_changed_papers()
    client.force_login(stage.olga)

    assert client.get(page_of(stage, other)).context["twins"] == []
    assert "Looks like" not in client.get(page_of(stage, olgas)).content.decode()
