"""Two people (or two windows) wrote at once: both texts, field by field, and the choice between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from audit.text import whole_number
from submissions.differences import Part, word_parts
from submissions.form_state import Choices, query_dict
from submissions.forms import NAMES, TICK, WORDS, AuthorRows, PaperForm
from submissions.models import Submission
from submissions.services.revisions import content_now

PICK = "pick-"
MINE, THEIRS = "mine", "theirs"
AUTHORS = "authors"


@dataclass(frozen=True)
class Difference:
    """A field that differs. ``parts`` lead from theirs to mine; ``pick`` is the choice that is offered first."""

    name: str
    label: str
    target: str
    mine: str
    theirs: str
    parts: tuple[Part, ...]
    pick: str


def as_data(content: Mapping[str, Any], choices: Choices) -> QueryDict:
    """A snapshot's words, authors and answers, under the names that the form has for them."""
    values: dict[str, list[str]] = {name: [content.get(name, "")] for name in WORDS}
    values |= {"track": [str(content["track"])], "topics": [str(pk) for pk in content["topics"]]}
    people = content["authors"]
    values["authors-TOTAL_FORMS"] = [str(len(people))]
    values["corresponding"] = [str(n) for n, author in enumerate(people) if author["corresponding"]][:1]
    for place, author in enumerate(people):
        row = {name: author[name] for name in NAMES} | {"ORDER": str(place + 1)}
        row |= {TICK: "on"} if author.get(TICK) else {}
        values |= {f"authors-{place}-{name}": [value] for name, value in row.items()}
    for asked in choices.asked:
        for key, value in content.get("answers", {}).items():
            shown = ["yes" if value else "no"] if isinstance(value, bool) else value
            values[f"{asked.prefix}-{key}"] = [str(v) for v in shown] if isinstance(shown, list) else [str(shown)]
    return query_dict(values)


def differences(submission: Submission, mine: QueryDict, choices: Choices) -> list[Difference]:
    """Where what was typed differs from what is saved. What the writer had left alone is theirs, to begin with."""
    theirs = as_data(content_now(submission), choices)
    before = _base(submission, mine, choices)
    found = []
    for name, label, target in _fields(choices, str(mine.get("track", ""))):
        own, saved = _text(name, mine, choices), _text(name, theirs, choices)
        if own == saved:
            continue
        untouched = before is not None and own == _text(name, before, choices)
        parts = tuple(word_parts(saved, own))
        found.append(Difference(name, label, target, own, saved, parts, THEIRS if untouched else MINE))
    return found


def is_overtaken(submission: Submission, mine: QueryDict, choices: Choices) -> bool:
    """Has something that is typed about been changed by somebody's save since the writer's page was drawn?"""
    number = str(submission.current.number if submission.current else 0)
    if mine.get("base", "") in ("", number):
        return False
    before, now = _base(submission, mine, choices), as_data(content_now(submission), choices)
    fields = [name for name, _, _ in _fields(choices, str(mine.get("track", "")))]
    return before is None or any(_text(name, before, choices) != _text(name, now, choices) for name in fields)


def chosen(submission: Submission, data: QueryDict, choices: Choices) -> QueryDict:
    """What was posted, with theirs in each field for which theirs was picked."""
    picked = {name.removeprefix(PICK) for name in data if name.startswith(PICK) and data[name] == THEIRS}
    if not picked:
        return data
    theirs = as_data(content_now(submission), choices)
    merged = data.copy()
    for field in picked:
        for name in [name for name in merged if _belongs(name, field)]:
            del merged[name]
        for name in theirs:
            if _belongs(name, field):
                merged.setlist(name, theirs.getlist(name))
    return merged


def _belongs(name: str, field: str) -> bool:
    if field == AUTHORS:
        return name == "corresponding" or name.startswith("authors-")
    return name == field


def _base(submission: Submission, mine: QueryDict, choices: Choices) -> QueryDict | None:
    """What the writer's page was drawn from."""
    number = whole_number(mine.get("base"), digits=9)
    if number is None:
        return None
    revision = submission.revisions.filter(number=number).first()
    return as_data(revision.snapshot, choices) if revision else None


def _fields(choices: Choices, track_id: str) -> list[tuple[str, str, str]]:
    """Name, label and place on the page of everything that can differ."""
    labels = [(name, str(PaperForm.base_fields[name].label), f"id_{name}") for name in ("track", *WORDS)]
    listed = [(AUTHORS, "Authors", "authors"), *labels, ("topics", "Topics", "words")]
    asked = choices.asked_by(track_id)
    questions = asked.questions if asked else ()
    return listed + [(f"{asked.prefix}-{q.key}", q.text, "questions") for q in questions if asked]


def _text(name: str, data: QueryDict, choices: Choices) -> str:
    """What stands in the field, as a person reads it."""
    if name == AUTHORS:
        rows = AuthorRows.typed(data, bound=False)
        return "\n".join(_author(row, place == rows.corresponding) for place, row in enumerate(rows.rows) if _says(row))
    if name == "track":
        return next((track.name for track in choices.tracks if str(track.pk) == data.get(name)), "")
    if name == "topics":
        wanted = data.getlist(name)
        return "\n".join(topic.name for topic in choices.topics if str(topic.pk) in wanted)
    text = ", ".join(data.getlist(name)).replace("\r\n", "\n").strip()
    return text if name in ("abstract", "declared_conflicts") else " ".join(text.split())


def _says(row: Mapping[str, str]) -> bool:
    return any(row[name].strip() for name in NAMES)


def _author(row: Mapping[str, str], corresponding: bool) -> str:
    name = " ".join(" ".join(row[part].split()) for part in ("given", "particle", "family") if row[part].strip())
    said: Sequence[str] = (
        name,
        f"<{row['email'].strip()}>" if row["email"].strip() else "",
        " ".join(row["affiliation"].split()),
        "corresponding" if corresponding else "",
        "would review" if row[TICK] else "",
    )
    return ", ".join(part for part in said if part)
