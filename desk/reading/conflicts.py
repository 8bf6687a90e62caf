"""Conflicts of organizers: papers that nobody handles, what is asked because of them, and what was found late.

Everything here is told without content: a number, a title, reasons. What hangs on one's own papers is left out, and
what was decided is shown to those alone who are free on the paper.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from access.prepared import prepared
from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from audit import actions
from audit.models import Entry, Root
from decisions.models import Decision
from desk.reading.levels import flag
from desk.reading.paper import capitalised
from desk.reading.unhandled import Unhandled, unhandled
from submissions.levels import Standing, level_by, standing_rows, standings_from
from submissions.models import Conflict, ConflictRequest, Handler, Submission
from submissions.states import AskedKind, AskedStatus, ConflictReason, Level
from workshops.models import Membership, Workshop
from workshops.states import Role

JUDGING = ("decision.", "assignment.", "handler.", "identity.", "conflict.set", "review.", "run.")
"""What somebody did to the assessment of a paper, by the beginnings of verbs."""

ASKED_WORDS = {
    AskedKind.WAIVER: "{who} would handle it by waiver",
    AskedKind.GUEST: "{who} is called as guest chair",
    AskedKind.READING: "{who} asks to read it",
    AskedKind.DECLARED: "Its authors are asked about {who}",
}
GRANTED_WORDS = {
    AskedKind.WAIVER: "{who} handles it by waiver",
    AskedKind.GUEST: "{who} is its guest chair",
    AskedKind.READING: "{who} may read it",
    AskedKind.DECLARED: "Its authors have agreed about {who}",
}


@dataclass(frozen=True)
class Asked:
    """Something that is asked. ``verbs``: what the viewer may answer; an empty answer is a line to read."""

    pk: int
    number: int
    title: str
    kind: str
    words: str
    reason: str
    by: str
    at: datetime
    until: datetime | None
    status: str
    answer: str
    verbs: tuple[str, ...]


@dataclass(frozen=True)
class FoundLate:
    """An organizer who had dealt with a paper before a conflict was known; ``did``: (when, what)."""

    number: int
    who: str
    reasons: tuple[str, ...]
    since: datetime
    did: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True)
class ToUphold:
    number: int
    title: str
    outcome: str
    who: str
    told: bool


@dataclass(frozen=True)
class ConflictsPage:
    without: list[Unhandled]
    open: list[Asked]
    granted: list[Asked]
    late: list[FoundLate]
    to_uphold: list[ToUphold]

    @property
    def empty(self) -> bool:
        return not (self.without or self.open or self.granted or self.late or self.to_uphold)


def read_conflicts(workshop: Workshop, viewer: Viewer) -> ConflictsPage:
    """A fixed number of queries."""
    asked = [_asked(row, acts, viewer) for row, acts in _requests(workshop, viewer)]
    return ConflictsPage(
        without=unhandled(workshop, viewer),
        open=[one for one, status in asked if status == AskedStatus.OPEN],
        granted=[one for one, status in asked if status == AskedStatus.GRANTED],
        late=_late(workshop, viewer),
        to_uphold=_to_uphold(workshop, viewer),
    )


def _requests(workshop: Workshop, viewer: Viewer, *states: str) -> list[tuple[ConflictRequest, bool]]:
    """What is open or runs, newest last, each with whether the viewer acts for its paper. Two queries."""
    wanted = states or (AskedStatus.OPEN, AskedStatus.GRANTED)
    rows = visible_to(viewer, "row", ConflictRequest).filter(submission__workshop=workshop, status__in=wanted)
    over = Q(kind=AskedKind.READING, status=AskedStatus.GRANTED, until__lte=timezone.now())
    settled = Q(kind=AskedKind.DECLARED, status=AskedStatus.GRANTED)
    found = list(rows.exclude(over | settled).select_related("submission", "user", "by").order_by("pk"))
    papers = Submission.objects.filter(pk__in={row.submission_id for row in found})
    mine = set(visible_to(viewer, "act", papers).values_list("pk", flat=True))
    return [
        (row, row.submission_id in mine) for row in found if row.kind != AskedKind.DECLARED or row.submission_id in mine
    ]


def _asked(row: ConflictRequest, acts: bool, viewer: Viewer) -> tuple[Asked, str]:
    in_force = row.status == AskedStatus.GRANTED and _runs(row)
    words = (GRANTED_WORDS if in_force else ASKED_WORDS)[AskedKind(row.kind)]
    return (
        Asked(
            pk=row.pk,
            number=row.submission.number,
            title=row.submission.title,
            kind=row.kind,
            words=words.format(who=row.user.name if row.user else row.name),
            reason=row.reason,
            by=row.by.name if row.by else "Whoever runs the site",
            at=row.at,
            until=row.until,
            status=row.get_status_display(),
            answer=row.answer,
            verbs=verbs_for(row, viewer.id, acts=acts),
        ),
        row.status,
    )


def verbs_for(row: ConflictRequest, viewer_id: int, *, acts: bool) -> tuple[str, ...]:
    """What this person may answer to what is asked: ``acts`` for its paper or not."""
    mine = viewer_id in (row.by_id, row.user_id)
    if row.status not in (AskedStatus.OPEN, AskedStatus.GRANTED):
        return ()
    if row.status == AskedStatus.GRANTED:
        may_end = {AskedKind.READING: acts or viewer_id == row.user_id, AskedKind.GUEST: acts or mine}
        return ("end",) if may_end.get(AskedKind(row.kind), False) else ()
    if row.kind == AskedKind.WAIVER:
        answers = () if viewer_id == row.user_id else ("approve", "refuse")
        return (*answers, "take-back") if mine else answers
    if row.kind == AskedKind.READING:
        return ("take-back",) if viewer_id == row.user_id else (("allow", "refuse") if acts else ())
    return ("take-back",) if row.kind == AskedKind.GUEST or acts else ()


# --- found late -------------------------------------------------------------------------------------------------------


def _late(workshop: Workshop, viewer: Viewer) -> list[FoundLate]:
    """On papers that the viewer acts for: what organizers had read and done before their conflict was known."""
    roles = Membership.objects.open().filter(workshop=workshop, role=Role.ORGANIZER).values("user")
    papers = Submission.objects.of(workshop.pk).filter(right(Submission, "act", viewer))
    rows = Conflict.objects.effective().filter(submission__in=papers.values("pk"), user__in=roles)
    rows = rows.exclude(user=viewer.id).select_related("submission", "user")
    pairs: dict[tuple[int, int], list[Conflict]] = defaultdict(list)
    for row in rows.order_by("submission__number", "at"):
        pairs[row.submission_id, row.user_id].append(row)
    did = _deeds(pairs)
    found = []
    for pair, conflicts in pairs.items():
        since = min(row.at for row in conflicts)
        deeds = tuple((at, words) for at, words in did[pair] if at < since)
        if deeds:
            reasons = tuple(ConflictReason(row.reason).label for row in conflicts)
            first = conflicts[0]
            found.append(FoundLate(first.submission.number, first.user.name, reasons, since, deeds))
    return found


def _deeds(pairs: dict[tuple[int, int], list[Conflict]]) -> dict[tuple[int, int], list[tuple[datetime, str]]]:
    """What these people did to the assessment of these papers, oldest first. One query."""
    judging = [name for name in actions.names() if name.startswith(JUDGING)]
    entries = Entry.objects.filter(
        root_type=Root.SUBMISSION,
        root_id__in={paper for paper, _ in pairs},
        actor__in={person for _, person in pairs},
        action__in=judging,
    )
    found: dict[tuple[int, int], list[tuple[datetime, str]]] = defaultdict(list)
    for entry in entries.order_by("pk"):
        pair = (entry.root_id, entry.actor_id or 0)
        if pair in pairs:
            found[pair].append((entry.at, capitalised(actions.sentence(entry.action))))
    return found


def _to_uphold(workshop: Workshop, viewer: Viewer) -> list[ToUphold]:
    papers = Submission.objects.of(workshop.pk).filter(right(Submission, "act", viewer))
    rows = Decision.objects.made_in_conflict().filter(submission__in=papers.values("pk"))
    return [
        ToUphold(
            number=row.submission.number,
            title=row.submission.title,
            outcome=row.outcome.label,
            who=row.decided_by.name if row.decided_by else "",
            told=row.released_at is not None,
        )
        for row in rows.select_related("submission", "outcome", "decided_by").order_by("submission__number")
    ]


# --- one paper --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Handling:
    """Who may handle a paper, for whoever may settle it: its number, its title and reasons, and nothing else.

    ``paper`` is for the services that the page calls.
    """

    paper: Submission
    number: int
    title: str
    track: str
    handler: str
    sole: bool
    standings: list[Standing]
    asked: list[Asked]
    before: list[Asked]
    mine: Level
    is_open: bool

    @property
    def free(self) -> int:
        return sum(one.level == Level.FREE for one in self.standings)

    @property
    def for_waiver(self) -> list[tuple[int, str]]:
        if self.free:
            return []
        return [(one.user_id, one.name) for one in self.standings if one.level == Level.INSTITUTIONAL]

    @property
    def may_call_guest(self) -> bool:
        return self.is_open and (self.free == 0 or (self.free == 1 and self.mine == Level.FREE))

    @property
    def may_ask_to_read(self) -> bool:
        return self.is_open and self.mine == Level.PERSONAL


def _runs(row: ConflictRequest) -> bool:
    """Is it open, or in force?"""
    if row.kind == AskedKind.READING and row.until is not None and row.until <= timezone.now():
        return False
    return row.status in (AskedStatus.OPEN, AskedStatus.GRANTED)


@prepared
def _handling_rows(viewer: Viewer, workshop_id: int, number: int) -> dict[str, QuerySet]:
    paper = visible_to(viewer, "settle", Submission.objects.of(workshop_id)).filter(number=number)
    asked = ConflictRequest.objects.filter(submission__in=paper.values("pk")).exclude(kind=AskedKind.DECLARED)
    return {
        "paper": paper.annotate(acts=flag(right(Submission, "act", viewer))).select_related("track"),
        "posts": Handler.objects.filter(submission__in=paper.values("pk"), until=None).select_related("user"),
        "asked": asked.select_related("user", "by"),
        **standing_rows(workshop_id, paper),
    }


def read_handling(workshop: Workshop, viewer: Viewer, number: int) -> Handling | None:
    """One query. None where the viewer may not settle it."""
    rows: dict[str, list[Any]] = _handling_rows(viewer, workshop.pk, number)
    if not rows["paper"]:
        return None
    [paper] = rows["paper"]
    paper.workshop = workshop
    found = standings_from(rows)
    post = min(rows["posts"], key=lambda row: row.pk, default=None)
    asked: dict[bool, list[Asked]] = {True: [], False: []}
    for row in sorted(rows["asked"], key=lambda row: row.pk):
        row.submission = paper
        asked[_runs(row)].append(_asked(row, paper.acts, viewer)[0])
    mine = next((one.level for one in found if one.user_id == viewer.id), level_by(set()))
    return Handling(
        paper=paper,
        number=paper.number,
        title=paper.title,
        track=paper.track.name,
        handler=post.user.name if post else "",
        sole=post is not None and post.sole,
        standings=found,
        asked=asked[True],
        before=asked[False],
        mine=mine,
        is_open=paper.status == "submitted",
    )


def readings_asked(submission: Submission, viewer: Viewer) -> list[Asked]:
    """Who asks to read the paper, or reads it, for whoever acts for it. One query."""
    rows = submission.conflict_requests.filter(kind=AskedKind.READING).select_related("submission", "user", "by")
    return [_asked(row, True, viewer)[0] for row in rows.order_by("pk") if _runs(row)]
