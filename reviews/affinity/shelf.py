"""What is compared: papers, and the documents of each reviewer, laid out for arrays."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Document:
    """``key``: what its owner calls it."""

    key: Hashable
    text: str


@dataclass(frozen=True)
class Shelf:
    """``papers`` are texts; ``reviewers`` has the documents of each, [] where nothing is known.

    Documents without a word are left out.
    """

    papers: Sequence[str]
    reviewers: Sequence[Sequence[Document]]
    documents: list[Document] = field(init=False)

    def __post_init__(self) -> None:
        kept = [[one for one in mine if one.text.strip()] for mine in self.reviewers]
        object.__setattr__(self, "reviewers", kept)
        object.__setattr__(self, "documents", [one for mine in kept for one in mine])

    @cached_property
    def starts(self) -> list[int]:
        """Where the documents of each reviewer begin among all of them; one more at the end."""
        places = [0]
        for mine in self.reviewers:
            places.append(places[-1] + len(mine))
        return places

    def of(self, reviewer: int) -> slice:
        """The columns of a reviewer's documents."""
        return slice(self.starts[reviewer], self.starts[reviewer + 1])


def by_reviewer(shelf: Shelf, near: Floats, *, largest: float) -> Floats:
    """From how near each document is (rows × documents) to each reviewer: ``largest`` · max + (1 − largest) · mean.

    Rows × reviewers, NaN where a reviewer has no document, within [0, 1].
    """
    import numpy as np

    found = np.full((near.shape[0], len(shelf.reviewers)), np.nan)
    for reviewer, mine in enumerate(shelf.reviewers):
        if mine:
            columns = near[:, shelf.of(reviewer)]
            found[:, reviewer] = columns.mean(axis=1)
            if largest:
                found[:, reviewer] = largest * columns.max(axis=1) + (1 - largest) * found[:, reviewer]
    return np.clip(found, 0.0, 1.0)


def percentiles(values: Floats) -> Floats:
    """Each known value's mid-rank percentile among the known values of its row, in (0, 1); NaN stays NaN.

    With it a paper of rare words counts as much as any other. The median of a row is 0.5.
    """
    import numpy as np
    from scipy.stats import rankdata

    found = np.full(values.shape, np.nan)
    for row, given in enumerate(values):
        known = ~np.isnan(given)
        if known.any():
            found[row, known] = (rankdata(given[known]) - 0.5) / known.sum()
    return found
