"""Small problems for the tests of the assignment."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from reviews.matching.problem import Bar, Paper, Problem, Reviewer


def problem(
    scores: Any,
    *,
    demand: int | list[int] = 1,
    least: int | list[int] = 0,
    most: int | list[int] = 1,
    forbidden: Iterable[tuple[int, int]] = (),
    bar: Bar = Bar.FORBIDDEN,
    locked: Iterable[tuple[int, int]] = (),
) -> Problem:
    """Papers p0, p1, … and reviewers r0, r1, … over a matrix of scores (None where unknown)."""
    matrix = np.array(scores, dtype=float)
    papers, reviewers = matrix.shape
    bars = np.zeros(matrix.shape, dtype=np.int8)
    for pair in forbidden:
        bars[pair] = bar
    demands = [demand] * papers if isinstance(demand, int) else demand
    minima = [least] * reviewers if isinstance(least, int) else least
    maxima = [most] * reviewers if isinstance(most, int) else most
    return Problem(
        [Paper(f"p{index}", value) for index, value in enumerate(demands)],
        [Reviewer(f"r{index}", low, high) for index, (low, high) in enumerate(zip(minima, maxima, strict=True))],
        matrix,
        bars,
        frozenset(locked),
    )


def workshop(papers: int, reviewers: int, *, least: int = 0, most: int = 6, seed: int = 1) -> Problem:
    """Three reviews a paper, sparse scores, 5 % conflicts."""
    rng = np.random.default_rng(seed)
    scores = np.where(rng.random((papers, reviewers)) < 0.15, rng.random((papers, reviewers)), 0.0)
    conflicts = np.argwhere(rng.random((papers, reviewers)) < 0.05).tolist()
    pairs = [(paper, reviewer) for paper, reviewer in conflicts]
    return problem(scores, demand=3, least=least, most=most, forbidden=pairs)
