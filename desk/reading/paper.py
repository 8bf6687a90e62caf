"""One paper, as one organizer may see it. Each function says which aspect its caller has asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import User
from audit import actions
from audit.models import Entry, Root
from decisions.models import Decision, Outcome
from desk.reading.levels import assessed, flag, level, open_line
from desk.reading.roots import about
from reviews.loads import loads
from reviews.models import Assignment, Review
from reviews.reading import Answer, answers_in_words, questions_by_version
from reviews.rules import open_reviewers
from reviews.scores import OverallScore, overall_score
from reviews.states import CURRENT, REVIEWING, AssignmentKind, AssignmentStatus, ReviewStatus
from submissions.findings import Said, shown
from submissions.models import Conflict, File, Handler, Submission
from submissions.services.handlers import free_organizers
from submissions.states import EFFECTIVE, AuthorshipStatus, ConflictReason, ConflictState
from workshops.models import Question, Workshop
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


def find_paper(workshop: Workshop, viewer: Viewer, number: int) -> Submission | None:
    """The paper with what the viewer may do on it as annotations; None where there is none. One query."""
    papers = Submission.objects.of(workshop.pk).filter(right(Submission, "title", viewer), number=number)
    return (
        papers.select_related("track", "workshop", "current__pdf")
        .annotate(
            level=level(viewer),
            is_open=flag(open_line(viewer)),
            is_assessed=flag(assessed(viewer)),
            acts=flag(right(Submission, "act", viewer)),
            knows_reviewers=flag(right(Submission, "identities", viewer)),
            knows_authors=flag(right(Submission, "authors", viewer)),
        )
        .first()
    )


def file_of(submission: Submission) -> File | None:
    """The PDF of the current revision, which whoever has the aspect ``authors`` may read."""
    return submission.current.pdf if submission.current else None


def findings_of(submission: Submission, file: File | None) -> list[Said]:
    """What was noticed in the PDF, in words. One query. Aspect ``authors``."""
    return shown(file, submission.track) if file else []


def reviews_of(submission: Submission, viewer: Viewer, *, names: bool) -> list[ReviewPart]:
    """Submitted reviews, and for those who act also the ones set aside. Two queries. Aspect ``reviews``."""
    rows = (
        visible_to(viewer, "row", Review)
        .filter(assignment__submission=submission, current__isnull=False)
        .exclude(status=ReviewStatus.DRAFT)
        .select_related("assignment__user", "current")
        .order_by("assignment__handle")
    )
    reviews = list(rows)
    forms = {review.current.form_version_id for review in reviews if review.current}
    questions = questions_by_version(forms, Question.Readers.values)
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
        score=_number(answers.get("overall")),
        overall=overall_score(asked, answers),
        confidence=_number(answers.get("confidence")),
        answers=told,
        confidential=kept if names else (),
        at=review.submitted_at,
    )


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, int | str) and str(value).lstrip("-").isdigit() else None


def assignments_of(submission: Submission) -> list[AssignmentPart]:
    """Who was asked to review the paper. One query. Aspect ``identities``."""
    rows = Assignment.objects.filter(submission=submission).select_related("user", "review").order_by("handle")
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
        for row in rows
    ]


def _progress(assignment: Assignment) -> str:
    review = getattr(assignment, "review", None)
    if assignment.kind not in REVIEWING:
        return ""
    if assignment.status not in CURRENT and assignment.status != AssignmentStatus.NOT_NEEDED:
        return ""
    return review.get_status_display() if review else "Not begun"


def conflicts_of(submission: Submission) -> list[ConflictPart]:
    """Everybody with a conflict, what is to be settled first. One query. Aspect ``act``."""
    rows = Conflict.objects.filter(submission=submission).select_related("user")
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
        for row in rows
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


def handler_of(submission: Submission) -> Handler | None:
    return Handler.objects.filter(submission=submission, until=None).select_related("user").first()


def possible_handlers(workshop: Workshop, submission: Submission) -> list[tuple[int, str]]:
    """Organizers who are free on the paper, and its area chair while they are several. Four queries. Aspect ``act``."""
    free = free_organizers(workshop, [submission.pk])[submission.pk]
    chair = Assignment.objects.current().filter(submission=submission, kind=AssignmentKind.AREA_CHAIR).values("user")
    whoever = Q(pk__in=free) | Q(pk__in=chair) if len(free) > 1 else Q(pk__in=free)
    people = User.objects.filter(whoever)
    return [(pk, name if pk in free else f"{name} (area chair)") for pk, name in _by_name(people)]


def candidates(workshop: Workshop, submission: Submission, viewer: Viewer) -> list[Candidate]:
    """Reviewers who do not have the paper and have no effective conflict with it. Three queries. Aspect ``act``.

    Loads are counted from the papers that the viewer is free on, so that they tell nothing about the others.
    """
    barred = Conflict.objects.effective().filter(submission=submission).values("user")
    held = Assignment.objects.current().filter(submission=submission).values("user")
    authors = submission.authorships.filter(user__isnull=False).exclude(status=AuthorshipStatus.DISOWNED).values("user")
    rows = open_reviewers(workshop.pk).filter(user__is_active=True).select_related("user")
    rows = rows.exclude(user__in=barred).exclude(user__in=held).exclude(user__in=authors)
    busy = loads(viewer, workshop.pk)
    suspected = Conflict.objects.filter(submission=submission, state=ConflictState.SUSPECTED)
    doubtful = set(suspected.values_list("user", flat=True))
    found = [
        Candidate(row.user_id, row.user.name, busy.get(row.user_id, 0), row.load_max, row.user_id in doubtful)
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.suspected, one.load >= one.load_max, one.load, one.name.casefold()))


def _by_name(people: "QuerySet[User]") -> list[tuple[int, str]]:
    return sorted(((person.pk, person.name) for person in people), key=lambda pair: pair[1].casefold())


def people_without_conflict(workshop: Workshop, submission: Submission) -> list[tuple[int, str]]:
    """Reviewers and organizers, for declaring a conflict by hand. One query. Aspect ``act``."""
    people = User.objects.filter(
        Q(reviewing__workshop=workshop) | Q(memberships__workshop=workshop, memberships__until=None), is_active=True
    )
    known = Conflict.objects.effective().filter(submission=submission).values("user")
    return _by_name(people.exclude(pk__in=known).distinct())


def decision_of(submission: Submission, viewer: Viewer) -> Decision | None:
    """The decision as far as the viewer may see one. One query."""
    rows = visible_to(viewer, "row", Decision).filter(submission=submission)
    return rows.select_related("outcome", "decided_by", "confirmed_by").first()


def outcomes_of(submission: Submission) -> list[Outcome]:
    return list(Outcome.objects.filter(track=submission.track_id))


def history_of(workshop: Workshop, submission: Submission, viewer: Viewer, *, names: bool) -> list[Event]:
    """What happened to the paper, newest first, as far as the viewer may see it. One query.

    ``names``: the viewer may know who reviews it; otherwise nobody is named for what a reviewer does.
    """
    rows = Entry.objects.about(Root.SUBMISSION, submission.pk).filter(about(workshop, viewer))
    entries = list(rows.select_related("actor")[:100])
    return [
        Event(text=capitalised(actions.sentence(entry.action)), at=entry.at, by=who_acted(entry, names))
        for entry, newer in zip(entries, [None, *entries], strict=False)
        if not _looked_again(entry, newer)
    ]


def _looked_again(entry: Entry, newer: Entry | None) -> bool:
    """The same person looked at names and did so again right after; the log tells of each."""
    if newer is None or entry.action != "identity.revealed":
        return False
    return (newer.action, newer.actor_id) == (entry.action, entry.actor_id)


def who_acted(entry: Entry, names: bool) -> str:
    """The actor's name, where it tells no identity that the viewer may not know."""
    if entry.actor is None:
        return ""
    if entry.root_type == Root.SUBMISSION and not names and _tells_reviewer(entry):
        return ""
    return entry.actor.name


def _tells_reviewer(entry: Entry) -> bool:
    return entry.action.startswith(HIDES_WHO_ACTED) or entry.aspect in ASPECTS_OF_REVIEWERS


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def neighbours(papers: "QuerySet[Submission]", number: int) -> tuple[int | None, int | None]:
    """The numbers before and after in the list. Two queries."""
    numbers = papers.order_by("number").values_list("number", flat=True)
    before = numbers.filter(number__lt=number).order_by("-number").first()
    return before, numbers.filter(number__gt=number).first()
