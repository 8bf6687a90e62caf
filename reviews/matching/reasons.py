"""Why there is no assignment, in words: from a shortage to a reason with its remedies. Counts only, no names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.text import counted
from reviews.matching.problem import Bar, Problem
from reviews.matching.result import Change, Reason, ReasonKind, Remedy, RemedyKind


@dataclass(frozen=True)
class Gap:
    """One independent shortage: `left` needs more than `right` has room for, and what would mend it.

    `cut`: by how much less the left may need; `widened`: by how much more room on the right; `lifted`: which
    barred pairs, and how. Each mends the whole gap, or is empty when it cannot.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    needed: int
    available: int
    locked: bool  # some of the left is already served by locked pairs
    cut: tuple[tuple[str, int], ...]
    widened: tuple[tuple[str, int], ...]
    lifted: tuple[tuple[str, str, RemedyKind], ...]

    @property
    def missing(self) -> int:
        return self.needed - self.available


def too_few_places(gap: Gap) -> Reason:
    """Papers that need more reviews than their reviewers have places."""
    one = len(gap.left) == 1
    need = f"{_these(len(gap.left), 'paper')} {'needs' if one else 'need'} {_needed(gap, 'review')}"
    remedies = (
        remedy("raise_maximum", [Change(None, reviewer, by, "raise_maximum") for reviewer, by in gap.widened]),
        remedy("lower_demand", [Change(paper, None, by, "lower_demand") for paper, by in gap.cut]),
        _lift([Change(paper, reviewer, 1, kind) for paper, reviewer, kind in gap.lifted]),
    )
    sentence = f"{need}; {_places(gap, 'it' if one else 'them')}: {_are(gap.missing, 'missing')}."
    return _reason("too_few_places", gap, gap.left, gap.right, sentence, remedies)


def too_few_seniors(gap: Gap) -> Reason:
    """Papers that must have senior reviewers, more than those have places."""
    one = len(gap.left) == 1
    need = f"{_these(len(gap.left), 'paper')} {'needs' if one else 'need'} {_needed(gap, 'senior review')}"
    remedies = (
        remedy("raise_maximum", [Change(None, reviewer, by, "raise_maximum") for reviewer, by in gap.widened]),
        remedy("lower_seniors", [Change(paper, None, by, "lower_seniors") for paper, by in gap.cut]),
        _lift([Change(paper, reviewer, 1, kind) for paper, reviewer, kind in gap.lifted]),
    )
    places = _places(gap, "it" if one else "them").replace("reviewer", "senior reviewer")
    sentence = f"{need}; {places}: {_are(gap.missing, 'missing')}."
    return _reason("rule", gap, gap.left, gap.right, sentence, remedies)


def too_few_papers(gap: Gap) -> Reason:
    """Reviewers whose minimum is more than the papers they may review can offer."""
    one = len(gap.left) == 1
    need = f"{_these(len(gap.left), 'reviewer')} {'needs' if one else 'need'} at least {_needed(gap, 'paper')}"
    offer = f"the papers that {'this reviewer' if one else 'they'} may review offer {counted(gap.available, 'place')}"
    remedies = (
        remedy("lower_minimum", [Change(None, reviewer, by, "lower_minimum") for reviewer, by in gap.cut]),
        _lift([Change(paper, reviewer, 1, kind) for reviewer, paper, kind in gap.lifted]),
    )
    sentence = f"{need}; {offer}: {_are(gap.missing, 'missing')}."
    return _reason("too_few_papers", gap, gap.right, gap.left, sentence, remedies)


def locks_on_bars(problem: Problem) -> tuple[Reason, ...]:
    """Locked pairs that may not be."""
    pairs = sorted((p, r) for p, r in problem.locked if problem.bars[p, r])
    return tuple(_on_bar(problem, p, r) for p, r in pairs)


def _on_bar(problem: Problem, paper: int, reviewer: int) -> Reason:
    names = problem.papers[paper].id, problem.reviewers[reviewer].id
    bar = Bar(problem.bars[paper, reviewer])
    what, lift = ON_BAR[bar]
    steps: list[RemedyKind] = ["remove_locks", *([lift] if lift else [])]
    remedies = tuple(one for one in (remedy(kind, [Change(*names, 1, kind)]) for kind in steps) if one)
    sentence = f"This reviewer is locked to this paper but {what}."
    return Reason("lock_on_conflict", names[:1], names[1:], 1, 0, 1, sentence, remedies)


ON_BAR: dict[Bar, tuple[str, RemedyKind | None]] = {
    Bar.FORBIDDEN: ("the pair is forbidden", "allow_forbidden"),
    Bar.SUSPECTED: ("may have a conflict with it", "settle_suspected"),
    Bar.CONFLICT: ("has a conflict with it", "waive_conflicts"),
    Bar.AUTHOR: ("is one of its authors", None),
}


def too_many_locks(problem: Problem) -> tuple[Reason, ...]:
    """Papers and reviewers whose locked pairs alone exceed the demand or the maximum."""
    locks = problem.lock_mask()
    papers = [p for p, count in enumerate(locks.sum(axis=1)) if count > problem.papers[p].demand]
    reviewers = [r for r, count in enumerate(locks.sum(axis=0)) if count > problem.reviewers[r].max]
    return tuple(
        [_over_demand(problem, paper, np.flatnonzero(locks[paper]).tolist()) for paper in papers]
        + [_over_maximum(problem, one, np.flatnonzero(locks[:, one]).tolist()) for one in reviewers]
    )


def _over_demand(problem: Problem, paper: int, reviewers: list[int]) -> Reason:
    one = problem.papers[paper]
    gap = Gap(
        (one.id,), tuple(problem.reviewers[r].id for r in reviewers), len(reviewers), one.demand, True, (), (), ()
    )
    sentence = f"This paper needs {counted(one.demand, 'review')} but has {counted(gap.needed, 'locked reviewer')}"
    remedies = (remedy("remove_locks", [Change(one.id, None, gap.missing, "remove_locks")]),)
    return _reason("locks_over_demand", gap, gap.left, gap.right, f"{sentence}: {gap.missing} too many.", remedies)


def _over_maximum(problem: Problem, reviewer: int, papers: list[int]) -> Reason:
    one = problem.reviewers[reviewer]
    ids = tuple(problem.papers[p].id for p in papers)
    gap = Gap(ids, (one.id,), len(ids), one.max, True, (), (), ())
    sentence = f"This reviewer may have {counted(one.max, 'paper')} but has {counted(gap.needed, 'locked paper')}"
    kinds: tuple[RemedyKind, ...] = ("raise_maximum", "remove_locks")
    remedies = tuple(remedy(kind, [Change(None, one.id, gap.missing, kind)]) for kind in kinds)
    return _reason("locks_over_maximum", gap, gap.left, gap.right, f"{sentence}: {gap.missing} too many.", remedies)


def _reason(
    kind: ReasonKind,
    gap: Gap,
    papers: tuple[str, ...],
    reviewers: tuple[str, ...],
    sentence: str,
    remedies: tuple[Remedy | None, ...],
) -> Reason:
    return Reason(
        kind=kind,
        papers=papers,
        reviewers=reviewers,
        needed=gap.needed,
        available=gap.available,
        missing=gap.missing,
        sentence=sentence,
        remedies=tuple(remedy for remedy in remedies if remedy),
    )


def _lift(changes: list[Change]) -> Remedy | None:
    kinds = {change.kind for change in changes}
    return remedy(kinds.pop() if len(kinds) == 1 else "mixed", changes)


def remedy(kind: RemedyKind, changes: list[Change]) -> Remedy | None:
    """The remedy made of these changes; None when there are none, because it would not help."""
    if not changes:
        return None
    kinds = list(dict.fromkeys(change.kind for change in changes))
    steps = [_step(one, [change for change in changes if change.kind == one]) for one in kinds]
    return Remedy(kind, tuple(changes), " ".join(steps))


def _step(kind: RemedyKind, changes: list[Change]) -> str:
    total = sum(change.by for change in changes)
    people = counted(len(changes), "reviewer")
    sentences: dict[RemedyKind, str] = {
        "raise_maximum": f"Raise the maximum of {people} by {counted(total, 'place')} in all.",
        "lower_demand": f"Lower the demand of {counted(len(changes), 'paper')} by {counted(total, 'review')} in all.",
        "lower_minimum": f"Lower the minimum of {people} by {counted(total, 'paper')} in all.",
        "waive_conflicts": f"Waive {counted(total, 'conflict')}.",
        "settle_suspected": f"Settle {counted(total, 'suspected conflict')} as none.",
        "allow_forbidden": f"Allow {counted(total, 'forbidden pair')}.",
        "lower_seniors": f"Ask for {counted(total, 'senior reviewer')} less, over {counted(len(changes), 'paper')}.",
        "lower_author_minimum": f"Ask {counted(len(changes), 'author')} for {counted(total, 'paper')} less in all.",
        "allow_same_institution": f"Allow two reviewers of one institution for {counted(len(changes), 'paper')}.",
        "allow_mutual_review": f"Allow people to review each other’s papers in {counted(total, 'case')}.",
        "raise_probability": f"Raise the highest probability to {total} %.",
        "remove_locks": f"Remove {counted(total, 'lock')}.",
    }
    return sentences[kind]


def _needed(gap: Gap, noun: str) -> str:
    return counted(gap.needed, f"more {noun}" if gap.locked else noun)


def _places(gap: Gap, it: str) -> str:
    count = len(gap.right)
    if not count:
        return f"no {'other ' if gap.locked else ''}reviewer may review {it}"
    who = "the reviewer" if count == 1 else f"the {count} reviewers"
    return (
        f"{who} who may review {it} {'has' if count == 1 else 'have'} {counted(gap.available, 'place')} left for {it}"
    )


def _these(count: int, noun: str) -> str:
    return f"This {noun}" if count == 1 else f"These {count} {noun}s"


def _are(number: int, state: str) -> str:
    return f"{number} {'is' if number == 1 else 'are'} {state}"
