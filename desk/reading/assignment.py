"""Proposals of who reviews what, as one organizer may see them.

Pairs, loads and totals are those of the papers that the viewer is free on; the certificate is shown to whoever is free
on every paper of the run, because it is a number over all of them.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from access.prepared import prepared
from access.viewer import Viewer
from accounts.models import User
from reviews.loads import free_papers, load_rows, loads
from reviews.models import Assignment, AssignmentRun, ProposedPair
from reviews.problem import papers_of_run
from reviews.rules import open_reviewers
from reviews.services.whole import sees_whole
from reviews.states import REVIEWING, Origin, RunOutcome, RunStatus
from submissions.models import Submission
from submissions.states import SubmissionStatus
from workshops.models import Workshop

WORST = 10
RUNS = 50


@dataclass(frozen=True)
class RunLine:
    pk: int
    at: datetime
    by: str
    track: str
    papers: int
    state: str
    words: str
    tone: str
    is_mine: bool


@dataclass(frozen=True)
class Overview:
    """``papers`` that the viewer is free on and that lack reviewers, and the places that are left."""

    submitted: int
    lacking: int
    reviews_missing: int
    reviewers: int
    places: int
    runs: list[RunLine]


@dataclass(frozen=True)
class PairLine:
    user_id: int
    name: str
    score: float | None
    unknown: bool
    rank: str
    load: str
    is_over: bool
    origin: str
    why: str

    @property
    def is_locked(self) -> bool:
        return self.origin == Origin.LOCK

    @property
    def is_added(self) -> bool:
        return self.origin == Origin.ADDED


@dataclass(frozen=True)
class PaperLine:
    pk: int
    number: int
    title: str
    track: str
    wanted: int
    having: int
    pairs: list[PairLine]

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.having - len(self.pairs))

    @property
    def total(self) -> float:
        return sum(pair.score or 0.0 for pair in self.pairs)

    @property
    def is_scored(self) -> bool:
        return any(pair.score is not None for pair in self.pairs)


@dataclass(frozen=True)
class ReasonLine:
    sentence: str
    papers: str
    reviewers: str
    remedies: list[str]


@dataclass(frozen=True)
class RunPage:
    pk: int
    line: RunLine
    whole: bool
    total: float | None
    bound: float | None
    gap: float | None
    rounds: int | None
    shown_total: float
    pairs: int
    unknown: int
    papers: list[PaperLine]
    worst: list[PaperLine]
    reasons: list[ReasonLine]
    people: list[tuple[int, str]]
    is_pending: bool
    is_open: bool
    is_complete: bool
    is_published: bool
    batch: int | None


@prepared
def _around(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """What is left to give is counted as ``reviews.problem.material`` does, without reading the papers themselves."""
    papers = papers_of_run(workshop_id, None, viewer)
    given = Assignment.objects.current().filter(submission__in=papers.values("pk"), kind__in=REVIEWING)
    runs = AssignmentRun.objects.filter(workshop=workshop_id).select_related("created_by", "track", "job")
    return {
        "wanted": papers.values_list("pk", "track__reviews_per_paper"),
        "given": given.values_list("submission").annotate(n=Count("pk")),
        "reviewers": open_reviewers(workshop_id).values_list("user", "load_max"),
        "taken": load_rows(viewer, workshop_id),
        "free": free_papers(viewer, workshop_id).values_list("pk", flat=True),
        "runs": runs.order_by("-pk")[:RUNS],
    }


def overview(workshop: Workshop, viewer: Viewer) -> Overview:
    """The state of the assignment and the proposals, newest first. One query."""
    rows: dict[str, list[Any]] = _around(viewer, workshop.pk)
    given, taken, free = dict(rows["given"]), dict(rows["taken"]), set(rows["free"])
    missing = [max(0, wanted - given.get(pk, 0)) for pk, wanted in rows["wanted"]]
    return Overview(
        submitted=len(missing),
        lacking=sum(number > 0 for number in missing),
        reviews_missing=sum(missing),
        reviewers=len(rows["reviewers"]),
        places=sum(max(0, most - taken.get(user, 0)) for user, most in rows["reviewers"]),
        runs=[_line(run, free, viewer) for run in sorted(rows["runs"], key=lambda run: -run.pk)],
    )


def _line(run: AssignmentRun, free: set[int], viewer: Viewer) -> RunLine:
    state, words, tone = _state(run)
    return RunLine(
        pk=run.pk,
        at=run.created_at,
        by=run.created_by.name if run.created_by else "",
        track=run.track.name if run.track else "All tracks",
        papers=len(free & set(run.params.get("papers", []))),
        state=state,
        words=words,
        tone=tone,
        is_mine=run.created_by_id == viewer.id,
    )


def _state(run: AssignmentRun) -> tuple[str, str, str]:
    if run.status != RunStatus.OPEN:
        tone = "good" if run.status == RunStatus.PUBLISHED else "neutral"
        return run.status, run.get_status_display(), tone
    if run.outcome == RunOutcome.PENDING and run.job and run.job.status == "cancelled":
        return "stopped", "Stopped", "neutral"
    words = {
        RunOutcome.PENDING: ("Being made", "accent"),
        RunOutcome.COMPLETE: ("Proposal, not published", "info"),
        RunOutcome.INFEASIBLE: ("Not possible as it stands", "warn"),
        RunOutcome.FAILED: ("Failed", "bad"),
    }
    return run.outcome, *words[RunOutcome(run.outcome)]


def run_page(run: AssignmentRun, viewer: Viewer) -> RunPage:
    """One proposal. A fixed number of queries."""
    free = free_papers(viewer, run.workshop_id)
    free_ids = set(free.values_list("pk", flat=True))
    papers = _papers(run, viewer, free_ids)
    person: Any = viewer.person
    looking: Any = viewer.through
    whole = sees_whole(run, person) and (looking is None or sees_whole(run, looking))
    line = _line(run, free_ids, viewer)
    scored = [paper for paper in papers if paper.is_scored]
    return RunPage(
        pk=run.pk,
        line=line,
        whole=whole,
        total=run.total if whole else None,
        bound=run.bound if whole else None,
        gap=run.gap if whole else None,
        rounds=run.rounds if whole else None,
        shown_total=sum(paper.total for paper in papers),
        pairs=sum(len(paper.pairs) for paper in papers),
        unknown=sum(pair.unknown for paper in papers for pair in paper.pairs),
        papers=papers,
        worst=sorted(scored, key=lambda paper: (paper.total, paper.number))[:WORST],
        reasons=_reasons(run, free_ids),
        people=_people(run, viewer),
        is_pending=line.state == RunOutcome.PENDING,
        is_open=run.status == RunStatus.OPEN and run.outcome in (RunOutcome.COMPLETE, RunOutcome.INFEASIBLE),
        is_complete=run.outcome == RunOutcome.COMPLETE,
        is_published=run.status == RunStatus.PUBLISHED,
        batch=run.batch_id,
    )


def _papers(run: AssignmentRun, viewer: Viewer, free_ids: set[int]) -> list[PaperLine]:
    kept = ProposedPair.objects.filter(run=run, kept=True, submission__in=free_ids).select_related("user")
    pairs: dict[int, list[ProposedPair]] = defaultdict(list)
    for pair in kept.order_by("rank", "user__family", "pk"):
        pairs[pair.submission_id].append(pair)
    ids = (set(run.params.get("papers", [])) | set(pairs)) & free_ids
    rows = list(Submission.objects.filter(pk__in=ids).select_related("track").order_by("number"))
    others = Assignment.objects.current().filter(submission__in=ids, kind__in=REVIEWING)
    given = others.exclude(run=run).order_by().values_list("submission").annotate(n=Count("pk"))
    having = dict(given) if run.status == RunStatus.OPEN else {}
    seats = _seats(run, viewer, pairs)
    return [
        PaperLine(
            pk=row.pk,
            number=row.number,
            title=row.title,
            track=row.track.name,
            wanted=row.track.reviews_per_paper,
            having=having.get(row.pk, 0),
            pairs=[_pair(pair, seats) for pair in pairs[row.pk]],
        )
        for row in rows
        if row.status == SubmissionStatus.SUBMITTED or pairs[row.pk]
    ]


def _seats(run: AssignmentRun, viewer: Viewer, pairs: dict[int, list[ProposedPair]]) -> dict[int, tuple[int, int]]:
    """How many papers each reviewer would have, and at most: those they have and those that are proposed."""
    have = loads(viewer, run.workshop_id)
    proposed: dict[int, int] = defaultdict(int)
    if run.status == RunStatus.OPEN:
        for some in pairs.values():
            for pair in some:
                proposed[pair.user_id] += 1
    most = dict(open_reviewers(run.workshop_id).values_list("user", "load_max"))
    return {user: (have.get(user, 0) + proposed[user], limit) for user, limit in most.items()}


def _pair(pair: ProposedPair, seats: dict[int, tuple[int, int]]) -> PairLine:
    have, most = seats.get(pair.user_id, (0, 0))
    return PairLine(
        user_id=pair.user_id,
        name=pair.user.name,
        score=pair.score,
        unknown=pair.unknown,
        rank=f"{ordinal(pair.rank)} of {pair.allowed}" if pair.rank and pair.allowed else "",
        load=f"{have} of {most}" if most else "",
        is_over=have > most,
        origin=pair.origin,
        why=pair.why,
    )


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th …"""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _reasons(run: AssignmentRun, free_ids: set[int]) -> list[ReasonLine]:
    """Why there is no assignment, with numbers and names; a reason over a paper that is hidden is not shown."""
    shown = [reason for reason in run.reasons if set(reason["papers"]) <= free_ids]
    papers = {pk for reason in shown for pk in _ids(reason, "papers", 0)} & free_ids
    people = {pk for reason in shown for pk in _ids(reason, "reviewers", 1)}
    numbers = dict(Submission.objects.filter(pk__in=papers).values_list("pk", "number")) if papers else {}
    names = {user.pk: user.name for user in User.objects.filter(pk__in=people)} if people else {}
    return [
        ReasonLine(
            sentence=reason["sentence"],
            papers=", ".join(f"#{n}" for n in sorted(numbers[pk] for pk in reason["papers"] if pk in numbers)),
            reviewers=", ".join(sorted(names[pk] for pk in reason["reviewers"] if pk in names)),
            remedies=[_remedy(remedy, numbers, names) for remedy in reason["remedies"]],
        )
        for reason in shown
    ]


def _ids(reason: dict[str, Any], name: str, place: int) -> set[int]:
    changed = {int(c[place]) for remedy in reason["remedies"] for c in remedy["changes"] if c[place] is not None}
    return set(reason[name]) | changed


def _remedy(remedy: dict[str, Any], numbers: dict[int, int], names: dict[int, str]) -> str:
    """“Raise the maximum …: Rui Example by 2, Noor Example by 1.”"""
    parts = []
    for paper, user, by, *_ in remedy["changes"]:
        who = [f"#{numbers[int(paper)]}"] if paper is not None and int(paper) in numbers else []
        who += [names[int(user)]] if user is not None and int(user) in names else []
        parts.append(" and ".join(who) + ("" if len(who) == 2 else f" by {by}"))
    listed = ", ".join(parts[:12]) + (" …" if len(parts) > 12 else "")
    return f"{remedy['sentence'].rstrip('.')}: {listed}." if listed else remedy["sentence"]


def _people(run: AssignmentRun, viewer: Viewer) -> list[tuple[int, str]]:
    """Whom a pair can be added with; who has room comes first."""
    have = loads(viewer, run.workshop_id)
    rows = open_reviewers(run.workshop_id).select_related("user")
    found = sorted(
        ((have.get(row.user_id, 0) >= row.load_max, row.user.family, row.user.given, row) for row in rows),
        key=lambda one: one[:3],
    )
    return [(row.user_id, f"{row.user.name} ({have.get(row.user_id, 0)} of {row.load_max})") for *_, row in found]
