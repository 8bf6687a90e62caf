"""The list of papers of one workshop, as one organizer may see it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from django.db.models import (
    Avg,
    Case,
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
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils import timezone

from access.prepared import prepared
from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import full_name
from decisions.models import Decision
from decisions.querysets import current_reviewers, submitted_reviews
from desk.reading.levels import assessed, flag, level, papers_on_desk, sealed_papers
from desk.reading.paper_choices import choice_rows
from desk.reading.paper_filters import Annotated, filtered
from desk.reading.paper_query import PaperQuery
from reviews.models import Assignment, Review, Score
from reviews.states import AssignmentKind, ReviewStatus
from submissions.models import Authorship, Handler, Submission
from submissions.states import AuthorshipStatus, FileStatus, Level, SubmissionStatus
from workshops.form_rules import scale_code
from workshops.models import Form, FormVersion, Question, Workshop
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
    "mean": "mean_on_scale",
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


Rows = dict[str, list[Any]]


@prepared
def _around(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """What the page of the list shows whatever is asked for: the filters with their numbers, and what is sealed."""
    sealed = sealed_papers(workshop_id, viewer).annotate(level=level(viewer))
    counts = papers_on_desk(workshop_id, viewer).order_by().values("track", "status").annotate(n=Count("pk"))
    return {
        **choice_rows(viewer, workshop_id),
        "counts": counts.values_list("track", "status", "n"),
        "sealed": sealed.values_list("pk", "number", "title", "track__name", "track__slug", "level"),
        "handlers_of_sealed": handler_rows().filter(submission__in=sealed.values("pk")),
    }


def read_around(workshop: Workshop, viewer: Viewer) -> Rows:
    """The rows of it. One query."""
    return cast(Rows, _around(viewer, workshop.pk))


def list_papers(
    workshop: Workshop, viewer: Viewer, query: PaperQuery, *, around: Rows | None = None, everything: bool = False
) -> PaperList:
    """One page of the list (or all of it, for an export) and the sealed lines that the same words find.

    A sealed paper is found by its track and its title alone, and stands apart from the order of the others: no filter,
    count or order can tell anything else about it. ``around``: what is read around it, where it is read already.
    """
    if around is None:
        around = read_around(workshop, viewer)
    found = None if query.finds_everything else found_in_order(workshop, viewer, query)
    total = sum(n for _, _, n in around["counts"]) if found is None else len(found)
    pages = max(-(-total // PAGE), 1)
    first = (min(query.page, pages) - 1) * PAGE
    last = None if everything else first + PAGE
    if found is None:
        keys = _keys_in_order(viewer, workshop.pk, sort=query.sort, first=first, last=last)
    else:
        keys = [key for key, _ in found[first:last]]
    return PaperList(rows_of(keys, workshop, viewer), _sealed(around, query), total, pages)


@prepared
def _keys_in_order(viewer: Viewer, workshop_id: int, *, sort: str, first: int, last: int | None) -> QuerySet:
    papers = _annotated(papers_on_desk(workshop_id, viewer), viewer)
    return papers.order_by(*_order(sort)).values_list("pk", flat=True)[first:last]


def found_in_order(workshop: Workshop, viewer: Viewer, query: PaperQuery) -> list[tuple[int, int]]:
    """The key and the number of every paper that the query finds, in its order. One query."""
    asked = viewer, workshop.pk, query.track or None, timezone.now()
    kept = replace(query, track="", page=1)
    if query.q:  # what people type is seldom the same
        return list(_found.build(*asked, query=kept))
    return cast(list[tuple[int, int]], _found(*asked, query=kept))


@prepared
def _found(viewer: Viewer, workshop_id: int, track: str | None, now: datetime, *, query: PaperQuery) -> QuerySet:
    papers = papers_on_desk(workshop_id, viewer)
    if track is not None:
        papers = papers.filter(track__slug=track)
    found = filtered(_annotated(papers, viewer), workshop_id, viewer, query, now)
    return cast(QuerySet, found.order_by(*_order(query.sort)).values_list("pk", "number"))


def numbers_in_order(workshop: Workshop, viewer: Viewer, query: PaperQuery) -> list[int]:
    """The numbers of all that the query finds, in its order. One query."""
    return [number for _, number in found_in_order(workshop, viewer, query)]


def beside(numbers: list[int], number: int) -> tuple[int | None, int | None]:
    """The numbers before and after this one; none where it is no longer in the list."""
    if number not in numbers:
        return None, None
    place = numbers.index(number)
    return (numbers[place - 1] if place else None), (numbers[place + 1] if place + 1 < len(numbers) else None)


def rows_of(keys: Sequence[int], workshop: Workshop, viewer: Viewer) -> list[PaperRow]:
    """The lines of these papers in this order, as far as they are open to the viewer. One query."""
    if not keys:
        return []
    rows: Rows = _lines(viewer, workshop.pk, keys)
    place = {pk: number for number, pk in enumerate(keys)}
    scales, former = scales_from(rows["scales"], {row["track"] for row in rows["papers"]})
    known = _Known(
        authors=_authors(rows["authors"]),
        scores=_scores(rows["scores_given"]),
        handlers={paper: full_name(*names) for paper, *names in rows["handlers"]},
        reviews_in=dict(rows["reviews_in"]),
        reviewers=dict(rows["reviewers"]),
        decisions={paper: tuple(said) for paper, *said in rows["decisions"]},
        scales=scales,
        former=former,
    )
    return [_row(row, known) for row in sorted(rows["papers"], key=lambda row: place[row["pk"]])]


@dataclass(frozen=True)
class _Known:
    """What is known of the papers of a page, by their keys; nothing where the viewer may not know it."""

    authors: dict[int, list[tuple[str, bool]]]
    scores: dict[int, list[tuple[int, str]]]
    handlers: dict[int, str]
    reviews_in: dict[int, int]
    reviewers: dict[int, int]
    decisions: dict[int, tuple[str, str, str]]
    scales: dict[int, Scale]
    former: dict[str, Scale]


@prepared
def _lines(viewer: Viewer, workshop_id: int, keys: list[int]) -> dict[str, QuerySet]:
    """What the lines of these papers say; each part asks for its own right."""
    papers = papers_on_desk(workshop_id, viewer).filter(pk__in=keys)
    named = visible_to(viewer, "authors", papers).values("pk")
    scored = papers.filter(assessed(viewer)).values("pk")
    told = visible_to(viewer, "row", Decision).filter(submission__in=keys)
    asked = Assignment.objects.current().exclude(kind=AssignmentKind.AREA_CHAIR).filter(submission__in=scored)
    given = Review.objects.counted().filter(assignment__submission__in=scored).values("assignment__submission")
    return {
        "papers": _with_rights(papers, viewer).values(*_SHOWN),
        "authors": author_rows().filter(submission__in=named),
        "scores_given": score_rows().filter(review__assignment__submission__in=scored),
        "reviews_in": given.annotate(n=Count("pk")).values_list("assignment__submission", "n"),
        "reviewers": asked.values("submission").annotate(n=Count("pk")).values_list("submission", "n"),
        "decisions": told.values_list("submission", "outcome__label", "status", "outcome__kind"),
        "handlers": handler_rows().filter(submission__in=papers.values("pk")),
        "scales": scale_questions(workshop_id),
    }


_SHOWN = (
    "pk",
    "number",
    "title",
    "track",
    "track__name",
    "track__reviews_per_paper",
    "status",
    "claim_token_hash",
    "level",
    "acts",
    "knows_authors",
    "is_assessed",
    "changed",
    "file_status",
    "has_abstract",
    "unanswered",
)


def _with_rights(papers: QuerySet[Submission], viewer: Viewer) -> Annotated:
    return papers.annotate(
        level=level(viewer),
        acts=flag(right(Submission, "act", viewer)),
        knows_authors=flag(right(Submission, "authors", viewer)),
        is_assessed=flag(assessed(viewer)),
        changed=Coalesce("current__received_at", "created_at"),
        file_status=F("current__pdf__status"),
        has_abstract=flag(~Q(abstract="")),
        unanswered=F("current__snapshot__unanswered"),
    )


def _annotated(papers: QuerySet[Submission], viewer: Viewer) -> Annotated:
    """What filters and orders ask for as well."""
    may_assess = assessed(viewer)
    decision = visible_to(viewer, "row", Decision).filter(submission=OuterRef("pk"))
    handler = Handler.objects.filter(submission=OuterRef("pk"), until=None)
    return _with_rights(papers, viewer).annotate(
        n_in=_where(may_assess, submitted_reviews(), IntegerField()),
        n_reviewers=_where(may_assess, current_reviewers(), IntegerField()),
        mean_on_scale=_where(may_assess, _mean_on_scale(), FloatField()),
        d_status=Subquery(decision.values("status")[:1]),
        d_label=Subquery(decision.values("outcome__label")[:1]),
        d_kind=Subquery(decision.values("outcome__kind")[:1]),
        handled_by=Subquery(handler.values("user__family")[:1]),
    )


def _where(condition: Q, value: Any, field: Any) -> Case:
    return Case(When(condition, then=value), default=None, output_field=field)


def _mean_on_scale() -> Subquery:
    """Where the mean lies on its scale, from 0 (the lowest score) to 1: tracks may have forms with different scales.

    Nothing where the scores of a paper are on several scales: their numbers do not mean the same.
    """
    told = of_question(_overall_scores(), OVERALL).values("key")
    told = told.annotate(mean=Avg(place_on_scale()), scales=Count("scale", distinct=True))
    return Subquery(told.filter(scales=1).values("mean"))


QUESTION = "review__current__form_version__questions"


def of_question(scores: QuerySet[Score], key: str) -> QuerySet[Score]:
    """Scores, each joined with the question of that key as it was asked."""
    return scores.filter(**{f"{QUESTION}__key": key})


def place_on_scale() -> Combinable:
    """Where a score of ``of_question`` lies on its scale, from 0 (the lowest) to 1."""
    low, high = Coalesce(F(f"{QUESTION}__low"), Scale.low), Coalesce(F(f"{QUESTION}__high"), Scale.high)
    return Cast(F("value") - low, FloatField()) / NullIf(Cast(high - low, FloatField()), 0.0)


def _overall_scores() -> QuerySet[Score]:
    """Those of the paper of an outer statement."""
    paper, submitted = OuterRef("pk"), ReviewStatus.SUBMITTED
    return Score.objects.filter(key=OVERALL, review__assignment__submission=paper, review__status=submitted).order_by()


def _order(sort: str) -> list[Any]:
    field = F(ORDER[sort.removeprefix("-")])
    chosen = field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)
    return [chosen, "number"]


def _sealed(rows: Rows, query: PaperQuery) -> list[SealedRow]:
    """Nothing where a filter asks for what is hidden of them."""
    if query.hides:
        return []
    words = fold(query.q).split()
    handlers = {paper: full_name(*names) for paper, *names in rows["handlers_of_sealed"]}
    return [
        SealedRow(number, title, track, level, handlers.get(pk, ""))
        for pk, number, title, track, slug, level in sorted(rows["sealed"], key=lambda row: row[1])
        if query.track in ("", slug)
        and all(word in fold(title) or word.removeprefix("#") == str(number) for word in words)
    ]


# --- from rows of the database to lines ---


def _row(row: dict[str, Any], known: _Known) -> PaperRow:
    pk, scale = row["pk"], known.scales[row["track"]]
    authors, given = known.authors.get(pk, []), known.scores.get(pk, [])
    scores = tuple(value for value, _ in given)
    decision, decision_status, decision_kind = known.decisions.get(pk, ("", "", ""))
    scored_on = known.former.get(given[0][1]) if given else None
    return PaperRow(
        pk=pk,
        number=row["number"],
        title=row["title"],
        track=row["track__name"],
        status=row["status"],
        status_label=SubmissionStatus(row["status"]).label,
        level=row["level"],
        acts=row["acts"],
        handler=known.handlers.get(pk, ""),
        authors=tuple(name for name, _ in authors),
        assessed=row["is_assessed"],
        scores=scores,
        scale=scored_on or scale,
        is_on_former_scale=scored_on is not None and scored_on != scale,
        mean=sum(scores) / len(scores) if len({scale for _, scale in given}) == 1 else None,
        reviews_in=known.reviews_in.get(pk, 0),
        reviewers=known.reviewers.get(pk, 0),
        wanted=row["track__reviews_per_paper"],
        decision=decision,
        decision_status=decision_status,
        decision_kind=decision_kind,
        changed=row["changed"],
        lacks=_lacks(row, authors) if row["status"] == SubmissionStatus.DRAFT else (),
    )


def _lacks(row: dict[str, Any], authors: list[tuple[str, bool]]) -> tuple[str, ...]:
    """What a draft lacks, in a word each."""
    said = (
        ("the title", not row["title"]),
        ("the abstract", not row["has_abstract"]),
        ("a corresponding author", row["knows_authors"] and not any(reachable for _, reachable in authors)),
        ("the file", row["file_status"] in (None, FileStatus.REFUSED)),
        ("answers", bool(row["unanswered"])),
        ("a confirmed address", row["claim_token_hash"] is not None),
    )
    return tuple(words for words, lacks in said if lacks)


def authors_of(submission_ids: Iterable[int]) -> dict[int, list[str]]:
    """The names of the authors in their order. One query; the caller has asked for the aspect ``authors``."""
    rows = author_rows().filter(submission__in=list(submission_ids))
    return {paper: [name for name, _ in people] for paper, people in _authors(rows).items()}


def author_rows() -> "QuerySet[Authorship, tuple[Any, ...]]":
    rows = Authorship.objects.exclude(status=AuthorshipStatus.DISOWNED)
    return rows.values_list("submission", "position", "pk", "given", "particle", "family", "corresponding", "email")


def _authors(rows: Iterable[Any]) -> dict[int, list[tuple[str, bool]]]:
    """The authors in their order: each one's name, and whether they are a corresponding author with an address."""
    found: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for paper, _, _, given, particle, family, corresponding, email in sorted(rows, key=lambda row: row[:3]):
        found[paper].append((full_name(given, particle, family), corresponding and bool(email)))
    return found


def score_rows() -> "QuerySet[Score, tuple[int, int, str]]":
    """The overall scores of submitted reviews, with their scales; the caller asks for ``reviews``."""
    rows = Score.objects.filter(key=OVERALL, review__status=ReviewStatus.SUBMITTED)
    return rows.values_list("review__assignment__submission", "value", "scale")


def _scores(rows: Iterable[tuple[int, int, str]]) -> dict[int, list[tuple[int, str]]]:
    """The scores of each paper, lowest first, with their scales."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for paper, value, scale in sorted(rows):
        found[paper].append((value, scale))
    return found


def handler_rows() -> "QuerySet[Handler, tuple[Any, ...]]":
    """Who handles papers; organizers of any level know that."""
    return Handler.objects.filter(until=None).values_list("submission", "user__given", "user__particle", "user__family")


def scale_questions(workshop_id: int) -> "QuerySet[Question]":
    """Every question for an overall score that was ever asked, with its form."""
    versions = FormVersion.objects.filter(form__workshop=workshop_id, form__purpose=Form.Purpose.REVIEW)
    asked = Question.objects.filter(version__in=versions, key=OVERALL, kind=Question.Kind.SCALE)
    return asked.exclude(version__status=FormStatus.DRAFT).select_related("version__form")


def scales_from(rows: Iterable[Question], tracks: Iterable[int]) -> tuple[dict[int, Scale], dict[str, Scale]]:
    """The scale of each of these tracks by its open form, else the workshop's; and every scale, by its code."""
    found: dict[int | None, Scale] = {}
    ever: dict[str, Scale] = {}
    for row in rows:
        scale = Scale(1 if row.low is None else row.low, 6 if row.high is None else row.high)
        ever[scale_code(row)] = scale
        if row.version.status == FormStatus.OPEN:
            found[row.version.form.track_id] = scale
    return {track: found.get(track) or found.get(None) or Scale() for track in tracks}, ever
