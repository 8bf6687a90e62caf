"""A save meets another (two tabs, two devices): both texts, question by question, and the choice between them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from reviews.offline import tidy
from reviews.reading import answers_in_words
from submissions.both_versions import MINE, PICK, THEIRS, Difference
from submissions.differences import word_parts
from workshops.answers import Kind
from workshops.reading import QuestionData

_DIGITS = 12


def differences(
    questions: Iterable[QuestionData], mine: Mapping[str, Any], theirs: Mapping[str, Any], drawn: Mapping[str, str]
) -> list[Difference]:
    """Where what was typed differs from what is saved. ``drawn``: the marks of what the writer's page began with; what
    the writer had left alone is the other's, to begin with.
    """
    found = []
    for question in questions:
        own, saved = _text(question, mine), _text(question, theirs)
        if own == saved:
            continue
        untouched = drawn.get(question.key) == _mark(own)
        found.append(
            Difference(
                name=question.key,
                label=question.text,
                target=f"id_q-{question.key}",
                mine=own,
                theirs=saved,
                parts=tuple(word_parts(saved, own)),
                pick=THEIRS if untouched else MINE,
            )
        )
    return found


def chosen(posted: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, with the saved answer for each question for which it was picked."""
    merged = dict(mine)
    for name, value in posted.items():
        key = name.removeprefix(PICK)
        if key == name or value != THEIRS:
            continue
        if key in theirs:
            merged[key] = theirs[key]
        else:
            merged.pop(key, None)
    return merged


def marks(questions: Iterable[QuestionData], answers: Mapping[str, Any]) -> str:
    """What a page begins with, for a hidden field: a short mark of each answer."""
    return json.dumps({question.key: _mark(_text(question, answers)) for question in questions})


def read_marks(text: str) -> dict[str, str]:
    """The marks of a hidden field; {} for anything else."""
    try:
        found = json.loads(text[:20_000])
    except (ValueError, RecursionError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _text(question: QuestionData, answers: Mapping[str, Any]) -> str:
    """An answer as a person reads it."""
    if question.kind == Kind.TEXT:
        return tidy(str(answers.get(question.key) or ""))
    words = answers_in_words([question], answers)
    return words[0].value if words else ""
