"""What authors answer to the questions of their track."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.errors import Refused
from submissions.models import Disclosure, Submission
from workshops.answers import QuestionsForm
from workshops.models import Form, Question, Track
from workshops.reading import QuestionData, find_open_form, questions_of


@dataclass(frozen=True)
class Answered:
    """Answers to one version of the questions; ``unanswered`` are the wordings of required ones that lack theirs."""

    version_id: int | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)


def prefix_of(version_id: int) -> str:
    """What the names of a version's fields begin with on the form."""
    return f"d{version_id}"


def read_answers(submission: Submission, track: Track, answers: Mapping[str, Any] | None) -> Answered:
    """The answers as they are stored. None keeps the saved ones that this track asks for. Three queries at most.

    What no question asks for is left out. Raises Refused, with the name of the field, for what is no answer.
    """
    version = find_open_form(track.workshop_id, track.pk, Form.Purpose.DISCLOSURE)
    if version is None:
        return Answered()
    questions = questions_of(version.pk)
    if answers is None:
        answers = submission.current.snapshot.get("answers", {}) if submission.current else {}
    return _checked(version.pk, questions, answers)


def _checked(version_id: int, questions: Sequence[QuestionData], answers: Mapping[str, Any]) -> Answered:
    asked = {question.key for question in questions}
    given = {key: value for key, value in answers.items() if key in asked}
    form = QuestionsForm.of_answers(questions, given, draft=True, prefix=prefix_of(version_id))
    for key, sentences in form.errors.items():
        raise Refused(str(sentences[0]), field=form.add_prefix(key))
    clean = form.answers()
    return Answered(version_id, clean, [q.text for q in questions if q.required and q.key not in clean])


def write_answers(submission: Submission, answered: Answered) -> None:
    """Make the rows of the paper's answers as they are now. Three queries, one where nothing changes."""
    before = {row.question_id: (row.number, row.text) for row in submission.disclosures.all()}
    if not before and not answered.answers:
        return
    keys = dict(Question.objects.filter(version=answered.version_id).values_list("key", "pk"))
    after = {keys[key]: _stored(value) for key, value in answered.answers.items()}
    if after == before:
        return
    submission.disclosures.all().delete()
    Disclosure.objects.bulk_create(
        Disclosure(submission=submission, question_id=question, number=number, text=text)
        for question, (number, text) in after.items()
    )


def _stored(value: Any) -> tuple[int | None, str]:
    if isinstance(value, bool | int):
        return int(value), ""
    return None, ", ".join(value) if isinstance(value, list) else value
