"""The mails of a release: which papers are ready to be told, which are not, and what each author would read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from access.rights import visible_to
from access.viewer import Viewer
from decisions.models import Decision
from decisions.reading import ReviewForAuthors, reviews_for_authors
from decisions.states import TOLD, DecisionStatus, OutcomeKind
from submissions.models import Authorship, Submission
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.deadlines import windows_by_track
from workshops.instants import aoe
from workshops.models import Deadline, Workshop
from workshops.states import DeadlineKind

UNDECIDED = Q(decision=None)
TENTATIVE = Q(decision__status=DecisionStatus.TENTATIVE)
"""Decided by one person, and not confirmed by a second."""
KNOWN = Q(decision__status__in=TOLD)
REACHED = Q(user__email__gt="") | Q(user=None, email__gt="")
"""Authors with an address (``address_of``)."""
UNREACHED = Q(user__email="") | Q(user=None, email="")


@dataclass(frozen=True)
class Letter:
    """One mail of a release, before it is written."""

    submission: Submission
    decision: Decision
    author: Authorship
    values: dict[str, object]


def papers_to_tell(
    viewer: Viewer, workshop_id: int, track_id: int | None = None, *, desk_rejections: bool = False
) -> QuerySet[Submission]:
    """Those that a release by this person is about, told already or not. ``desk_rejections``: these alone."""
    papers = visible_to(viewer, "act", Submission).filter(workshop=workshop_id, status=SubmissionStatus.SUBMITTED)
    if track_id is not None:
        papers = papers.filter(track=track_id)
    if desk_rejections:
        papers = papers.filter(decision__outcome__kind=OutcomeKind.DESK_REJECT)
    return papers


def ready(*, alone: bool = False) -> Q:
    """Papers that go out. ``alone``: also what no second person has confirmed."""
    confirmed = Q(decision__status=DecisionStatus.CONFIRMED)
    return (confirmed | TENTATIVE if alone else confirmed) & Q(decision__release=None)


def authors_told(papers: QuerySet[Submission]) -> QuerySet[Authorship]:
    return Authorship.objects.filter(submission__in=papers.values("pk")).exclude(status=AuthorshipStatus.DISOWNED)


def camera_ready_dates(workshop_id: int) -> QuerySet[Deadline]:
    """What ``letters_to`` takes its dates from."""
    return Deadline.objects.filter(workshop=workshop_id, kind=DeadlineKind.CAMERA_READY)


def address_of(author: Authorship) -> str:
    """Where an author is told: the account's address once it is linked, else the one on the paper, else ""."""
    return author.user.email if author.user else author.email


def letters_to(
    workshop: Workshop,
    papers: Sequence[Submission],
    authors: Mapping[int, Iterable[Authorship]],
    dates: Iterable[Deadline],
) -> list[Letter]:
    """One mail for each of these authors, by paper, who has an address. Two queries for any number of papers."""
    reviews = reviews_for_authors([paper.pk for paper in papers])
    due = _camera_ready(dates, {paper.track_id for paper in papers})
    letters = []
    for paper in papers:
        decision = paper.decision
        shared = _shared_values(workshop, paper, decision, reviews.get(paper.pk, []), due.get(paper.track_id, ""))
        letters += [
            Letter(paper, decision, author, {**shared, "author": author.name})
            for author in authors[paper.pk]
            if address_of(author)
        ]
    return letters


def _camera_ready(dates: Iterable[Deadline], tracks: Iterable[int]) -> dict[int, str]:
    """Until when each of these tracks takes final versions, in words."""
    seasons = windows_by_track(dates, tracks, timezone.now())
    due = {track: windows[DeadlineKind.CAMERA_READY].at for track, windows in seasons.items() if track is not None}
    return {track: aoe(at) for track, at in due.items() if at is not None}


def _shared_values(
    workshop: Workshop, paper: Submission, decision: Decision, reviews: list[ReviewForAuthors], due: str
) -> dict[str, object]:
    kind, outcome = decision.outcome.kind, decision.outcome
    archival = "archival: it appears in the proceedings volume" if paper.track.archival else "not archival"
    page = reverse("submissions:paper", args=[workshop.slug, paper.number])
    return {
        "workshop": str(workshop),
        "number": str(paper.number),
        "title": paper.title,
        "track": paper.track.name,
        "outcome": outcome.label,
        "to_authors": decision.to_authors,
        "reviews": [{"handle": review.handle, "text": review.text} for review in reviews],
        "offered_track": outcome.offers_track.name if outcome.offers_track else "",
        "archival": f"{paper.track.name} is {archival}." if kind == OutcomeKind.ACCEPT else "",
        "next_step": f"Camera-ready until {due}." if due and kind == OutcomeKind.ACCEPT else "",
        "link": f"{settings.SITE_URL}{page}",
        "contact": workshop.contact,
    }
