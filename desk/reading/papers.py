"""The list of papers of one workshop, as one organizer may see it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Avg, Case, Count, F, FloatField, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from accounts.addresses import fold
from decisions.models import Decision
from decisions.querysets import current_reviewers, submitted_reviews
from decisions.states import TOLD
from desk.reading.author_list import shown_likenesses
from desk.reading.levels import assessed, flag, level, papers_on_desk, sealed_papers
from reviews.models import Score
from reviews.states import ReviewStatus
from submissions.models import AuthorListRequest, Authorship, Handler, Submission
from submissions.states import AuthorshipStatus, Level, SubmissionStatus
from workshops.models import Form, FormVersion, Question, Track, Workshop
from workshops.states import FormStatus

Annotated = Any
"""A queryset of papers with the annotations below, which the type checker cannot follow."""

PAGE = 50
OVERALL = "overall"
SORTS = {
    "number": ("number", "Number"),
    "title": ("title", "Title"),
    "track": ("track__position", "Track"),
    "reviews": ("n_in", "Reviews"),
    "mean": ("mean", "Mean"),
}
LOOKS = {"alike": "Looks like another", "authors": "Authors asked about"}
DECISION_STATES = {"none": "Not decided", "tentative": "Tentative", "confirmed": "Confirmed", "told": "Told"}


@dataclass(frozen=True)
class PaperQuery:
    """What the address of the list asks for. What it does not know is left out."""

    track: str = ""
    status: str = ""
    decision: str = ""
    reviews: str = ""
    handler: str = ""
    look: str = ""
    q: str = ""
    sort: str = "number"
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "PaperQuery":
        known = {field.name: str(given[field.name]).strip() for field in fields(cls) if field.name in given}
        page = known.pop("page", "1")
        query = cls(**known, page=min(int(page), 10_000) if page.isdigit() and int(page) > 0 else 1)
        return query.mended()

    def mended(self) -> "PaperQuery":
        return replace(
            self,
            status=self.status if self.status in SubmissionStatus.values else "",
            decision=self.decision if self.decision in DECISION_STATES else "",
            reviews=self.reviews if self.reviews == "missing" else "",
            handler=self.handler if self.handler in {"me", "none"} else "",
            look=self.look if self.look in LOOKS else "",
            sort=self.sort if self.sort.removeprefix("-") in SORTS else "number",
            q=self.q[:200],
        )

    def url(self, **changes: Any) -> str:
        """The address of this list with some of it changed; another filter begins at its first page."""
        changes.setdefault("page", 1)
        return "?" + urlencode(replace(self, **changes)._said())

    def kept(self) -> list[tuple[str, Any]]:
        """What a new search keeps: everything but the words and the page."""
        return list(replace(self, q="", page=1)._said().items())

    def _said(self) -> dict[str, Any]:
        default = PaperQuery()
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in parts.items() if value != getattr(default, name)}


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


def list_papers(workshop: Workshop, viewer: Viewer, query: PaperQuery, *, everything: bool = False) -> PaperList:
    """One page of the list (or all of it, for an export) and the sealed lines that the same words find.

    A sealed paper is found by its track and its title alone, and stands apart from the order of the others: no filter,
    count or order can tell anything else about it.
    """
    found = _filtered(_annotated(papers_on_desk(workshop, viewer), viewer), viewer, query)
    total = found.count()
    pages = max(-(-total // PAGE), 1)
    first = (min(query.page, pages) - 1) * PAGE
    ordered = found.order_by(*_order(query.sort))
    rows = ordered if everything else ordered[first : first + PAGE]
    return PaperList(_rows(list(rows), workshop, viewer), _sealed(workshop, viewer, query), total, pages)


def rows_of(papers: QuerySet[Submission], workshop: Workshop, viewer: Viewer) -> list[PaperRow]:
    """The lines of these papers, which must be open to the viewer."""
    return _rows(list(_annotated(papers, viewer).order_by("number")), workshop, viewer)


def _annotated(papers: QuerySet[Submission], viewer: Viewer) -> Annotated:
    may_assess = assessed(viewer)
    decision = visible_to(viewer, "row", Decision).filter(submission=OuterRef("pk"))
    return papers.select_related("track").annotate(
        level=level(viewer),
        acts=flag(right(Submission, "act", viewer)),
        knows_authors=flag(right(Submission, "authors", viewer)),
        is_assessed=flag(may_assess),
        n_in=_where(may_assess, submitted_reviews(), IntegerField()),
        n_reviewers=_where(may_assess, current_reviewers(), IntegerField()),
        mean=_where(may_assess, _mean(), FloatField()),
        d_status=Subquery(decision.values("status")[:1]),
        d_label=Subquery(decision.values("outcome__label")[:1]),
        d_kind=Subquery(decision.values("outcome__kind")[:1]),
    )


def _where(condition: Q, value: Any, field: Any) -> Case:
    return Case(When(condition, then=value), default=None, output_field=field)


def _mean() -> Subquery:
    scores = Score.objects.filter(
        key=OVERALL, review__assignment__submission=OuterRef("pk"), review__status=ReviewStatus.SUBMITTED
    )
    return Subquery(scores.order_by().values("key").annotate(mean=Avg("value")).values("mean"))


def _order(sort: str) -> list[Any]:
    field = F(SORTS[sort.removeprefix("-")][0])
    chosen = field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)
    return [chosen, "number"]


def _filtered(papers: Annotated, viewer: Viewer, query: PaperQuery) -> Annotated:
    if query.track:
        papers = papers.filter(track__slug=query.track)
    if query.status:
        papers = papers.filter(status=query.status)
    if query.decision == "told":
        papers = papers.filter(d_status__in=TOLD)
    elif query.decision == "none":
        papers = papers.filter(acts=True, status=SubmissionStatus.SUBMITTED, d_status=None)
    elif query.decision:
        papers = papers.filter(d_status=query.decision)
    if query.reviews:
        waiting = papers.filter(is_assessed=True, status=SubmissionStatus.SUBMITTED)
        papers = waiting.filter(n_in__lt=F("track__reviews_per_paper"))
    papers = _by_look(_by_handler(papers, viewer, query.handler), viewer, query.look)
    return _by_words(papers, query.q)


def _by_handler(papers: Annotated, viewer: Viewer, handler: str) -> Annotated:
    held = Handler.objects.filter(until=None)
    if handler == "me":
        return papers.filter(pk__in=held.filter(user_id=viewer.id).values("submission"))
    if handler == "none":
        return papers.exclude(pk__in=held.values("submission")).filter(status=SubmissionStatus.SUBMITTED)
    return papers


def _by_look(papers: Annotated, viewer: Viewer, look: str) -> Annotated:
    """Papers that look like another one which the viewer may see too; papers whose list of authors waits for them."""
    if look == "alike":
        pairs = shown_likenesses(viewer)
        return papers.filter(Q(pk__in=pairs.values("first")) | Q(pk__in=pairs.values("second")))
    if look == "authors":
        return papers.filter(acts=True, pk__in=AuthorListRequest.objects.open().values("submission"))
    return papers


def _by_words(papers: Annotated, text: str) -> Annotated:
    """Each word is in the paper's text, or in its authors' names where the viewer may see them."""
    for word in fold(text).split():
        number = word.removeprefix("#")
        found = Q(search_text__contains=word) | Q(knows_authors=True, search_identity__contains=word)
        papers = papers.filter(found | Q(number=int(number)) if number.isdigit() and len(number) < 9 else found)
    return papers


def _sealed(workshop: Workshop, viewer: Viewer, query: PaperQuery) -> list[SealedRow]:
    """Nothing where a filter asks for what is hidden of them."""
    if query.status or query.decision or query.reviews or query.handler or query.look:
        return []
    papers = sealed_papers(workshop, viewer).annotate(level=level(viewer)).order_by("number")
    if query.track:
        papers = papers.filter(track__slug=query.track)
    rows = list(papers.values_list("pk", "number", "title", "track__name", "level"))
    words = fold(query.q).split()
    found = [row for row in rows if all(w in fold(row[2]) or w.removeprefix("#") == str(row[1]) for w in words)]
    names = handlers_of([row[0] for row in found])
    return [SealedRow(*row[1:], handler=names.get(row[0], "")) for row in found]


# --- from rows of the database to lines ---


def _rows(papers: list[Any], workshop: Workshop, viewer: Viewer) -> list[PaperRow]:
    authors = authors_of([paper.pk for paper in papers if paper.knows_authors])
    scores = scores_of([paper.pk for paper in papers if paper.is_assessed])
    handlers = handlers_of([paper.pk for paper in papers])
    scales = scales_of(workshop)
    return [_row(paper, authors, scores, handlers, scales.get(paper.track_id, Scale())) for paper in papers]


def _row(paper: Any, authors: dict, scores: dict, handlers: dict, scale: Scale) -> PaperRow:
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
        authors=tuple(authors.get(paper.pk, ())),
        assessed=paper.is_assessed,
        scores=tuple(scores.get(paper.pk, ())),
        scale=scale,
        mean=paper.mean,
        reviews_in=paper.n_in or 0,
        reviewers=paper.n_reviewers or 0,
        wanted=paper.track.reviews_per_paper,
        decision=paper.d_label or "",
        decision_status=paper.d_status or "",
        decision_kind=paper.d_kind or "",
    )


def authors_of(submission_ids: Iterable[int]) -> dict[int, list[str]]:
    """The names of the authors in their order. One query; the caller has asked for the aspect ``authors``."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Authorship.objects.filter(submission__in=list(submission_ids)).exclude(status=AuthorshipStatus.DISOWNED)
    for paper, given, particle, family in rows.values_list("submission", "given", "particle", "family"):
        found[paper].append(" ".join(part for part in (given, particle, family) if part))
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


def scales_of(workshop: Workshop) -> dict[int, Scale]:
    """The ends of the overall scale of each track, by its open form, else the workshop's. Two queries."""
    versions = FormVersion.objects.filter(
        form__workshop=workshop, status=FormStatus.OPEN, form__purpose=Form.Purpose.REVIEW
    )
    rows = Question.objects.filter(version__in=versions, key=OVERALL, kind=Question.Kind.SCALE).values_list(
        "version__form__track", Coalesce("low", 1), Coalesce("high", 6)
    )
    found = {track: Scale(low, high) for track, low, high in rows}
    tracks = Track.objects.filter(workshop=workshop).values_list("pk", flat=True)
    return {track: found.get(track) or found.get(None) or Scale() for track in tracks}


def status_counts(workshop: Workshop, viewer: Viewer) -> dict[tuple[int, str], int]:
    """How many open lines there are of each track and status. One query."""
    rows = papers_on_desk(workshop, viewer).order_by().values("track_id", "status").annotate(n=Count("pk"))
    return {(row["track_id"], row["status"]): row["n"] for row in rows}
