"""What the dashboard's numbers are made of, each read once: the papers whose lines are open to the viewer, and who
reviews those whose reviews they may count. Nothing here tells of a paper that is sealed from them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery

from access.prepared import prepared
from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from decisions.states import TOLD, DecisionStatus, OutcomeKind
from desk.reading.author_list import shown_likenesses
from desk.reading.levels import assessed, flag, papers_on_desk, sealed_papers
from desk.reading.roots import about, batches_seen
from notifications.models import Message
from notifications.states import BatchStatus, MessageStatus
from reviews.models import Assignment, ExtensionRequest, Invitation, Nomination, Reviewer
from reviews.no_show import Task
from reviews.states import (
    CURRENT,
    REVIEWING,
    AssignmentStatus,
    NominationStatus,
    OfferStatus,
    RequestStatus,
    ReviewStatus,
)
from reviews.volunteers import offers
from submissions.models import AuthorListRequest, Conflict, ConflictRequest, Revision, Submission
from submissions.states import AskedKind, ConflictState, SubmissionStatus
from workshops.deadlines import Windows, windows_by_track
from workshops.models import Deadline, Extension, Membership, Track, Workshop
from workshops.querysets import open_organizers
from workshops.states import DeadlineKind, Role

WAITING = (BatchStatus.HELD, BatchStatus.DRAFT, BatchStatus.PAUSED)
"""Bulk mail that somebody is to confirm, to cancel, or to let go on."""


class PaperFacts(NamedTuple):
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


class PairFacts(NamedTuple):
    """A reviewer who has a paper, or whose review of it is submitted. ``longer``: until when they got more days."""

    paper: int
    user: int
    status: str
    due_at: datetime | None
    since: datetime
    review: str | None
    submitted_at: datetime | None
    saved_at: datetime | None
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


class WaitingFacts(NamedTuple):
    """Something about a paper that somebody waits to hear of: what, of which kind, since when."""

    what: str
    kind: str
    paper: int
    since: datetime


class InvitationFacts(NamedTuple):
    role: str
    status: str
    sent_at: datetime
    answered_at: datetime | None
    asked_at: datetime


class ReviewerFacts(NamedTuple):
    """``load_max``: how many papers they offer to take, None for whoever has not said it."""

    user: int
    load_max: int | None


@dataclass(frozen=True)
class Season:
    """Everything that the dashboard counts, for one viewer at one instant.

    ``closed``: the tracks that take no more papers. ``unhandled``: numbers of papers in them without a handler, also of
    papers sealed from the viewer. ``wrong_mails``: state and time of what failed or is in doubt. ``offers``: since when
    people who would review wait. ``before``: how many days before its deadline each paper of the
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
    sealed: int = 0
    unhandled: list[int] = field(default_factory=list)
    wrong_mails: list[tuple[str, datetime]] = field(default_factory=list)
    batches: list[tuple[str, datetime | None]] = field(default_factory=list)
    offers: list[datetime] = field(default_factory=list)
    organizers: int = 0
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

    def task(self, paper: PaperFacts, pair: PairFacts) -> Task:
        """What is asked of a reviewer with it, for signs that nothing may come of it."""
        due = pair.due_at or self.window(paper, DeadlineKind.REVIEW).at
        return Task(
            given_at=pair.since,
            due_at=max(due, pair.longer) if due and pair.longer else due or pair.longer,
            acknowledged=pair.status == AssignmentStatus.ACCEPTED,
            opened=pair.review is not None,
            written=pair.is_in or pair.saved_at is not None,
        )

    def window(self, paper: PaperFacts, kind: str) -> Any:
        return self.windows[paper.track][kind]


@prepared
def _rows(viewer: Viewer, workshop_id: int, previous_id: int | None) -> dict[str, QuerySet]:
    """Everything that the dashboard counts, and what the edition before is compared by."""
    known = [workshop_id] if previous_id is None else [workshop_id, previous_id]
    parts = {
        "tracks": Track.objects.filter(workshop__in=known),
        "dates": Deadline.objects.filter(workshop__in=known),
        "papers": _papers(workshop_id, viewer),
        "sealed": sealed_papers(workshop_id, viewer).values_list("pk"),
        "pairs": _pairs(workshop_id),
        "longer": _longer(workshop_id),
        **_waiting(workshop_id, viewer),
        "invitations": _invitations(workshop_id),
        "reviewers": _reviewers(workshop_id),
        "unhandled": Submission.objects.of(workshop_id).without_handler().values_list("number", "track"),
        "wrong_mails": _wrong_mails(workshop_id, viewer),
        "batches": batches_seen(workshop_id, viewer).filter(status__in=WAITING).values_list("status", "release_at"),
        "offers": offers(viewer, workshop_id).filter(status=OfferStatus.OPEN).values_list("made_at"),
        "organizers": open_organizers(workshop_id).values_list("user").distinct(),
    }
    if previous_id is not None:
        before = papers_on_desk(previous_id, viewer).filter(status__in=COUNTED, submitted_at__isnull=False)
        parts["before"] = before.values_list("track", "submitted_at")
    return parts


def read_season(workshop: Workshop, viewer: Viewer, now: datetime) -> Season:
    """One query, and another where there is an edition before that the viewer organizes too."""
    sides = (viewer,) if viewer.through is None else viewer.sides
    mine = all(workshop.previous_id in side.fact("organizes") for side in sides)
    previous = workshop.previous if mine else None
    rows: dict[str, list[Any]] = _rows(viewer, workshop.pk, previous.pk if previous else None)
    tracks: dict[int, list[Track]] = defaultdict(list)
    for track in sorted(rows["tracks"], key=lambda row: (row.position, row.pk)):
        tracks[track.workshop_id].append(track)
    dates: dict[int, list[Deadline]] = defaultdict(list)
    for row in rows["dates"]:
        dates[row.workshop_id].append(row)
    own = {track.pk: track for track in tracks[workshop.pk]}
    windows = windows_by_track(dates[workshop.pk], own, now)
    papers = [PaperFacts(*row) for row in sorted(rows["papers"], key=lambda row: row[1])]
    closed = frozenset(pk for pk in own if windows[pk][DeadlineKind.SUBMISSION].is_late)
    before = None
    if previous:
        earlier = windows_by_track(dates[previous.pk], [track.pk for track in tracks[previous.pk]], now)
        before = days_before(rows["before"], earlier)
    return Season(
        workshop=workshop,
        viewer=viewer,
        now=now,
        tracks=own,
        windows=windows,
        papers=papers,
        sealed=len(rows["sealed"]),
        waiting=_waits_for(rows, {paper.pk for paper in papers if paper.acts}),
        pairs=_by_paper(rows["pairs"], dict(sorted(rows["longer"], key=lambda row: row[1])), papers),
        invitations=[InvitationFacts(*row) for row in sorted(rows["invitations"], key=lambda row: row[2])],
        reviewers=[ReviewerFacts(*row) for row in rows["reviewers"]],
        closed=closed,
        unhandled=sorted(number for number, track in rows["unhandled"] if track in closed),
        wrong_mails=rows["wrong_mails"],
        batches=rows["batches"],
        offers=[at for (at,) in rows["offers"]],
        organizers=len(rows["organizers"]),
        before=before or None,
        before_name=_name_beside(workshop, previous) if previous else "",
    )


def _name_beside(workshop: Workshop, previous: Workshop) -> str:
    """What tells the edition before from this one: its year, else its name."""
    return str(previous.year) if previous.year != workshop.year else previous.name


def _papers(workshop_id: int, viewer: Viewer) -> Any:
    late = Revision.objects.filter(submission=OuterRef("pk")).late().order_by("received_at")
    pairs = shown_likenesses(viewer)
    rows: Any = papers_on_desk(workshop_id, viewer).annotate(
        is_assessed=flag(assessed(viewer)),
        is_identified=flag(right(Submission, "identities", viewer)),
        acts=flag(right(Submission, "act", viewer)),
        late_since=Subquery(late.values("received_at")[:1]),
        alike=flag(Q(pk__in=pairs.values("first")) | Q(pk__in=pairs.values("second"))),
    )
    names = ("pk", "number", "track", "status", "submitted_at", "is_assessed", "is_identified", "acts")
    decided = ("decision__status", "decision__outcome__kind", "decision__decided_by")
    return rows.values_list(*names, *decided, "late_since", "alike")


def _pairs(workshop_id: int) -> QuerySet:
    counted = Q(status__in=CURRENT) | Q(review__status=ReviewStatus.SUBMITTED)
    rows = Assignment.objects.filter(counted, kind__in=REVIEWING, submission__workshop=workshop_id)
    names = ("submission", "user", "status", "due_at", "created_at", "review__status", "review__submitted_at")
    return rows.values_list("pk", *names, "review__draft_saved_at")


def _longer(workshop_id: int) -> QuerySet:
    given = Extension.objects.filter(workshop=workshop_id, root_type=Extension.Root.ASSIGNMENT)
    return given.values_list("root_id", "until")


def _by_paper(rows: list[Any], longer: dict[str, datetime], papers: list[PaperFacts]) -> dict[int, list[PairFacts]]:
    """Of those papers alone whose reviews the viewer may count."""
    assessed = {paper.pk for paper in papers if paper.assessed}
    found: dict[int, list[PairFacts]] = defaultdict(list)
    for pk, *facts in rows:
        if facts[0] in assessed:
            found[facts[0]].append(PairFacts(*facts, *[longer.get(str(pk)) if longer else None]))
    return found


def _waiting(workshop_id: int, viewer: Viewer) -> dict[str, QuerySet]:
    """What waits about papers: its kind, the paper, since when."""
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
    return {
        what: rows.filter(**{f"{paper}__workshop": workshop_id}).values_list(kind, paper, since)
        for what, rows, kind, paper, since in sources
    }


def _waits_for(rows: dict[str, list[Any]], papers: set[int]) -> list[WaitingFacts]:
    """What waits about these papers. Waivers wait for whoever is no author of their paper."""
    kinds = (AUTHORS, CONFLICTS, NOMINATIONS, DAYS, ASKED)
    found = (WaitingFacts(what, *row) for what in kinds for row in rows[what])
    return [row for row in found if row.paper in papers or (row.what, row.kind) == (ASKED, AskedKind.WAIVER)]


def _wrong_mails(workshop_id: int, viewer: Viewer) -> QuerySet:
    wrong = Message.objects.filter(status__in=(MessageStatus.FAILED, MessageStatus.IN_DOUBT))
    return wrong.filter(about(workshop_id, viewer)).values_list("status", "created_at")


def _invitations(workshop_id: int) -> QuerySet:
    names = ("role", "status", "created_at", "answered_at", "asked_at")
    return Invitation.objects.filter(workshop=workshop_id).values_list(*names)


def _reviewers(workshop_id: int) -> QuerySet:
    """Whoever reviews here now; every organizer knows who they are."""
    offered = Reviewer.objects.filter(workshop=workshop_id, user=OuterRef("user")).values("load_max")[:1]
    roles = Membership.objects.open().filter(workshop=workshop_id, role=Role.REVIEWER).order_by()
    return roles.values("user").distinct().annotate(most=Subquery(offered)).values_list("user", "most")


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
