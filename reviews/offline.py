"""A review as a Markdown file, to be filled in away from the site: written, and read again. Plain data, no query.

    # Review of paper 17: Symmetry in the dark
    <!-- review 4b0b1a52-… -->

    ## [summary] Summary
    > Read by authors, reviewers, chairs and organizers. Needed.

    What is written here, until the next line that begins with "## [".

    ## [overall] Overall
    > Put an x between the brackets of one line.

    - [ ] 6: strong accept
    - [x] 5: accept

A line of a text that would itself look like the head of a question is written with a backslash before it. What is
written and then read is the same again, as far as an answer is possible at all: of a value that the question does not
offer, no box is ticked.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from workshops.answers import Kind
from workshops.reading import QuestionData

HEAD = re.compile(r"##[ \t]+\\?\[([a-z][a-z0-9_]*)\\?\](?:[ \t].*)?")
LIKE_A_HEAD = re.compile(r"\\*##[ \t]+\\?\[")
ESCAPED = re.compile(r"\\(\\*##[ \t]+\\?\[)")
BOX = re.compile(r"[ \t]*[-*+][ \t]+\\?\[[ \t]*([xX✓✔]?)[ \t]*\\?\][ \t]*(.*)")
WHICH = re.compile(r"^\s*<!--\s*review\s+([0-9a-fA-F-]{36})\s*-->\s*$", re.MULTILINE)
YES_OR_NO = {"yes": "", "no": ""}
HOW = {
    Kind.SCALE: "Put an x between the brackets of one line.",
    Kind.CHOICE: "Put an x between the brackets of one line.",
    Kind.YESNO: "Put an x between the brackets of one line.",
    Kind.CHOICES: "Put an x between the brackets of every line that holds.",
    Kind.NUMBER: "Write a whole number.",
    Kind.TEXT: "",
}
ABOUT = """\
Write under each question and leave the lines that begin with “##” as they are. Then upload the file on your page of the
workshop; you see what was read before anything is saved. What you leave empty stays as it is there."""


@dataclass(frozen=True)
class Copy:
    """What a file is written from."""

    assignment: UUID
    number: int
    title: str
    place: str
    due: str
    questions: tuple[QuestionData, ...]
    answers: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"review-of-paper-{self.number}.md"


@dataclass(frozen=True)
class Reading:
    """What was read: the answers that are there, and sentences about what was not understood."""

    answers: dict[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


# --- written ----------------------------------------------------------------------------------------------------------


def write(copy: Copy) -> str:
    title = " ".join(copy.title.split())
    head = [
        f"# Review of paper {copy.number}" + (f": {title}" if title else ""),
        f"<!-- review {copy.assignment} -->",
        "",
        ". ".join(part for part in (copy.place, f"Due {copy.due}" if copy.due else "") if part) + ".",
        "",
        ABOUT,
        "",
    ]
    return "\n".join([*head, *(line for question in copy.questions for line in _question(question, copy.answers))])


def _question(question: QuestionData, answers: Mapping[str, Any]) -> Iterator[str]:
    yield f"## [{question.key}] {_one_line(question.text)}"
    readers = question.readers_label
    words = f"At most {question.words} words." if question.words else ""
    needed = "Needed." if question.required else "May stay empty."
    said = f"Read by {readers[:1].lower()}{readers[1:]}. {needed}"
    for line in (said, words, HOW[Kind(question.kind)], *question.help.split("\n")):
        if line.strip():
            yield f"> {_one_line(line)}"
    yield ""
    yield from _answer(question, answers.get(question.key))
    yield ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _answer(question: QuestionData, value: Any) -> Iterator[str]:
    if question.kind in (Kind.TEXT, Kind.NUMBER):
        for line in tidy("" if value is None else str(value)).split("\n"):
            yield f"\\{line}" if LIKE_A_HEAD.match(line) else line
        return
    ticked = {_shown(one) for one in (value if isinstance(value, list) else [value])}
    for key, label in _options(question):
        yield f"- [{'x' if key in ticked else ' '}] {_option(key, label)}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _options(question: QuestionData) -> list[tuple[str, str]]:
    return list(YES_OR_NO.items()) if question.kind == Kind.YESNO else question.choices


def _option(key: str, label: str) -> str:
    words = _one_line(label)
    return f"{key}: {words}" if words and words != key else key


def tidy(text: str) -> str:
    """A text as it is compared and kept: one kind of line end, nothing blank around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


# --- read -------------------------------------------------------------------------------------------------------------


def which(text: str) -> UUID | None:
    """The assignment that a file is about, or None."""
    found = WHICH.search(text)
    try:
        return UUID(found.group(1)) if found else None
    except ValueError:
        return None


def read(text: str, questions: Sequence[QuestionData]) -> Reading:
    """The answers of a file, by these questions. What is empty is not among them."""
    asked = {question.key: question for question in questions}
    answers: dict[str, Any] = {}
    problems: list[str] = []
    for key, lines in _parts(text):
        question = asked.get(key)
        if question is None:
            problems.append(f"The form has no question “{key}”, so what stands under it was not read.")
        elif key in answers:
            problems.append(f"“{question.text}” is there twice; the first is taken.")
        else:
            value, problem = _value(question, lines)
            if problem:
                problems.append(f"“{question.text}”: {problem}")
            if value not in (None, "", []):
                answers[key] = value
    if not answers and not problems:
        problems.append("Nothing was filled in, or the lines that begin with “##” are gone.")
    return Reading(answers, tuple(problems))


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    """The key of each question, and the lines under it."""
    key, lines = "", list[str]()
    for line in text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if head := HEAD.fullmatch(line):
            if key:
                yield key, lines
            key, lines = head.group(1), []
        else:
            lines.append(line)
    if key:
        yield key, lines


def _value(question: QuestionData, lines: list[str]) -> tuple[Any, str]:
    body = _without_help(lines)
    if question.kind == Kind.TEXT:
        return tidy("\n".join(ESCAPED.sub(r"\1", line, count=1) if line[:1] == "\\" else line for line in body)), ""
    if question.kind == Kind.NUMBER:
        return _number(tidy("\n".join(body)))
    return _ticked(question, body)


def _without_help(lines: list[str]) -> list[str]:
    """Without the quoted lines right under the head, and the blank one after them."""
    place = 0
    while place < len(lines) and lines[place].startswith(">"):
        place += 1
    return lines[place + 1 :] if place < len(lines) and not lines[place].strip() else lines[place:]


def _number(text: str) -> tuple[Any, str]:
    if not text:
        return None, ""
    if re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        return int(text), ""
    return None, f"“{text[:40]}” is no whole number, so it was not read."


def _ticked(question: QuestionData, lines: list[str]) -> tuple[Any, str]:
    options = _options(question)
    found = [box.group(2).strip() for box in (BOX.fullmatch(line) for line in lines) if box and box.group(1)]
    keys = [key for key in (_key_of(words, options) for words in found) if key is not None]
    if len(keys) < len(found):
        return None, "a line is ticked that the question does not offer, so no answer was read."
    if question.kind == Kind.CHOICES:
        return [key for key, _ in options if key in keys], ""
    if len(keys) > 1:
        return None, "more than one line is ticked, so no answer was read."
    return (_typed(question, keys[0]) if keys else None), ""


def _key_of(words: str, options: Iterable[tuple[str, str]]) -> str | None:
    """The option of a line: by the whole of it, else by what stands before the colon."""
    listed = list(options)
    whole = next((key for key, label in listed if _option(key, label) == words), None)
    return whole or next((key for key, _ in listed if words.split(":")[0].strip() == key), None)


def _typed(question: QuestionData, key: str) -> Any:
    if question.kind == Kind.SCALE:
        return int(key)
    return key == "yes" if question.kind == Kind.YESNO else key


# --- beside what is stored ------------------------------------------------------------------------------------------


def joined(stored: Mapping[str, Any], filled: Mapping[str, Any]) -> dict[str, Any]:
    """The draft that comes of a file: its answers, and what is stored where it is empty."""
    return {**stored, **filled}
