"""Why there is no assignment, in words, and each remedy with the page where it is done.

A reason over a paper that is hidden from the viewer is not shown.
"""

from dataclasses import dataclass
from typing import Any

from desk.reading.run_lines import Rows
from reviews.models import AssignmentRun
from reviews.states import RunPurpose

SHOWN = 12
PLACES = {
    "raise_maximum": ("person", "Raise what they take"),
    "lower_minimum": ("person", "Lower what they must have"),
    "lower_demand": ("tracks", "Ask for fewer reviews in the track"),
    "waive_conflicts": ("paper", "Waive it on the paper’s page"),
    "settle_suspected": ("paper", "Settle it on the paper’s page"),
    "allow_forbidden": ("bench", "Allow them again"),
    "remove_locks": ("bench", "Unlock them"),
    "ease_rule": ("rules", "Ask again with an easier rule"),
    "raise_probability": ("rules", "Ask again with a higher probability"),
}
"""Where each kind of step is done, and the words of its link."""


@dataclass(frozen=True)
class Step:
    """``place``: which kind of page its link goes to; ``key``: of a person or the number of a paper."""

    words: str
    place: str
    label: str
    key: int


@dataclass(frozen=True)
class RemedyLine:
    sentence: str
    steps: list[Step]
    more: int


@dataclass(frozen=True)
class ReasonLine:
    sentence: str
    papers: str
    reviewers: str
    remedies: list[RemedyLine]


def reasons(run: AssignmentRun, rows: Rows, names: dict[int, str]) -> list[ReasonLine]:
    """No query: papers that the viewer is free on and people are read already."""
    numbers = {paper.pk: paper.number for paper in rows.papers}
    found = []
    for reason in run.reasons:
        if not set(reason["papers"]) <= numbers.keys():
            continue
        ways = [remedy for remedy in reason["remedies"] if not (run.purpose == RunPurpose.REPAIR and _allows(remedy))]
        remedies = [one for remedy in ways if (one := _remedy(remedy, numbers, names))]
        found.append(
            ReasonLine(
                sentence=reason["sentence"],
                papers=", ".join(f"#{n}" for n in sorted(numbers[pk] for pk in reason["papers"])),
                reviewers=", ".join(sorted(names[pk] for pk in reason["reviewers"] if pk in names)),
                remedies=remedies,
            )
        )
    return found


def _allows(remedy: dict[str, Any]) -> bool:
    """Pairs that are forbidden in a repair are those who left, or are silent: they are no way out."""
    return any(kind == "allow_forbidden" for *_, kind in remedy["changes"])


def _remedy(remedy: dict[str, Any], numbers: dict[int, int], names: dict[int, str]) -> RemedyLine | None:
    """None where a step is about a paper that is hidden."""
    steps = []
    for paper, user, by, *kinds in remedy["changes"]:
        kind = kinds[0] if kinds else remedy.get("kind", "")
        number = numbers.get(int(paper)) if paper is not None else None
        if paper is not None and number is None:
            return None
        who = [f"#{number}"] if number is not None else []
        who += [names[int(user)]] if user is not None and int(user) in names else []
        place, label = PLACES.get(kind, ("", ""))
        words = " and ".join(who) + ("" if len(who) == 2 else f" by {by}")
        key = int(user) if place == "person" and user is not None else number or 0
        steps.append(Step(words, place, label, key))
    return RemedyLine(remedy["sentence"].rstrip("."), steps[:SHOWN], max(0, len(steps) - SHOWN))
