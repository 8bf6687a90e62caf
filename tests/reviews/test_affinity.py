"""How well a paper fits what a reviewer knows: both methods on texts whose right order is evident."""

from typing import Any

import numpy as np
import pytest

from reviews.affinity.sentences import Encoder, Sentences
from reviews.affinity.shelf import Document, Shelf, by_reviewer, percentiles
from reviews.affinity.words import Words

PAPERS = (
    "Equivariant convolutions on the sphere for weather models. We build networks that commute with rotations.",
    "Persistent homology of grid cells in the brain. The population code of entorhinal cortex is a torus.",
    "Sample complexity of auctions with budgets. Truthful mechanisms learn prices from few bids.",
)
REVIEWERS = {
    "sphere": ("Spherical CNNs: signals on the sphere", "Rotation equivariant networks for climate data"),
    "brain": ("Toroidal topology of population activity in grid cells", "Neural codes of the hippocampus"),
    "market": ("Mechanism design without money", "Optimal auctions through deep learning"),
    "nobody": (),
    "blank": ("  ",),
}
RIGHT = ["sphere", "brain", "market"]


def shelf_of(papers: Any = PAPERS, reviewers: Any = REVIEWERS) -> Shelf:
    documents = [[Document(f"{name}{n}", text) for n, text in enumerate(some)] for name, some in reviewers.items()]
    return Shelf(papers, documents)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.installed()


def read(encoder: Encoder, shelf: Shelf) -> Sentences:
    vectors = encoder.encode([*shelf.papers, *(one.text for one in shelf.documents)])
    return Sentences.of(shelf, [row.tobytes() for row in vectors])


def best(values: Any) -> list[str]:
    names = list(REVIEWERS)
    return [names[place] for place in np.nanargmax(values, axis=1)]


def test_words_find_the_reviewer_of_the_field() -> None:
    assert best(Words(shelf_of()).scores()) == RIGHT


def test_sentences_find_the_reviewer_of_the_field(encoder: Encoder) -> None:
    assert best(read(encoder, shelf_of()).scores()) == RIGHT


def test_sentences_find_a_reviewer_who_says_it_in_other_words(encoder: Encoder) -> None:
    shelf = shelf_of(
        ("Dogs learn to obey commands",),
        {"pets": ("Training puppies to follow orders",), "stars": ("Spectra of distant galaxies",)},
    )
    by_words, by_meaning = Words(shelf).scores()[0], read(encoder, shelf).scores()[0]

    assert by_words.tolist() == [0.0, 0.0]
    assert by_meaning[0] > by_meaning[1] + 0.3


def test_sentence_model_gives_the_cosines_that_its_authors_publish(encoder: Encoder) -> None:
    asked, *others = encoder.encode(
        ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    )

    assert [round(float(asked @ other), 3) for other in others] == [0.695, 0.943, 0.257]


def test_vector_of_a_text_does_not_depend_on_the_texts_beside_it(encoder: Encoder) -> None:
    short, long = "Groups.", "We study how representations of groups act on neural manifolds. " * 60

    together, alone = encoder.encode([short, long])[0], encoder.encode([short])[0]

    assert np.allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("method", ["words", "sentences"])
def test_affinity_lies_between_none_and_one_and_is_unknown_without_documents(method: str, encoder: Encoder) -> None:
    shelf = shelf_of()
    values = Words(shelf).scores() if method == "words" else read(encoder, shelf).scores()

    assert np.isnan(values).tolist() == [[False, False, False, True, True]] * 3
    assert (np.nanmin(values) >= 0, np.nanmax(values) <= 1) == (True, True)


def test_same_text_has_the_largest_affinity_and_accents_do_not_count() -> None:
    shelf = shelf_of(("Étalé symmetry of codes",), {"same": ("etale symmetry of codes",), "near": ("codes",)})

    values = Words(shelf).scores()[0]

    assert values[0] == pytest.approx(1.0, abs=1e-6)
    assert 0 < values[1] < 1


def test_affinity_is_the_mean_over_the_documents() -> None:
    shelf = shelf_of(("grid cells",), {"both": ("grid cells", "auctions"), "one": ("grid cells",)})

    values = Words(shelf).scores()[0]

    assert values[0] == pytest.approx(values[1] / 2)


def test_sentences_count_the_nearest_document_and_the_mean_alike() -> None:
    shelf = Shelf(["paper"], [[Document(1, "a"), Document(2, "b")]])

    assert by_reviewer(shelf, np.array([[0.8, 0.2]]), largest=0.5).tolist() == [[0.65]]


def test_shared_terms_say_what_made_the_score_and_name_a_pair_of_words_once() -> None:
    shelf = shelf_of()
    words = Words(shelf)

    terms = words.terms(1, 1)

    assert terms[0][0] == "grid cells"
    assert {"grid", "cells"} & {term for term, _ in terms} == set()
    assert sum(part for _, part in terms) == pytest.approx(words.scores()[1, 1], abs=1e-6)
    assert words.terms(1, 3) == []


def test_word_that_stands_beside_itself_counts_once() -> None:
    words = Words(Shelf(["cells cells"], [[Document(1, "cells cells")]]))

    assert words.terms(0, 0) == [("cells cells", pytest.approx(1.0, abs=1e-6))]


def test_texts_without_a_word_are_no_error() -> None:
    shelf = Shelf(["42", ""], [[Document(1, "7 8 9")], []])

    assert np.array_equal(Words(shelf).scores(), [[0.0, np.nan], [0.0, np.nan]], equal_nan=True)


def test_nothing_to_compare_is_no_error() -> None:
    assert Words(Shelf([], [])).scores().shape == (0, 0)
    assert Words(Shelf(["a paper of words"], [])).scores().shape == (1, 0)


def test_percentiles_are_mid_ranks_and_leave_the_unknown_unknown() -> None:
    values = np.array([[0.1, 0.5, 0.5, 0.9, np.nan], [np.nan] * 5])

    found = percentiles(values)

    assert found[0, :4].tolist() == [0.125, 0.5, 0.5, 0.875]
    assert np.isnan(found[1]).all()
    assert np.isnan(found[0, 4])
