"""A review that was begun with one version of the form goes on with the next: what was typed, and what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reviews.answers import in_words
from reviews.models import ReviewVersion
from workshops.form_changes import changes, is_rescaled
from workshops.form_rules import Kind
from workshops.reading import QuestionData, questions_of


@dataclass(frozen=True)
class ChangeLine:
    """What changed, as a sentence, and what had been answered where it has no place any more."""

    words: str
    had: str = ""


@dataclass(frozen=True)
class Carried:
    answers: dict[str, Any]
    lines: tuple[ChangeLine, ...] = ()


def carry(old: Sequence[QuestionData], new: Sequence[QuestionData], answers: Mapping[str, Any]) -> Carried:
    """The answers to ``old`` as answers to ``new``: under the same key, to a question of the same kind.

    A number of a scale that means something else now is not taken over, nor is an answer that is not offered any more:
    they are told, so that nobody has to remember them.
    """
    before, after = ({one.key: one for one in questions} for questions in (old, new))
    kept: dict[str, Any] = {}
    lost: dict[str, Any] = {}
    for key, value in answers.items():
        was, now = before.get(key), after.get(key)
        if now is not None and (was is None or _fits(was, now, value)):
            kept[key] = value
        elif value not in (None, "", []):
            lost[key] = value
    lines = []
    for change in changes(old, new):
        was = before.get(change.key)
        had = in_words(was, lost[change.key]).value if was is not None and change.key in lost else ""
        lines.append(ChangeLine(change.words, had))
    return Carried(kept, tuple(lines))


def _fits(was: QuestionData, now: QuestionData, value: Any) -> bool:
    if was.kind != now.kind or is_rescaled(was, now):
        return False
    if now.kind in (Kind.CHOICE, Kind.CHOICES):
        return set(value if isinstance(value, list) else [value]) <= {*now.labels, ""}
    return True


def carried_draft(review: UUID, asked: int, questions: Sequence[QuestionData], draft: Mapping[str, Any]) -> Carried:
    """The draft of a review as answers to what is asked now, and what changed since it was begun.

    The history knows which version of the form was answered: one query, and two more where it was another one.
    """
    rows = ReviewVersion.objects.filter(review=review).order_by("-number")
    former = rows.exclude(form_version=asked).values_list("number", "form_version", "answers").first()
    if former is None:
        return Carried(dict(draft))
    number, form, answers = former
    old = questions_of(form)
    if not rows.filter(number__gt=number).exists():
        return carry(old, questions, draft)
    return Carried(dict(draft), carry(old, questions, answers).lines)
