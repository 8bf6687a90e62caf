"""My desk: everything that one person has to do or to wait for, in all their roles and workshops, sorted by date."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from decisions.models import Decision
from decisions.reading import OUTCOME_TONES, outcome_words
from decisions.states import TOLD, DecisionStatus
from reviews.chairing import chaired
from reviews.models import Assignment, Invitation, Review
from reviews.states import REVIEWING, AssignmentStatus, InvitationStatus, ReviewStatus
from submissions.models import Authorship, File, Handler, Submission
from submissions.services.submit import missing_file, missing_text
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.deadlines import Windows, windows_by_track
from workshops.models import Deadline, Track, Workshop
from workshops.states import DeadlineKind, Role

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """One line: in which role, what, in which state, until when, and the page where it goes on."""

    role: str
    title: str
    where: str
    state: str
    tone: str
    url: str
    at: datetime | None = None
    detail: str = ""
    action: str = ""
    done: bool = False


@dataclass(frozen=True)
class MyDesk:
    due: list[Item]
    waiting: list[Item]
    done: list[Item]
    calls: list[Item]

    @property
    def empty(self) -> bool:
        return not (self.due or self.waiting or self.done)


Seasons = dict[int, dict[int | None, Windows]]


def read_my_desk(viewer: Viewer, now: datetime) -> MyDesk:
    """Everything of one person; the same number of queries for any number of rows."""
    papers = _own_papers(viewer)
    assignments = _assignments(viewer)
    organized = list(visible_to(viewer, "staff", Workshop).newest_first())  # type: ignore[attr-defined]
    seasons = _seasons(now)
    items = [
        *_papers(papers, seasons),
        *(_assignment(row, seasons) for row in assignments),
        *(_chairing(row, seasons) for row in _chaired(viewer)),
        *_invitations(viewer, now),
        *_organizing(organized, viewer, seasons, now),
    ]
    calls = _calls(seasons, now) if not items else []
    due = [item for item in items if item.action and not item.done]
    waiting = [item for item in items if not item.action and not item.done]
    return MyDesk(_by_date(due), _by_date(waiting), [item for item in items if item.done], calls)


def _by_date(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.at or NEVER, item.where, item.title))


def _seasons(now: datetime) -> Seasons:
    """The windows of every workshop and track. Two queries."""
    rows: dict[int, list[Deadline]] = defaultdict(list)
    for deadline in Deadline.objects.all():
        rows[deadline.workshop_id].append(deadline)
    tracks: dict[int, list[int]] = defaultdict(list)
    for workshop, track in Track.objects.values_list("workshop", "pk"):
        tracks[workshop].append(track)
    found = {workshop: windows_by_track(rows[workshop], known, now) for workshop, known in tracks.items()}
    return defaultdict(lambda: windows_by_track([], [], now), found)


def _window(seasons: Seasons, workshop: int, track: int | None, kind: str) -> Any:
    season = seasons[workshop]
    return season.get(track, season[None])[kind]


# --- papers of one's own ---


def _own_papers(viewer: Viewer) -> list[Any]:
    mine = Authorship.objects.filter(submission=OuterRef("pk"), user_id=viewer.id)
    papers: Any = Submission.objects.filter(Exists(mine.exclude(status=AuthorshipStatus.DISOWNED)))
    return list(papers.select_related("workshop", "track", "current__pdf").order_by("-workshop__year", "number"))


def _papers(papers: list[Any], seasons: Seasons) -> list[Item]:
    ids = [paper.pk for paper in papers]
    told = {
        row.submission_id: row
        for row in Decision.objects.filter(submission__in=ids, status__in=TOLD).select_related("outcome__offers_track")
    }
    authors: dict[int, list[dict]] = defaultdict(list)
    drafts = [paper.pk for paper in papers if paper.status == SubmissionStatus.DRAFT]
    for row in Authorship.objects.filter(submission__in=drafts):
        authors[row.submission_id].append({"corresponding": row.corresponding, "email": row.email})
    return [_paper(paper, told.get(paper.pk), authors[paper.pk], seasons) for paper in papers]


def _paper(paper: Any, decision: Decision | None, authors: list[dict], seasons: Seasons) -> Item:
    common: dict[str, Any] = {
        "role": "Author",
        "title": paper.title or "Paper without a title",
        "where": f"{paper.workshop}, {paper.track.name}, paper {paper.number}",
        "url": _url("submissions:paper", paper.workshop.slug, paper.number),
    }
    window = _window(seasons, paper.workshop_id, paper.track_id, DeadlineKind.SUBMISSION)
    if decision is not None:
        outcome = decision.outcome
        words = outcome_words(outcome.label, outcome.kind, outcome.offers_track.name if outcome.offers_track else "")
        return Item(**common, state=words, tone=OUTCOME_TONES.get(outcome.kind, "neutral"), done=True)
    if paper.status == SubmissionStatus.DRAFT and window.is_late:
        return Item(**common, state="Never completed", tone="neutral", done=True)
    if paper.status == SubmissionStatus.DRAFT:
        lacks = missing_text({"title": paper.title, "abstract": paper.abstract, "authors": authors})
        lacks += missing_file(_pdf(paper))
        return Item(**common, state="Draft", tone="warn", at=window.at, detail=" ".join(lacks), action="Go on")
    if paper.status == SubmissionStatus.SUBMITTED:
        answer = _window(seasons, paper.workshop_id, paper.track_id, DeadlineKind.NOTIFICATION)
        if window.is_open:
            detail = "You can change it until the deadline."
            return Item(**common, state="Submitted", tone="good", at=window.at, detail=detail)
        return Item(**common, state="Under review", tone="info", at=answer.at, detail="Then the authors are told.")
    return Item(**common, state=paper.get_status_display(), tone="neutral", done=True)


def _pdf(paper: Any) -> File | None:
    return paper.current.pdf if paper.current else None


# --- reviews ---


def _assignments(viewer: Viewer) -> list[Any]:
    rows: Any = visible_to(viewer, "own", Assignment).filter(kind__in=REVIEWING)
    return list(rows.select_related("submission__workshop", "submission__track", "review"))


def _assignment(row: Any, seasons: Seasons) -> Item:
    paper = row.submission
    due = row.due_at or _window(seasons, paper.workshop_id, paper.track_id, DeadlineKind.REVIEW).at
    review: Review | None = getattr(row, "review", None)
    state = review.status if review else ""
    common: dict[str, Any] = {
        "role": "Reviewer",
        "title": paper.title,
        "where": f"{paper.workshop}, {paper.track.name}, paper {paper.number}",
        "url": _url("reviews:review", row.pk),
    }
    if row.status == AssignmentStatus.NOT_NEEDED or state == ReviewStatus.SET_ASIDE:
        return Item(**common, state="No longer needed", tone="neutral", done=True)
    if state == ReviewStatus.SUBMITTED:
        return Item(**common, state="Review submitted", tone="good", at=due, done=True)
    if state == ReviewStatus.DRAFT:
        return Item(**common, state="Review begun", tone="accent", at=due, action="Go on with the review")
    return Item(**common, state="Review to write", tone="warn", at=due, action="Write the review")


def _chaired(viewer: Viewer) -> list[Any]:
    """Papers of which one is area chair, each with how many reviews are in and whether it is told. One query."""
    reviewers = Assignment.objects.current().filter(submission=OuterRef("submission"), kind__in=REVIEWING)
    told = Decision.objects.filter(submission=OuterRef("submission"), status__in=TOLD)
    rows: Any = chaired(viewer).annotate(
        reviewers=_count(reviewers),
        reviews_in=_count(reviewers.filter(review__status=ReviewStatus.SUBMITTED)),
        is_told=Exists(told),
    )
    return list(rows.select_related("submission__workshop", "submission__track"))


def _count(rows: Any) -> Any:
    counted = rows.order_by().values("submission").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _chairing(row: Any, seasons: Seasons) -> Item:
    paper = row.submission
    due = row.due_at or _window(seasons, paper.workshop_id, paper.track_id, DeadlineKind.REVIEW).at
    common: dict[str, Any] = {
        "role": Role.AREA_CHAIR.label,
        "title": paper.title,
        "where": f"{paper.workshop}, {paper.track.name}, paper {paper.number}",
        "url": _url("reviews:review", row.pk),
    }
    if row.is_told:
        return Item(**common, state="Decided", tone="neutral", done=True)
    if not row.reviewers:
        return Item(**common, state="No reviewers yet", tone="neutral", at=due)
    state = f"{row.reviews_in} of {row.reviewers} reviews in"
    if row.reviews_in == row.reviewers:
        return Item(**common, state=state, tone="good", at=due, action="Read the reviews")
    return Item(**common, state=state, tone="info", at=due, action="Look at the reviews")


def _invitations(viewer: Viewer, now: datetime) -> list[Item]:
    addresses = EmailAddress.objects.filter(user_id=viewer.id, verified=True).values("email")
    rows = Invitation.objects.filter(address__in=addresses, status=InvitationStatus.SENT, expires_at__gt=now)
    return [
        Item(
            role="Invited",
            title=f"Will you be a {row.get_role_display().lower()}?",
            where=str(row.workshop),
            state="No answer yet",
            tone="accent",
            url=_url("reviews:invitation", query=f"?invitation={row.pk}"),
            at=row.expires_at,
            detail=f"Sent to {row.address}.",
            action="Answer",
        )
        for row in rows.select_related("workshop")
    ]


# --- organizing ---


def _organizing(workshops: list[Workshop], viewer: Viewer, seasons: Seasons, now: datetime) -> list[Item]:
    """The next step of each workshop. Two queries for all of them."""
    ids = [workshop.pk for workshop in workshops]
    held = Handler.objects.filter(until=None).values("submission")
    rows = Submission.objects.filter(workshop__in=ids, status=SubmissionStatus.SUBMITTED).exclude(pk__in=held)
    lacking: dict[int, int] = defaultdict(int)
    for workshop, track, n in rows.order_by().values_list("workshop", "track").annotate(n=Count("pk")):
        if _window(seasons, workshop, track, DeadlineKind.SUBMISSION).is_late:
            lacking[workshop] += n
    mine = Submission.objects.filter(right(Submission, "act", viewer)).values("pk")
    waiting = Decision.objects.filter(submission__in=mine, status=DecisionStatus.TENTATIVE).exclude(
        decided_by=viewer.id
    )
    counted = waiting.order_by().values("submission__workshop").annotate(n=Count("pk"))
    to_confirm = {row["submission__workshop"]: row["n"] for row in counted}
    return [
        _workshop(workshop, seasons[workshop.pk], lacking[workshop.pk], to_confirm.get(workshop.pk, 0), now)
        for workshop in workshops
    ]


def _workshop(
    workshop: Workshop, season: dict[int | None, Windows], lacking: int, to_confirm: int, now: datetime
) -> Item:
    shown = [windows for track, windows in season.items() if track is not None] or list(season.values())
    coming = [window for windows in shown for window in windows.values() if window.at and window.at > now]
    nearest = min(coming, key=lambda window: window.at or NEVER, default=None)
    words = [f"{lacking} {'paper has' if lacking == 1 else 'papers have'} no handler."] if lacking else []
    if to_confirm:
        words.append(f"{to_confirm} {'decision' if to_confirm == 1 else 'decisions'} to confirm.")
    return Item(
        role=Role.ORGANIZER.label,
        title=str(workshop),
        where="Organizers’ desk",
        state=f"Next: {nearest.label}" if nearest else "All dates are past",
        tone="warn" if lacking else "info",
        url=_url("desk:dashboard", workshop.slug),
        at=nearest.at if nearest else None,
        detail=" ".join(words),
        action="Open the desk" if nearest or words else "",
        done=not nearest and not words,
    )


def _calls(seasons: Seasons, now: datetime) -> list[Item]:
    """Workshops that take papers now, for whoever has nothing here yet. One query."""
    found = []
    for workshop in Workshop.objects.announced().filter(is_rehearsal=False).newest_first():
        open_ones = [s[DeadlineKind.SUBMISSION] for s in seasons[workshop.pk].values()]
        ends = [window.at for window in open_ones if window.is_open and window.at]
        if ends:
            url = _url("workshops:call", workshop.slug)
            found.append(Item("", str(workshop), workshop.tagline, "Call for papers", "info", url, max(ends)))
    return found


def _url(name: str, *args: Any, query: str = "") -> str:
    return reverse(name, args=args) + query
