"""What each filter of the list of papers asks the database.

A filter asks only for what the viewer may know: what lies behind an aspect is combined with that aspect, so that no
filter, search or order tells what the line itself would not say.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Cast

from access.viewer import Viewer
from accounts.addresses import fold
from audit.text import whole_number
from decisions.states import TOLD, DecisionStatus, OutcomeKind
from desk.reading.author_list import shown_likenesses
from desk.reading.paper_query import PaperQuery
from submissions.findings import IDENTITY
from submissions.models import (
    AuthorListRequest,
    Authorship,
    Conflict,
    File,
    Finding,
    Handler,
    Revision,
    SubmissionTopic,
)
from submissions.states import (
    ConflictState,
    FilePurpose,
    FileStatus,
    RevisionStatus,
    SubmissionStatus,
)
from workshops.models import Extension

Annotated = Any
"""A queryset of papers with the annotations of desk.reading.papers, which the type checker cannot follow."""
ALIVE = (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED)


def filtered(papers: Annotated, workshop_id: int, viewer: Viewer, query: PaperQuery, now: datetime) -> Annotated:
    """The papers that the query asks for, of those of its track whose line is open to the viewer."""
    if query.status:
        papers = papers.filter(status=query.status)
    if query.topic:
        of_topic = SubmissionTopic.objects.filter(submission=OuterRef("pk"), topic=int(query.topic))
        papers = papers.filter(Exists(of_topic))
    papers = _by_reviews(_by_decision(papers, query.decision), query.reviews)
    if query.lacks:
        papers = papers.filter(LACKING[query.lacks](), status=SubmissionStatus.DRAFT)
    for flag in sorted(query.chosen("look")):
        papers = papers.filter(FLAGGED[flag](workshop_id, viewer, now))
    return by_words(_by_handler(papers, viewer, query.handler), query.q)


def _by_decision(papers: Annotated, decision: str) -> Annotated:
    if decision == "told":
        return papers.filter(d_status__in=TOLD)
    if decision == "none":
        return papers.filter(acts=True, status=SubmissionStatus.SUBMITTED, d_status=None)
    if decision == "desk_reject":
        held = (DecisionStatus.TENTATIVE, DecisionStatus.CONFIRMED)
        return papers.filter(d_kind=OutcomeKind.DESK_REJECT, d_status__in=held)
    return papers.filter(d_status=decision) if decision else papers


def _by_reviews(papers: Annotated, reviews: str) -> Annotated:
    if not reviews:
        return papers
    assessed = papers.filter(is_assessed=True, status=SubmissionStatus.SUBMITTED)
    if reviews == "in":
        return assessed.filter(n_in__gte=F("track__reviews_per_paper"))
    return assessed.filter(n_in__lt=F("track__reviews_per_paper"))


def _by_handler(papers: Annotated, viewer: Viewer, handler: str) -> Annotated:
    held = Handler.objects.filter(until=None)
    if handler == "none":
        return papers.exclude(pk__in=held.values("submission")).filter(status=SubmissionStatus.SUBMITTED)
    if handler:
        person = viewer.id if handler == "me" else int(handler)
        return papers.filter(pk__in=held.filter(user_id=person).values("submission"))
    return papers


def by_words(papers: Annotated, text: str) -> Annotated:
    words = fold(text).split()
    return with_words(papers, words, numbers_meant(words))


def with_words(papers: Annotated, words: Sequence[str], numbers: Sequence[int | None]) -> Annotated:
    """Each word is in the paper's text, or in its authors' names where the viewer may see them, or is its number."""
    for word, number in zip(words, numbers, strict=True):
        found = Q(search_text__contains=word) | Q(knows_authors=True, search_identity__contains=word)
        papers = papers.filter(found if number is None else found | Q(number=number))
    return papers


def numbers_meant(words: Iterable[str]) -> list[int | None]:
    """The number of a paper that each word may mean: 17 or #17."""
    digits = (word.removeprefix("#") for word in words)
    return [whole_number(text, digits=8) for text in digits]


# --- what a draft lacks: the same questions as submissions.services.submit asks ---


def _no_title() -> Q:
    return Q(title="")


def _no_abstract() -> Q:
    return Q(abstract="")


def _no_author() -> Q:
    reachable = Authorship.objects.filter(submission=OuterRef("pk"), corresponding=True).exclude(email="")
    return ~Q(Exists(reachable))


def _no_file() -> Q:
    return Q(current__pdf=None) | Q(current__pdf__status=FileStatus.REFUSED)


def _no_answers() -> Q:
    return Q(current__snapshot__has_key="unanswered") & ~Q(current__snapshot__unanswered=[])


LACKING: dict[str, Callable[[], Q]] = {
    "title": _no_title,
    "abstract": _no_abstract,
    "authors": _no_author,
    "file": _no_file,
    "answers": _no_answers,
    "anything": Q,  # every draft lacks something: what lacks nothing is submitted by itself
}


# --- marks ---

Flag = Callable[[int, Viewer, datetime], Q]
KNOWN = Q(knows_authors=True)


def _waits_for_address(workshop_id: int, viewer: Viewer, now: datetime) -> Q:
    """Begun without an account, and no author's address is confirmed yet."""
    return KNOWN & Q(claim_token_hash__isnull=False, status__in=ALIVE)


def _came_late(workshop_id: int, viewer: Viewer, now: datetime) -> Q:
    """A save waits for the organizers, or was accepted though late."""
    late = Revision.objects.filter(submission=OuterRef("pk"), status__in=(RevisionStatus.LATE, RevisionStatus.ACCEPTED))
    return KNOWN & Q(Exists(late))


def _open_longer(workshop_id: int, viewer: Viewer, now: datetime) -> Q:
    open_ones = Extension.objects.filter(workshop=workshop_id, root_type=Extension.Root.SUBMISSION, until__gt=now)
    return KNOWN & Q(Exists(open_ones.filter(root_id=Cast(OuterRef("pk"), CharField()))))


def _like_another(workshop_id: int, viewer: Viewer, now: datetime) -> Q:
    """Another paper which the viewer may see too."""
    pairs = shown_likenesses(viewer)
    return Q(pk__in=pairs.values("first")) | Q(pk__in=pairs.values("second"))


def _authors_asked_about(workshop_id: int, viewer: Viewer, now: datetime) -> Q:
    return Q(acts=True, pk__in=AuthorListRequest.objects.open().values("submission"))


def _file_refused(workshop_id: int, viewer: Viewer, now: datetime) -> Q:
    """The newest upload could not be read."""
    uploads = File.objects.filter(submission=OuterRef("submission"), purpose=FilePurpose.PAPER).order_by("-at", "-pk")
    refused = File.objects.filter(
        submission=OuterRef("pk"), status=FileStatus.REFUSED, pk=Subquery(uploads.values("pk")[:1])
    )
    return KNOWN & Q(Exists(refused), status__in=ALIVE)


def _found(*codes: str, other: bool = False) -> Flag:
    """The current PDF has one of these findings, or (``other``) a warning that is none of these."""

    def ask(workshop_id: int, viewer: Viewer, now: datetime) -> Q:
        rows = Finding.objects.filter(file=OuterRef("current__pdf"))
        if other:
            rows = rows.filter(severity=Finding.Severity.WARNING).exclude(code__in=codes)
        else:
            rows = rows.filter(code__in=codes)
        return KNOWN & Q(Exists(rows))

    return ask


def _conflicts_to_settle(workshop_id: int, viewer: Viewer, now: datetime) -> Q:
    suspected = Conflict.objects.filter(submission=OuterRef("pk"), state=ConflictState.SUSPECTED)
    return Q(acts=True) & Q(Exists(suspected))


FLAGGED: dict[str, Flag] = {
    "address": _waits_for_address,
    "late": _came_late,
    "extended": _open_longer,
    "alike": _like_another,
    "authors": _authors_asked_about,
    "refused": _file_refused,
    "mend": _found("over_limit", *sorted(IDENTITY), other=True),
    "over": _found("over_limit"),
    "named": _found(*sorted(IDENTITY)),
    "conflicts": _conflicts_to_settle,
}
