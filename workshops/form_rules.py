"""What can be asked: the rules that every question of a form keeps, and when two scales are the same one."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.text import slugify

from audit.errors import Refused
from workshops.models import Question
from workshops.reading import QuestionData

Kind = Question.Kind
FEWEST_POINTS, MOST_POINTS = 2, 10
FEWEST_ANSWERS, MOST_ANSWERS = 2, 12
MOST_QUESTIONS = 60
LONGEST_HELP, LONGEST_LABEL, LONGEST_KEY = 2000, 200, 30
MOST_WORDS = 20_000
EXAMPLE = "such as overall or strengths_2"
NAMED = f"Its name in exports begins with a small letter and has small letters, digits and underscores, {EXAMPLE}."


@dataclass(frozen=True)
class Problem:
    """What is wrong with the question at ``place`` (from 0), and in which of its fields."""

    place: int
    field: str
    sentence: str

    @property
    def words(self) -> str:
        return f"Question {self.place + 1}: {self.sentence[:1].lower()}{self.sentence[1:]}"


class WrongQuestions(Refused):
    """Some questions cannot be asked; ``problems`` has all that is wrong with them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].words, field="questions")
        self.problems = tuple(problems)


def check(rows: Sequence[Question], asked: Mapping[str, str]) -> None:
    """Raise WrongQuestions for what cannot be asked.

    ``asked``: the kind of each question, by key, of the versions that were open. Answers are kept under these keys, so
    their kinds stay.
    """
    if len(rows) > MOST_QUESTIONS:
        raise Refused(f"A form has at most {MOST_QUESTIONS} questions; this one has {len(rows)}.", field="questions")
    found: list[Problem] = []
    seen: dict[str, int] = {}
    for place, row in enumerate(rows):
        found += [Problem(place, field, sentence) for field, sentence in _problems(row, asked)]
        if row.key and row.key in seen:
            first = seen[row.key] + 1
            twice = f"Its name in exports, “{row.key}”, is that of question {first} too. Give one of them another name."
            found.append(Problem(place, "key", twice))
        seen.setdefault(row.key, place)
    if found:
        raise WrongQuestions(found)


def _problems(row: Question, asked: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    yield from _own_problems(row)
    was = asked.get(row.key)
    if was and was != row.kind:
        label = Kind(was).label.lower()
        yield (
            "kind",
            f"It was asked as “{label}”, and answers to it are kept. Leave its kind, or remove it and add a new one.",
        )
    if row.kind == Kind.SCALE:
        yield from _scale_problems(row)
    elif row.kind in (Kind.CHOICE, Kind.CHOICES):
        yield from _choice_problems(row)
    elif row.kind == Kind.NUMBER and row.low is not None and row.high is not None and row.low > row.high:
        yield "low", f"The smallest number, {row.low}, is above the largest, {row.high}."
    elif row.kind == Kind.TEXT and row.words is not None and not 1 <= row.words <= MOST_WORDS:
        yield "words", f"Limit a text to between 1 and {MOST_WORDS:,} words, or leave the limit empty."


SENTENCES = {
    "key": NAMED,
    "kind": "Choose its kind.",
    "text": "Write what is asked, in at most 300 characters.",
    "readers": "Choose who reads the answers.",
    "low": "Write a whole number that is not too large.",
    "high": "Write a whole number that is not too large.",
    "words": "Write a whole number of words.",
    "labels": "Write each answer in words.",
}


def _own_problems(row: Question) -> Iterable[tuple[str, str]]:
    try:
        row.full_clean(exclude=["version"])
    except ValidationError as problem:
        for field, sentences in problem.message_dict.items():
            yield field, SENTENCES.get(field, sentences[0])
    if len(row.help) > LONGEST_HELP:
        yield "help", f"The help has {len(row.help):,} characters; at most {LONGEST_HELP:,} are read by anybody."
    if any(len(words) > LONGEST_LABEL for words in row.labels.values()):
        yield "labels", f"Say each answer in at most {LONGEST_LABEL} characters."


def _scale_problems(row: Question) -> Iterable[tuple[str, str]]:
    if row.low is None or row.high is None or row.low >= row.high:
        yield "low", "A scale needs a lowest and a higher highest number."
        return
    points = row.high - row.low + 1
    if points > MOST_POINTS:
        yield (
            "high",
            f"A scale from {row.low} to {row.high} has {points} points; at most {MOST_POINTS} can be told apart.",
        )
        return
    numbers = {str(number) for number in range(row.low, row.high + 1)}
    if outside := sorted(set(row.labels) - numbers):
        yield "labels", f"The label of {outside[0]} is outside the scale from {row.low} to {row.high}."
    elif bare := [str(end) for end in (row.low, row.high) if not row.labels.get(str(end), "").strip()]:
        yield (
            "labels",
            f"Say in words what {' and '.join(bare)} mean{'s' if len(bare) == 1 else ''}: both ends need it.",
        )


def _choice_problems(row: Question) -> Iterable[tuple[str, str]]:
    if len(row.labels) < FEWEST_ANSWERS:
        yield "labels", "Give at least two answers to choose from."
    elif len(row.labels) > MOST_ANSWERS:
        yield "labels", f"There are {len(row.labels)} answers; give at most {MOST_ANSWERS}."
    elif not all(words.strip() for words in row.labels.values()):
        yield "labels", SENTENCES["labels"]
    elif len({words.strip().casefold() for words in row.labels.values()}) < len(row.labels):
        yield "labels", "Two of the answers read the same."


def key_for(text: str, taken: Iterable[str]) -> str:
    """A name for exports made of a question's words, unlike those that are taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", slugify(text)).strip("_")[:LONGEST_KEY].rstrip("_")
    stem = stem if stem[:1].isalpha() else f"q_{stem}"[:LONGEST_KEY].rstrip("_")
    known, key, number = set(taken), stem, 1
    while key in known:
        number += 1
        end = f"_{number}"
        key = stem[: LONGEST_KEY - len(end)] + end
    return key


def scale_code(question: QuestionData | Question) -> str:
    """The same for two scales whose numbers mean the same, another one where an end or a label differs."""
    told = {key: words.strip() for key, words in question.labels.items() if words.strip()}
    meaning = json.dumps([question.low, question.high, sorted(told.items())])
    return hashlib.sha256(meaning.encode()).hexdigest()[:8]
