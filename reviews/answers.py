"""Answers in words, as whoever reads a review sees them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workshops.models import Question
from workshops.reading import QuestionData


@dataclass(frozen=True)
class Answer:
    question: str
    value: str
    is_text: bool


def answers_in_words(questions: Iterable[QuestionData], answers: Mapping[str, Any]) -> tuple[Answer, ...]:
    """What was answered to these questions; what was left empty is not there."""
    given = ((question, answers.get(question.key)) for question in questions)
    return tuple(in_words(question, value) for question, value in given if value not in (None, "", []))


def in_words(question: QuestionData, value: Any) -> Answer:
    """What was answered to this question."""
    if question.kind == Question.Kind.TEXT:
        return Answer(question.text, str(value), True)
    if question.kind == Question.Kind.YESNO:
        return Answer(question.text, "yes" if value is True or value == "yes" else "no", False)
    values = [str(one) for one in (value if isinstance(value, list) else [value])]
    if question.kind in (Question.Kind.CHOICE, Question.Kind.CHOICES):
        shown = [question.labels.get(one) or one for one in values]
    else:
        shown = [_labelled(one, question.labels) for one in values]
    return Answer(question.text, ", ".join(shown), False)


def _labelled(value: str, labels: Mapping[str, str]) -> str:
    label = labels.get(value, "")
    return f"{value} ({label})" if label.casefold() not in ("", value.casefold()) else value
