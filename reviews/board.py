"""A proposal as ``reviews.matching.edits`` prices and checks edits by hand, from what a page or a service has read.

Over the papers that somebody is free on: pairs of other papers are neither there nor a bound.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from access.registry import right
from access.viewer import Viewer
from reviews.matching.edits import Board, Break
from reviews.matching.result import Prices
from reviews.models import AssignmentRun, ProposedPair, RunPaper, RunPerson
from reviews.options import Options, SideRules
from reviews.rules import open_reviewers
from reviews.states import Origin, RunPurpose

Pair = tuple[int, int]
"""The keys of a paper and a person."""
NO_RULES = SideRules(no_mutual_review=False)


class PaperOfBoard(NamedTuple):
    """``price``: what one more review of it would add to the total; ``authors``: who of the people wrote it."""

    pk: int
    demand: int
    price: float
    senior_price: float
    authors: Collection[int]


class PersonOfBoard(NamedTuple):
    """``room``: how many of these papers they may have at most."""

    pk: int
    room: int
    price: float
    senior: bool
    institutions: Collection[str]


def rules_of(run: AssignmentRun) -> SideRules:
    """Area chairs are proposed without side rules."""
    return NO_RULES if run.purpose == RunPurpose.CHAIRS else Options.of(run.params).rules


def board_of(
    run: AssignmentRun,
    pairs: Mapping[Pair, float],
    papers: Iterable[PaperOfBoard],
    people: Iterable[PersonOfBoard],
    *,
    locked: Iterable[Pair] = (),
    barred: Mapping[Pair, str] | None = None,
) -> Board:
    """``pairs`` with their scores. A paper that is not among ``papers`` has no demand and no price."""
    papers, people, rules = list(papers), list(people), rules_of(run)
    return Board(
        pairs={ids(pair): score for pair, score in pairs.items()},
        demand={str(one.pk): one.demand for one in papers},
        least={},
        most={str(one.pk): one.room for one in people},
        prices=Prices(
            papers={str(one.pk): one.price for one in papers},
            reviewers={str(one.pk): one.price for one in people},
            seniors={str(one.pk): one.senior_price for one in papers},
        ),
        barred={ids(pair): why for pair, why in (barred or {}).items()},
        locked=frozenset(ids(pair) for pair in locked),
        seniors_per_paper=rules.seniors_per_paper,
        one_per_institution=rules.one_per_institution,
        no_mutual_review=rules.no_mutual_review,
        authors={str(one.pk): [str(user) for user in one.authors] for one in papers},
        seniors=frozenset(str(one.pk) for one in people if one.senior),
        institutions={str(one.pk): sorted(one.institutions) for one in people},
    )


def ids(pair: Pair) -> tuple[str, str]:
    return str(pair[0]), str(pair[1])


def said(broken: Break, names: Mapping[str, str]) -> str:
    """A side rule that is broken, in words; "" for anything else."""
    who = names.get(broken.reviewer_id or "", "somebody")
    return {
        "senior": f"too few senior reviewers ({broken.detail})",
        "institution": f"two reviewers of {broken.detail}",
        "mutual": f"{who} and an author would review each other",
    }.get(broken.kind, "")


def read_board(run: AssignmentRun, viewer: Viewer) -> Board:
    """For a check of side rules, so without maxima and prices. Four queries."""
    kept = ProposedPair.objects.filter(right(ProposedPair, "row", viewer), run=run, kept=True)
    rows = list(kept.values_list("submission", "user", "score", "origin"))
    known = RunPaper.objects.filter(right(RunPaper, "row", viewer), run=run)
    papers = [
        PaperOfBoard(pk, demand, 0.0, 0.0, authors)
        for pk, demand, authors in known.values_list("submission", "demand", "authors")
    ]
    seniors = set(open_reviewers(run.workshop_id).filter(senior=True).values_list("user", flat=True))
    people = [
        PersonOfBoard(pk, len(rows), 0.0, pk in seniors, places)
        for pk, places in RunPerson.objects.filter(run=run).values_list("user", "institutions")
    ]
    pairs = {(paper, user): score or 0.0 for paper, user, score, _ in rows}
    locked = [(paper, user) for paper, user, _, origin in rows if origin == Origin.LOCK]
    return board_of(run, pairs, papers, people, locked=locked)
