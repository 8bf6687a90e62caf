"""What authors read once they are told: the decision, and the reviews under handles. Plain frozen data."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from decisions.models import Decision
from decisions.states import TOLD, OutcomeKind
from reviews.models import Review
from reviews.reading import Answer, answers_in_words, questions_by_version
from submissions.models import Submission
from workshops.deadlines import window
from workshops.models import Question
from workshops.states import DeadlineKind


@dataclass(frozen=True)
class ReviewForAuthors:
    handle: str
    answers: tuple[Answer, ...]

    @property
    def text(self) -> str:
        """The review as it stands in a mail."""
        return "\n\n".join(_in_mail(answer) for answer in self.answers)


def _in_mail(answer: Answer) -> str:
    if answer.is_text:
        return f"{answer.question}\n{answer.value}"
    return f"{answer.question}{' ' if answer.question.endswith('?') else ': '}{answer.value}"


@dataclass(frozen=True)
class DecisionForAuthors:
    outcome: str
    kind: str
    to_authors: str
    told_at: datetime | None
    offered_track: str
    camera_ready_at: datetime | None = None

    @property
    def words(self) -> str:
        return outcome_words(self.outcome, self.kind, self.offered_track)

    @property
    def tone(self) -> str:
        return OUTCOME_TONES.get(self.kind, "neutral")


OUTCOME_TONES: dict[str, str] = {OutcomeKind.ACCEPT: "good", OutcomeKind.OFFER: "info"}


def outcome_words(label: str, kind: str, offered_track: str) -> str:
    """An outcome as its authors read it; the organizers' label only where it says more than the kind."""
    if kind == OutcomeKind.ACCEPT:
        return "Accepted" if label.casefold() in ("accept", "accepted") else f"Accepted: {label}"
    if kind == OutcomeKind.OFFER:
        return f"Offer: {offered_track}" if offered_track else "Offer of another track"
    return "Not accepted" if kind == OutcomeKind.REJECT else "Not taken into review"


def reviews_for_authors(submission_ids: Iterable[int]) -> dict[int, list[ReviewForAuthors]]:
    """Submitted reviews of these papers in the order of their handles, with the answers that authors may read.

    Three queries, whatever the number of papers.
    """
    rows = list(
        Review.objects.counted()
        .filter(assignment__submission__in=list(submission_ids), current__isnull=False)
        .order_by("assignment__handle")
        .values_list("assignment__submission", "assignment__handle", "current__form_version", "current__answers")
    )
    questions = questions_by_version({form for _, _, form, _ in rows}, [Question.Readers.AUTHORS])
    papers: dict[int, list[ReviewForAuthors]] = defaultdict(list)
    for paper, handle, form, answers in rows:
        papers[paper].append(ReviewForAuthors(f"Reviewer {handle}", answers_in_words(questions[form], answers)))
    return papers


def decision_of(paper: Submission) -> Decision | None:
    """The decision of a paper that was read with it."""
    return getattr(paper, "decision", None)


def decision_for_authors(submission: Submission) -> DecisionForAuthors | None:
    """The decision that the authors were told, or None."""
    row = (
        Decision.objects.filter(submission=submission, status__in=TOLD).select_related("outcome__offers_track").first()
    )
    if row is None:
        return None
    offered = row.outcome.offers_track.name if row.outcome.offers_track else ""
    due = window(submission.workshop_id, DeadlineKind.CAMERA_READY, submission.track_id, at=timezone.now()).at
    return DecisionForAuthors(row.outcome.label, row.outcome.kind, row.to_authors, row.released_at, offered, due)
