"""Every review of a workshop that one organizer may see: whose, how far, what it says in numbers.

Papers whose reviews are hidden from the viewer are in no line and no number. Where the viewer may not know who reviews
a paper, its reviews stand under their handles, and nothing is said that only the free organizers may read.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from access.rights import visible_to
from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import full_name
from desk.reading.levels import assessed, flag
from desk.reading.paper import NOT_CONFIDENTIAL
from desk.reading.papers import OVERALL, of_question, place_on_scale
from desk.reading.reviews_query import FLAGS, STATES, ReviewQuery
from reviews.models import Assignment, AuthorsKnown, Review, Score
from reviews.states import CURRENT, REVIEWING, AssignmentStatus, Knowing, ReviewStatus
from reviews.work import COLUMNS, Work, due_dates, work_of
from submissions.models import Submission
from workshops.models import Question, Workshop

PAGE = 50
SHORT = 100
"""Fewer words for the authors than this are short."""
CONFIDENCE = "confidence"
GONE = "gone"
TONES = {"unopened": "neutral", "draft": "accent", "submitted": "good", "set_aside": "warn", "gone": "neutral"}
EXTRA = (
    "submission__number",
    "submission__title",
    "submission__track__name",
    "submission__track__slug",
    "user__given",
    "user__particle",
    "user__family",
    "review__current",
    "named",
    "acts",
    "overall",
    "confidence",
    "overall_place",
    "confidence_place",
)


@dataclass(frozen=True)
class Said:
    """What a submitted review says besides its scores. ``ethics`` and ``knows`` are for free organizers only."""

    words: int | None = None
    ethics: bool = False
    knows: str = ""


@dataclass(frozen=True)
class ReviewRow:
    """``who``: a name, or a handle for whoever may not know it. ``state``: see STATES, with its words.

    ``overall_place``, ``confidence_place``: where the scores lie on their scales, from 0 to 1, for sorting.
    """

    pk: UUID
    work: Work
    number: int
    title: str
    track: str
    track_slug: str
    who: str
    named: bool
    acts: bool
    state: str
    state_words: str
    overall: int | None
    confidence: int | None
    overall_place: float | None
    confidence_place: float | None
    version: UUID | None
    overdue: bool
    said: Said = field(default_factory=Said)

    @property
    def tone(self) -> str:
        return "bad" if self.overdue else TONES[self.state]

    @property
    def changed(self) -> datetime:
        return max(filter(None, (self.work.saved_at, self.work.submitted_at)), default=self.work.given_at)

    @property
    def late(self) -> bool:
        return self.state == "submitted" and self.work.is_late

    @property
    def short(self) -> bool:
        return self.said.words is not None and self.said.words < SHORT


@dataclass(frozen=True)
class ReviewList:
    """``states``, ``flags`` and ``tracks`` are the numbers of the chips; a flag that takes reading has none."""

    rows: list[ReviewRow]
    total: int
    pages: int
    states: dict[str, int]
    flags: dict[str, int]
    tracks: dict[str, tuple[str, int]]


def list_reviews(workshop: Workshop, viewer: Viewer, query: ReviewQuery, *, everything: bool = False) -> ReviewList:
    """One page of the list, or all of it for a file. A fixed number of queries."""
    rows = read_reviews(workshop, viewer, gone=query.state == GONE)
    states = Counter(row.state for row in rows)
    states["missing"] = sum(row.work.is_awaited for row in rows)
    flags = {"overdue": sum(row.overdue for row in rows), "late": sum(row.late for row in rows)}
    tracks: dict[str, tuple[str, int]] = {}
    for row in rows:
        tracks[row.track_slug] = (row.track, tracks.get(row.track_slug, ("", 0))[1] + 1)
    found = [row for row in rows if _asked(row, query)]
    reads = everything or bool(query.chosen("look") & READ) or query.sort.endswith("words")
    if reads:
        found = with_words(found)
        found = [row for row in found if all(FLAGGED[one](row) for one in query.chosen("look") & READ)]
    found = _ordered(found, query.sort)
    pages = max(-(-len(found) // PAGE), 1)
    first = (min(query.page, pages) - 1) * PAGE
    shown = found if everything else found[first : first + PAGE]
    return ReviewList(shown if reads else with_words(shown), len(found), pages, dict(states), flags, tracks)


READ = frozenset({"short", "ethics", "knows"})
"""Marks that ask what a review says."""
FLAGGED: dict[str, Callable[[ReviewRow], bool]] = {
    "overdue": lambda row: row.overdue,
    "late": lambda row: row.late,
    "short": lambda row: row.short,
    "ethics": lambda row: row.said.ethics,
    "knows": lambda row: bool(row.said.knows),
}
ORDERS: dict[str, Callable[[ReviewRow], Any]] = {
    "paper": lambda row: (row.number, row.work.handle),
    "reviewer": lambda row: row.who.casefold(),
    "state": lambda row: list(STATES).index(row.state),
    "overall": lambda row: row.overall_place,
    "confidence": lambda row: row.confidence_place,
    "words": lambda row: row.said.words,
    "due": lambda row: row.work.due_at,
    "changed": lambda row: row.changed,
}
assert FLAGGED.keys() == FLAGS.keys()


def _asked(row: ReviewRow, query: ReviewQuery) -> bool:
    if query.state == "missing":
        in_state = row.work.is_awaited
    else:
        in_state = row.state == query.state if query.state else row.state != GONE
    if not in_state or (query.track and row.track_slug != query.track):
        return False
    if query.who and not (row.named and row.work.user == int(query.who)):
        return False
    if not all(FLAGGED[one](row) for one in query.chosen("look") - READ):
        return False
    text = fold(f"{row.title} {row.who}")
    return all(word in text or word.removeprefix("#") == str(row.number) for word in fold(query.q).split())


def _ordered(rows: list[ReviewRow], sort: str) -> list[ReviewRow]:
    """Whoever has no value comes last, whichever way the order goes."""
    value = ORDERS[sort.removeprefix("-")]
    rows = sorted(rows, key=ORDERS["paper"])
    known = sorted((row for row in rows if value(row) is not None), key=value, reverse=sort.startswith("-"))
    return known + [row for row in rows if value(row) is None]


# --- reading ---


def read_reviews(workshop: Workshop, viewer: Viewer, *, gone: bool = False) -> list[ReviewRow]:
    """All of them without what they say, by paper and handle. Two queries.

    ``gone``: also those that were given back or taken back before anything was written.
    """
    papers = Submission.objects.of(workshop.pk).filter(assessed(viewer))
    now = timezone.now()
    score = Score.objects.filter(review__assignment=OuterRef("pk"), review__status=ReviewStatus.SUBMITTED)
    rows = Assignment.objects.filter(kind__in=REVIEWING, submission__in=papers.values("pk")).annotate(
        named=flag(_papers(viewer, "identities")),
        acts=flag(_papers(viewer, "act")),
        overall=Subquery(score.filter(key=OVERALL).values("value")[:1]),
        confidence=Subquery(score.filter(key=CONFIDENCE).values("value")[:1]),
        overall_place=_place(score, OVERALL),
        confidence_place=_place(score, CONFIDENCE),
    )
    if not gone:
        rows = rows.filter(Q(status__in=CURRENT) | Q(review__isnull=False))
    when = due_dates(workshop)
    ordered = rows.order_by("submission__number", "handle").values_list(*COLUMNS, *EXTRA)
    found = (_row(work_of(line[: len(COLUMNS)], when), line[len(COLUMNS) :], now) for line in ordered)
    return [row for row in found if row.named or row.state in ("submitted", "draft", "unopened")]


def _place(score: QuerySet[Score], key: str) -> Subquery:
    return Subquery(of_question(score.filter(key=key), key).values_list(place_on_scale())[:1])


def _papers(viewer: Viewer, aspect: str) -> Q:
    return Q(submission__in=visible_to(viewer, aspect, Submission).values("pk"))


def _row(work: Work, rest: tuple[Any, ...], now: datetime) -> ReviewRow:
    number, title, track, slug, given, particle, family, version, named, acts, *scores = rest
    overall, confidence, overall_place, confidence_place = scores
    state, words = state_of(work)
    name = full_name(given, particle, family)
    return ReviewRow(
        pk=work.pk,
        work=work,
        number=number,
        title=title,
        track=track,
        track_slug=slug,
        who=name if named else work.known_as,
        named=named,
        acts=acts,
        state=state,
        state_words=words,
        overall=overall,
        confidence=confidence,
        overall_place=overall_place,
        confidence_place=confidence_place,
        version=version if state == "submitted" else None,
        overdue=work.is_overdue(now),
    )


def state_of(work: Work) -> tuple[str, str]:
    """The state of a review as the list names it, and in words."""
    if work.review_status in (ReviewStatus.SUBMITTED, ReviewStatus.SET_ASIDE):
        return str(work.review_status), str(ReviewStatus(work.review_status).label)
    if not work.is_awaited:
        ended = AssignmentStatus.NOT_NEEDED if work.is_current else work.status
        return "gone", str(AssignmentStatus(ended).label)
    if work.review is not None:
        return "draft", "Draft"
    return "unopened", "Acknowledged" if work.acknowledged else "Not begun"


def with_words(rows: Iterable[ReviewRow]) -> list[ReviewRow]:
    """The same lines with what the submitted ones say, and whoever noted that they know the authors. Three queries."""
    rows = list(rows)
    noted = AuthorsKnown.objects.filter(assignment__in=[row.pk for row in rows if row.acts])
    knowing: dict[UUID, str] = dict(noted.values_list("assignment", "knowing"))
    wanted = [row.work.review for row in rows if row.work.review is not None and row.version is not None]
    given = Review.objects.filter(pk__in=wanted, current__isnull=False)
    columns = ("pk", "current__form_version", "current__answers")
    answers = {pk: (version, said) for pk, version, said in given.values_list(*columns)}
    told: dict[int, set[str]] = {version: set() for version, _ in answers.values()}
    texts = Question.objects.filter(version__in=told, kind=Question.Kind.TEXT, readers__in=NOT_CONFIDENTIAL)
    for version, key in texts.values_list("version", "key"):
        told[version].add(key)
    lines = []
    for row in rows:
        said = row.said
        if row.work.review in answers and row.version is not None:
            version, given_answers = answers[row.work.review]
            said = _said(given_answers, told[version], named=row.named)
        lines.append(replace(row, said=replace(said, knows=_surer(said.knows, knowing.get(row.pk, "")))))
    return lines


def _surer(*words: str) -> str:
    """Of what the form and the note say, whichever claims more."""
    return next((one for one in (Knowing.SURE, Knowing.GUESS) if one in words), "")


def _said(answers: dict[str, Any], told: set[str], *, named: bool) -> Said:
    words = sum(len(str(answers[key]).split()) for key in told if answers.get(key))
    knows = str(answers.get("knows_authors") or "") if named else ""
    return Said(
        words=words,
        ethics=named and answers.get("ethics_flag") in (True, "yes"),
        knows=knows if knows in ("guess", "sure") else "",
    )
