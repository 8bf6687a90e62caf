"""What a reviewer's pages show: frozen plain data, read by ``values``. No paper, author or other person is in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import Publication
from reviews.answers import Answer, answers_in_words
from reviews.carry import Carried, ChangeLine, carried_draft
from reviews.emails import papers_at_most
from reviews.models import Assignment, ExtensionRequest, Invitation, Review, Reviewer, ReviewVersion, TopicInterest
from reviews.states import (
    CURRENT,
    REVIEWING,
    AssignmentStatus,
    InvitationStatus,
    RequestStatus,
    ReviewStatus,
    SavedAs,
)
from reviews.writing import Writing, writing
from submissions.models import File, Submission
from submissions.states import FilePurpose, FileStatus, SubmissionStatus
from workshops.deadlines import bidding_until, dated, window, windows_from
from workshops.models import Question, Topic
from workshops.reading import NAMES, QuestionData, find_open_form, questions_of
from workshops.states import DeadlineKind, Role

MOST_VERSIONS = 300
READ_BY_REVIEWERS = (Question.Readers.AUTHORS, Question.Readers.REVIEWERS)


@dataclass(frozen=True)
class Place:
    """The workshop that a page belongs to."""

    slug: str
    name: str
    contact: str
    is_rehearsal: bool


@dataclass(frozen=True)
class State:
    """A state for the ``status`` tag."""

    code: str
    words: str
    tone: str


@dataclass(frozen=True)
class PaperFile:
    """A file that the reader may open. A supplement without pages is a ZIP file."""

    pk: UUID
    pages: int | None
    size: int


@dataclass(frozen=True)
class OtherReview:
    who: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Task:
    """One paper of a reviewer, as a line of a list."""

    pk: UUID
    number: int
    title: str
    track: str
    due: datetime | None
    state: State
    is_new: bool
    here: bool = False

    @property
    def is_to_do(self) -> bool:
        return self.state.code in ("todo", ReviewStatus.DRAFT)

    @property
    def is_reviewed(self) -> bool:
        return self.state.code == ReviewStatus.SUBMITTED


@dataclass(frozen=True)
class VersionLine:
    """A version of one's own review. ``saved_as`` is one of SavedAs, ``words`` says it."""

    number: int
    at: datetime
    saved_as: str
    late: bool

    @property
    def words(self) -> str:
        return SavedAs(self.saved_as).label


@dataclass(frozen=True)
class Asked:
    """The last request for more days: its state, the instant that was asked for, and the organizers' words."""

    status: str
    until: datetime
    answer: str

    @property
    def is_open(self) -> bool:
        return self.status == RequestStatus.OPEN

    @property
    def is_refused(self) -> bool:
        return self.status == RequestStatus.REFUSED


@dataclass(frozen=True)
class ReviewPage:
    pk: UUID
    place: Place
    track: str
    number: int
    title: str
    abstract: str
    tldr: str
    keywords: str
    handle: int
    state: State
    due: datetime | None
    is_new: bool
    is_open: bool
    submitted_at: datetime | None
    saved_at: datetime | None
    version: int
    writing: Writing
    questions: tuple[QuestionData, ...]
    answers: Mapping[str, Any]
    form: int | None
    carried: tuple[ChangeLine, ...]
    file: PaperFile | None
    supplement: PaperFile | None
    tasks: tuple[Task, ...]
    versions: tuple[VersionLine, ...]
    others: tuple[OtherReview, ...]
    others_open: bool
    is_late: bool
    asked: Asked | None
    knowing: str

    @property
    def number_text(self) -> str:
        return str(self.number)

    @property
    def who_you_are(self) -> str:
        return f"You are Reviewer {self.handle} of this paper"

    @property
    def is_submitted(self) -> bool:
        return self.state.code == ReviewStatus.SUBMITTED

    @property
    def may_decline(self) -> bool:
        return self.is_open and self.state.code in ("todo", ReviewStatus.DRAFT)

    @property
    def has_begun(self) -> bool:
        return self.state.code == ReviewStatus.DRAFT

    @property
    def may_ask_for_days(self) -> bool:
        """There is a date, the review is not in, and the workshop is not closed for good."""
        return self.may_decline and self.due is not None and not self.writing.changes_nothing

    @property
    def next_task(self) -> "Task | None":
        """The paper that one would go on with: what is due first of what is still to be written."""
        return next((task for task in self.tasks if not task.here and task.is_to_do), None)

    @property
    def may_rank(self) -> bool:
        return may_rank(self.tasks)


FIELDS_OF_PLACE = (
    "submission__workshop__slug",
    "submission__workshop__name",
    "submission__workshop__year",
    "submission__workshop__contact",
    "submission__workshop__is_rehearsal",
    "submission__workshop__frozen_at",
)
_FIELDS = (
    "pk",
    "handle",
    "status",
    "due_at",
    "submission_id",
    "submission__number",
    "submission__title",
    "submission__abstract",
    "submission__tldr",
    "submission__keywords",
    "submission__status",
    "submission__track_id",
    "submission__track__name",
    "submission__track__names_to_reviewers",
    "submission__current__pdf_id",
    "submission__current__supplement_id",
    "submission__workshop_id",
    *FIELDS_OF_PLACE,
    "review__pk",
    "review__status",
    "review__version",
    "review__draft",
    "review__draft_saved_at",
    "review__submitted_at",
    "review__current__answers",
    "review__current__form_version_id",
    "review__current__late",
    "authors_known__knowing",
)


@prepared
def _own_review(viewer: Viewer, pk: UUID) -> QuerySet:
    mine = visible_to(viewer, "own", Assignment).filter(pk=pk, kind__in=REVIEWING)
    shown = visible_to(viewer, "reviews", Submission).filter(pk=OuterRef("submission"))
    asked = ExtensionRequest.objects.filter(assignment=OuterRef("pk")).order_by("-asked_at")
    last = {f"asked_{name}": Subquery(asked.values(name)[:1]) for name in ("status", "until", "answer")}
    return mine.annotate(others_open=Exists(shown), **last).values(*_FIELDS, "others_open", *last)


@prepared
def _page_rows(
    viewer: Viewer, pk: UUID, paper: int, workshop_id: int, track_id: int, review: UUID | None
) -> dict[str, QuerySet]:
    """What the page of a review has beside it."""
    parts = {
        "dates": dated(workshop_id, track_id, {DeadlineKind.REVIEW: pk}),
        "files": file_rows(viewer, paper),
        "tasks": task_rows(viewer, workshop_id),
    }
    return parts if review is None else parts | {"versions": _version_rows(viewer, review)}


def review_page(viewer: Viewer, pk: UUID, at: datetime) -> ReviewPage:
    """One's own review with its paper. A fixed number of queries. Raises Http404."""
    row: dict[str, Any] | None = next(iter(_own_review(viewer, pk)), None)
    if row is None:
        raise Http404
    is_open = row["status"] in CURRENT and row["submission__status"] == SubmissionStatus.SUBMITTED
    track = row["submission__track_id"]
    beside: dict[str, list[Any]] = _page_rows(
        viewer, pk, row["submission_id"], row["submission__workshop_id"], track, row["review__pk"]
    )
    found = windows_from(beside["dates"], track, at)
    status = row["review__status"] or ReviewStatus.DRAFT
    form = asked_form(row)
    questions = questions_of(form) if form else ()
    carried = _carried(viewer, row, form, questions)
    file, supplement = files_from(beside["files"], row) if is_open else (None, None)
    return ReviewPage(
        pk=row["pk"],
        place=place_of(row),
        track=row["submission__track__name"],
        number=row["submission__number"],
        title=row["submission__title"] if is_open else "",
        abstract=row["submission__abstract"] if is_open else "",
        tldr=row["submission__tldr"] if is_open else "",
        keywords=row["submission__keywords"] if is_open else "",
        handle=row["handle"],
        state=_state(row["status"], row["review__status"]),
        due=row["due_at"] or found[DeadlineKind.REVIEW].ends_at,
        is_new=row["status"] == AssignmentStatus.ACTIVE,
        is_open=is_open,
        submitted_at=row["review__submitted_at"],
        saved_at=row["review__draft_saved_at"],
        version=row["review__version"] or 1,
        writing=writing(
            row["status"],
            status,
            found,
            at,
            contact=row["submission__workshop__contact"],
            frozen=row["submission__workshop__frozen_at"] is not None,
        ),
        form=form,
        questions=questions,
        answers=carried.answers,
        carried=carried.lines,
        file=file,
        supplement=supplement,
        tasks=_tasks(beside["tasks"], here=pk),
        versions=_versions(beside.get("versions", [])),
        others=_others(row) if row["others_open"] else (),
        others_open=row["others_open"],
        is_late=bool(row["review__current__late"]),
        asked=Asked(row["asked_status"], row["asked_until"], row["asked_answer"]) if row["asked_status"] else None,
        knowing=row["authors_known__knowing"] or "",
    )


def own_answers(viewer: Viewer, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is typed, else what is submitted. A draft is read by nobody but its writer."""
    draft = row["review__draft"] if viewer.through is None else None
    return draft or row["review__current__answers"] or {}


def place_of(row: Mapping[str, Any]) -> Place:
    start = "submission__workshop__"
    name = f"{row[start + 'name']} {row[start + 'year']}"
    return Place(row[start + "slug"], name, row[start + "contact"], row[start + "is_rehearsal"])


def _state(assignment: str, review: str | None) -> State:
    if assignment == AssignmentStatus.NOT_NEEDED:
        return State("not_needed", "No longer needed", "neutral")
    if review == ReviewStatus.SET_ASIDE:
        return State("set_aside", "Set aside by the organizers", "warn")
    if review == ReviewStatus.SUBMITTED:
        return State("submitted", "Submitted", "good")
    if review == ReviewStatus.DRAFT:
        return State("draft", "Begun", "accent")
    return State("todo", "To write", "warn")


def asked_form(row: Mapping[str, Any]) -> int | None:
    """The version that the review answered; before that, the one that is asked now (None where no form is open)."""
    if version := row["review__current__form_version_id"]:
        return int(version)
    form = find_open_form(row["submission__workshop_id"], row["submission__track_id"])
    return form.pk if form else None


def questions_for(row: Mapping[str, Any]) -> tuple[QuestionData, ...]:
    """The questions of that version."""
    form = asked_form(row)
    return questions_of(form) if form else ()


def _carried(viewer: Viewer, row: Mapping[str, Any], form: int | None, questions: tuple[QuestionData, ...]) -> Carried:
    """What stands in the form: of a review that was only begun, as far as it fits what is asked now."""
    answers = dict(own_answers(viewer, row))
    if answers and row["review__current__answers"] is None and form is not None:
        return carried_draft(row["review__pk"], form, questions, answers)
    return Carried(answers)


def files_for(viewer: Viewer, row: Mapping[str, Any]) -> tuple[PaperFile | None, PaperFile | None]:
    """The present PDF and supplement: the copies without identifying metadata, the originals where authors are no
    secret. One query."""
    return files_from(list(file_rows(viewer, row["submission_id"])), row)


def file_rows(viewer: Viewer, submission_id: int) -> "QuerySet[File, tuple[Any, ...]]":
    files = visible_to(viewer, "row", File).filter(submission=submission_id, status=FileStatus.CHECKED)
    return files.values_list("pk", "purpose", "made_from", "pages", "blob__size")


def files_from(rows: list[Any], row: Mapping[str, Any]) -> tuple[PaperFile | None, PaperFile | None]:
    """The same, from its rows."""

    def find(original: UUID | None, purpose: str) -> PaperFile | None:
        copies = [one for one in rows if one[1] == purpose and one[2] == original]
        found = [*copies, *(one for one in rows if one[0] == original)] if original else []
        return PaperFile(found[0][0], found[0][3], found[0][4]) if found else None

    return (
        find(row["submission__current__pdf_id"], FilePurpose.BLINDED),
        find(row["submission__current__supplement_id"], FilePurpose.BLINDED_SUPPLEMENT),
    )


def tasks(viewer: Viewer, workshop_id: int, here: UUID | None = None) -> tuple[Task, ...]:
    """All papers that the viewer reviews in a workshop, what is due first. One query."""
    return _tasks(task_rows(viewer, workshop_id), here)


def task_rows(viewer: Viewer, workshop_id: int) -> "QuerySet[Assignment, dict[str, Any]]":
    rows = visible_to(viewer, "own", Assignment).filter(submission__workshop=workshop_id, kind__in=REVIEWING)
    names = ("pk", "status", "due_at", "submission__number", "submission__title", "submission__status")
    return rows.values(*names, "submission__track__name", "review__status")


def _tasks(rows: Iterable[dict[str, Any]], here: UUID | None) -> tuple[Task, ...]:
    found = [_task(row, here) for row in rows]
    return tuple(sorted(found, key=lambda task: (task.due is None, task.due, task.number)))


def _task(row: Mapping[str, Any], here: UUID | None) -> Task:
    is_open = row["status"] in CURRENT and row["submission__status"] == SubmissionStatus.SUBMITTED
    return Task(
        pk=row["pk"],
        number=row["submission__number"],
        title=row["submission__title"] if is_open else "",
        track=row["submission__track__name"],
        due=row["due_at"],
        state=_state(row["status"], row["review__status"]),
        is_new=row["status"] == AssignmentStatus.ACTIVE,
        here=row["pk"] == here,
    )


def own_versions(viewer: Viewer, review: UUID | None) -> tuple[VersionLine, ...]:
    """All versions, the newest first; for somebody who looks along with the writer, those that were submitted."""
    return _versions(_version_rows(viewer, review)) if review is not None else ()


def _version_rows(viewer: Viewer, review: UUID) -> "QuerySet[ReviewVersion, tuple[Any, ...]]":
    rows = ReviewVersion.objects.filter(review=review).order_by("-number")
    if viewer.through is not None:
        rows = rows.filter(saved_as=SavedAs.SUBMITTED)
    return rows.values_list("number", "at", "saved_as", "late")[:MOST_VERSIONS]


def _versions(rows: Iterable[tuple[Any, ...]]) -> tuple[VersionLine, ...]:
    return tuple(VersionLine(*row) for row in sorted(rows, reverse=True))


def may_rank(mine: Iterable[Task]) -> bool:
    """Are all of one's papers reviewed, and are there several to put in order?"""
    listed = list(mine)
    return sum(task.is_reviewed for task in listed) > 1 and not any(task.is_to_do for task in listed)


# --- others' reviews -------------------------------------------------------------------------------------------------


def _others(row: Mapping[str, Any]) -> tuple[OtherReview, ...]:
    """The other submitted reviews, under handles, or under names where the track says so."""
    rows = list(
        Review.objects.counted()
        .filter(assignment__submission=row["submission_id"], current__isnull=False)
        .exclude(assignment=row["pk"])
        .order_by("assignment__handle")
        .values(
            "assignment__handle",
            "assignment__user__given",
            "assignment__user__particle",
            "assignment__user__family",
            "current__form_version",
            "current__answers",
        )
    )
    named = row["submission__track__names_to_reviewers"]
    asked = questions_by_version({one["current__form_version"] for one in rows}, READ_BY_REVIEWERS)
    return tuple(
        OtherReview(_who(one, named), answers_in_words(asked[one["current__form_version"]], one["current__answers"]))
        for one in rows
    )


def _who(row: Mapping[str, Any], named: bool) -> str:
    if not named:
        return f"Reviewer {row['assignment__handle']}"
    return name_of(row, "assignment__user__")


def name_of(row: Mapping[str, Any], path: str = "") -> str:
    """A person's name from a row of values, its parts at ``path``."""
    parts = (row[f"{path}{part}"] for part in ("given", "particle", "family"))
    return " ".join(part for part in parts if part)


def questions_by_version(versions: Iterable[int], readers: Iterable[str]) -> dict[int, list[QuestionData]]:
    return by_version(question_rows().filter(version__in=list(versions), readers__in=list(readers)))


def question_rows() -> "QuerySet[Question, tuple[Any, ...]]":
    return Question.objects.values_list("version", "position", "pk", *NAMES)


def by_version(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[QuestionData]]:
    """The questions of each version in their order, from rows of ``question_rows``."""
    found: dict[int, list[QuestionData]] = defaultdict(list)
    for version, _, _, *values in sorted(rows, key=lambda row: row[:3]):
        found[version].append(QuestionData(**dict(zip(NAMES, values, strict=True))))
    return found


# --- what a reviewer offers ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PublicationLine:
    title: str
    details: str


@dataclass(frozen=True)
class ReviewingPage:
    place: Place
    tasks: tuple[Task, ...]
    offers: bool
    load_max: int
    statement: str
    emergency: bool
    topics: tuple[tuple[int, str], ...]
    chosen: tuple[int, ...]
    publications: tuple[PublicationLine, ...]
    bids_until: datetime | None = None

    @property
    def new(self) -> int:
        return sum(task.is_new for task in self.tasks)

    @property
    def open_tasks(self) -> int:
        return sum(task.state.code in ("todo", "draft") for task in self.tasks)

    @property
    def may_rank(self) -> bool:
        return may_rank(self.tasks)

    @property
    def next_due(self) -> datetime | None:
        """When the first review that is still to be submitted is due."""
        return min((t.due for t in self.tasks if t.due and t.state.code in ("todo", "draft")), default=None)


def reviewing_page(viewer: Viewer, workshop: Any) -> ReviewingPage:
    """A reviewer's page of one workshop; also for somebody who reviews one paper from outside. Raises Http404."""
    names = ("pk", "load_max", "statement", "emergency")
    row = visible_to(viewer, "self", Reviewer).filter(workshop=workshop.pk).values(*names).first()
    mine = tasks(viewer, workshop.pk)
    if row is None and not mine:
        raise Http404
    offer = row or {"pk": 0, "load_max": 0, "statement": "", "emergency": False}
    chosen = TopicInterest.objects.filter(reviewer=offer["pk"]).values_list("topic", flat=True)
    return ReviewingPage(
        place=Place(workshop.slug, str(workshop), workshop.contact, workshop.is_rehearsal),
        tasks=mine,
        offers=row is not None,
        load_max=offer["load_max"],
        statement=offer["statement"],
        emergency=offer["emergency"],
        topics=tuple(Topic.objects.filter(workshop=workshop.pk).values_list("pk", "name")),
        chosen=tuple(chosen),
        publications=_publications(viewer),
        bids_until=bidding_until(workshop.pk, timezone.now()) if row is not None else None,
    )


def _publications(viewer: Viewer) -> tuple[PublicationLine, ...]:
    rows = visible_to(viewer, "row", Publication).order_by("-year", "title").values_list("title", "venue", "year")
    return tuple(
        PublicationLine(title, ", ".join(str(one) for one in (venue, year) if one)) for title, venue, year in rows
    )


# --- an invitation ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class InvitationPage:
    place: Place
    role: str
    reviews: bool
    address: str
    name: str
    load: int | None
    load_words: str
    note: str
    inviter: str
    due: datetime | None
    until: datetime
    status: str
    answered_at: datetime | None
    has_account: bool

    @property
    def is_answerable(self) -> bool:
        return self.status in (InvitationStatus.SENT, InvitationStatus.DECLINED)


def invitation_page(invitation: Invitation, at: datetime, *, has_account: bool) -> InvitationPage:
    """What an invited person reads. Two queries beside the invitation's own."""
    workshop = invitation.workshop
    inviter = invitation.invited_by
    return InvitationPage(
        place=Place(workshop.slug, str(workshop), workshop.contact, workshop.is_rehearsal),
        role=Role(invitation.role).label.lower(),
        reviews=invitation.role == Role.REVIEWER,
        address=invitation.address,
        name=invitation.name,
        load=invitation.load,
        load_words=papers_at_most(invitation.load),
        note=invitation.note,
        inviter=inviter.name if inviter else "",
        due=window(invitation.workshop_id, DeadlineKind.REVIEW, invitation.track_id, at=at).at,
        until=invitation.expires_at,
        status=invitation.status,
        answered_at=invitation.answered_at,
        has_account=has_account,
    )
