"""The settings of a workshop as one document: what it holds, how one that was given is read, and what differs.

A document is ``{"format": …, "version": 1, "workshop": {…}, "tracks": [{…}, …], …}``. A section or a key that is left
out says nothing. Rows go by names that mean the same in every workshop: a track by its short name, a topic by its own.
No people, no papers and no secrets are in it, and neither is what belongs to one edition alone (LEFT_OUT).
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from access.prepared import prepared
from audit.errors import Refused
from decisions.models import Outcome
from notifications.models import Template
from notifications.rendering import scope_of
from workshops.instants import aoe
from workshops.models import Deadline, Form, FormVersion, Question, Topic, Track, Workshop, WorkshopLink
from workshops.reading import NAMES, in_order
from workshops.services.deadlines import SETTABLE
from workshops.states import DeadlineKind, FormStatus

FORMAT, VERSION = "neurreps-settings", 1
LEFT_OUT = frozenset(
    """
    id slug banner banner_width banner_height previous published_at is_rehearsal frozen_at
    """.split()
)
"""Of a workshop: its address, its picture, and how far it is."""

Values = dict[str, Any]
Rows = dict[tuple[str, ...], Values]
Document = dict[str, Rows]


@dataclass(frozen=True)
class Section:
    """A list of rows: the model of a row, the keys that name it, and the others."""

    name: str
    model: type[models.Model]
    keys: tuple[str, ...]
    fields: tuple[str, ...]
    words: str
    whole: bool = False  # what the list does not name goes


def own_fields(model: type[models.Model], *left_out: str) -> tuple[str, ...]:
    """The names of what is set in a row of the model."""
    return tuple(f.name for f in model._meta.concrete_fields if f.name not in left_out and not f.primary_key)


WORKSHOP = own_fields(Workshop, *LEFT_OUT)
SECTIONS = (
    Section("tracks", Track, ("slug",), own_fields(Track, "workshop", "slug"), "Track"),
    Section("topics", Topic, ("name",), own_fields(Topic, "workshop", "name"), "Topic", whole=True),
    Section("links", WorkshopLink, ("label", "url"), ("position",), "Link", whole=True),
    Section("forms", Question, ("purpose", "track"), ("questions",), "Form"),
    Section("outcomes", Outcome, ("track", "key"), ("label", "kind", "offers_track", "position"), "Outcome", True),
    Section("deadlines", Deadline, ("kind", "track"), SETTABLE, "Date"),
    Section("mails", Template, ("kind",), ("subject", "text"), "Mail", whole=True),
)
NOTHING: Values = {}
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


# --- what is set ------------------------------------------------------------------------------------------------------


@prepared
def _rows(workshop_id: int, scope: str) -> dict[str, QuerySet]:
    """Everything that is set; of forms the questions that are asked now: a draft is nobody's setting yet."""
    asked = FormVersion.objects.filter(form__workshop=workshop_id, status=FormStatus.OPEN)
    return {
        "workshop": Workshop.objects.filter(pk=workshop_id),
        "tracks": Track.objects.filter(workshop=workshop_id),
        "topics": Topic.objects.filter(workshop=workshop_id),
        "links": WorkshopLink.objects.filter(workshop=workshop_id),
        "versions": asked.select_related("form__track"),
        "questions": Question.objects.filter(version__in=asked.values("pk")),
        "outcomes": Outcome.objects.filter(track__workshop=workshop_id),
        "deadlines": Deadline.objects.filter(workshop=workshop_id),
        "mails": Template.objects.filter(scope=scope),
    }


def read_document(workshop: Workshop) -> Document:
    """What is set now. One query."""
    rows: dict[str, list[Any]] = _rows(workshop.pk, scope_of(workshop.pk))
    [row] = rows["workshop"]
    tracks = in_order(rows["tracks"])
    slugs: dict[int | None, str] = {None: "", **{track.pk: track.slug for track in tracks}}
    return {
        "workshop": {(): _values(row, WORKSHOP)},
        "tracks": {(row.slug,): _values(row, SECTIONS[0].fields) for row in tracks},
        "topics": {(row.name,): {"position": row.position} for row in in_order(rows["topics"])},
        "links": {(row.label, row.url): {"position": row.position} for row in in_order(rows["links"])},
        "forms": _forms(rows, slugs),
        "outcomes": {
            (slugs[row.track_id], row.key): {
                "label": row.label,
                "kind": row.kind,
                "offers_track": slugs[row.offers_track_id],
                "position": row.position,
            }
            for row in in_order(rows["outcomes"])
        },
        "deadlines": {
            (row.kind, slugs[row.track_id]): _values(row, SETTABLE)
            for row in sorted(rows["deadlines"], key=lambda row: (row.at, row.pk))
        },
        "mails": {
            (row.kind,): {"subject": row.subject, "text": row.text}
            for row in sorted(rows["mails"], key=lambda row: row.kind)
        },
    }


def _values(row: models.Model, names: Iterable[str]) -> Values:
    return {name: getattr(row, name) for name in names}


def _forms(rows: Mapping[str, list[Any]], slugs: Mapping[int | None, str]) -> Rows:
    """Of each purpose, a form for all tracks stands before those of single tracks."""
    questions: dict[int, list[Values]] = defaultdict(list)
    for question in in_order(rows["questions"]):
        questions[question.version_id].append(_values(question, NAMES))
    found: Rows = {}
    for version in sorted(rows["versions"], key=_place):
        found[version.form.purpose, slugs[version.form.track_id]] = {"questions": questions[version.pk]}
    return found


def _place(version: FormVersion) -> tuple[str, int, int]:
    track = version.form.track
    return version.form.purpose, -1 if track is None else track.position, version.pk


def as_json(document: Document) -> bytes:
    """The document as a file."""
    whole: dict[str, Any] = {"format": FORMAT, "version": VERSION, "workshop": document["workshop"][()]}
    for section in SECTIONS:
        rows = document[section.name].items()
        whole[section.name] = [{**dict(zip(section.keys, key, strict=True)), **values} for key, values in rows]
    return json.dumps(whole, ensure_ascii=False, indent=2, default=_plain).encode() + b"\n"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value.isoformat() if isinstance(value, date) else value)


# --- a file that was given --------------------------------------------------------------------------------------------


def parse(content: bytes) -> Document:
    """What a file says, with only the sections and keys that it has. Raises Refused, naming what is wrong."""
    given = _loaded(content)
    known = {"format", "version", "workshop", *(section.name for section in SECTIONS)}
    _refuse_unknown(given, known, "The file")
    document: Document = {}
    if "workshop" in given:
        _refuse_unknown(_mapping(given["workshop"], "workshop"), WORKSHOP, "workshop")
        document["workshop"] = {(): _typed(Workshop, given["workshop"], "workshop")}
    for section in SECTIONS:
        if section.name in given:
            document[section.name] = _section(section, given[section.name])
    return document


def _texts(value: Any) -> Iterator[str]:
    """Every text of it, names too."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one


def _loaded(content: bytes) -> dict[str, Any]:
    try:
        given = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise Refused(f"The file is not JSON: {problem}.", field="file") from None
    if any(UNSTORABLE.search(text) for text in _texts(given)):
        raise Refused("The file holds characters that no database keeps.", field="file")
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise Refused(f"This is no file of settings: its “format” is not “{FORMAT}”.", field="file")
    if given.get("version") != VERSION:
        raise Refused(f"The file is of version {given.get('version')}; this program reads version {VERSION}.")
    return given


def _section(section: Section, listed: Any) -> Rows:
    if not isinstance(listed, list):
        raise Refused(f"“{section.name}” is not a list.")
    found: Rows = {}
    for place, row in enumerate(listed, 1):
        where = f"{section.name}, entry {place}"
        _refuse_unknown(_mapping(row, where), (*section.keys, *section.fields), where)
        key = tuple(_named(row, name, where) for name in section.keys)
        if key in found:
            raise Refused(f"{where}: “{'”, “'.join(filter(None, key))}” is there twice.")
        values = {name: value for name, value in row.items() if name not in section.keys}
        found[key] = _questions(values, where) if section.name == "forms" else _typed(section.model, values, where)
    return found


def _named(row: Values, name: str, where: str) -> str:
    value = row.get(name, "" if name == "track" else None)
    if value is None and name == "track":
        return ""
    if not isinstance(value, str) or (not value and name != "track"):
        raise Refused(f"{where}: “{name}” is missing, or is no text.")
    return value


def _questions(values: Values, where: str) -> Values:
    listed = values.get("questions")
    if not isinstance(listed, list) or not listed:
        raise Refused(f"{where}: “questions” is not a list of questions.")
    found = []
    for place, row in enumerate(listed, 1):
        at = f"{where}, question {place}"
        _refuse_unknown(_mapping(row, at), NAMES, at)
        typed = _typed(Question, row, at)
        found.append({name: typed.get(name, _default(Question, name)) for name in NAMES})
    return {"questions": found}


def _default(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name).get_default()  # type: ignore[union-attr]  # none of them is a relation back


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused(f"{where} is not an object with keys.")
    return value


def _refuse_unknown(given: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    if unknown := sorted(set(given) - set(known)):
        keys = ", ".join(f"“{key}”" for key in unknown)
        raise Refused(f"{where} has {keys}, which {'is no setting' if len(unknown) == 1 else 'are no settings'}.")


def _typed(model: type[models.Model], given: Mapping[str, Any], where: str) -> Values:
    return {name: _value(model, name, value, where) for name, value in given.items()}


_JSON_TYPES: tuple[tuple[type[models.Field], type, str], ...] = (
    (models.BooleanField, bool, "true or false"),
    (models.IntegerField, int, "a whole number"),
    (models.CharField, str, "a text"),
    (models.TextField, str, "a text"),
)


def _value(model: type[models.Model], name: str, value: Any, where: str) -> Any:
    """The value as the model keeps it."""
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    if isinstance(field, models.ForeignKey):  # a track, by its short name
        if value is not None and not isinstance(value, str):
            raise Refused(f"{where}: “{name}” is not the short name of a track.")
        return value or ""
    if value is None:
        if not field.null:
            raise Refused(f"{where}: “{name}” cannot be nothing.")
        return None
    for kind, wanted, words in _JSON_TYPES:
        if isinstance(field, kind) and (not isinstance(value, wanted) or isinstance(value, bool) != (wanted is bool)):
            raise Refused(f"{where}: “{name}” is not {words}.")
    if isinstance(field, models.JSONField) and not isinstance(value, type(field.get_default())):
        raise Refused(f"{where}: “{name}” is not {'a list' if field.get_default() == [] else 'an object with keys'}.")
    if isinstance(value, str) and field.max_length is not None and len(value) > field.max_length:
        raise Refused(f"{where}: “{name}” is longer than {field.max_length} characters.")
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not all(isinstance(part, str) for part in parts):
        raise Refused(f"{where}: “{name}” holds what is no text.")
    if isinstance(field, models.DateTimeField):
        return _instant(value, name, where)
    if isinstance(field, models.DateField):
        return _day(value, name, where)
    try:
        return field.to_python(value)
    except ValidationError as problem:
        raise Refused(f"{where}: “{name}”: {problem.messages[0]}") from None


def _instant(value: Any, name: str, where: str) -> datetime:
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(f"{where}: “{name}” is no instant with its zone, such as 2027-09-01T11:59:59Z.")
    return found


def _day(value: Any, name: str, where: str) -> date:
    try:
        found = parse_date(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Refused(f"{where}: “{name}” is no day, such as 2027-12-05.")
    return found


# --- what differs -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One setting that becomes another, in words."""

    where: str
    old: str
    new: str


def wanted(now: Document, given: Document) -> Document:
    """What would be set: what is given, and as it is now what the file leaves out."""
    document: Document = {"workshop": {(): now["workshop"][()] | given.get("workshop", {}).get((), NOTHING)}}
    for section in SECTIONS:
        rows = given.get(section.name)
        if rows is None:
            document[section.name] = now[section.name]
            continue
        kept = NOTHING if section.whole else now[section.name]
        new = {key: _full(section, now[section.name].get(key), values) for key, values in rows.items()}
        document[section.name] = {**kept, **new}  # type: ignore[dict-item]  # a section is a mapping there
    return document


def _full(section: Section, now: Values | None, values: Values) -> Values:
    if now is not None:
        return now | values
    if section.name == "forms":
        return values
    related = {f.name for f in section.model._meta.concrete_fields if f.is_relation}
    return {name: values.get(name, "" if name in related else _default(section.model, name)) for name in section.fields}


def changes(now: Document, then: Document) -> list[Change]:
    """Every difference, in the order of the document."""
    found = _between("Workshop", now["workshop"][()], then["workshop"][()])
    for section in SECTIONS:
        before, after = now[section.name], then[section.name]
        for key in dict.fromkeys((*before, *after)):
            where = f"{section.words} {_called(section, key)}"
            old, new = before.get(key), after.get(key)
            if section.name == "forms":
                found += _between_forms(where, old or {"questions": []}, new or {"questions": []})
            elif old is None or new is None:
                found.append(Change(where, _summed(old), _summed(new)))
            else:
                found += _between(where, old, new)
    return found


def _between(where: str, old: Values, new: Values) -> list[Change]:
    differ = [name for name in new if not _same(old.get(name), new[name])]
    return [Change(f"{where}: {_spoken(name)}", _shown(old.get(name)), _shown(new[name])) for name in differ]


def _same(old: Any, new: Any) -> bool:
    """Labels are in the order of showing."""
    both = isinstance(old, dict) and isinstance(new, dict)
    return list(old.items()) == list(new.items()) if both else bool(old == new)


def _between_forms(where: str, old: Values, new: Values) -> list[Change]:
    before = {one["key"]: one for one in old["questions"]}
    after = {one["key"]: one for one in new["questions"]}
    found = []
    for key in dict.fromkeys((*before, *after)):
        at = f"{where}, question “{key}”"
        if key in before and key in after:
            found += _between(at, before[key], after[key])
        else:
            found.append(Change(at, before.get(key, NOTHING).get("text", ""), after.get(key, NOTHING).get("text", "")))
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        found.append(Change(f"{where}: order of the questions", ", ".join(before), ", ".join(after)))
    return found


def _called(section: Section, key: tuple[str, ...]) -> str:
    names = [part for part in key if part]
    if section.name == "deadlines":
        names[0] = dict(DeadlineKind.choices).get(names[0], names[0])
    if section.name == "forms":
        names[0] = dict(Form.Purpose.choices).get(names[0], names[0])
    return f"“{names[0]}”" + (f" ({', '.join(names[1:])})" if len(names) > 1 else "")


def _summed(values: Values | None) -> str:
    if values is None:
        return ""
    told = {name: value for name, value in values.items() if name != "position" and value not in (None, "", [], {})}
    said = [f"{_spoken(name)}: {_shown(value)}" for name, value in told.items()]
    return "; ".join(said) or "there"


def _spoken(name: str) -> str:
    return {"at": "until", "pinned_by": "set by"}.get(name, name.replace("_", " "))


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return aoe(value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {words}" for key, words in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def stays(now: Document, given: Document) -> list[str]:
    """What a file that has the section does not name and what is not taken away by that."""
    found = []
    for section in SECTIONS:
        rows = given.get(section.name)
        if rows is not None and not section.whole:
            found += [f"{section.words} {_called(section, key)}" for key in now[section.name] if key not in rows]
    return found


def mark_of(now: Document, content: bytes) -> str:
    """The same for the same settings and the same file."""
    return hashlib.sha256(as_json(now) + content).hexdigest()
