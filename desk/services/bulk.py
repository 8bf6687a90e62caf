"""One act on many papers: what it would do to which, which are left out and why, and then all of it or nothing.

Papers are named by their numbers. A paper that is sealed from the person is left out by its number and title, which a
sealed line says anyway; one that does not exist is not mentioned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from access.registry import right
from access.rights import require
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, StaleState
from decisions.models import Decision, Outcome
from decisions.reading import decision_of
from decisions.services.decide import clear, decide
from decisions.states import TOLD, OutcomeKind
from desk.reading.levels import flag, level
from notifications.models import Batch
from submissions.models import Submission
from submissions.services.extend import extend_paper
from submissions.services.remind import plan_reminders, remind_incomplete
from submissions.services.transfer import NEEDS_WORD, is_closed, notes, obstacles, transfer, undo_transfer, what_changes
from submissions.states import Level, SubmissionStatus
from workshops.models import Track, Workshop

CONFLICT = "You have a conflict with it."
INSTITUTION = "It is by somebody of your institution, so you do not act on it."
MOST = 2000


@dataclass(frozen=True)
class Options:
    """What the acts ask for; each takes what it needs."""

    track: Track | None = None
    reason: str = ""
    to_authors: str = ""
    agreed: bool = False
    again: bool = False
    until: datetime | None = None


@dataclass(frozen=True)
class Taken:
    paper: Submission
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    number: int
    title: str
    why: str


@dataclass(frozen=True)
class Plan:
    """``says``: what holds for all of them."""

    takes: list[Taken]
    left_out: list[LeftOut]
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Done:
    numbers: tuple[int, ...]
    batch: Batch | None = None
    undo: str = ""


@dataclass
class _Look:
    """What one act finds of the papers that the person may act on."""

    why_not: dict[int, str] = field(default_factory=dict)
    notes: dict[int, Sequence[str]] = field(default_factory=dict)
    says: tuple[str, ...] = ()


def plan(*, workshop: Workshop, viewer: Viewer, act: str, numbers: Sequence[int], options: Options) -> Plan:
    """What the act would do now. The same number of queries for any number of papers."""
    rows: list[Any] = list(_papers(workshop, viewer).filter(number__in=list(numbers)[:MOST]))
    mine = [row for row in rows if row.acts]
    look = LOOKS[act](mine, options)
    left = [LeftOut(row.number, row.title, _kept_from(row)) for row in rows if not row.acts]
    left += [LeftOut(row.number, row.title, look.why_not[row.pk]) for row in mine if row.pk in look.why_not]
    takes = [Taken(row, tuple(look.notes.get(row.pk, ()))) for row in mine if row.pk not in look.why_not]
    return Plan(takes, sorted(left, key=lambda one: one.number), look.says)


def _papers(workshop: Workshop, viewer: Viewer) -> Any:
    papers = Submission.objects.of(workshop.pk).filter(right(Submission, "title", viewer))
    marked = papers.annotate(acts=flag(right(Submission, "act", viewer)), level=level(viewer))
    return marked.select_related("track", "workshop", "current__pdf", "decision__outcome").order_by("number")


def _kept_from(row: Any) -> str:
    return INSTITUTION if row.level == Level.INSTITUTIONAL else CONFLICT


@transaction.atomic
def apply(
    *, workshop: Workshop, by: User, act: str, numbers: Sequence[int], seen: int | None, options: Options
) -> Done:
    """Do it to every paper of the plan, in one transaction. ``seen``: to how many the page said that it would be done.

    Raises StaleState when that is another number by now, and Refused, naming the paper, when one of them cannot be;
    then nothing is done to any.
    """
    viewer = Viewer(by)
    require(viewer, "staff", workshop)
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    found = plan(workshop=workshop, viewer=viewer, act=act, numbers=numbers, options=options)
    if seen is not None and seen != len(found.takes):
        raise StaleState(
            f"This would be done to {len(found.takes)} papers by now, not to {seen}. Look at the list below again."
        )
    if not found.takes:
        raise Refused("There is no paper to which this can be done; see below why.")
    papers = [one.paper for one in found.takes]
    told = tuple(paper.number for paper in papers)
    if act == "remind":
        return Done(told, remind_incomplete(workshop=workshop, papers=papers, by=by, again=options.again))
    for paper in papers:
        try:
            ACTS[act](paper, by, options)
        except Refused as refusal:
            where = "" if refusal.field else f"Paper {paper.number}: "
            raise Refused(f"{where}{refusal.sentence}", field=refusal.field) from refusal
    return Done(told, undo=act if act in UNDO else "")


@transaction.atomic
def undo(*, workshop: Workshop, by: User, act: str, numbers: Sequence[int]) -> int:
    """Take an act on many papers back, as far as it still can be; returns on how many it was.

    What the authors were told, or somebody has changed since, stays as it is.
    """
    viewer = Viewer(by)
    require(viewer, "staff", workshop)
    done = 0
    for paper in _papers(workshop, viewer).filter(number__in=list(numbers)[:MOST]):
        try:
            with transaction.atomic():
                done += UNDO[act](paper, by) if paper.acts else 0
        except Refused:
            continue
    return done


# --- desk rejection: a held decision like any other ---


def _look_desk_reject(papers: Sequence[Submission], options: Options) -> _Look:
    tracks = {paper.track_id for paper in papers}
    possible = set(
        Outcome.objects.filter(track__in=tracks, kind=OutcomeKind.DESK_REJECT).values_list("track", flat=True)
    )
    why_not = {}
    for paper in papers:
        decision = decision_of(paper)
        if paper.status != SubmissionStatus.SUBMITTED:
            why_not[paper.pk] = f"It is {paper.get_status_display().lower()}, so there is nothing to reject."
        elif decision is not None:
            why_not[paper.pk] = f"It is decided already: {decision.outcome.label}, {_state(decision)}."
        elif paper.track_id not in possible:
            why_not[paper.pk] = f"The track {paper.track.name} has no outcome for it; add one in the settings."
    return _Look(why_not)


def _desk_reject(paper: Submission, by: User, options: Options) -> None:
    outcome = Outcome.objects.filter(track=paper.track_id, kind=OutcomeKind.DESK_REJECT).first()
    assert outcome is not None
    decide(submission=paper, outcome=outcome, by=by, reason=options.reason, to_authors=options.to_authors, version=0)


def _look_undecide(papers: Sequence[Submission], options: Options) -> _Look:
    why_not = {}
    for paper in papers:
        decision = decision_of(paper)
        if decision is None or decision.outcome.kind != OutcomeKind.DESK_REJECT:
            why_not[paper.pk] = "It is not desk-rejected."
        elif decision.status in TOLD:
            why_not[paper.pk] = "Its authors know already."
        elif decision.release_id is not None:
            why_not[paper.pk] = "It is being released; cancel the release first."
    return _Look(why_not)


def _undecide(paper: Submission, by: User, options: Options) -> None:
    decision = decision_of(paper)
    assert decision is not None
    clear(decision=decision, by=by)


def _state(decision: Decision) -> str:
    return "and the authors know" if decision.status in TOLD else decision.get_status_display().lower()


# --- another track ---


def _look_transfer(papers: Sequence[Submission], options: Options) -> _Look:
    if options.track is None:
        return _Look(says=("Choose the track first.",))
    tracks = {paper.track_id: paper.track for paper in papers if paper.track_id != options.track.pk}
    says = [
        f"From {track.name}: {sentence}" for track in tracks.values() for sentence in what_changes(track, options.track)
    ]
    if any(is_closed(track) for track in tracks.values()):
        says.append(NEEDS_WORD)
    return _Look(obstacles(papers, options.track), dict(notes(papers, options.track)), tuple(says))


def _transfer(paper: Submission, by: User, options: Options) -> None:
    if options.track is None:
        raise Refused("Choose the track that they go to.", field="track")
    transfer(submission=paper, track=options.track, by=by, reason=options.reason, agreed=options.agreed)


# --- open longer ---


def _look_extend(papers: Sequence[Submission], options: Options) -> _Look:
    alive = (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED)
    gone = [paper for paper in papers if paper.status not in alive]
    return _Look({paper.pk: f"It is {paper.get_status_display().lower()}." for paper in gone})


def _extend(paper: Submission, by: User, options: Options) -> None:
    if options.until is None:
        raise Refused("Say until when.", field="until")
    extend_paper(submission=paper, until=options.until, reason=options.reason, by=by)


# --- reminders ---


def _look_remind(papers: Sequence[Submission], options: Options) -> _Look:
    found = plan_reminders(papers, again=options.again)
    return _Look(
        {one.paper.pk: one.why_not for one in found if one.why_not},
        {one.paper.pk: one.lacks for one in found if not one.why_not},
    )


def _undo_desk_reject(paper: Submission, by: User) -> int:
    decision = decision_of(paper)
    if decision is None or decision.outcome.kind != OutcomeKind.DESK_REJECT:
        return 0
    clear(decision=decision, by=by)
    return 1


def _undo_transfer(paper: Submission, by: User) -> int:
    undo_transfer(submission=paper, by=by)
    return 1


LOOKS: dict[str, Callable[[Sequence[Submission], Options], _Look]] = {
    "desk_reject": _look_desk_reject,
    "undecide": _look_undecide,
    "transfer": _look_transfer,
    "extend": _look_extend,
    "remind": _look_remind,
}
ACTS: dict[str, Callable[[Submission, User, Options], None]] = {
    "desk_reject": _desk_reject,
    "undecide": _undecide,
    "transfer": _transfer,
    "extend": _extend,
}
UNDO: dict[str, Callable[[Submission, User], int]] = {"desk_reject": _undo_desk_reject, "transfer": _undo_transfer}
