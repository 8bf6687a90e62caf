"""How well a paper fits what a reviewer knows."""

import pytest

from reviews.affinity import affinities, percentiles, stems

PAPERS = {
    "p1": "Equivariant convolutions on the sphere for weather models",
    "p2": "Persistent homology of grid cells in the brain",
}
REVIEWERS = {
    "sphere": ["Spherical convolutions", "Equivariant networks on the sphere"],
    "brain": ["Topology of grid cells", "Persistent homology for neuroscience"],
    "other": ["Auctions with budgets"],
    "nobody": [],
}


def test_stems_fold_accents_and_endings_and_leave_common_words_out() -> None:
    assert stems("The Étalé spaces and embeddings, mapping") == ["etale", "spac", "embedd", "mapp"]


def test_reviewer_of_the_field_is_the_nearest_of_each_paper() -> None:
    table = affinities(PAPERS, REVIEWERS)
    best = {paper: max(row, key=lambda one: row[one] or 0.0) for paper, row in table.items()}
    assert best == {"p1": "sphere", "p2": "brain"}


def test_affinity_lies_between_none_and_one_and_is_unknown_without_documents() -> None:
    table = affinities(PAPERS, REVIEWERS)
    assert {row["nobody"] for row in table.values()} == {None}
    assert {row["other"] for row in table.values()} == {0.0}
    assert all(0.0 <= value <= 1.0 for row in table.values() for value in row.values() if value is not None)


def test_same_text_has_the_largest_affinity() -> None:
    table = affinities({"p": "symmetry of codes", "q": "something else"}, {"r": ["Symmetry of codes"], "s": ["else"]})
    assert table["p"]["r"] == pytest.approx(1.0)


def test_percentiles_are_mid_ranks_and_leave_the_unknown_unknown() -> None:
    row = {"a": 0.1, "b": 0.5, "c": 0.5, "d": 0.9, "e": None}
    assert percentiles(row) == {"a": 0.125, "b": 0.5, "c": 0.5, "d": 0.875, "e": None}
    assert percentiles({"a": None}) == {"a": None}
