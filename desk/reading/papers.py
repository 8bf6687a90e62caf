"""The list of papers of one workshop, as one organizer may see it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from accounts.addresses import fold
from decisions.models import Decision
from decisions.querysets import current_reviewers, submitted_reviews
from desk.reading.levels import assessed, flag, level, papers_on_desk, sealed_papers
from desk.reading.paper_filters import Annotated, filtered
from desk.reading.paper_query import PaperQuery
from reviews.models import Score
from reviews.states import ReviewStatus
from submissions.models import Authorship, Handler, Submission
from submissions.states import AuthorshipStatus, FileStatus, Level, SubmissionStatus
from workshops.form_rules import scale_code
from workshops.models import Form, FormVersion, Question, Track, Workshop
from workshops.states import FormStatus

PAGE = 50
OVERALL = "overall"
ORDER = {
    "number": "number",
    "title": "title",
    "track": "track__position",
    "status": "status",
    "changed": "changed",
    "reviews": "n_in",
    "mean": "mean",
    "handler": "handled_by",
    "decision": "d_label",
}


@dataclass(frozen=True)
class Scale:
    low: int = 1
    high: int = 6


@dataclass(frozen=True)
class PaperRow:
    """A line that is open to the viewer; what they may not know of it is empty."""

    pk: int
    number: int
    title: str
    track: str
    status: str
    status_label: str
    level: str
    acts: bool
    handler: str
    authors: tuple[str, ...]
    assessed: bool
    scores: tuple[int, ...]
    scale: Scale
    mean: float | None
    reviews_in: int
    reviewers: int
    wanted: int
    decision: str
    decision_status: str
    decision_kind: str
    changed: datetime
    lacks: tuple[str, ...] = ()
    is_on_former_scale: bool = False

    @property
    def on_several_scales(self) -> bool:
        """The scale changed between its reviews, so that there is no mean."""
        return bool(self.scores) and self.mean is None

    @property
    def missing(self) -> int:
        return max(self.wanted - self.reviews_in, 0)

    @property
    def institutional(self) -> bool:
        return self.level == Level.INSTITUTIONAL


@dataclass(frozen=True)
class SealedRow:
    """All that a list says of a paper that is sealed from the viewer."""

    number: int
    title: str
    track: str
    level: str
    handler: str


@dataclass(frozen=True)
class PaperList:
    rows: list[PaperRow]
    sealed: list[SealedRow]
    total: int
    pages: int


def list_papers(
    workshop: Workshop,
    viewer: Viewer,
    query: PaperQuery,
    *,
    tracks: Iterable[int] | None = None,
    everything: bool = False,
) -> PaperList:
    """One page of the list (or all of it, for an export) and the sealed lines that the same words find.

    A sealed paper is found by its track and its title alone, and stands apart from the order of the others: no filter,
    count or order can tell anything else about it. ``tracks``: the keys of the workshop's, where they are read already.
    """
    found = found_papers(workshop, viewer, query)
    total = found.count()
    pages = max(-(-total // PAGE), 1)
    first = (min(query.page, pages) - 1) * PAGE
    ordered = found.order_by(*_order(query.sort))
    rows = list(ordered if everything else ordered[first : first + PAGE])
    sealed = _sealed(workshop, viewer, query)
    handlers = handlers_of([paper.pk for paper in rows] + [row[0] for row in sealed])
    lines = _rows(rows, workshop, handlers, tracks)
    hidden = [SealedRow(*row[1:], handler=handlers.get(row[0], "")) for row in sealed]
    return PaperList(lines, hidden, total, pages)


def found_papers(workshop: Workshop, viewer: Viewer, query: PaperQuery) -> Annotated:
    """The papers that the query finds, without their order."""
    return filtered(_annotated(papers_on_desk(workshop, viewer), viewer), workshop, viewer, query, timezone.now())


def numbers_in_order(workshop: Workshop, viewer: Viewer, query: PaperQuery) -> list[int]:
    """The numbers of all that the query finds, in its order. One query."""
    found = found_papers(workshop, viewer, query).order_by(*_order(query.sort))
    return list(found.values_list("number", flat=True))


def beside(numbers: list[int], number: int) -> tuple[int | None, int | None]:
    """The numbers before and after this one; none where it is no longer in the list."""
    if number not in numbers:
        return None, None
    place = numbers.index(number)
    return (numbers[place - 1] if place else None), (numbers[place + 1] if place + 1 < len(numbers) else None)


def rows_of(papers: QuerySet[Submission], workshop: Workshop, viewer: Viewer) -> list[PaperRow]:
    """The lines of these papers, which must be open to the viewer."""
    rows = list(_annotated(papers, viewer).order_by("number"))
    return _rows(rows, workshop, handlers_of([paper.pk for paper in rows]))


def _annotated(papers: QuerySet[Submission], viewer: Viewer) -> Annotated:
    may_assess = assessed(viewer)
    decision = visible_to(viewer, "row", Decision).filter(submission=OuterRef("pk"))
    handler = Handler.objects.filter(submission=OuterRef("pk"), until=None)
    light = papers.select_related("track").defer("abstract", "search_text", "search_identity")
    return light.annotate(
        level=level(viewer),
        acts=flag(right(Submission, "act", viewer)),
        knows_authors=flag(right(Submission, "authors", viewer)),
        is_assessed=flag(may_assess),
        n_in=_where(may_assess, submitted_reviews(), IntegerField()),
        n_reviewers=_where(may_assess, current_reviewers(), IntegerField()),
        mean=_where(may_assess, _mean(), FloatField()),
        scored_on=_where(may_assess, Subquery(_overall_scores().values("scale")[:1]), CharField()),
        d_status=Subquery(decision.values("status")[:1]),
        d_label=Subquery(decision.values("outcome__label")[:1]),
        d_kind=Subquery(decision.values("outcome__kind")[:1]),
        handled_by=Subquery(handler.values("user__family")[:1]),
        changed=Coalesce("current__received_at", "created_at"),
        file_status=F("current__pdf__status"),
        has_abstract=flag(~Q(abstract="")),
        unanswered=F("current__snapshot__unanswered"),
    )


def _where(condition: Q, value: Any, field: Any) -> Case:
    return Case(When(condition, then=value), default=None, output_field=field)


def _mean() -> Subquery:
    """Nothing where the scores are on several scales: their numbers do not mean the same."""
    told = _overall_scores().values("key").annotate(mean=Avg("value"), scales=Count("scale", distinct=True))
    return Subquery(told.filter(scales=1).values("mean"))


def _overall_scores() -> QuerySet[Score]:
    """Those of the paper of an outer statement."""
    paper, submitted = OuterRef("pk"), ReviewStatus.SUBMITTED
    return Score.objects.filter(key=OVERALL, review__assignment__submission=paper, review__status=submitted).order_by()


def _order(sort: str) -> list[Any]:
    field = F(ORDER[sort.removeprefix("-")])
    chosen = field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)
    return [chosen, "number"]


def _sealed(workshop: Workshop, viewer: Viewer, query: PaperQuery) -> list[tuple[int, int, str, str, str]]:
    """Nothing where a filter asks for what is hidden of them."""
    if query.hides:
        return []
    papers = sealed_papers(workshop, viewer).annotate(level=level(viewer)).order_by("number")
    if query.track:
        papers = papers.filter(track__slug=query.track)
    rows = list(papers.values_list("pk", "number", "title", "track__name", "level"))
    words = fold(query.q).split()
    return [row for row in rows if all(w in fold(row[2]) or w.removeprefix("#") == str(row[1]) for w in words)]


# --- from rows of the database to lines ---


def _rows(
    papers: list[Any], workshop: Workshop, handlers: dict[int, str], tracks: Iterable[int] | None = None
) -> list[PaperRow]:
    people = _authors([paper.pk for paper in papers if paper.knows_authors])
    scores = scores_of([paper.pk for paper in papers if paper.is_assessed])
    scales, former = _scales(workshop, tracks)
    return [
        _row(paper, people, scores, handlers, scales.get(paper.track_id, Scale()), former.get(paper.scored_on))
        for paper in papers
    ]


def _row(paper: Any, people: dict, scores: dict, handlers: dict, scale: Scale, scored_on: Scale | None) -> PaperRow:
    authors = people.get(paper.pk, [])
    return PaperRow(
        pk=paper.pk,
        number=paper.number,
        title=paper.title,
        track=paper.track.name,
        status=paper.status,
        status_label=paper.get_status_display(),
        level=paper.level,
        acts=paper.acts,
        handler=handlers.get(paper.pk, ""),
        authors=tuple(name for name, _ in authors),
        assessed=paper.is_assessed,
        scores=tuple(scores.get(paper.pk, ())),
        scale=scored_on or scale,
        is_on_former_scale=scored_on is not None and scored_on != scale,
        mean=paper.mean,
        reviews_in=paper.n_in or 0,
        reviewers=paper.n_reviewers or 0,
        wanted=paper.track.reviews_per_paper,
        decision=paper.d_label or "",
        decision_status=paper.d_status or "",
        decision_kind=paper.d_kind or "",
        changed=paper.changed,
        lacks=_lacks(paper, authors) if paper.status == SubmissionStatus.DRAFT else (),
    )


def _lacks(paper: Any, authors: list[tuple[str, bool]]) -> tuple[str, ...]:
    """What a draft lacks, in a word each."""
    said = (
        ("the title", not paper.title),
        ("the abstract", not paper.has_abstract),
        ("a corresponding author", paper.knows_authors and not any(reachable for _, reachable in authors)),
        ("the file", paper.file_status in (None, FileStatus.REFUSED)),
        ("answers", bool(paper.unanswered)),
        ("a confirmed address", paper.claim_token_hash is not None),
    )
    return tuple(words for words, lacks in said if lacks)


def authors_of(submission_ids: Iterable[int]) -> dict[int, list[str]]:
    """The names of the authors in their order. One query; the caller has asked for the aspect ``authors``."""
    return {paper: [name for name, _ in people] for paper, people in _authors(submission_ids).items()}


def _authors(submission_ids: Iterable[int]) -> dict[int, list[tuple[str, bool]]]:
    """The authors in their order: each one's name, and whether they are a corresponding author with an address."""
    found: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    rows = Authorship.objects.filter(submission__in=list(submission_ids)).exclude(status=AuthorshipStatus.DISOWNED)
    names = rows.values_list("submission", "given", "particle", "family", "corresponding", "email")
    for paper, given, particle, family, corresponding, email in names:
        name = " ".join(part for part in (given, particle, family) if part)
        found[paper].append((name, corresponding and bool(email)))
    return found


def scores_of(submission_ids: Iterable[int]) -> dict[int, list[int]]:
    """The overall scores of submitted reviews, lowest first. One query; the caller has asked for ``reviews``."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Score.objects.filter(
        key=OVERALL, review__status=ReviewStatus.SUBMITTED, review__assignment__submission__in=list(submission_ids)
    )
    for paper, value in rows.order_by("value").values_list("review__assignment__submission", "value"):
        found[paper].append(value)
    return found


def handlers_of(submission_ids: Iterable[int]) -> dict[int, str]:
    """Who handles these papers. One query; organizers of any level know it."""
    rows = Handler.objects.filter(submission__in=list(submission_ids), until=None).select_related("user")
    return {row.submission_id: row.user.name for row in rows}


def scales_of(workshop: Workshop, tracks: Iterable[int] | None = None) -> dict[int, Scale]:
    """The ends of the overall scale of each track, by its open form, else the workshop's.

    One query, and another for the ``tracks`` where they are not given.
    """
    return _scales(workshop, tracks)[0]


def _scales(workshop: Workshop, tracks: Iterable[int] | None = None) -> tuple[dict[int, Scale], dict[str, Scale]]:
    """The same; and every overall scale that was ever asked, by its code."""
    versions = FormVersion.objects.filter(form__workshop=workshop, form__purpose=Form.Purpose.REVIEW)
    asked = Question.objects.filter(version__in=versions, key=OVERALL, kind=Question.Kind.SCALE)
    rows = asked.exclude(version__status=FormStatus.DRAFT).select_related("version__form")
    found: dict[int | None, Scale] = {}
    ever: dict[str, Scale] = {}
    for row in rows:
        scale = Scale(1 if row.low is None else row.low, 6 if row.high is None else row.high)
        ever[scale_code(row)] = scale
        if row.version.status == FormStatus.OPEN:
            found[row.version.form.track_id] = scale
    if tracks is None:
        tracks = Track.objects.filter(workshop=workshop).values_list("pk", flat=True)
    return {track: found.get(track) or found.get(None) or Scale() for track in tracks}, ever


def status_counts(workshop: Workshop, viewer: Viewer) -> dict[tuple[int, str], int]:
    """How many open lines there are of each track and status. One query."""
    rows = papers_on_desk(workshop, viewer).order_by().values("track_id", "status").annotate(n=Count("pk"))
    return {(row["track_id"], row["status"]): row["n"] for row in rows}
