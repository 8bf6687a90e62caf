"""The season of one workshop at a glance, counted over what the viewer may see."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from access.registry import right
from access.viewer import Viewer
from decisions.models import Decision
from decisions.querysets import current_reviewers, submitted_reviews
from decisions.states import TOLD, DecisionStatus, OutcomeKind
from desk.reading.author_list import shown_likenesses
from desk.reading.levels import assessed, flag, papers_on_desk, sealed_papers
from desk.reading.roots import about
from notifications.models import Batch, Message
from notifications.states import BatchStatus, MessageStatus
from reviews.models import Assignment, Invitation, Review
from reviews.states import REVIEWING, InvitationStatus, OfferStatus, ReviewStatus
from reviews.volunteers import offers
from submissions.models import AuthorListRequest, Conflict, Handler, Revision, Submission
from submissions.states import DISPUTES, ConflictState, SubmissionStatus
from workshops.deadlines import Windows, windows_by_track
from workshops.models import Deadline, Track, Workshop
from workshops.states import DeadlineKind

A_WEEK = timedelta(days=7)
ALIVE = (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED)


@dataclass(frozen=True)
class Milestone:
    """A deadline on the timeline; ``today`` stands before the first that is to come."""

    label: str
    track: str
    at: datetime
    past: bool
    pinned_by: str
    today: bool = False


@dataclass(frozen=True)
class Progress:
    label: str
    done: int
    of: int
    words: str


@dataclass(frozen=True)
class Need:
    """Something that needs a person. ``page`` is the name of the desk page where it is done, ``query`` its filter."""

    key: str
    tone: str
    text: str
    detail: str
    page: str
    query: str = ""
    action: str = ""
    url: str = ""


@dataclass(frozen=True)
class Dashboard:
    milestones: list[Milestone]
    next: Milestone | None
    counts: dict[str, int]
    papers: int
    sealed: int
    progress: list[Progress]
    needs: list[Need]
    closed: bool
    empty: bool


def read_dashboard(workshop: Workshop, viewer: Viewer, now: datetime, *, two: bool) -> Dashboard:
    """The same number of queries for any number of papers."""
    tracks = list(Track.objects.filter(workshop=workshop))
    deadlines = list(Deadline.objects.filter(workshop=workshop).select_related("track").order_by("at"))
    seasons = windows_by_track(deadlines, [track.pk for track in tracks], now)
    rows = _rows(workshop, viewer)
    counts = Counter(row.status for row in rows)
    milestones = _timeline(_effective(deadlines, {track.pk for track in tracks}), now)
    closed = {track.pk for track in tracks if seasons[track.pk][DeadlineKind.SUBMISSION].is_late}
    found = _needs(workshop, viewer, rows, seasons, closed, now, two)
    needs = [replace(need, url=f"{reverse(f'desk:{need.page}', args=[workshop.slug])}{need.query}") for need in found]
    return Dashboard(
        milestones=milestones,
        next=next((milestone for milestone in milestones if not milestone.past), None),
        counts=dict(counts),
        papers=len(rows),
        sealed=sealed_papers(workshop, viewer).count(),
        progress=_progress(rows),
        needs=needs,
        closed=bool(closed),
        empty=not rows,
    )


def _effective(rows: list[Deadline], tracks: set[int]) -> list[Deadline]:
    """Without the workshop's own dates that every track has replaced by one of its own."""
    own: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.track_id is not None:
            own[row.kind].add(row.track_id)
    return [row for row in rows if row.track_id is not None or not tracks or own[row.kind] != tracks]


def _timeline(rows: list[Deadline], now: datetime) -> list[Milestone]:
    nearest = next((row for row in rows if row.at >= now), None)
    apart = {row.kind for row in rows if row.track_id is not None}
    return [
        Milestone(
            label=row.get_kind_display(),
            track=row.track.name if row.track else _others(row, apart),
            at=row.at,
            past=row.at < now,
            pinned_by=row.pinned_by,
            today=row is nearest,
        )
        for row in rows
    ]


def _others(row: Deadline, apart: set[str]) -> str:
    """For whom the workshop's own date holds, where a track has another."""
    return "Other tracks" if row.kind in apart else ""


def _rows(workshop: Workshop, viewer: Viewer) -> list[Any]:
    """Every open line with its numbers: one query feeds all counts of the page."""
    decision = Decision.objects.filter(submission=OuterRef("pk"))
    pairs = shown_likenesses(viewer)
    papers: Any = papers_on_desk(workshop, viewer).select_related("track").only("number", "status", "track")
    return list(
        papers.annotate(
            is_assessed=flag(assessed(viewer)),
            acts=flag(right(Submission, "act", viewer)),
            n_in=submitted_reviews(),
            n_reviewers=current_reviewers(),
            waiting=flag(Q(Exists(decision.filter(status=DecisionStatus.TENTATIVE)))),
            confirmed=flag(Q(Exists(decision.filter(status=DecisionStatus.CONFIRMED)))),
            told=flag(Q(Exists(decision.filter(status__in=TOLD)))),
            mine=flag(Q(Exists(decision.filter(decided_by=viewer.id)))),
            held_rejection=flag(
                Q(Exists(decision.filter(status=DecisionStatus.CONFIRMED, outcome__kind=OutcomeKind.DESK_REJECT)))
            ),
            late=flag(Q(Exists(Revision.objects.filter(submission=OuterRef("pk")).late()))),
            alike=flag(Q(pk__in=pairs.values("first")) | Q(pk__in=pairs.values("second"))),
        )
    )


def _progress(rows: list[Any]) -> list[Progress]:
    """Reviews over the papers whose reviews the viewer may see, decisions over those that they decide on."""
    submitted = [row for row in rows if row.status == SubmissionStatus.SUBMITTED]
    reviewed = [row for row in submitted if row.is_assessed]
    wanted = sum(row.track.reviews_per_paper for row in reviewed)
    given = sum(min(row.n_in, row.track.reviews_per_paper) for row in reviewed)
    mine = [row for row in submitted if row.acts]
    decided = sum(row.waiting or row.confirmed or row.told for row in mine)
    told = sum(row.told for row in mine)
    return [
        Progress("Papers submitted", len(submitted), len(rows), f"{len(submitted)} of {len(rows)} begun"),
        Progress("Reviews in", given, wanted, f"{given} of {wanted} wanted"),
        Progress("Decided", decided, len(mine), f"{decided} of {len(mine)}"),
        Progress("Authors told", told, len(mine), f"{told} of {len(mine)}"),
    ]


def _needs(
    workshop: Workshop, viewer: Viewer, rows: list[Any], seasons: dict, closed: set[int], now: datetime, two: bool
) -> list[Need]:
    """Worst first."""
    found = [
        _without_handler(workshop, closed),
        _bad_mail(workshop, viewer),
        _held(workshop),
        _overdue(workshop, viewer, seasons, now),
        _few_reviewers(rows, closed),
        _suspected(workshop, viewer),
        _late(rows),
        _asked_about_authors(workshop, viewer),
        _alike(rows),
        _incomplete(rows, closed),
        _volunteers(workshop, viewer),
        _invitations(workshop, now),
        _unconfirmed(rows, two),
        _rejections_to_tell(rows),
    ]
    return [need for need in found if need is not None]


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"


def _without_handler(workshop: Workshop, closed: set[int]) -> Need | None:
    """The first line of every organizer's desk, from the closing of submissions (also of papers sealed from them)."""
    held = Handler.objects.filter(until=None).values("submission")
    papers = Submission.objects.of(workshop.pk).submitted().filter(track__in=closed).exclude(pk__in=held)
    numbers = list(papers.order_by("number").values_list("number", flat=True))
    if not numbers:
        return None
    shown = ", ".join(f"#{number}" for number in numbers[:12]) + (" …" if len(numbers) > 12 else "")
    return Need(
        "handlers",
        "bad",
        f"{_count(len(numbers), 'paper has', 'papers have')} no handler",
        f"Nobody is responsible for {shown}. Papers that no organizer is free on need a guest chair.",
        "papers",
        "?handler=none",
        "appoint",
    )


def _bad_mail(workshop: Workshop, viewer: Viewer) -> Need | None:
    wrong = (MessageStatus.FAILED, MessageStatus.IN_DOUBT)
    states = Counter(Message.objects.filter(about(workshop, viewer), status__in=wrong).values_list("status", flat=True))
    if not states:
        return None
    parts = [
        _count(states[state], words, words)
        for state, words in ((MessageStatus.FAILED, "failed"), (MessageStatus.IN_DOUBT, "in doubt"))
        if states[state]
    ]
    detail = "A mail in doubt may or may not have arrived; it is never sent twice by itself."
    return Need("mail", "bad", f"Mail: {' and '.join(parts)}", detail, "mail")


def _held(workshop: Workshop) -> Need | None:
    waiting = (BatchStatus.HELD, BatchStatus.DRAFT, BatchStatus.PAUSED)
    states = Counter(Batch.objects.filter(workshop_id=workshop.pk, status__in=waiting).values_list("status", flat=True))
    if not states:
        return None
    words = {BatchStatus.HELD: "held", BatchStatus.DRAFT: "not confirmed", BatchStatus.PAUSED: "paused"}
    parts = ", ".join(f"{states[state]} {word}" for state, word in words.items() if states[state])
    return Need("batches", "warn", f"Bulk mail waits: {parts}", "It can still be cancelled.", "mail")


def _overdue(workshop: Workshop, viewer: Viewer, seasons: dict[Any, Windows], now: datetime) -> Need | None:
    """Assignments past their date, of papers whose reviewers the viewer may know."""
    papers = Submission.objects.of(workshop.pk).submitted().filter(right(Submission, "identities", viewer))
    late = {
        track: window.at
        for track, season in seasons.items()
        if track is not None and (window := season[DeadlineKind.REVIEW]).at and window.is_late
    }
    done = Review.objects.filter(assignment=OuterRef("pk")).exclude(status=ReviewStatus.DRAFT)
    by_track = Q(due_at=None, submission__track__in=list(late))
    open_ones = Assignment.objects.current().filter(kind__in=REVIEWING, submission__in=papers.values("pk"))
    number = open_ones.filter(Q(due_at__lt=now) | by_track).exclude(Exists(done)).count()
    if not number:
        return None
    text = f"{_count(number, 'review is', 'reviews are')} overdue"
    return Need("overdue", "warn", text, "Write to the reviewers, or ask somebody else.", "papers", "?reviews=missing")


def _few_reviewers(rows: list[Any], closed: set[int]) -> Need | None:
    lacking = [
        row
        for row in rows
        if row.acts
        and row.status == SubmissionStatus.SUBMITTED
        and row.track_id in closed
        and not row.told
        and row.n_reviewers < row.track.reviews_per_paper
    ]
    if not lacking:
        return None
    places = sum(row.track.reviews_per_paper - row.n_reviewers for row in lacking)
    return Need(
        "reviewers",
        "warn",
        f"{_count(len(lacking), 'paper has', 'papers have')} fewer reviewers than wanted",
        f"{_count(places, 'place')} to fill.",
        "assignment",
    )


def _suspected(workshop: Workshop, viewer: Viewer) -> Need | None:
    papers = Submission.objects.of(workshop.pk).filter(right(Submission, "act", viewer)).values("pk")
    found = Conflict.objects.filter(state=ConflictState.SUSPECTED, submission__in=papers)
    numbers = list(found.order_by("submission__number").values_list("submission__number", flat=True))
    if not numbers:
        return None
    shown = ", ".join(f"#{n}" for n in dict.fromkeys(numbers[:12]))
    text = f"{_count(len(numbers), 'suspected conflict')} to settle"
    return Need("conflicts", "warn", text, f"On {shown}.", "papers", f"?q=%23{numbers[0]}")


def _asked_about_authors(workshop: Workshop, viewer: Viewer) -> Need | None:
    papers = Submission.objects.of(workshop.pk).filter(right(Submission, "act", viewer)).values("pk")
    kinds = list(AuthorListRequest.objects.open().filter(submission__in=papers).values_list("kind", flat=True))
    if not kinds:
        return None
    disputes = sum(kind in DISPUTES for kind in kinds)
    text = f"{_count(len(kinds), 'request')} about lists of authors"
    detail = f"{_count(disputes, 'is a dispute', 'are disputes')}: the list is locked until then." if disputes else ""
    return Need("authors", "warn", text, detail, "papers", "?look=authors")


def _late(rows: list[Any]) -> Need | None:
    """Saves that came after the deadline and that nobody has answered."""
    number = sum(row.acts and row.late and row.status in ALIVE for row in rows)
    if not number:
        return None
    text = f"{_count(number, 'paper has', 'papers have')} a late save to decide on"
    return Need("late", "warn", text, "Its authors wait to hear whether it counts.", "papers", "?look=late")


def _alike(rows: list[Any]) -> Need | None:
    number = sum(row.acts and row.alike for row in rows)
    if not number:
        return None
    text = f"{_count(number, 'paper looks', 'papers look')} like another one"
    return Need("alike", "info", text, "Ask their authors, or say that they are different.", "papers", "?look=alike")


def _incomplete(rows: list[Any], closed: set[int]) -> Need | None:
    """Drafts of tracks that still take papers; after the deadline there is nothing to remind of."""
    number = sum(row.acts and row.status == SubmissionStatus.DRAFT and row.track_id not in closed for row in rows)
    if not number:
        return None
    text = f"{_count(number, 'paper is', 'papers are')} not complete"
    return Need("incomplete", "info", text, "Their authors can be reminded before the deadline.", "incomplete")


def _rejections_to_tell(rows: list[Any]) -> Need | None:
    number = sum(row.acts and row.held_rejection for row in rows)
    if not number:
        return None
    text = f"{_count(number, 'desk rejection')} confirmed and not told"
    detail = "They can be told now, while the other papers are still reviewed."
    return Need("rejections", "info", text, detail, "release", "?only=desk_reject")


def _volunteers(workshop: Workshop, viewer: Viewer) -> Need | None:
    number = offers(viewer, workshop).filter(status=OfferStatus.OPEN).count()
    if not number:
        return None
    text = f"{_count(number, 'person offers', 'people offer')} to review"
    return Need("volunteers", "info", text, "They wait for an answer.", "volunteers")


def _invitations(workshop: Workshop, now: datetime) -> Need | None:
    sent = Invitation.objects.filter(workshop=workshop, status=InvitationStatus.SENT)
    dates = list(sent.values_list("created_at", flat=True))
    if not dates:
        return None
    old = sum(now - at > A_WEEK for at in dates)
    detail = f"{_count(old, 'is', 'are')} older than a week." if old else "None is older than a week."
    return Need("invitations", "info", f"{_count(len(dates), 'invitation')} without an answer", detail, "people")


def _unconfirmed(rows: list[Any], two: bool) -> Need | None:
    waiting = [row for row in rows if row.acts and row.waiting]
    if not waiting:
        return None
    own = sum(row.mine for row in waiting) if two else 0
    text = f"{_count(len(waiting), 'decision')} to confirm"
    detail = (
        f"{_count(own, 'is', 'are')} yours and {'waits' if own == 1 else 'wait'} for another organizer." if own else ""
    )
    return Need("decisions", "info", text, detail, "decisions", "?state=tentative")
