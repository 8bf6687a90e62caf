"""Why there is no assignment: what is short, by numbers and names, and the cheapest ways out."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from audit.text import counted
from reviews.matching import feasibility, reasons
from reviews.matching.market import Market
from reviews.matching.problem import Problem
from reviews.matching.program import Goal, best_pairs, optimise
from reviews.matching.remedies import remedies
from reviews.matching.result import Change, Infeasible, Reason, Remedy, RemedyKind


def lock_reasons(problem: Problem) -> Infeasible | None:
    """Locks that contradict conflicts, demands, maxima or rules among themselves; None when they do not."""
    found = reasons.locks_on_bars(problem) + reasons.too_many_locks(problem) + _locks_on_rules(problem)
    return Infeasible(found, remedies(problem, found)) if found else None


def _locks_on_rules(problem: Problem) -> tuple[Reason, ...]:
    rules = problem.rules
    if not problem.locked or not (rules.one_per_institution or rules.no_mutual_review):
        return ()
    market = Market.of(_unlocked(problem), seed=0)
    rows, columns = np.argsort(market.order.papers), np.argsort(market.order.reviewers)
    locks = np.array([rows[p] * market.width + columns[r] for p, r in sorted(problem.locked)], dtype=np.int64)
    market.open.ravel()[locks] = True
    found = []
    for row in market.clashes(locks, np.ones(len(locks))):
        pairs = [divmod(key, market.width) for key in row.tolist() if key in set(locks.tolist())]
        papers = sorted({problem.papers[market.order.papers[p]].id for p, _ in pairs})
        people = sorted({problem.reviewers[market.order.reviewers[r]].id for _, r in pairs})
        what = "share an institution" if len(papers) == 1 else "would review each other’s papers"
        found.append(_rule(papers, people, len(pairs), 1, f"{len(people)} locked reviewers {what}."))
    return tuple(found)


def _unlocked(problem: Problem) -> Problem:
    return replace(problem, locked=frozenset())


def explain(market: Market) -> Infeasible:
    """The reasons, by what is short without the rules first, then by the rules, and the remedies of the whole."""
    problem = market.problem
    found = feasibility.explain(problem)
    if not found and problem.seniors().any():
        found = feasibility.explain_seniors(problem)
    ways = remedies(problem, found)
    return Infeasible(found or _by_rules(problem, ways), ways)


SENTENCES: dict[RemedyKind, str] = {
    "lower_seniors": "cannot have as many senior reviewers as the rules ask beside all else",
    "allow_same_institution": "cannot have every review with at most one reviewer of an institution",
    "allow_mutual_review": "cannot have every review unless people review each other’s papers",
    "lower_author_minimum": "are authors who cannot have as many papers as the rules ask",
}


def _by_rules(problem: Problem, ways: tuple[Remedy, ...]) -> tuple[Reason, ...]:
    """A reason for each rule that mends everything when it is eased; one for all of them where none does alone."""
    found = []
    for way in ways:
        if way.kind in SENTENCES:
            papers = sorted({change.paper_id for change in way.changes if change.paper_id})
            people = sorted({change.reviewer_id for change in way.changes if change.reviewer_id})
            who = counted(len(papers), "paper") if papers else counted(len(people), "reviewer")
            missing = sum(change.by for change in way.changes)
            sentence = f"{who} {SENTENCES[way.kind]}: {missing} {'is' if missing == 1 else 'are'} missing."
            found.append(_rule(papers, people, missing, 0, sentence, way))
    if found:
        return tuple(found)
    changed = [change for way in ways[:1] for change in way.changes]
    papers = sorted({change.paper_id for change in changed if change.paper_id})
    people = sorted({change.reviewer_id for change in changed if change.reviewer_id})
    return (_rule(papers, people, len(changed), 0, "The rules cannot all hold together."),)


def _rule(
    papers: list[str],
    people: list[str],
    needed: int,
    available: int,
    sentence: str,
    way: Remedy | None = None,
) -> Reason:
    ways = (way,) if way else ()
    return Reason("rule", tuple(papers), tuple(people), needed, available, needed - available, sentence, ways)


def explain_probability(market: Market, most: float) -> Infeasible:
    """Assignments exist, but not with every pair at most so likely: which papers lack, and the probability needed."""
    low, high = math.ceil(100 * most), 100
    while high - low > 1:
        middle = (low + high) // 2
        fits = optimise(market, Goal("fit", most=middle / 100), best_pairs(market))
        low, high = (low, middle) if fits is not None and fits.objective > -1e-6 else (middle, high)
    fit = optimise(market, Goal("fit", most=most), best_pairs(market))
    lacking = fit.lacking["papers"] if fit is not None and fit.lacking else np.zeros(0)
    papers = [market.problem.papers[market.order.papers[p]].id for p in np.flatnonzero(lacking > 1e-6).tolist()]
    missing = math.ceil(float(lacking.sum()) - 1e-6)
    needed = int(market.demand.sum())
    way = reasons.remedy("raise_probability", [Change(None, None, high, "raise_probability")])
    those = counted(len(papers), "paper")
    sentence = f"With no pair more likely than {100 * most:.0f} %, {those} cannot have every review."
    ways = (way,) if way else ()
    reason = Reason("probability", tuple(sorted(papers)), (), needed, needed - missing, missing, sentence, ways)
    return Infeasible((reason,), ways)
