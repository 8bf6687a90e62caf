"""How well a paper fits what a reviewer knows: the first, thin method.

TF-IDF over folded word stems: a paper is its title, abstract, keywords and topics; a reviewer is the mean of their
documents (one a publication, one for the statement and the chosen topics), each of length one. Term weights are
sublinear (1 + log tf) · log((1 + n) / (1 + df)) over all papers and documents, and the affinity is the cosine between
paper and mean document, in [0, 1]. The score that the engine sees is its mid-rank percentile within the paper, so
that a paper with a rare vocabulary counts as much as any other. A reviewer without a document is unknown (None), which
the engine fills with the paper's median: never with 0.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from accounts.addresses import fold

P = TypeVar("P")
R = TypeVar("R")
Vector = dict[str, float]

_WORD = re.compile(r"[a-z][a-z0-9]{2,}")
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ness", "ed", "es", "s", "ly")
_SHORTEST_STEM = 4
STOP = frozenset(
    """
    the and for are was were with that this from which have has had not but can our their its into over under between
    than then also such these those there here they them when where while both each more most other some many may
    using use used via based show shows shown propose proposed present paper papers work works study results result
    new novel approach method methods model models how what why you your will would been being about against across
    """.split()
)


def stems(text: str) -> list[str]:
    """The words of a text, folded, without the commonest ones, and with common endings off."""
    return [_stem(word) for word in _WORD.findall(fold(text)) if word not in STOP]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def affinities(papers: Mapping[P, str], reviewers: Mapping[R, Sequence[str]]) -> dict[P, dict[R, float | None]]:
    """The cosine of each paper's text with each reviewer's documents; None for a reviewer without any."""
    counts = {paper: Counter(stems(text)) for paper, text in papers.items()}
    documents = {one: [found for text in texts if (found := Counter(stems(text)))] for one, texts in reviewers.items()}
    weights = _weights([*counts.values(), *(c for found in documents.values() for c in found)])
    postings = _postings({one: _mean([_unit(c, weights) for c in found]) for one, found in documents.items() if found})
    known = [one for one, found in documents.items() if found]
    table: dict[P, dict[R, float | None]] = {}
    for paper, count in counts.items():
        row: dict[R, float | None] = dict.fromkeys(reviewers)
        row.update(dict.fromkeys(known, 0.0))
        for term, weight in _unit(count, weights).items():
            for one, other in postings.get(term, ()):
                row[one] = min(1.0, (row[one] or 0.0) + weight * other)
        table[paper] = row
    return table


def _weights(counts: Sequence[Counter[str]]) -> Vector:
    seen = Counter(term for count in counts for term in count)
    return {term: math.log((1 + len(counts)) / (1 + df)) for term, df in seen.items()}


def _unit(count: Counter[str], weights: Vector) -> Vector:
    vector = {term: (1 + math.log(n)) * weights[term] for term, n in count.items()}
    length = math.sqrt(sum(value * value for value in vector.values()))
    return {term: value / length for term, value in vector.items() if value} if length else {}


def _mean(vectors: Sequence[Vector]) -> Vector:
    total: Vector = defaultdict(float)
    for vector in vectors:
        for term, value in vector.items():
            total[term] += value / len(vectors)
    return total


def _postings(vectors: Mapping[R, Vector]) -> dict[str, list[tuple[R, float]]]:
    """For each term the reviewers who have it."""
    lists: dict[str, list[tuple[R, float]]] = defaultdict(list)
    for one, vector in vectors.items():
        for term, value in vector.items():
            lists[term].append((one, value))
    return lists


def percentiles(row: Mapping[R, float | None]) -> dict[R, float | None]:
    """Each known value's mid-rank percentile among the known values of the paper; unknown stays None."""
    known = sorted(value for value in row.values() if value is not None)
    below: dict[float, int] = {}
    for place, value in enumerate(known):
        below.setdefault(value, place)
    same = Counter(known)
    return {one: None if value is None else (below[value] + same[value] / 2) / len(known) for one, value in row.items()}
