"""One paper, as one organizer may see it. Each function says which aspect its caller has asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from access.prepared import prepared
from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import User, full_name
from audit import actions
from audit.models import Entry, Root
from decisions.models import Decision, Outcome
from desk.paper_dates import late_rows
from desk.reading.author_list import twin_rows
from desk.reading.from_authors import disclosure_rows
from desk.reading.from_reviewers import said_by_reviewers
from desk.reading.levels import assessed, flag, level, open_line, papers_on_desk
from desk.reading.papers import scale_questions
from desk.reading.roots import about
from reviews.loads import load_rows
from reviews.models import Assignment, Review, Reviewer
from reviews.reading import Answer, answers_in_words, by_version, question_rows
from reviews.rules import open_reviewers
from reviews.scores import OverallScore, number_in, overall_score
from reviews.states import CURRENT, REVIEWING, AssignmentKind, AssignmentStatus, ReviewStatus
from submissions.findings import Said, shown
from submissions.models import AuthorListRequest, Conflict, File, Finding, Handler, Submission
from submissions.services.handlers import author_ids, free_people
from submissions.states import EFFECTIVE, ConflictReason, ConflictState
from workshops.models import Extension, Membership, Question, Topic, Workshop
from workshops.querysets import open_organizers
from workshops.reading import QuestionData

NOT_CONFIDENTIAL = (Question.Readers.AUTHORS, Question.Readers.REVIEWERS)
HIDES_WHO_ACTED = ("review.", "assignment.")
ASPECTS_OF_REVIEWERS = frozenset({"reviews", "identities", "discussion"})


@dataclass(frozen=True)
class ReviewPart:
    """A review beside the others. ``name`` is empty for whoever may not know who wrote it."""

    handle: str
    name: str
    status: str
    status_label: str
    score: int | None
    overall: OverallScore | None
    confidence: int | None
    answers: tuple[Answer, ...]
    confidential: tuple[Answer, ...]
    at: datetime | None


@dataclass(frozen=True)
class AssignmentPart:
    pk: Any
    handle: str
    name: str
    kind: str
    status: str
    status_label: str
    current: bool
    due_at: datetime | None
    override: str
    progress: str


@dataclass(frozen=True)
class ConflictPart:
    user_id: int
    name: str
    reason: str
    reason_label: str
    state: str
    state_label: str
    evidence: str
    effective: bool
    can_be_waived: bool


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be asked to review the paper. ``load`` counts the papers that the viewer is free on."""

    user_id: int
    name: str
    load: int
    load_max: int
    suspected: bool

    @property
    def words(self) -> str:
        busy = f"{self.load} of {self.load_max} papers"
        return f"{self.name} ({busy}, suspected conflict)" if self.suspected else f"{self.name} ({busy})"


@dataclass(frozen=True)
class Event:
    text: str
    at: datetime
    by: str
    detail: str = ""


@prepared
def _with_rights(viewer: Viewer, workshop_id: int, number: int) -> QuerySet:
    papers = Submission.objects.of(workshop_id).filter(right(Submission, "title", viewer), number=number)
    return papers.select_related("track", "current__pdf").annotate(
        level=level(viewer),
        is_open=flag(open_line(viewer)),
        is_assessed=flag(assessed(viewer)),
        acts=flag(right(Submission, "act", viewer)),
        knows_reviewers=flag(right(Submission, "identities", viewer)),
        knows_authors=flag(right(Submission, "authors", viewer)),
    )


def find_paper(workshop: Workshop, viewer: Viewer, number: int) -> Submission | None:
    """The paper with what the viewer may do on it as annotations; None where there is none. One query."""
    found: Submission | None = next(iter(_with_rights(viewer, workshop.pk, number)), None)
    if found is not None:
        found.workshop = workshop
    return found


Rows = dict[str, list[Any]]


def _parts(viewer: Viewer, workshop_id: int, pk: int, number: int) -> dict[str, QuerySet]:
    """What also a sealed line has: its neighbours, who handles it, why it is sealed."""
    numbers = papers_on_desk(workshop_id, viewer).values_list("number", flat=True)
    return {
        "before": numbers.filter(number__lt=number).order_by("-number")[:1],
        "after": numbers.filter(number__gt=number).order_by("number")[:1],
        "handler": Handler.objects.filter(submission=pk, until=None).select_related("user"),
        "reasons": Conflict.objects.effective().filter(submission=pk, user=viewer.id),
    }


_sealed_parts = prepared(_parts)


@prepared
def _open_parts(
    viewer: Viewer,
    workshop_id: int,
    pk: int,
    number: int,
    track_id: int,
    file_id: UUID | None,
    after: int,
    now: datetime,
    *,
    assessed: bool,
    knows_reviewers: bool,
    acts: bool,
    act: str,
) -> dict[str, QuerySet]:
    """Everything on the page of an open line, as far as the rights on it go that were asked before."""
    parts = _parts(viewer, workshop_id, pk, number)
    parts |= {
        "topics": Topic.objects.filter(submissions=pk).values_list("position", "name"),
        "decision": _decision_rows(viewer, pk),
        "twins": twin_rows(viewer, pk),
        "history": _history_rows(viewer, workshop_id, pk),
    }
    if file_id is not None:
        parts["findings"] = Finding.objects.filter(file=file_id)
    if assessed:
        parts["reviews"] = _review_rows(viewer, pk)
        answered = Review.objects.filter(assignment__submission=pk).values("current__form_version")
        parts["questions"] = question_rows().filter(version__in=answered)
        parts["scales"] = scale_questions(workshop_id)
    if assessed and knows_reviewers:
        parts["assignments"] = Assignment.objects.filter(submission=pk).select_related("user", "review")
    if acts:
        parts |= _acting_parts(viewer, workshop_id, pk, after, now)
        offered = _offered_parts(viewer, workshop_id, pk, track_id)
        parts |= offered["decide"] | offered.get(act, {})
    return parts


def _acting_parts(viewer: Viewer, workshop_id: int, pk: int, after: int, now: datetime) -> dict[str, QuerySet]:
    """What only whoever may act is told. Aspect ``act``."""
    return {
        "organizers": open_organizers(workshop_id).values_list("user").distinct(),
        "conflicts": _conflict_rows(pk),
        "asked": AuthorListRequest.objects.open().filter(submission=pk),
        "disclosures": disclosure_rows(pk),
        "saves": late_rows(pk, after),
        "extensions": Extension.objects.of(Extension.Root.SUBMISSION, pk).running(now),
        **said_by_reviewers(viewer, workshop_id, pk),
    }


def _offered_parts(viewer: Viewer, workshop_id: int, pk: int, track_id: int) -> dict[str, dict[str, QuerySet]]:
    """What the form of each act offers. Aspect ``act``."""
    return {
        "decide": {
            "decided": Decision.objects.filter(submission=pk),
            "outcomes": Outcome.objects.filter(track=track_id),
        },
        "assign": {
            "busy": load_rows(viewer, workshop_id),
            "candidates": _candidate_rows(workshop_id, pk),
            "conflicts": _conflict_rows(pk),
        },
        "handle": {"handlers": free_people(workshop_id, pk).values_list(*PERSON), "chairs": _chair_rows(pk)},
        "declare": {"people": _people_without_conflict(workshop_id, pk).values_list(*PERSON)},
    }


def _conflict_rows(pk: int) -> "QuerySet[Conflict]":
    return Conflict.objects.filter(submission=pk).select_related("user")


@prepared
def _offered(viewer: Viewer, workshop_id: int, pk: int, track_id: int, *, act: str) -> dict[str, QuerySet]:
    return _offered_parts(viewer, workshop_id, pk, track_id).get(act, {})


def read_offered(viewer: Viewer, paper: Submission, act: str) -> Rows:
    """The rows that the form of one act is made of. One query, or none where it offers nothing. Aspect ``act``."""
    return cast(Rows, _offered(viewer, paper.workshop_id, paper.pk, paper.track_id, act=act))


def read_parts(workshop: Workshop, viewer: Viewer, found: Any, act: str = "") -> Rows:
    """The rows that the page of this paper (of ``find_paper``) is made of, with what ``act`` offers. One query."""
    if not found.is_open:
        return cast(Rows, _sealed_parts(viewer, workshop.pk, found.pk, found.number))
    return cast(
        Rows,
        _open_parts(
            viewer,
            workshop.pk,
            found.pk,
            found.number,
            found.track_id,
            found.current.pdf_id if found.current else None,
            found.current.number if found.current else 0,
            timezone.now(),
            assessed=found.is_assessed,
            knows_reviewers=found.knows_reviewers,
            acts=found.acts,
            act=act if found.acts else "",
        ),
    )


def file_of(submission: Submission) -> File | None:
    """The PDF of the current revision, which whoever has the aspect ``authors`` may read."""
    return submission.current.pdf if submission.current else None


def findings_of(submission: Submission, file: File | None, rows: Rows) -> list[Said]:
    """What was noticed in the PDF, in words. Aspect ``authors``."""
    return shown(file, submission.track, sorted(rows["findings"], key=lambda row: row.pk)) if file else []


def _review_rows(viewer: Viewer, pk: int) -> "QuerySet[Review]":
    rows = visible_to(viewer, "row", Review).filter(assignment__submission=pk, current__isnull=False)
    return rows.exclude(status=ReviewStatus.DRAFT).select_related("assignment__user", "current")


def reviews_of(rows: Rows, *, names: bool) -> list[ReviewPart]:
    """Submitted reviews, and for those who act also the ones set aside. Aspect ``reviews``."""
    questions = by_version(rows["questions"])
    reviews = sorted(rows["reviews"], key=lambda review: review.assignment.handle)
    return [_review(review, questions, names) for review in reviews]


def _review(review: Review, questions: dict[int, list[QuestionData]], names: bool) -> ReviewPart:
    assert review.current is not None
    answers = review.current.answers
    asked = questions[review.current.form_version_id]
    told = answers_in_words([q for q in asked if q.readers in NOT_CONFIDENTIAL], answers)
    kept = answers_in_words([q for q in asked if q.readers not in NOT_CONFIDENTIAL], answers)
    return ReviewPart(
        handle=review.assignment.known_as,
        name=review.assignment.user.name if names else "",
        status=review.status,
        status_label=review.get_status_display(),
        score=number_in(answers.get("overall")),
        overall=overall_score(asked, answers),
        confidence=number_in(answers.get("confidence")),
        answers=told,
        confidential=kept if names else (),
        at=review.submitted_at,
    )


def assignments_of(rows: Rows) -> list[AssignmentPart]:
    """Who was asked to review the paper. Aspect ``identities``."""
    return [
        AssignmentPart(
            pk=row.pk,
            handle=row.known_as,
            name=row.user.name,
            kind=row.get_kind_display(),
            status=row.status,
            status_label=row.get_status_display(),
            current=row.status in CURRENT,
            due_at=row.due_at,
            override=row.override,
            progress=_progress(row),
        )
        for row in sorted(rows.get("assignments", []), key=lambda row: row.handle)
    ]


def _progress(assignment: Assignment) -> str:
    review = getattr(assignment, "review", None)
    if assignment.kind not in REVIEWING:
        return ""
    if assignment.status not in CURRENT and assignment.status != AssignmentStatus.NOT_NEEDED:
        return ""
    return review.get_status_display() if review else "Not begun"


def conflicts_of(rows: Rows) -> list[ConflictPart]:
    """Everybody with a conflict, what is to be settled first. Aspect ``act``."""
    parts = [
        ConflictPart(
            user_id=row.user_id,
            name=row.user.name,
            reason=row.reason,
            reason_label=row.get_reason_display(),
            state=row.state,
            state_label=row.get_state_display(),
            evidence=_evidence(row.evidence),
            effective=row.state in EFFECTIVE,
            can_be_waived=row.reason not in (ConflictReason.AUTHORSHIP, ConflictReason.BY_AUTHOR),
        )
        for row in sorted(rows["conflicts"], key=lambda row: row.pk)
    ]
    first = {ConflictState.SUSPECTED: 0, ConflictState.WAIVED: 2}
    return sorted(parts, key=lambda part: (first.get(part.state, 1), part.name.casefold()))  # type: ignore[call-overload]  # a state is a str, and a key of it


def _evidence(data: dict[str, Any]) -> str:
    """What stands behind a conflict, without naming a paper that may be sealed from the reader."""
    said = [f"Domain: {', '.join(data['domains'])}"] if data.get("domains") else []
    if data.get("unconfirmed_address"):
        said.append("By an address that nobody has confirmed")
    if data.get("why"):
        said.append(f"Reason: {data['why']}")
    return ". ".join(said)


PERSON = ("pk", "given", "particle", "family")


def _chair_rows(pk: int) -> QuerySet:
    chairs = Assignment.objects.current().filter(submission=pk, kind=AssignmentKind.AREA_CHAIR).values("user")
    return User.objects.filter(pk__in=chairs).values_list(*PERSON)


def possible_handlers(rows: Rows) -> list[tuple[int, str]]:
    """Organizers who are free on the paper, and its area chair while they are several. Aspect ``act``."""
    free = {row[0] for row in rows["handlers"]}
    chairs = [row for row in rows["chairs"] if row[0] not in free] if len(free) > 1 else []
    people = _by_name([*rows["handlers"], *chairs])
    return [(pk, name if pk in free else f"{name} (area chair)") for pk, name in people]


def _candidate_rows(workshop_id: int, pk: int) -> "QuerySet[Reviewer, tuple[Any, ...]]":
    barred = Conflict.objects.effective().filter(submission=pk).values("user")
    held = Assignment.objects.current().filter(submission=pk).values("user")
    rows = open_reviewers(workshop_id).filter(user__is_active=True)
    rows = rows.exclude(user__in=barred).exclude(user__in=held).exclude(user__in=author_ids(pk))
    return rows.values_list("user", "load_max", "user__given", "user__particle", "user__family")


def candidates(rows: Rows) -> list[Candidate]:
    """Reviewers who do not have the paper and have no effective conflict with it. Aspect ``act``.

    Loads are counted from the papers that the viewer is free on, so that they tell nothing about the others.
    """
    busy = dict(rows["busy"])
    doubtful = {row.user_id for row in rows["conflicts"] if row.state == ConflictState.SUSPECTED}
    found = [
        Candidate(pk, full_name(*names), busy.get(pk, 0), most, pk in doubtful)
        for pk, most, *names in rows["candidates"]
    ]
    return sorted(found, key=lambda one: (one.suspected, one.load >= one.load_max, one.load, one.name.casefold()))


@prepared
def _askable_rows(viewer: Viewer, workshop_id: int, pk: int) -> dict[str, QuerySet]:
    return {
        "candidates": _candidate_rows(workshop_id, pk),
        "busy": load_rows(viewer, workshop_id),
        "conflicts": Conflict.objects.filter(submission=pk),
        "pool": open_reviewers(workshop_id).filter(emergency=True).values_list("user"),
    }


def askable(viewer: Viewer, workshop: Workshop, submission: Submission) -> tuple[list[Candidate], set[int]]:
    """The same, those of the emergency pool first; and who they are. One query. Aspect ``act``."""
    rows = cast(Rows, _askable_rows(viewer, workshop.pk, submission.pk))
    pool = {pk for (pk,) in rows["pool"]}
    return sorted(candidates(rows), key=lambda one: one.user_id not in pool), pool


def _by_name(people: list[Any]) -> list[tuple[int, str]]:
    return sorted(((pk, full_name(*names)) for pk, *names in people), key=lambda pair: pair[1].casefold())


def _people_without_conflict(workshop_id: int, pk: int) -> "QuerySet[User]":
    reviewing = Reviewer.objects.filter(workshop=workshop_id).values("user")
    members = Membership.objects.open().filter(workshop=workshop_id).values("user")
    known = Conflict.objects.effective().filter(submission=pk).values("user")
    people = User.objects.filter(Q(pk__in=reviewing) | Q(pk__in=members), is_active=True)
    return people.exclude(pk__in=known)


def people_without_conflict(rows: Rows) -> list[tuple[int, str]]:
    """Reviewers and organizers, for declaring a conflict by hand. Aspect ``act``."""
    return _by_name(rows["people"])


def _decision_rows(viewer: Viewer, pk: int) -> "QuerySet[Decision]":
    """The decision as far as the viewer may see one."""
    rows = visible_to(viewer, "row", Decision).filter(submission=pk)
    return rows.select_related("outcome", "decided_by", "confirmed_by")


def outcomes_of(rows: Rows) -> list[Outcome]:
    return sorted(rows["outcomes"], key=lambda row: (row.position, row.pk))


def _history_rows(viewer: Viewer, workshop_id: int, pk: int) -> "QuerySet[Entry, tuple[Any, ...]]":
    rows = Entry.objects.about(Root.SUBMISSION, pk).filter(about(workshop_id, viewer))
    names = ("actor__given", "actor__particle", "actor__family")
    return rows.values_list("pk", "at", "action", "aspect", "actor", *names)[:100]


_prepared_history = prepared(_history_rows)


def read_history(workshop: Workshop, viewer: Viewer, found: Any) -> list[Event]:
    """The history of this paper (of ``find_paper``), which must be open to the viewer. One query."""
    return history_of(_prepared_history(viewer, workshop.pk, found.pk), names=found.knows_reviewers)


def history_of(rows: Iterable[tuple[Any, ...]], *, names: bool) -> list[Event]:
    """What happened to the paper, newest first, as far as the viewer may see it.

    ``names``: the viewer may know who reviews it; otherwise nobody is named for what a reviewer does.
    """
    events: list[Event] = []
    newer: tuple[Any, ...] = ()
    for _, at, action, aspect, actor, *name in sorted(rows, reverse=True):
        if action == "identity.revealed" and newer == (action, actor):
            continue  # the same person looked at names and did so again right after; the log tells of each
        newer = (action, actor)
        by = full_name(*name) if actor and (names or not tells_reviewer(action, aspect)) else ""
        events.append(Event(text=capitalised(actions.sentence(action)), at=at, by=by))
    return events


def tells_reviewer(action: str, aspect: str) -> bool:
    """Is it a reviewer who does this on a paper, so that their name tells who reviews it?"""
    return action.startswith(HIDES_WHO_ACTED) or aspect in ASPECTS_OF_REVIEWERS


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
