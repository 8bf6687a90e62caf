"""Who might have one paper of a proposal, and why or why not: score and its parts, rank, load, conflict, price.

Everything is over the papers that the viewer is free on. Prices are there for whoever is free on all of the run's.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from access.registry import right
from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import full_name
from desk.reading.run_lines import PairLine, Seat, free_pairs, rank_words, read_seats
from desk.reading.run_query import CandidateQuery
from reviews.matching.edits import Board, Break, price_edit
from reviews.matching.result import Prices
from reviews.models import AssignmentRun, ProposedPair, RunPaper
from reviews.options import Options
from reviews.states import AssignmentStatus, BidValue, Origin, RunOutcome, RunPurpose, RunStatus
from submissions.models import Conflict, Submission
from submissions.states import EFFECTIVE, SubmissionStatus

PAGE = 50
PAST = {
    AssignmentStatus.ACTIVE: "has the paper",
    AssignmentStatus.ACCEPTED: "has the paper",
    AssignmentStatus.DECLINED: "declined it",
    AssignmentStatus.REMOVED: "had it taken back",
    AssignmentStatus.NOT_NEEDED: "had it before",
}


@dataclass(frozen=True)
class Candidate:
    """``why_not``: what keeps them from it, "" for nothing; ``suspected``: only a word is needed.

    ``cost``: by how much, at least, the best total falls with them on the paper. ``change``: of the total by the edit
    itself. ``holders``: the papers that have a full person's places. ``breaks``: the rules that the edit would break.
    """

    user: int
    name: str
    seat: Seat
    score: float | None
    unknown: bool
    affinity: float | None
    bid: str
    topic: float | None
    rank: str
    why_not: str
    suspected: bool
    forbidden: bool
    cost: float | None
    change: float | None = None
    holders: list[int] = field(default_factory=list)
    breaks: list[str] = field(default_factory=list)

    @property
    def signed(self) -> str:
        """How the total changes, with its sign."""
        return "" if self.change is None else f"{self.change:+.3f}"


@dataclass(frozen=True)
class PaperBench:
    run: AssignmentRun
    paper: Submission
    whole: bool
    pairs: list[PairLine]
    wanted: int
    demand: int
    price: float | None
    out: PairLine | None
    rows: list[Candidate]
    found: int
    pages: int
    everybody: int
    allowed: int
    is_open: bool

    @property
    def served(self) -> bool:
        """Has it all the reviews it needs, with those of other proposals and of before?"""
        return len(self.pairs) >= self.demand

    @property
    def number_words(self) -> str:
        return f"#{self.paper.number}"


def find_run_paper(viewer: Viewer, workshop_id: int, run: int, number: int) -> RunPaper | None:
    """One paper of a proposal with the run, and whether a part of the run is hidden. One query."""
    free = Submission.objects.filter(right(Submission, "act", viewer), workshop=workshop_id).values("pk")
    hidden = Q(run=OuterRef("run"), submission__status=SubmissionStatus.SUBMITTED) & ~Q(submission__in=free)
    rows = RunPaper.objects.filter(right(RunPaper, "row", viewer)).select_related(
        "run__track", "submission__track", "submission__workshop"
    )
    return (
        rows.annotate(hidden=Exists(RunPaper.objects.filter(hidden)) | Exists(ProposedPair.objects.filter(hidden)))
        .filter(run__workshop=workshop_id, run=run, submission__number=number)
        .first()
    )


def read_candidates(row: RunPaper, viewer: Viewer, query: CandidateQuery) -> PaperBench:
    """One page of everybody. Three queries."""
    run, paper, whole = row.run, row.submission, not row.hidden  # type: ignore[attr-defined]  # annotated
    pairs, authors = _pairs(run, viewer)
    kept = [pair for pair in pairs if pair.origin != "gone"]
    proposed = Counter(pair.user for pair in kept)
    seats = read_seats(run, viewer, proposed, whole=whole, paper=paper.pk)
    numbers: dict[int, list[int]] = defaultdict(list)
    for pair in kept:
        numbers[pair.user].append(pair.replaces)
    mine = [pair for pair in kept if pair.paper == paper.pk]
    forbidden = {pair.user for pair in pairs if pair.paper == paper.pk and pair.origin == "gone"}
    out = next((pair for pair in mine if str(pair.user) == query.out and not pair.is_locked), None)
    board = _board(run, row, kept, seats, authors)
    known = {line[0]: line[1:] for line in row.people}
    bars = _bars(paper)
    rows = []
    for seat in seats:
        if any(pair.user == seat.pk for pair in mine):
            continue
        score, unknown, affinity, bid, topic, rank = known.get(seat.pk, (None, True, None, "", None, None))
        why_not, suspected = _why_not(row, seat, bars)
        rows.append(
            Candidate(
                user=seat.pk,
                name=seat.name,
                seat=seat,
                score=score,
                unknown=unknown,
                affinity=None if unknown and not bid else affinity,
                bid=BidValue(bid).label if bid else "",
                topic=topic,
                rank=rank_words(rank, row.allowed),
                why_not=why_not,
                suspected=suspected,
                forbidden=seat.pk in forbidden,
                cost=_cost(board, row, seat, score) if whole and run.mode != "random" else None,
                holders=sorted(numbers[seat.pk]) if seat.is_full else [],
            )
        )
    found = _ordered([one for one in rows if _asked(one, query)], query.sort or "-score")
    pages = max(-(-len(found) // PAGE), 1)
    first = (min(query.page, pages) - 1) * PAGE
    shown = [_priced(one, board, row, out, seats) for one in found[first : first + PAGE]]
    is_chairs = run.purpose == RunPurpose.CHAIRS
    return PaperBench(
        run=run,
        paper=paper,
        whole=whole,
        pairs=[_loaded(pair, seats) for pair in mine],
        wanted=1 if is_chairs else paper.track.reviews_per_paper,
        demand=row.demand,
        price=row.price if whole else None,
        out=out,
        rows=shown,
        found=len(found),
        pages=pages,
        everybody=len(rows),
        allowed=sum(not one.why_not for one in rows),
        is_open=run.status == RunStatus.OPEN and run.outcome in (RunOutcome.COMPLETE, RunOutcome.INFEASIBLE),
    )


def _pairs(run: AssignmentRun, viewer: Viewer) -> tuple[list[PairLine], dict[int, list[int]]]:
    """Pairs of free papers, those taken out or forbidden as "gone", with the paper's number in ``replaces``; and who
    wrote each of these papers. One query."""
    wrote = RunPaper.objects.filter(run=run, submission=OuterRef("submission")).values("authors")[:1]
    rows = free_pairs(run, viewer).annotate(wrote=Subquery(wrote)).order_by("rank", "user__family", "pk")
    columns = ("submission", "submission__number", "user", "user__given", "user__particle", "user__family", "score")
    found, authors = [], {}
    for (
        paper,
        number,
        user,
        given,
        particle,
        family,
        score,
        unknown,
        rank,
        allowed,
        origin,
        why,
        kept,
        by,
    ) in rows.values_list(*columns, "unknown", "rank", "allowed", "origin", "why", "kept", "wrote"):
        authors[paper] = by or []
        if not kept and origin != Origin.FORBID:
            continue
        name = full_name(given, particle, family)
        state = origin if kept else "gone"
        line = PairLine(paper, user, name, score, unknown, rank_words(rank, allowed), state, why, replaces=number)
        found.append(line)
    return found, authors


def _loaded(pair: PairLine, seats: list[Seat]) -> PairLine:
    seat = next((one for one in seats if one.pk == pair.user), None)
    return replace(pair, load=seat.load, is_over=seat.is_over) if seat else pair


def _bars(paper: Submission) -> dict[int, list[Conflict]]:
    found: dict[int, list[Conflict]] = defaultdict(list)
    for conflict in Conflict.objects.barring().filter(submission=paper).order_by("pk"):
        found[conflict.user_id].append(conflict)
    return found


def _why_not(row: RunPaper, seat: Seat, bars: dict[int, list[Conflict]]) -> tuple[str, bool]:
    if seat.pk in row.authors:
        return "is an author", False
    mine = bars.get(seat.pk, [])
    for conflict in mine:
        if conflict.state in EFFECTIVE:
            return f"conflict: {conflict.get_reason_display().lower()}", False
    if seat.past and row.run.status == RunStatus.OPEN:
        return PAST[AssignmentStatus(seat.past)], False
    if mine:
        return "", True
    return "", False


def _board(
    run: AssignmentRun, row: RunPaper, pairs: list[PairLine], seats: list[Seat], authors: dict[int, list[int]]
) -> Board:
    rules = Options.of(run.params).rules
    paper = str(row.submission_id)
    return Board(
        pairs={(str(pair.paper), str(pair.user)): pair.score or 0.0 for pair in pairs},
        demand={paper: row.demand},
        least={},
        most={str(seat.pk): seat.most - seat.given for seat in seats},
        prices=Prices(
            papers={paper: row.price},
            reviewers={str(seat.pk): seat.price or 0.0 for seat in seats},
            seniors={paper: row.senior_price},
        ),
        seniors_per_paper=rules.seniors_per_paper,
        one_per_institution=rules.one_per_institution,
        no_mutual_review=rules.no_mutual_review,
        authors={str(pk): [str(user) for user in some] for pk, some in authors.items()},
        seniors=frozenset(str(seat.pk) for seat in seats if seat.senior),
        institutions={str(seat.pk): seat.institutions for seat in seats},
    )


def _cost(board: Board, row: RunPaper, seat: Seat, score: float | None) -> float | None:
    if score is None:
        return None
    return board.prices.cost(str(row.submission_id), str(seat.pk), score, senior=seat.senior)


def _priced(one: Candidate, board: Board, row: RunPaper, out: PairLine | None, seats: list[Seat]) -> Candidate:
    """What the edit would change and break, asked of the engine's own rules."""
    paper = str(row.submission_id)
    remove = [(paper, str(out.user))] if out else []
    priced = price_edit(board, add={(paper, str(one.user)): one.score or 0.0}, remove=remove)
    names = {str(seat.pk): seat.name for seat in seats}
    breaks = [words for broken in priced.breaks if (words := _words(broken, names))]
    return replace(one, change=priced.change if one.score is not None else None, breaks=breaks)


def _words(broken: Break, names: dict[str, str]) -> str:
    who = names.get(broken.reviewer_id or "", "somebody")
    return {
        "senior": f"too few senior reviewers ({broken.detail})",
        "institution": f"two reviewers of {broken.detail}",
        "mutual": f"{who} and an author would review each other",
    }.get(broken.kind, "")


ORDERS: dict[str, Callable[[Candidate], Any]] = {
    "score": lambda one: one.score,
    "name": lambda one: fold(one.name),
    "affinity": lambda one: one.affinity,
    "topic": lambda one: one.topic,
    "load": lambda one: one.seat.have,
    "cost": lambda one: one.cost,
}


def _asked(one: Candidate, query: CandidateQuery) -> bool:
    if "free" in query.chosen("look") and one.seat.is_full:
        return False
    if "allowed" in query.chosen("look") and (one.why_not or one.suspected):
        return False
    text = fold(one.name)
    return all(word in text for word in fold(query.q).split())


def _ordered(rows: list[Candidate], sort: str) -> list[Candidate]:
    value = ORDERS[sort.removeprefix("-")]
    known = sorted((row for row in rows if value(row) is not None), key=value, reverse=sort.startswith("-"))
    return known + [row for row in rows if value(row) is None]
