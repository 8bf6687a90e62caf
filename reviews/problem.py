"""A run's problem, read from the database: the JSON form of reviews.matching, with keys as ids.

The problem is over the papers that the run's maker is free on: pairs and loads on other papers are neither variables
nor constraints. What a paper has already counts: its demand and its reviewers' room are what is left.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, QuerySet

from access.viewer import Viewer
from reviews.loads import free_papers, loads
from reviews.models import Assignment, AssignmentRun, ProposedPair, Reviewer
from reviews.rules import open_reviewers
from reviews.scoring import Scoring, Weights
from reviews.states import REVIEWING, Origin
from submissions.models import Authorship, Conflict, Submission
from submissions.states import AuthorshipStatus, SubmissionStatus

Pair = tuple[int, int]


@dataclass(frozen=True)
class Material:
    """Who and what a run is about. ``demand`` and ``room`` (least, most) are what is left to give."""

    papers: list[Submission]
    reviewers: list[Reviewer]
    demand: dict[int, int]
    room: dict[int, tuple[int, int]]


def papers_of_run(workshop_id: int, track_id: int | None, viewer: Viewer) -> "QuerySet[Submission]":
    """The submitted papers that a run of this viewer is over."""
    papers = free_papers(viewer, workshop_id).filter(status=SubmissionStatus.SUBMITTED)
    return papers.filter(track=track_id) if track_id else papers


def material(workshop_id: int, track_id: int | None, viewer: Viewer) -> Material:
    """Papers that still need reviews, and the reviewers with the room they have left."""
    papers = list(papers_of_run(workshop_id, track_id, viewer).select_related("track").order_by("number"))
    ids = [paper.pk for paper in papers]
    given = Assignment.objects.current().filter(submission__in=ids, kind__in=REVIEWING).order_by()
    have = dict(given.values_list("submission").annotate(reviews=Count("pk")))
    demand = {p.pk: max(0, p.track.reviews_per_paper - have.get(p.pk, 0)) for p in papers}
    reviewers = list(open_reviewers(workshop_id).select_related("user").order_by("pk"))
    taken = loads(viewer, workshop_id)
    room = {r.user_id: _left(r, taken.get(r.user_id, 0)) for r in reviewers}
    return Material([p for p in papers if demand[p.pk]], reviewers, demand, room)


def _left(reviewer: Reviewer, taken: int) -> tuple[int, int]:
    return max(0, reviewer.load_min - taken), max(0, reviewer.load_max - taken)


def problem_of(run: AssignmentRun, viewer: Viewer) -> dict[str, Any]:
    """The JSON form for ``reviews.matching``. A run that follows another keeps what was locked and refused there."""
    found = material(run.workshop_id, run.track_id, viewer)
    papers = [paper.pk for paper in found.papers]
    users = [reviewer.user_id for reviewer in found.reviewers]
    never, suspected = barred_pairs(papers, users)
    never |= _assigned_ever(papers, users)
    wanted, refused = _kept(run.params.get("keep"), papers, users)
    scoring = Scoring(run.workshop_id, papers, users, Weights.of(run.params))
    locks = {pair for pair, why in wanted.items() if pair not in never and (why or pair not in suspected)}
    return {
        "papers": [{"id": str(pk), "demand": found.demand[pk]} for pk in papers],
        "reviewers": [{"id": str(user), "min": found.room[user][0], "max": found.room[user][1]} for user in users],
        "scores": {"rows": scoring.rows()},
        "forbidden": _texts((never | suspected | refused) - locks),
        "locks": _texts(locks),
    }


def _texts(pairs: Iterable[Pair]) -> list[list[str]]:
    return [[str(paper), str(user)] for paper, user in sorted(pairs)]


def barred_pairs(papers: list[int], users: list[int]) -> tuple[set[Pair], set[Pair]]:
    """Pairs that can never be, by authorship or an effective conflict, and pairs that are only suspected."""
    conflicts = Conflict.objects.barring().filter(submission__in=papers, user__in=users)
    effective = set(conflicts.effective().values_list("submission", "user"))
    every = set(conflicts.values_list("submission", "user"))
    never = effective | _authors(papers, users)
    return never, every - never


def _authors(papers: list[int], users: list[int]) -> set[Pair]:
    """By account, and by every confirmed address."""
    owners = dict(EmailAddress.objects.filter(user__in=users, verified=True).values_list("email", "user"))
    wanted = set(users)
    rows = Authorship.objects.filter(submission__in=papers).exclude(status=AuthorshipStatus.DISOWNED)
    pairs = set()
    for paper, user, address in rows.values_list("submission", "user", "email"):
        pairs |= {(paper, one) for one in (user, owners.get(address)) if one in wanted}
    return pairs


def _assigned_ever(papers: list[int], users: list[int]) -> set[Pair]:
    """Who has the paper, or declined it, or had it taken back, is not proposed for it again."""
    rows = Assignment.objects.filter(submission__in=papers, user__in=users)
    return set(rows.values_list("submission", "user"))


def _kept(earlier: int | None, papers: list[int], users: list[int]) -> tuple[dict[Pair, str], set[Pair]]:
    """The pairs that an earlier run had locked or added by hand, with their reasons, and those it had refused."""
    rows = ProposedPair.objects.filter(run=earlier, submission__in=papers, user__in=users) if earlier else []
    pairs = [((row.submission_id, row.user_id), row) for row in rows]
    wanted = {pair: row.why for pair, row in pairs if row.kept and row.origin in (Origin.LOCK, Origin.ADDED)}
    return wanted, {pair for pair, row in pairs if row.origin == Origin.FORBID}
