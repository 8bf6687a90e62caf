"""A run's problem, read from the database: the JSON form of reviews.matching, with keys as ids.

The problem is over the papers that the run's maker is free on: pairs and loads on other papers are neither variables
nor constraints. What a paper has already counts: its demand and its reviewers' room are what is left.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet

from access.viewer import Viewer
from accounts.addresses import domain_of, institution_of
from accounts.models import Affiliation
from reviews.loads import free_papers, loads
from reviews.models import Assignment, AssignmentRun, ProposedPair, Reviewer
from reviews.options import Options
from reviews.rules import open_chairs, open_reviewers
from reviews.scoring import Scoring
from reviews.states import (
    GIVEN_AWAY,
    REVIEWING,
    UNDONE,
    AssignmentKind,
    AssignmentStatus,
    Origin,
    RunPurpose,
)
from submissions.models import Authorship, Conflict, Submission
from submissions.states import EFFECTIVE, AuthorshipStatus, SubmissionStatus

Pair = tuple[int, int]


@dataclass(frozen=True)
class Material:
    """Who and what a run is about. ``demand`` and ``room`` (least, most) are what is left to give."""

    papers: list[Submission]
    people: list[int]
    demand: dict[int, int]
    room: dict[int, tuple[int, int]]
    seniors: frozenset[int] = frozenset()


def papers_of_run(workshop_id: int, track_id: int | None, viewer: Viewer) -> "QuerySet[Submission]":
    """The submitted papers that a run of this viewer is over."""
    papers = free_papers(viewer, workshop_id).filter(status=SubmissionStatus.SUBMITTED)
    return papers.filter(track=track_id) if track_id else papers


def material(workshop_id: int, track_id: int | None, viewer: Viewer) -> Material:
    """Papers that still need reviews, and the reviewers with the room they have left."""
    papers = list(papers_of_run(workshop_id, track_id, viewer).select_related("track").order_by("number"))
    now = Assignment.objects.current().filter(kind__in=REVIEWING)
    now = now.filter(submission__in=free_papers(viewer, workshop_id).values("pk")).order_by()
    pairs = list(now.values_list("submission", "user"))
    have, taken = Counter(paper for paper, _ in pairs), Counter(user for _, user in pairs)
    demand = {p.pk: max(0, p.track.reviews_per_paper - have[p.pk]) for p in papers}
    reviewers = list(open_reviewers(workshop_id).order_by("pk"))
    room = {r.user_id: _left(r, taken[r.user_id]) for r in reviewers}
    seniors = frozenset(r.user_id for r in reviewers if r.senior)
    return Material([p for p in papers if demand[p.pk]], [r.user_id for r in reviewers], demand, room, seniors)


def chair_material(workshop_id: int, track_id: int | None, viewer: Viewer, most: int) -> Material:
    """Papers without an area chair, and the area chairs with the room they have left under ``most`` papers each."""
    papers = list(papers_of_run(workshop_id, track_id, viewer).select_related("track").order_by("number"))
    now = Assignment.objects.current().filter(kind=AssignmentKind.AREA_CHAIR, submission__in=papers)
    have = set(now.values_list("submission", flat=True))
    demand = {paper.pk: int(paper.pk not in have) for paper in papers}
    chairs = sorted(set(open_chairs(workshop_id).values_list("user", flat=True)))
    taken = loads(viewer, workshop_id, kinds=(AssignmentKind.AREA_CHAIR,))
    room = {user: (0, max(0, most - taken.get(user, 0))) for user in chairs}
    return Material([p for p in papers if demand[p.pk]], chairs, demand, room)


def _left(reviewer: Reviewer, taken: int) -> tuple[int, int]:
    return max(0, reviewer.load_min - taken), max(0, reviewer.load_max - taken)


def material_of(run: AssignmentRun, viewer: Viewer) -> Material:
    if run.purpose == RunPurpose.CHAIRS:
        return chair_material(run.workshop_id, run.track_id, viewer, int(run.params["chair_most"]))
    if run.purpose == RunPurpose.REPAIR:
        return repair_material(run, viewer)
    return material(run.workshop_id, run.track_id, viewer)


def repair_material(run: AssignmentRun, viewer: Viewer) -> Material:
    """All papers that somebody reviews, or did until the hole: each needs as many as it had, the hole among them.

    Nobody's room is below what they have already: who was given more than their maximum by hand keeps it.
    """
    papers = list(papers_of_run(run.workshop_id, None, viewer).select_related("track").order_by("number"))
    pairs = repair_pairs(run, [paper.pk for paper in papers])
    demand = Counter(paper for paper, _ in pairs)
    holes = set(holes_of(run))
    kept = Counter(user for paper, user in pairs if (paper, user) not in holes)
    reviewers = list(open_reviewers(run.workshop_id).order_by("pk"))
    room = {r.user_id: (0, max(r.load_max, kept[r.user_id])) for r in reviewers}
    room |= {user: (0, kept[user]) for _, user in pairs if user not in room}  # whose role has ended, and who stays
    seniors = frozenset(r.user_id for r in reviewers if r.senior)
    return Material([p for p in papers if demand[p.pk]], list(room), dict(demand), room, seniors)


def replaced_in_silence(papers: Iterable[int]) -> set[int]:
    """Who had one of these papers until it was given to somebody else because nothing came of it."""
    gone = Assignment.objects.filter(status=AssignmentStatus.REMOVED, submission__in=list(papers))
    return _silent(gone.filter(reason__in=GIVEN_AWAY))


def _silent(rows: "QuerySet[Assignment]") -> set[int]:
    """Whose they are, without those who have a conflict, which would be the reason."""
    late = Conflict.objects.effective().filter(submission=OuterRef("submission"), user=OuterRef("user"))
    return set(rows.exclude(Exists(late)).values_list("user", flat=True))


def _out_of_a_repair(run: AssignmentRun, papers: list[int]) -> set[Pair]:
    """Whose paper is given to others because nothing comes of it gets none of the others' instead."""
    holes = [key for _, _, key in run.params.get("holes", [])]
    silent = _silent(Assignment.objects.current().filter(pk__in=holes)) | replaced_in_silence(papers)
    return {(paper, user) for paper in papers for user in silent}


def holes_of(run: AssignmentRun) -> list[Pair]:
    """The pairs that a repair fills: who no longer reviews what."""
    return [(int(paper), int(user)) for paper, user, _ in run.params.get("holes", [])]


def repair_pairs(run: AssignmentRun, papers: list[int]) -> list[Pair]:
    """The assignment as it was before the holes, over these papers."""
    rows = Assignment.objects.current().filter(submission__in=papers, kind__in=REVIEWING)
    wanted = set(papers)
    now = set(rows.values_list("submission", "user"))
    return sorted(now | {hole for hole in holes_of(run) if hole[0] in wanted})


def problem_of(run: AssignmentRun, viewer: Viewer) -> dict[str, Any]:
    """The JSON form for ``reviews.matching``. A run that follows another keeps what was locked and refused there."""
    found, options = material_of(run, viewer), Options.of(run.params)
    papers, users = [paper.pk for paper in found.papers], found.people
    authors = author_pairs(papers, users)
    effective, suspected = barred_pairs(papers, users)
    refused = _assigned_ever(papers, users)
    wanted, dropped = _kept(run.params.get("keep"), papers, users)
    never = effective | authors | refused
    locks = {pair for pair, why in wanted.items() if pair not in never and (why or pair not in suspected)}
    stay: set[Pair] = set()
    if run.purpose == RunPurpose.REPAIR:
        stay = set(repair_pairs(run, papers))  # the engine itself gives no hole back to who left it
        refused |= {pair for pair in _out_of_a_repair(run, papers) if pair[1] in found.room}
    places = institutions_of(users) if options.rules.one_per_institution else {}
    wrote: dict[int, list[str]] = defaultdict(list)
    for paper, user in sorted(authors):
        wrote[paper].append(str(user))
    return {
        "papers": [{"id": str(pk), "demand": found.demand[pk], "authors": wrote[pk]} for pk in papers],
        "reviewers": [
            {
                "id": str(user),
                "min": found.room[user][0],
                "max": found.room[user][1],
                "senior": user in found.seniors,
                "institutions": sorted(places.get(user, ())),
            }
            for user in users
        ],
        "scores": {"rows": Scoring(run.workshop_id, papers, users, options.weights).rows()},
        "conflicts": _texts(effective - authors - stay),
        "suspected": _texts(suspected - locks - stay),
        "forbidden": _texts((refused | dropped) - effective - suspected - authors - locks - stay),
        "locks": _texts(locks),
        "rules": options.rules.to_dict() if run.purpose != RunPurpose.CHAIRS else {},
    }


def institutions_of(users: Iterable[int]) -> dict[int, set[str]]:
    """Where each of them works now, by the domains of their affiliations and their confirmed addresses. Two queries."""
    users, found = list(users), defaultdict[int, set[str]](set)
    now = Affiliation.objects.filter(user__in=users, end=None).values_list("user", "domain")
    addresses = EmailAddress.objects.filter(user__in=users, verified=True).values_list("user", "email")
    for user, domain in [*now, *((user, domain_of(address)) for user, address in addresses)]:
        if institution := institution_of(domain):
            found[user].add(institution)
    return found


def _texts(pairs: Iterable[Pair]) -> list[list[str]]:
    return [[str(paper), str(user)] for paper, user in sorted(pairs)]


Keys = Iterable[int] | QuerySet[Any, Any]
"""Keys of papers or people, or the query that gives them."""


def bar_rows(papers: Keys, users: Keys) -> dict[str, QuerySet]:
    """What bars these people from these papers, as ``barred_of`` takes it."""
    return {
        "conflicts": Conflict.objects.barring()
        .filter(submission__in=papers, user__in=users)
        .values_list("submission", "user", "state"),
        **_author_rows(papers, users),
    }


def _author_rows(papers: Keys, users: Keys) -> dict[str, QuerySet]:
    listed = Authorship.objects.filter(submission__in=papers).exclude(status=AuthorshipStatus.DISOWNED)
    return {
        "owners": EmailAddress.objects.filter(user__in=users, verified=True).values_list("email", "user"),
        "listed": listed.values_list("submission", "user", "email"),
    }


def barred_of(rows: Mapping[str, Iterable[Any]], users: Iterable[int]) -> tuple[set[Pair], set[Pair]]:
    """Pairs that can never be, by authorship or an effective conflict, and pairs that are only suspected."""
    conflicts = list(rows["conflicts"])
    never = {(paper, user) for paper, user, state in conflicts if state in EFFECTIVE} | _written(rows, users)
    return never, {(paper, user) for paper, user, _ in conflicts} - never


def _written(rows: Mapping[str, Iterable[Any]], users: Iterable[int]) -> set[Pair]:
    owners, wanted = dict(rows["owners"]), set(users)
    pairs = set()
    for paper, user, address in rows["listed"]:
        pairs |= {(paper, one) for one in (user, owners.get(address)) if one in wanted}
    return pairs


def barred_pairs(papers: list[int], users: list[int]) -> tuple[set[Pair], set[Pair]]:
    """See ``barred_of``. Three queries."""
    return barred_of(bar_rows(papers, users), users)


def author_pairs(papers: list[int], users: list[int]) -> set[Pair]:
    """By account, and by every confirmed address."""
    owners = EmailAddress.objects.filter(user__in=users, verified=True).values_list("email", "user")
    rows = listed_authors().filter(submission__in=papers).values_list("submission", "user", "email")
    return pairs_of_authors(rows, dict(owners), set(users))


def listed_authors() -> "QuerySet[Authorship]":
    return Authorship.objects.exclude(status=AuthorshipStatus.DISOWNED)


def pairs_of_authors(rows: Iterable[tuple[int, Any, str]], owners: dict[str, int], users: set[int]) -> set[Pair]:
    """The same, from (paper, account, address) of the authors and whose the confirmed addresses are."""
    return {(paper, one) for paper, user, address in rows for one in (user, owners.get(address)) if one in users}


def _assigned_ever(papers: list[int], users: list[int]) -> set[Pair]:
    """Who has the paper, or declined it, or had it taken back, is not proposed for it again.

    What was undone as a whole bars nobody.
    """
    rows = Assignment.objects.filter(submission__in=papers, user__in=users)
    rows = rows.exclude(status=AssignmentStatus.REMOVED, reason=UNDONE)
    return set(rows.values_list("submission", "user"))


def _kept(earlier: int | None, papers: list[int], users: list[int]) -> tuple[dict[Pair, str], set[Pair]]:
    """The pairs that an earlier run had locked or added by hand, with their reasons, and those it had refused."""
    rows = ProposedPair.objects.filter(run=earlier, submission__in=papers, user__in=users) if earlier else []
    pairs = [((row.submission_id, row.user_id), row) for row in rows]
    wanted = {pair: row.why for pair, row in pairs if row.kept and row.origin in (Origin.LOCK, Origin.ADDED)}
    return wanted, {pair for pair, row in pairs if row.origin == Origin.FORBID}
