"""What the dashboard's numbers are made of, each read once: the papers whose lines are open to the viewer, and who
reviews those whose reviews they may count. Nothing here tells of a paper that is sealed from them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value

from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from decisions.states import TOLD, DecisionStatus, OutcomeKind
from desk.reading.author_list import shown_likenesses
from desk.reading.levels import assessed, flag, papers_on_desk
from reviews.models import Assignment, ExtensionRequest, Invitation, Nomination, Reviewer
from reviews.states import CURRENT, REVIEWING, AssignmentStatus, NominationStatus, RequestStatus, ReviewStatus
from submissions.models import AuthorListRequest, Conflict, ConflictRequest, Revision, Submission
from submissions.states import AskedKind, ConflictState, SubmissionStatus
from workshops.deadlines import Windows, windows_by_track
from workshops.models import Deadline, Extension, Membership, Track, Workshop
from workshops.states import DeadlineKind, Role


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """One open line. ``assessed``, ``identified`` and ``acts``: what else the viewer may know of it, and do."""

    pk: int
    number: int
    track: int
    status: str
    submitted_at: datetime | None
    assessed: bool
    identified: bool
    acts: bool
    decision: str | None
    outcome: str | None
    decided_by: int | None
    late_since: datetime | None
    alike: bool

    @property
    def is_submitted(self) -> bool:
        return self.status == SubmissionStatus.SUBMITTED

    @property
    def told(self) -> bool:
        return self.decision in TOLD

    @property
    def holds_rejection(self) -> bool:
        return self.decision == DecisionStatus.CONFIRMED and self.outcome == OutcomeKind.DESK_REJECT


@dataclass(frozen=True, slots=True)
class PairFacts:
    """A reviewer who has a paper, or whose review of it is submitted. ``longer``: until when they got more days."""

    paper: int
    user: int
    status: str
    due_at: datetime | None
    since: datetime
    review: str | None
    submitted_at: datetime | None
    longer: datetime | None = None

    @property
    def is_current(self) -> bool:
        return self.status in CURRENT

    @property
    def is_in(self) -> bool:
        return self.review == ReviewStatus.SUBMITTED

    @property
    def is_open(self) -> bool:
        """A review that is still awaited."""
        return self.is_current and self.review in (None, ReviewStatus.DRAFT)

    @property
    def is_unanswered(self) -> bool:
        """The reviewer has neither said that they take the paper nor begun."""
        return self.status == AssignmentStatus.ACTIVE and self.review is None


AUTHORS, CONFLICTS, NOMINATIONS, DAYS, ASKED = "authors", "conflicts", "nominations", "days", "asked"


@dataclass(frozen=True, slots=True)
class WaitingFacts:
    """Something about a paper that somebody waits to hear of: what, of which kind, since when."""

    what: str
    kind: str
    paper: int
    since: datetime


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    role: str
    status: str
    sent_at: datetime
    answered_at: datetime | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewerFacts:
    """``load_max``: how many papers they offer to take, None for whoever has not said it."""

    user: int
    load_max: int | None


@dataclass(frozen=True)
class Season:
    """Everything that the dashboard counts, for one viewer at one instant.

    ``closed``: the tracks that take no more papers. ``before``: how many days before its deadline each paper of the
    edition before was submitted, None where there is none that the viewer organizes.
    """

    workshop: Workshop
    viewer: Viewer
    now: datetime
    tracks: dict[int, Track]
    windows: dict[int | None, Windows]
    papers: list[PaperFacts]
    pairs: dict[int, list[PairFacts]]
    closed: frozenset[int]
    waiting: list[WaitingFacts]
    invitations: list[InvitationFacts]
    reviewers: list[ReviewerFacts]
    before: list[float] | None = None
    before_name: str = ""

    def waits(self, what: str) -> list[WaitingFacts]:
        return sorted((row for row in self.waiting if row.what == what), key=lambda row: row.since)

    def number(self, paper: int) -> int:
        return next(each.number for each in self.papers if each.pk == paper)

    def wanted(self, paper: PaperFacts) -> int:
        return self.tracks[paper.track].reviews_per_paper

    def asked(self, paper: PaperFacts) -> int:
        return sum(pair.is_current for pair in self.pairs[paper.pk])

    def reviews_in(self, paper: PaperFacts) -> int:
        return sum(pair.is_in for pair in self.pairs[paper.pk])

    def overdue_since(self, paper: PaperFacts, pair: PairFacts) -> datetime | None:
        """The date of a review, where it has passed: the reviewer's own, else the track's with its grace time."""
        window = self.window(paper, DeadlineKind.REVIEW)
        due = pair.due_at or window.at
        if due is None or (pair.longer and pair.longer >= self.now):
            return None
        passed = pair.due_at < self.now if pair.due_at else window.is_late
        return max(due, pair.longer or due) if passed else None

    def window(self, paper: PaperFacts, kind: str) -> Any:
        return self.windows[paper.track][kind]


def read_season(workshop: Workshop, viewer: Viewer, now: datetime) -> Season:
    """Eight queries, and two more where there is an edition before that the viewer organizes too."""
    sides = (viewer,) if viewer.through is None else viewer.sides
    mine = all(workshop.previous_id in side.fact("organizes") for side in sides)
    previous = workshop.previous if mine else None
    known = [edition.pk for edition in (workshop, previous) if edition]
    tracks: dict[int, list[Track]] = defaultdict(list)
    for track in Track.objects.filter(workshop__in=known):
        tracks[track.workshop_id].append(track)
    dates: dict[int, list[Deadline]] = defaultdict(list)
    for row in Deadline.objects.filter(workshop__in=known):
        dates[row.workshop_id].append(row)
    own = {track.pk: track for track in tracks[workshop.pk]}
    windows = windows_by_track(dates[workshop.pk], own, now)
    papers = _papers(workshop, viewer)
    before = None
    if previous:
        earlier = windows_by_track(dates[previous.pk], [track.pk for track in tracks[previous.pk]], now)
        before = _before(previous, viewer, earlier)
    return Season(
        workshop=workshop,
        viewer=viewer,
        now=now,
        tracks=own,
        windows=windows,
        papers=papers,
        waiting=_waiting(workshop, viewer, {paper.pk for paper in papers if paper.acts}),
        pairs=_pairs(workshop, {paper.pk for paper in papers if paper.assessed}),
        invitations=_invitations(workshop),
        reviewers=_reviewers(workshop),
        closed=frozenset(pk for pk in own if windows[pk][DeadlineKind.SUBMISSION].is_late),
        before=before or None,
        before_name=_name_beside(workshop, previous) if previous else "",
    )


def _name_beside(workshop: Workshop, previous: Workshop) -> str:
    """What tells the edition before from this one: its year, else its name."""
    return str(previous.year) if previous.year != workshop.year else previous.name


def _papers(workshop: Workshop, viewer: Viewer) -> list[PaperFacts]:
    late = Revision.objects.filter(submission=OuterRef("pk")).late().order_by("received_at")
    pairs = shown_likenesses(viewer)
    rows: Any = papers_on_desk(workshop, viewer).annotate(
        is_assessed=flag(assessed(viewer)),
        is_identified=flag(right(Submission, "identities", viewer)),
        acts=flag(right(Submission, "act", viewer)),
        late_since=Subquery(late.values("received_at")[:1]),
        alike=flag(Q(pk__in=pairs.values("first")) | Q(pk__in=pairs.values("second"))),
    )
    names = ("pk", "number", "track", "status", "submitted_at", "is_assessed", "is_identified", "acts")
    decided = ("decision__status", "decision__outcome__kind", "decision__decided_by")
    found = rows.order_by("number").values_list(*names, *decided, "late_since", "alike")
    return [PaperFacts(*row) for row in found]


def _pairs(workshop: Workshop, papers: set[int]) -> dict[int, list[PairFacts]]:
    """Of these papers alone: those whose reviews the viewer may count."""
    counted = Q(status__in=CURRENT) | Q(review__status=ReviewStatus.SUBMITTED)
    rows = Assignment.objects.filter(counted, kind__in=REVIEWING, submission__workshop=workshop).order_by()
    names = ("submission", "user", "status", "due_at", "created_at", "review__status", "review__submitted_at")
    given = Extension.objects.filter(workshop=workshop, root_type=Extension.Root.ASSIGNMENT).order_by("until")
    longer = dict(given.values_list("root_id", "until"))
    found: dict[int, list[PairFacts]] = defaultdict(list)
    for pk, *facts in rows.values_list("pk", *names):
        if facts[0] in papers:
            found[facts[0]].append(PairFacts(*facts, *[longer.get(str(pk))]))
    return found


def _waiting(workshop: Workshop, viewer: Viewer, papers: set[int]) -> list[WaitingFacts]:
    """What waits about these papers, in one statement. Waivers wait for whoever is no author of their paper."""
    suspected = Conflict.objects.filter(state=ConflictState.SUSPECTED)
    proposed = Nomination.objects.filter(status=NominationStatus.OPEN)
    days = ExtensionRequest.objects.filter(status=RequestStatus.OPEN)
    asked = visible_to(viewer, "row", ConflictRequest.objects.open())
    asked = asked.filter(kind__in=(AskedKind.WAIVER, AskedKind.READING))
    sources: list[tuple[str, QuerySet, str, str, str]] = [
        (AUTHORS, AuthorListRequest.objects.open(), "kind", "submission", "at"),
        (CONFLICTS, suspected, "reason", "submission", "at"),
        (NOMINATIONS, proposed, "status", "submission", "made_at"),
        (DAYS, days, "status", "assignment__submission", "asked_at"),
        (ASKED, asked.exclude(user=viewer.id), "kind", "submission", "at"),
    ]
    parts = [
        rows.filter(**{f"{paper}__workshop": workshop})
        .order_by()
        .annotate(what=Value(what, CharField()))
        .values_list("what", kind, paper, since)
        for what, rows, kind, paper, since in sources
    ]
    found = (WaitingFacts(*row) for row in parts[0].union(*parts[1:], all=True))
    return [row for row in found if row.paper in papers or (row.what, row.kind) == (ASKED, AskedKind.WAIVER)]


def _invitations(workshop: Workshop) -> list[InvitationFacts]:
    names = ("role", "status", "created_at", "answered_at", "asked_at")
    rows = Invitation.objects.filter(workshop=workshop).order_by("created_at")
    return [InvitationFacts(*row) for row in rows.values_list(*names)]


def _reviewers(workshop: Workshop) -> list[ReviewerFacts]:
    """Whoever reviews here now; every organizer knows who they are."""
    offered = Reviewer.objects.filter(workshop=workshop, user=OuterRef("user")).values("load_max")[:1]
    roles = Membership.objects.open().filter(workshop=workshop, role=Role.REVIEWER).order_by()
    rows = roles.values("user").distinct().annotate(most=Subquery(offered)).values_list("user", "most")
    return [ReviewerFacts(*row) for row in rows]


def _before(edition: Workshop, viewer: Viewer, windows: dict[int | None, Windows]) -> list[float]:
    rows = papers_on_desk(edition, viewer).filter(status__in=COUNTED, submitted_at__isnull=False).order_by()
    return days_before(rows.values_list("track", "submitted_at"), windows)


COUNTED = (SubmissionStatus.SUBMITTED, SubmissionStatus.DESK_REJECTED)
"""Papers that were handed in and not withdrawn."""


def days_before(rows: Iterable[tuple[int, datetime | None]], windows: dict[int | None, Windows]) -> list[float]:
    """How many days before its track's deadline each was submitted; 0 for what came after it."""
    found = []
    for track, at in rows:
        deadline = windows[track][DeadlineKind.SUBMISSION].at
        if deadline is not None and at is not None:
            found.append(max((deadline - at).total_seconds() / 86400, 0.0))
    return found
