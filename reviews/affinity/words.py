"""The default method: TF-IDF over words and pairs of words.

Every paper and every document is a vector of length one over its words and pairs of neighbouring words (folded, without
the commonest English words), weighted by (1 + log tf) · idf with the idf of all papers and documents together. A
reviewer's affinity to a paper is the mean of the cosines of the paper with their documents, in [0, 1].
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer

from reviews.affinity.shelf import Shelf, by_reviewer

if TYPE_CHECKING:
    from reviews.affinity.shelf import Floats

BLOCK = 256  # papers that are compared at once
LOOKED_AT = 80  # shared words, those with the largest part, of which the best are told


class Words:
    """TF-IDF of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._open: Any = None
        self._opened = -1
        self._vectorizer = TfidfVectorizer(
            strip_accents="unicode",
            stop_words="english",
            token_pattern=r"(?u)\b[^\W\d_][\w-]+\b",  # noqa: S106 (the pattern of a word)
            ngram_range=(1, 2),
            sublinear_tf=True,
            dtype=np.float32,
        )
        texts = [*shelf.papers, *(one.text for one in shelf.documents)]
        try:
            rows = csr_array(self._vectorizer.fit_transform(texts))
            self._papers, self._documents = rows[: len(shelf.papers)], rows[len(shelf.papers) :]
        except ValueError:  # not one word in all of them
            self._papers = self._documents = None

    def near(self, papers: slice) -> Floats:
        """The cosines of these papers with every document: papers × documents."""
        if self._papers is None:
            count = len(range(*papers.indices(len(self.shelf.papers))))
            return np.zeros((count, len(self.shelf.documents)), dtype=np.float32)
        found: Floats = (self._papers[papers] @ self._documents.T).toarray()
        return found

    def scores(self) -> Floats:
        """Papers × reviewers in [0, 1], NaN where nothing is known of the reviewer."""
        count = len(self.shelf.papers)
        blocks = [slice(start, start + BLOCK) for start in range(0, count, BLOCK)]
        rows = [by_reviewer(self.shelf, self.near(block), largest=0.0) for block in blocks]
        return np.vstack(rows) if rows else np.empty((0, len(self.shelf.reviewers)))

    @cached_property
    def _names(self) -> Any:
        return self._vectorizer.get_feature_names_out()

    def terms(self, paper: int, reviewer: int, *, most: int = 8) -> list[tuple[str, float]]:
        """The words that paper and reviewer share, each with its part of the score, the largest first."""
        if self._papers is None or not self.shelf.reviewers[reviewer]:
            return []
        indptr, columns, weights = self._profiles.indptr, self._profiles.indices, self._profiles.data
        mine = slice(indptr[reviewer], indptr[reviewer + 1])
        parts = weights[mine] * self._weights_of(paper)[columns[mine]]
        largest = np.argsort(-parts, kind="stable")[:LOOKED_AT]
        named = {str(self._names[columns[mine][n]]): float(parts[n]) for n in largest if parts[n] > 0}
        return sorted(_joined(named).items(), key=lambda one: (-one[1], one[0]))[:most]

    def _weights_of(self, paper: int) -> Any:
        """The weight of every word in a paper; one is asked for many times in turn."""
        if self._opened != paper:
            self._open = self._papers[[paper]].toarray()[0]
            self._opened = paper
        return self._open

    @cached_property
    def _profiles(self) -> Any:
        """The mean document of each reviewer, sparse: reviewers × words."""
        counts = np.diff(self.shelf.starts)
        owners = np.repeat(np.arange(len(counts)), counts)
        shares = csr_array((1.0 / counts[owners], (owners, np.arange(len(owners)))), shape=(len(counts), len(owners)))
        return (shares @ csr_array(self._documents)).tocsr()


def _joined(terms: dict[str, float]) -> dict[str, float]:
    """With the parts of two words in the pair that says both: “grid cells” stands for “grid” and “cells”."""
    left = dict(terms)
    found: dict[str, float] = {}
    pairs = sorted((term for term in terms if " " in term), key=lambda term: (-terms[term], term))
    for pair in pairs:
        part = left.pop(pair)
        words = {word for word in pair.split() if word in left}  # a word may stand beside itself
        if words:
            found[pair] = part + sum(left.pop(word) for word in words)
    return found | left
