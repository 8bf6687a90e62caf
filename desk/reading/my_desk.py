"""My desk: everything that one person has to do or to wait for, in all their roles and workshops, sorted by date."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from access.prepared import prepared
from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from decisions.models import Decision
from decisions.reading import OUTCOME_TONES, outcome_words
from decisions.states import TOLD, DecisionStatus
from desk.reading.guest_chair import guest_papers
from reviews.bidding import Bidder, bidders
from reviews.chairing import chaired
from reviews.first_visit import unfinished
from reviews.models import Assignment, EmergencyOffer, Invitation, Offer, Review, Reviewer
from reviews.states import REVIEWING, AssignmentStatus, EmergencyStatus, InvitationStatus, OfferStatus, ReviewStatus
from submissions.models import AuthorListRequest, Authorship, ConflictRequest, File, Revision, Submission, WorkingCopy
from submissions.services.submit import missing_file, missing_text
from submissions.services.withdraw import undo_until
from submissions.states import AskedKind, AuthorshipStatus, RequestStatus, RevisionStatus, SubmissionStatus
from workshops.deadlines import Windows, windows_by_track
from workshops.models import Deadline, Extension, Membership, Track, Workshop
from workshops.states import DeadlineKind, Role

TYPED = "You typed something that is not saved yet; it is kept for you."
A_REQUEST = "A request about its authors waits for an answer."
ACKNOWLEDGE_WITHIN = timedelta(days=3)
ANSWERED_BY = (DeadlineKind.REVIEW, DeadlineKind.NOTIFICATION)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """One line: in which role, what, in which state, until when, and the page where it goes on.

    ``more``: another page, with its words. ``post``: the action is one press that is sent there.
    """

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
    more: tuple[str, str] = ("", "")
    post: str = ""


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


Rows = dict[str, list[Any]]


@prepared
def _rows(viewer: Viewer, now: datetime) -> dict[str, QuerySet]:
    """Everything of one person, whatever they are."""
    papers = _own_papers(viewer, now)
    return {
        "papers": papers.select_related("workshop", "track", "current__pdf").defer(*LONG),
        "told": _told(papers.values("pk")),
        "authors": _authors_of_drafts(papers.values("pk")),
        "questions": _questions(viewer, papers.values("pk")),
        "asked": _asked(viewer),
        "assignments": _assignments(viewer),
        "chaired": _chaired(viewer),
        "invitations": _invitations(viewer, now),
        "offers": _offers(viewer),
        "visits": _visits(viewer),
        "organized": _organized(viewer),
        "unhandled": _unhandled(viewer),
        "to_confirm": _to_confirm(viewer),
        "dates": Deadline.objects.all(),
        "tracks": Track.objects.values_list("workshop", "position", "pk"),
    }


def read_my_desk(viewer: Viewer, now: datetime) -> MyDesk:
    """Everything of one person. One query; two more while bidding is open; one for the calls where there is nothing."""
    rows: Rows = _rows(viewer, now)
    assignments = sorted(rows["assignments"], key=lambda row: (row.created_at, str(row.pk)))
    seasons = _seasons(rows, now)
    items = [
        *_papers(rows, seasons, now),
        *_questions_to_answer(rows, seasons, now),
        *(_short_notice(row) for row in rows["asked"]),
        *_acknowledging(assignments),
        *_reviewing(assignments, seasons),
        *(_chairing(row, seasons) for row in rows["chaired"]),
        *_guest_chairing(viewer, seasons),
        *(_invitation(row) for row in rows["invitations"]),
        *_volunteering(rows, seasons),
        *_bidding(viewer, seasons),
        *_organizing(rows, seasons, now),
    ]
    calls = _calls(seasons, now) if not items else []
    due = [item for item in items if item.action and not item.done]
    waiting = [item for item in items if not item.action and not item.done]
    return MyDesk(_by_date(due), _by_date(waiting), [item for item in items if item.done], calls)


def _by_date(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.at or NEVER, item.where, item.title))


def _seasons(rows: Rows, now: datetime) -> Seasons:
    """The windows of every workshop and track."""
    dates: dict[int, list[Deadline]] = defaultdict(list)
    for deadline in rows["dates"]:
        dates[deadline.workshop_id].append(deadline)
    tracks: dict[int, list[int]] = defaultdict(list)
    for workshop, _, track in sorted(rows["tracks"]):
        tracks[workshop].append(track)
    found = {workshop: windows_by_track(dates[workshop], known, now) for workshop, known in tracks.items()}
    return defaultdict(lambda: windows_by_track([], [], now), found)


def _window(seasons: Seasons, workshop: int, track: int | None, kind: str) -> Any:
    season = seasons[workshop]
    return season.get(track, season[None])[kind]


# --- papers of one's own ---


LONG = ("abstract", "search_text", "search_identity")


def _own_papers(viewer: Viewer, now: datetime) -> Any:
    """Each with until when it is opened beyond its deadline, and what waits on it."""
    mine = Authorship.objects.filter(submission=OuterRef("pk"), user_id=viewer.id)
    running = Extension.objects.of_papers(OuterRef("pk")).running(now)
    typed = WorkingCopy.objects.filter(submission=OuterRef("pk"), user_id=viewer.id, discarded_at=None)
    papers: Any = Submission.objects.filter(Exists(mine.exclude(status=AuthorshipStatus.DISOWNED))).annotate(
        opened_until=Subquery(running.order_by("-until").values("until")[:1]),
        typed_at=Subquery(typed.order_by("-received_at").values("received_at")[:1]),
        has_late=Exists(Revision.objects.filter(submission=OuterRef("pk"), status=RevisionStatus.LATE)),
        has_request=Exists(AuthorListRequest.objects.filter(submission=OuterRef("pk"), status=RequestStatus.OPEN)),
    )
    if viewer.through is not None:
        papers = papers.filter(right(Submission, "own", viewer))
    return papers


def _told(papers: Any) -> "QuerySet[Decision]":
    return Decision.objects.filter(submission__in=papers, status__in=TOLD).select_related("outcome__offers_track")


def _authors_of_drafts(papers: Any) -> "QuerySet[Authorship, tuple[Any, ...]]":
    rows = Authorship.objects.filter(submission__in=papers, submission__status=SubmissionStatus.DRAFT)
    return rows.values_list("submission", "corresponding", "email")


def _papers(rows: Rows, seasons: Seasons, now: datetime) -> list[Item]:
    told = {row.submission_id: row for row in rows["told"]}
    authors: dict[int, list[dict]] = defaultdict(list)
    for paper, corresponding, email in rows["authors"]:
        authors[paper].append({"corresponding": corresponding, "email": email})
    papers = sorted(rows["papers"], key=lambda paper: (-paper.workshop.year, paper.number))
    return [_paper(paper, told.get(paper.pk), authors[paper.pk], seasons, now) for paper in papers]


def _questions(viewer: Viewer, papers: Any) -> "QuerySet[ConflictRequest, Any]":
    """Papers of which the person, as a corresponding author, is asked about somebody whom they have named."""
    mine = Authorship.objects.filter(submission=OuterRef("submission"), user_id=viewer.id, corresponding=True)
    asked = ConflictRequest.objects.open().filter(kind=AskedKind.DECLARED, submission__in=papers)
    asked = asked.filter(Exists(mine.exclude(status=AuthorshipStatus.DISOWNED)))
    return asked.filter(submission__status=SubmissionStatus.SUBMITTED).values_list("submission", flat=True)


def _questions_to_answer(rows: Rows, seasons: Seasons, now: datetime) -> list[Item]:
    asked = set(rows["questions"])
    return [_question(paper, seasons, now) for paper in rows["papers"] if paper.pk in asked]


def _question(paper: Any, seasons: Seasons, now: datetime) -> Item:
    """An answer helps until the reviews are due, and after that until the paper is decided."""
    season = [_window(seasons, paper.workshop_id, paper.track_id, kind) for kind in ANSWERED_BY]
    return Item(
        role="Author",
        title=f"The organizers ask you something about paper #{paper.number}",
        where=f"{paper.workshop}, {paper.track.name}, paper {paper.number}",
        state="Waits for your answer",
        tone="warn",
        url=_url("submissions:paper", paper.workshop.slug, paper.number) + "#declared",
        at=next((window.at for window in season if window.at and window.at > now), None),
        detail="It is about somebody who, as you said, must not judge it. You may say no, and need not say why.",
        action="Read it, and answer",
    )


def _paper(paper: Any, decision: Decision | None, authors: list[dict], seasons: Seasons, now: datetime) -> Item:
    common: dict[str, Any] = {
        "role": "Author",
        "title": paper.title or "Paper without a title",
        "where": f"{paper.workshop}, {paper.track.name}, paper {paper.number}",
        "url": _url("submissions:paper", paper.workshop.slug, paper.number),
    }
    if decision is not None:
        outcome = decision.outcome
        words = outcome_words(outcome.label, outcome.kind, outcome.offers_track.name if outcome.offers_track else "")
        return Item(**common, state=words, tone=OUTCOME_TONES.get(outcome.kind, "neutral"), done=True)
    if paper.status == SubmissionStatus.DRAFT:
        return _draft(paper, authors, seasons, common)
    if paper.status == SubmissionStatus.SUBMITTED:
        return _submitted(paper, seasons, common)
    until = undo_until(paper)
    if paper.status == SubmissionStatus.WITHDRAWN and until and until > now:
        detail = "Any of its authors can take the withdrawal back until then."
        return Item(**common, state="Withdrawn", tone="neutral", at=until, detail=detail)
    return Item(**common, state=paper.get_status_display(), tone="neutral", done=True)


def _open_until(paper: Any, seasons: Seasons) -> tuple[bool, datetime | None]:
    """Can the paper be changed now, and until when? An extension of its own goes beyond the deadline."""
    window = _window(seasons, paper.workshop_id, paper.track_id, DeadlineKind.SUBMISSION)
    if paper.opened_until and not (window.at and window.at > paper.opened_until):
        return True, paper.opened_until
    return not window.is_late, window.at


def _draft(paper: Any, authors: list[dict], seasons: Seasons, common: dict[str, Any]) -> Item:
    is_open, until = _open_until(paper, seasons)
    if not is_open and paper.has_late:
        return Item(**common, state="Came late", tone="info", detail="The organizers decide whether it counts.")
    if not is_open:
        return Item(**common, state="Never completed", tone="neutral", done=True)
    lacks = missing_text({"title": paper.title, "abstract": paper.abstract, "authors": authors})
    lacks += missing_file(_pdf(paper))
    said = [TYPED] if paper.typed_at else []
    said += lacks or ["Open it to see what it still needs."]
    return Item(**common, state="Draft", tone="warn", at=until, detail=" ".join(said), action="Go on")


def _submitted(paper: Any, seasons: Seasons, common: dict[str, Any]) -> Item:
    is_open, until = _open_until(paper, seasons)
    said = [A_REQUEST] if paper.has_request else []
    if is_open and paper.typed_at:
        return Item(
            **common,
            state="Submitted, with unsaved changes",
            tone="warn",
            at=until,
            detail=" ".join([TYPED, *said]),
            action="Save or discard them",
        )
    if is_open:
        words = "You can change it until then." if paper.opened_until else "You can change it until the deadline."
        return Item(**common, state="Submitted", tone="good", at=until, detail=" ".join([words, *said]))
    answer = _window(seasons, paper.workshop_id, paper.track_id, DeadlineKind.NOTIFICATION)
    said = (["A later version came late: the organizers decide whether it counts."] if paper.has_late else []) + said
    detail = " ".join(["Then the authors are told.", *said]) if answer.at else " ".join(said)
    return Item(**common, state="Under review", tone="info", at=answer.at, detail=detail)


def _pdf(paper: Any) -> File | None:
    return paper.current.pdf if paper.current else None


# --- reviews ---


def _assignments(viewer: Viewer) -> Any:
    rows: Any = visible_to(viewer, "own", Assignment).filter(kind__in=REVIEWING)
    return rows.select_related("submission__workshop", "submission__track", "review").defer(*_LONG_OF_ITS_PAPER)


_LONG_OF_ITS_PAPER = tuple(f"submission__{name}" for name in LONG)


def _reviewing(rows: list[Any], seasons: Seasons) -> list[Item]:
    """Each review with how many of the workshop are done, where there are several."""
    needed: dict[int, list[bool]] = defaultdict(list)
    for row in rows:
        if row.status != AssignmentStatus.NOT_NEEDED and _state(row) != ReviewStatus.SET_ASIDE:
            needed[row.submission.workshop_id].append(_state(row) == ReviewStatus.SUBMITTED)
    return [_assignment(row, seasons, needed[row.submission.workshop_id]) for row in rows]


def _asked(viewer: Viewer) -> QuerySet[EmergencyOffer]:
    """Reviews at short notice that this person is asked for."""
    rows = visible_to(viewer, "own", EmergencyOffer).filter(status=EmergencyStatus.OPEN)
    return rows.filter(submission__status=SubmissionStatus.SUBMITTED).select_related("submission__workshop")


def _short_notice(row: EmergencyOffer) -> Item:
    return Item(
        role="Reviewer",
        title="Could you review one paper at short notice?",
        where=str(row.submission.workshop),
        state="Waits for your answer",
        tone="warn",
        url=_url("reviews:emergency", row.pk),
        at=row.due_at,
        detail=row.submission.title,
        action="Look at it, and say yes or no",
    )


def _acknowledging(rows: list[Any]) -> list[Item]:
    """One line a workshop with new papers: all of them are looked at, and can be reviewed."""
    new: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        if row.status == AssignmentStatus.ACTIVE and not _state(row):
            new[row.submission.workshop].append(row)
    return [_acknowledge(workshop, mine) for workshop, mine in new.items()]


def _acknowledge(workshop: Workshop, rows: list[Any]) -> Item:
    papers = "one paper" if len(rows) == 1 else f"{len(rows)} papers"
    return Item(
        role="Reviewer",
        title=f"You have {papers} to look at" if len(rows) > 1 else "You have a paper to look at",
        where=str(workshop),
        state="New",
        tone="accent",
        url=_url("reviews:profile", workshop.slug),
        at=min(row.created_at for row in rows) + ACKNOWLEDGE_WITHIN,
        detail="Is there a conflict, or one that is not for you? Open it and say so now: somebody else still has time.",
        action="I have looked at my papers and can review them",
        post=_url("reviews:accept", workshop.slug),
    )


def _state(row: Any) -> str:
    review: Review | None = getattr(row, "review", None)
    return review.status if review else ""


def _assignment(row: Any, seasons: Seasons, all_of_it: list[bool]) -> Item:
    paper = row.submission
    due = row.due_at or _window(seasons, paper.workshop_id, paper.track_id, DeadlineKind.REVIEW).at
    state = _state(row)
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
    if len(all_of_it) > 1:
        common["detail"] = f"{sum(all_of_it)} of your {len(all_of_it)} reviews are in."
    if state == ReviewStatus.DRAFT:
        return Item(**common, state="Review begun", tone="accent", at=due, action="Go on with the review")
    return Item(**common, state="Review to write", tone="warn", at=due, action="Write the review")


def _chaired(viewer: Viewer) -> Any:
    """Papers of which one is area chair, each with how many reviews are in and whether it is told."""
    reviewers = Assignment.objects.current().filter(submission=OuterRef("submission"), kind__in=REVIEWING)
    told = Decision.objects.filter(submission=OuterRef("submission"), status__in=TOLD)
    rows: Any = chaired(viewer).annotate(
        reviewers=_count(reviewers),
        reviews_in=_count(reviewers.filter(review__status=ReviewStatus.SUBMITTED)),
        is_told=Exists(told),
    )
    return rows.select_related("submission__workshop", "submission__track").defer(*_LONG_OF_ITS_PAPER)


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


def _guest_chairing(viewer: Viewer, seasons: Seasons) -> list[Item]:
    if not viewer.fact("is appointed to"):
        return []
    return [
        Item(
            role="Guest chair",
            title=paper.title,
            where=f"{paper.workshop}, {paper.track.name}, paper {paper.number}",
            state="Decided" if decided else "To decide",
            tone="good" if decided else "accent",
            url=url,
            at=_window(seasons, paper.workshop_id, paper.track_id, DeadlineKind.NOTIFICATION).at,
            action="Open" if not decided else "",
        )
        for paper, decided, url in guest_papers(viewer)
    ]


def _invitations(viewer: Viewer, now: datetime) -> "QuerySet[Invitation]":
    addresses = EmailAddress.objects.filter(user_id=viewer.id, verified=True).values("email")
    rows = Invitation.objects.filter(address__in=addresses, status=InvitationStatus.SENT, expires_at__gt=now)
    if viewer.through is not None:
        rows = rows.filter(right(Invitation, "row", viewer.sides[1]))
    return rows.select_related("workshop")


def _invitation(row: Invitation) -> Item:
    return Item(
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


_PLACE = ("workshop", "workshop__slug", "workshop__name", "workshop__year")


def _as_reviewer(viewer: Viewer) -> "QuerySet[Membership]":
    return Membership.objects.open().filter(workshop=OuterRef("workshop"), user=viewer.id, role=Role.REVIEWER)


def _offers(viewer: Viewer) -> "QuerySet[Offer, tuple[Any, ...]]":
    """Offers that wait."""
    rows = Offer.objects.filter(~Exists(_as_reviewer(viewer)), user=viewer.id, status=OfferStatus.OPEN)
    if viewer.through is not None:
        rows = rows.filter(right(Offer, "self", viewer))
    return rows.values_list(*_PLACE)


def _visits(viewer: Viewer) -> "QuerySet[Reviewer, tuple[Any, ...]]":
    """First visits that are not done."""
    rows = Reviewer.objects.filter(unfinished(), Exists(_as_reviewer(viewer)), user=viewer.id)
    if viewer.through is not None:
        rows = rows.filter(right(Reviewer, "self", viewer))
    return rows.values_list(*_PLACE)


def _volunteering(rows: Rows, seasons: Seasons) -> list[Item]:
    """Both, until the reviews are due."""
    return [
        make(f"{name} {year}", slug)
        for make, found in ((_offer, rows["offers"]), (_first_visit, rows["visits"]))
        for workshop, slug, name, year in found
        if not _window(seasons, workshop, None, DeadlineKind.REVIEW).is_late
    ]


def _offer(workshop: str, slug: str) -> Item:
    return Item(
        role="Volunteer",
        title=f"You offered to review for {workshop}",
        where=workshop,
        state="Not answered yet",
        tone="info",
        url=_url("reviews:volunteer", slug),
        detail="The organizers have not answered yet. You can change the offer, or take it back.",
    )


def _first_visit(workshop: str, slug: str) -> Item:
    return Item(
        role="Reviewer",
        title="Tell what you know",
        where=workshop,
        state="First visit not finished",
        tone="warn",
        url=_url("reviews:first_visit", slug),
        detail="Policies, topics, papers of yours, conflicts: a few minutes, so that the papers you get suit you.",
        action="Tell it",
    )


def _bidding(viewer: Viewer, seasons: Seasons) -> list[Item]:
    """Where one may bid on papers. Two queries, and none where bidding is open nowhere."""
    ends: dict[int, dict[int, datetime]] = {}
    for workshop, season in seasons.items():
        until = {track: at for track, each in season.items() if track and (at := _bids_until(each))}
        if until:
            ends[workshop] = until
    names = {row.pk: row for row in Workshop.objects.filter(pk__in=ends)} if ends else {}
    found = bidders(viewer, ends)
    return [
        _bids(bidder, names[bidder.workshop], max(ends[bidder.workshop].values()))
        for bidder in found
        if bidder.progress.total or not bidder.begun
    ]


def _bids_until(windows: Windows) -> datetime | None:
    window = windows[DeadlineKind.BIDDING]
    return window.at if window.is_open else None


def _bids(bidder: Bidder, workshop: Workshop, until: datetime) -> Item:
    reached = bidder.begun and bidder.progress.reached
    return Item(
        role="Reviewer",
        title="Say which papers you would like",
        where=str(workshop),
        state=bidder.progress.words if bidder.begun else "Not begun",
        tone="good" if reached else "accent" if bidder.begun else "warn",
        url=_url("reviews:bids", workshop.slug),
        at=until,
        detail="You can go on, and change what you said, until then."
        if reached
        else "One press a paper; those nearest to what you know come first.",
        action="" if reached else "Go on bidding" if bidder.begun else "Bid on papers",
    )


# --- organizing ---


def _organized(viewer: Viewer) -> Any:
    """The workshops that one organizes, each with how many offers to review wait."""
    reviewing = Membership.objects.open().filter(
        workshop=OuterRef("workshop"), user=OuterRef("user"), role=Role.REVIEWER
    )
    waiting = Offer.objects.filter(workshop=OuterRef("pk"), status=OfferStatus.OPEN, batch_id=None)
    counted = waiting.exclude(Exists(reviewing)).order_by().values("workshop").annotate(n=Count("pk")).values("n")
    rows: Any = visible_to(viewer, "staff", Workshop)
    return rows.annotate(offers_waiting=Coalesce(Subquery(counted), 0))


def _unhandled(viewer: Viewer) -> Any:
    """How many papers of each track lack a handler."""
    mine = visible_to(viewer, "staff", Workshop).values("pk")
    papers = Submission.objects.filter(workshop__in=mine).without_handler()
    return papers.order_by().values_list("workshop", "track").annotate(n=Count("pk"))


def _to_confirm(viewer: Viewer) -> Any:
    """How many decisions of others wait for a second person, of each workshop."""
    mine = Submission.objects.filter(right(Submission, "act", viewer)).values("pk")
    waiting = Decision.objects.filter(submission__in=mine, status=DecisionStatus.TENTATIVE)
    others = waiting.exclude(decided_by=viewer.id).order_by()
    return others.values_list("submission__workshop").annotate(n=Count("pk"))


def _organizing(rows: Rows, seasons: Seasons, now: datetime) -> list[Item]:
    """The next step of each workshop."""
    lacking: dict[int, int] = defaultdict(int)
    for workshop, track, n in rows["unhandled"]:
        if _window(seasons, workshop, track, DeadlineKind.SUBMISSION).is_late:
            lacking[workshop] += n
    to_confirm = dict(rows["to_confirm"])
    workshops = sorted(rows["organized"], key=lambda row: (-row.year, row.slug))
    return [
        _workshop(workshop, seasons[workshop.pk], lacking[workshop.pk], to_confirm.get(workshop.pk, 0), now)
        for workshop in workshops
    ]


def _workshop(workshop: Any, season: dict[int | None, Windows], lacking: int, to_confirm: int, now: datetime) -> Item:
    shown = [windows for track, windows in season.items() if track is not None] or list(season.values())
    coming = [window for windows in shown for window in windows.values() if window.at and window.at > now]
    nearest = min(coming, key=lambda window: window.at or NEVER, default=None)
    late = season[None][DeadlineKind.REVIEW].is_late
    words = [f"{lacking} {'paper has' if lacking == 1 else 'papers have'} no handler."] if lacking else []
    if to_confirm:
        words.append(f"{to_confirm} {'decision' if to_confirm == 1 else 'decisions'} to confirm.")
    if workshop.offers_waiting and not late:
        one = workshop.offers_waiting == 1
        words.append(
            f"{workshop.offers_waiting} {'offer' if one else 'offers'} to review {'waits' if one else 'wait'}."
        )
    return Item(
        role=Role.ORGANIZER.label,
        title=str(workshop),
        where="Organizers’ desk",
        state=f"Next: {nearest.label}" if nearest else "All dates are past",
        tone="warn" if lacking else "info",
        url=_url("desk:dashboard", workshop.slug),
        at=nearest.at if nearest else None,
        detail=" ".join(words),
        action="Open the desk" if words else "",
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
            item = Item("", str(workshop), workshop.tagline, "Call for papers", "info", url, max(ends))
            found.append(replace(item, more=("Offer to review", _url("reviews:volunteer", workshop.slug))))
    return found


def _url(name: str, *args: Any, query: str = "") -> str:
    return reverse(name, args=args) + query
