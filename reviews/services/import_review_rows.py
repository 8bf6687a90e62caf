"""Bring in reviews from a table, in the words of the form that is asked here."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from accounts.services.register import create_person
from audit.errors import Refused
from reviews.forms import ReviewForm
from reviews.handles import draw_handles
from reviews.importing.records import ReviewRow
from reviews.models import Assignment, Review
from reviews.rules import check_pair
from reviews.services.assign import log_assignment
from reviews.services.import_assignments import paper_of, papers_by_number
from reviews.services.import_people import find_person
from reviews.services.import_reviews import import_reviews, write_imported
from reviews.services.import_rows import NEW, SAME, Done, each
from reviews.states import AssignmentKind, AssignmentStatus, ReviewStatus
from submissions.importing.ratings import NotOnScale, on_scale, overall
from submissions.importing.records import ImportedReview
from submissions.models import Submission
from submissions.services.conflicts import find_conflicts
from workshops.answers import Kind
from workshops.models import FormVersion, Membership, Workshop
from workshops.reading import QuestionData, open_form, questions_of
from workshops.states import Role

ELSEWHERE = "It was reviewed elsewhere."
RATING = "rating"
"""A column that forms elsewhere have: from 1 to 10, or with a label behind the number."""


@transaction.atomic
def import_review_rows(
    *, workshop: Workshop, by: User | None, rows: Sequence[ReviewRow]
) -> tuple[list[Done], list[str]]:
    """Write each review as submitted. Nobody is mailed. The second answer: columns that no form asks, left out.

    Whoever wrote it has the paper from then on, as any reviewer has; of a signature a placeholder stands for the
    person. A review that is here already is left; another one by the same person is a problem: none is overwritten.
    """
    require(acting(by), "staff", workshop)
    importing = _Importing(workshop, by)
    done = each(rows, lambda row: f"Paper {row.paper}, {row.email or row.reviewer}", importing.one)
    return done, sorted(importing.left_out)


class _Importing:
    def __init__(self, workshop: Workshop, by: User | None) -> None:
        self.workshop = workshop
        self.by = by
        self.papers = papers_by_number(workshop, by)
        self.by_key = {paper.imported_from: paper for paper in self.papers.values() if paper.imported_from}
        self.forms: dict[int, tuple[FormVersion, tuple[QuestionData, ...]]] = {}
        self.left_out: set[str] = set()

    def one(self, row: ReviewRow) -> tuple[str, str]:
        paper = self.by_key.get(row.key) or paper_of(self.papers, self.workshop, row.paper)
        form, questions = self._form(paper)
        answers = self._answers(questions, row)
        if not row.email:
            return self._signed(paper, row, answers)
        person = find_person(row.email) or self._make(row)
        assignment = Assignment.objects.current().filter(submission=paper, user=person).first()
        review = Review.objects.filter(assignment=assignment).select_related("current").first() if assignment else None
        if review is not None:
            return self._known(review, answers)
        write_imported(assignment or self._assign(paper, person), form, answers, at=row.at, by=self.by)
        return NEW, "the review is brought in"

    def _form(self, paper: Submission) -> tuple[FormVersion, tuple[QuestionData, ...]]:
        if paper.track_id not in self.forms:
            form = open_form(paper.workshop_id, paper.track_id)
            self.forms[paper.track_id] = form, questions_of(form.pk)
        return self.forms[paper.track_id]

    def _answers(self, questions: tuple[QuestionData, ...], row: ReviewRow) -> dict[str, Any]:
        """By key, checked as the form checks them, but that nothing is required: elsewhere other things were."""
        asked = {name: one for one in questions for name in (one.text.casefold(), one.key.replace("_", " "))}
        given: dict[str, Any] = {}
        for column, cell in row.answers.items():
            name = column.replace("_", " ").casefold()
            question = asked.get(name) or (asked.get("overall") if name == RATING else None)
            if question is None:
                self.left_out.add(column)
            else:
                given[question.key] = _value(question, cell, rated=name == RATING)
        if not given:
            raise Refused("No column of the file is a question of this track’s form. Call the columns as on the form.")
        form = ReviewForm.of_answers(questions, given, draft=True)
        if not form.is_valid():
            key, sentences = next(iter(form.errors.items()))
            raise Refused(f"{form.fields[key].label}: {sentences[0]} It says “{given.get(key)}”.")
        return form.answers()

    def _signed(self, paper: Submission, row: ReviewRow, answers: dict[str, Any]) -> tuple[str, str]:
        """By whoever that is."""
        made = import_reviews(submission=paper, reviews=(ImportedReview(row.reviewer, answers, row.at),), by=self.by)
        return (NEW, "the review is brought in") if made else (SAME, "is here already")

    def _known(self, review: Review, answers: dict[str, Any]) -> tuple[str, str]:
        if review.status == ReviewStatus.DRAFT:
            raise Refused("This person has begun a review here. Ask them to submit it.")
        if review.current is not None and review.current.answers == answers:
            return SAME, "is here already"
        raise Refused("This person’s review is here and reads differently; it stays. Remove the row.")

    def _make(self, row: ReviewRow) -> User:
        given, _, family = row.name.rpartition(" ")
        return create_person(email=row.email, given=given, family=family, by=self.by)

    def _assign(self, paper: Submission, person: User) -> Assignment:
        find_conflicts(workshop=self.workshop, by=None, submission=paper, user=person)
        check_pair(paper, person, ELSEWHERE)
        role = Membership.objects.open().filter(workshop=self.workshop, user=person, role=Role.REVIEWER)
        taken = Assignment.objects.filter(submission=paper).values_list("handle", flat=True)
        row = Assignment.objects.create(
            submission=paper,
            user=person,
            kind=AssignmentKind.REVIEWER if role.exists() else AssignmentKind.EXTERNAL,
            handle=draw_handles(taken, 1)[0],
            status=AssignmentStatus.ACCEPTED,
            override=ELSEWHERE,
            created_by=self.by,
        )
        log_assignment("assignment.made", row, self.by)
        return row


def _value(question: QuestionData, cell: str, *, rated: bool) -> Any:
    """The cell as an answer; what cannot be one is left as it stands, so that the form says what is wrong."""
    text = cell.strip()
    if question.kind == Kind.SCALE and question.low is not None and question.high is not None:
        try:
            return overall(text) if rated else on_scale(text, question.low, question.high)
        except NotOnScale:
            return text
    if question.kind in (Kind.CHOICE, Kind.CHOICES):
        keys = {label.casefold(): key for key, label in question.labels.items()}
        found = [keys.get(one.strip().casefold(), one.strip()) for one in text.split(";") if one.strip()]
        return found if question.kind == Kind.CHOICES else (found[0] if found else "")
    if question.kind == Kind.YESNO:
        return {"true": "yes", "false": "no", "1": "yes", "0": "no"}.get(text.casefold(), text.casefold())
    return text.removesuffix(".0") if question.kind == Kind.NUMBER else text
