"""The same questions put to a plain integer program over every pair, and a check of every promise one by one."""

import math
from collections import Counter
from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from reviews.matching import Solution
from reviews.matching.market import fill
from reviews.matching.problem import Bar, Bools, Floats, Paper, Problem, Reviewer, Rules

SCORES = st.sampled_from([None, 0.0, 0.25, 0.3, 0.5, 0.9, 1.0, 0.123456, 0.123457])
INSTITUTIONS = ("Alba", "Bora", "Cora")


@st.composite
def ruled_problems(draw: st.DrawFn) -> Problem:
    """Up to 6 papers and 7 reviewers with gaps, bars of every kind, locks, minimum loads and side rules."""
    papers, reviewers = draw(st.integers(1, 6)), draw(st.integers(3, 7))
    bars = np.zeros((papers, reviewers), dtype=np.int8)
    for p, r, bar in draw(
        st.lists(
            st.tuples(st.integers(0, papers - 1), st.integers(0, reviewers - 1), st.integers(1, 3)), max_size=papers
        )
    ):
        bars[p, r] = bar
    authors = [draw(st.sets(st.integers(0, reviewers - 1), max_size=2)) for _ in range(papers)]
    for p, names in enumerate(authors):
        bars[p, sorted(names)] = Bar.AUTHOR
    free = np.argwhere(bars == Bar.OPEN).tolist()
    locked = draw(st.lists(st.sampled_from(free), max_size=2)) if free else []
    return Problem(
        [
            Paper(f"p{p}", draw(st.integers(0, 2)), tuple(f"r{r}" for r in sorted(names)))
            for p, names in enumerate(authors)
        ],
        [
            Reviewer(
                f"r{r}",
                draw(st.sampled_from([0, 0, 0, 1])),
                draw(st.integers(1, 4)),
                draw(st.booleans()),
                tuple(sorted(draw(st.sets(st.sampled_from(INSTITUTIONS), max_size=2)))),
            )
            for r in range(reviewers)
        ],
        np.array(draw(st.lists(SCORES, min_size=papers * reviewers, max_size=papers * reviewers)), dtype=float).reshape(
            papers, reviewers
        ),
        bars,
        frozenset((p, r) for p, r in locked),
        Rules(draw(st.integers(0, 1)), draw(st.booleans()), draw(st.booleans()), draw(st.sampled_from([0, 0, 1]))),
    )


def scores_of(given: Problem) -> Floats:
    scores = given.scores.copy()
    fill(scores, given.bars)
    return scores


def best_total(given: Problem) -> float | None:
    """The largest total; None when there is no assignment."""
    scores = scores_of(given)
    result = milp(
        -scores.ravel(), integrality=np.ones(scores.size), bounds=_bounds(given), constraints=_constraints(given)
    )
    return -result.fun if result.status == 0 else None


def best_floor(given: Problem, least_total: float) -> float:
    """The largest floor under the total of every paper that needs reviews, with at least that total in all."""
    scores = scores_of(given)
    papers = [p for p, paper in enumerate(given.papers) if paper.demand]
    floors = np.zeros((len(papers), scores.size + 1))
    for line, p in enumerate(papers):
        floors[line, p * scores.shape[1] : (p + 1) * scores.shape[1]] = scores[p]
        floors[line, -1] = -1
    one_more = [
        LinearConstraint(np.hstack([rule.A, np.zeros((rule.A.shape[0], 1))]), rule.lb, rule.ub)
        for rule in _constraints(given)
    ]
    total = LinearConstraint(np.append(scores.ravel(), 0.0), least_total, np.inf)
    bounds = _bounds(given)
    result = milp(
        np.append(np.zeros(scores.size), -1.0),
        integrality=np.append(np.ones(scores.size), 0),
        bounds=Bounds(np.append(bounds.lb, 0), np.append(bounds.ub, 100)),
        constraints=[*one_more, LinearConstraint(floors, 0, np.inf), total],
    )
    return float(-result.fun)


def _bounds(given: Problem) -> Bounds:
    return Bounds(given.lock_mask().ravel().astype(float), (given.bars == Bar.OPEN).ravel().astype(float))


def _constraints(given: Problem) -> list[LinearConstraint]:
    papers, reviewers = given.scores.shape
    demand = [paper.demand for paper in given.papers]
    senior = np.array([one.senior for one in given.reviewers], dtype=float)
    rules = [
        LinearConstraint(np.kron(np.eye(papers), np.ones(reviewers)), demand, demand),
        LinearConstraint(
            np.kron(np.ones(papers), np.eye(reviewers)), given.least_load(), [one.max for one in given.reviewers]
        ),
        LinearConstraint(np.kron(np.eye(papers), senior), given.seniors(), np.inf),
    ]
    return rules + [LinearConstraint(mask.reshape(1, -1).astype(float), -np.inf, 1) for mask in _clashes(given)]


def _clashes(given: Problem) -> list[Bools]:
    shape, masks = given.scores.shape, []
    places = {one.id: r for r, one in enumerate(given.reviewers)}
    if given.rules.one_per_institution:
        for p, name in ((p, name) for p in range(shape[0]) for name in INSTITUTIONS):
            mask = np.zeros(shape, dtype=bool)
            mask[p, [r for r, one in enumerate(given.reviewers) if name in one.institutions]] = True
            masks.append(mask)
    if given.rules.no_mutual_review:
        for (p, one), (q, other) in combinations(list(enumerate(given.papers)), 2):
            for a, b in ((a, b) for a in one.authors for b in other.authors):
                mask = np.zeros(shape, dtype=bool)
                mask[p, places[b]] = mask[q, places[a]] = True
                masks.append(mask)
    return masks


def check(given: Problem, found: Solution) -> None:
    """Every promise: demands, loads, bars, locks, no pair twice, every rule, sums."""
    papers = {paper.id: p for p, paper in enumerate(given.papers)}
    reviewers = {one.id: r for r, one in enumerate(given.reviewers)}
    pairs = [(papers[pair.paper_id], reviewers[pair.reviewer_id]) for pair in found.pairs]
    taken = np.zeros(given.scores.shape, dtype=bool)
    for pair in pairs:
        taken[pair] = True
    assert taken.sum() == len(pairs)
    assert given.locked <= set(pairs)
    assert not (taken & (given.bars != Bar.OPEN)).any()
    assert taken.sum(axis=1).tolist() == [paper.demand for paper in given.papers]
    loads = taken.sum(axis=0)
    assert (loads >= given.least_load()).all()
    assert (loads <= [one.max for one in given.reviewers]).all()
    assert found.loads == {one.id: int(load) for one, load in zip(given.reviewers, loads, strict=True)}
    senior = np.array([one.senior for one in given.reviewers])
    assert (taken[:, senior].sum(axis=1) >= given.seniors()).all()
    assert not [mask for mask in _clashes(given) if (taken & mask).sum() > 1]
    scores = scores_of(given)
    assert [pair.score for pair in found.pairs] == [scores[pair] for pair in pairs]
    assert found.total == math.fsum(pair.score for pair in found.pairs)
    assert found.certificate.bound - found.certificate.optimum <= found.certificate.gap + 1e-12


def totals(found: Solution) -> Counter[str]:
    sums: Counter[str] = Counter()
    for pair in found.pairs:
        sums[pair.paper_id] += pair.score  # type: ignore[assignment]  # a Counter adds floats as well
    return sums
