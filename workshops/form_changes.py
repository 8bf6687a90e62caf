"""What differs between two versions of a form, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from workshops.form_rules import Kind, scale_code
from workshops.models import Question
from workshops.reading import QuestionData


@dataclass(frozen=True)
class Change:
    """``text`` is the question as it is asked now, ``what`` goes on the sentence: “… is no longer asked.”

    ``rescaled``: its numbers do not mean what they meant, so that old and new ones cannot be compared.
    """

    key: str
    text: str
    what: str
    rescaled: bool = False

    @property
    def words(self) -> str:
        return f"“{self.text}” {self.what}."


def changes(old: Sequence[QuestionData], new: Sequence[QuestionData]) -> list[Change]:
    """One for each question that differs, in the new order, then those that are gone. Order alone is no change."""
    before = {question.key: question for question in old}
    after = {question.key for question in new}
    found = [_change(before.get(question.key), question) for question in new]
    gone = [Change(one.key, one.text, "is no longer asked") for one in old if one.key not in after]
    return [change for change in found if change] + gone


def _change(was: QuestionData | None, now: QuestionData) -> Change | None:
    if was is None:
        return Change(now.key, now.text, "is new")
    if was == now and list(was.labels) == list(now.labels):
        return None
    rescaled = is_rescaled(was, now)
    said = [
        (was.kind != now.kind, f"is asked as “{Kind(now.kind).label.lower()}” now"),
        (was.text != now.text, f"was “{was.text}”"),
        (rescaled and was.kind == now.kind, _scale_words(was, now)),
        (now.kind != Kind.SCALE and list(was.labels.items()) != list(now.labels.items()), "offers other answers"),
        (now.kind == Kind.NUMBER and (was.low, was.high) != (now.low, now.high), "has other limits"),
        (was.words != now.words, f"takes {now.words} words at most" if now.words else "has no limit of words any more"),
        (was.required != now.required, "must be answered now" if now.required else "may stay empty now"),
        (was.help != now.help, "has another help text"),
        (was.readers != now.readers, f"is read by {_readers(now)} now"),
    ]
    return Change(now.key, now.text, _joined([words for differs, words in said if differs]), rescaled)


def is_rescaled(was: QuestionData, now: QuestionData) -> bool:
    return Kind.SCALE in (was.kind, now.kind) and (was.kind != now.kind or scale_code(was) != scale_code(now))


def _scale_words(was: QuestionData, now: QuestionData) -> str:
    if (was.low, was.high) != (now.low, now.high):
        return f"goes from {now.low} to {now.high} now, not from {was.low} to {was.high}"
    return "has other words beside its numbers"


def _readers(question: QuestionData) -> str:
    words = Question.Readers(question.readers).label
    return words[:1].lower() + words[1:]


def _joined(parts: list[str]) -> str:
    if not parts:
        return "was touched up"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
