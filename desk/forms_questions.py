"""What an organizer types into the builder of a form: one row a question, one line an answer or a point of a scale."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from accounts.fields import choose_from, mark_needed
from audit.text import whole_number
from workshops.form_rules import MOST_ANSWERS, MOST_POINTS, MOST_QUESTIONS, Kind, Problem, key_for
from workshops.models import Form, Question, Track
from workshops.presets import FORM_NAMES
from workshops.reading import QuestionData

PREFIX = "questions"
NAMES = ("key", "kind", "text", "help", "low", "high", "words", "readers")
TICK = "required"
LINES = MOST_ANSWERS
SCALE, CHOICE, CHOICES, NUMBER, TEXT = Kind.SCALE, Kind.CHOICE, Kind.CHOICES, Kind.NUMBER, Kind.TEXT
Row = dict[str, str]
WHOLE = {"invalid": "Write a whole number."}


class QuestionForm(forms.Form):
    """One question. Which of its fields are asked follows from its kind; the service says what is wrong with it."""

    text = forms.CharField(label="Question", required=False, max_length=300)
    kind = forms.ChoiceField(label="Kind of answer", choices=Kind.choices)
    readers = forms.ChoiceField(label="Who reads the answers", choices=Question.Readers.choices)
    help = forms.CharField(label="Help", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    required = forms.BooleanField(label="Must be answered", required=False)
    low = forms.IntegerField(label="Lowest", required=False, error_messages=WHOLE)
    high = forms.IntegerField(label="Highest", required=False, error_messages=WHOLE)
    words = forms.IntegerField(label="Words at most", required=False, error_messages=WHOLE)
    key = forms.CharField(
        label="Name in exports", required=False, max_length=30, help_text="Made from the question when left empty."
    )

    place = 0
    fixed_kind = ""
    clashes = False  # somebody else changed it too, meanwhile
    theirs: Mapping[str, Any] | None = None
    gone = False

    def __init__(self, data: Any = None, *, row: Row, prefix: str) -> None:
        super().__init__(data, initial={**row, TICK: bool(row.get(TICK))}, prefix=prefix)
        self.row = row

    @property
    def shown_kind(self) -> str:
        return self.row["kind"]

    @property
    def kind_words(self) -> str:
        return Kind(self.fixed_kind).label if self.fixed_kind else ""

    @property
    def ends(self) -> tuple[BoundField, BoundField]:
        return self["low"], self["high"]

    @property
    def is_unfolded(self) -> bool:
        """What is new, wrong or changed by two is not hidden in the fold."""
        return not self.row["text"] or self.clashes or bool(self.is_bound and self.errors)

    @property
    def fold_words(self) -> str:
        if self.shown_kind == SCALE and _has_points({name: _small(self.row[name]) for name in ("low", "high")}):
            return f"Scale from {self.row['low']} to {self.row['high']}, words, help"
        if self.shown_kind in (CHOICE, CHOICES):
            return f"{len(_labels(self.row))} answers, help"
        return "Limits and help"

    @property
    def lines(self) -> Iterator["Line"]:
        """The points of a scale from the best down, or the answers in their order, and the empty lines behind them."""
        for place in range(LINES):
            name = f"{self.prefix}-label-{place}"
            key, words = self.row.get(f"label-{place}-key", ""), self.row.get(f"label-{place}-words", "")
            yield Line(name, place, key, words)

    @property
    def others_words(self) -> list[tuple[str, str]]:
        """What somebody else saved for this question, in words."""
        return described(self.theirs) if self.theirs else []


@dataclass(frozen=True)
class Line:
    """A label: what it is stored under (a number on a scale), and its words."""

    name: str
    place: int
    key: str
    words: str

    @property
    def number(self) -> int:
        return self.place + 1


class QuestionRows:
    """The questions of a draft in their order: typed (``bound``) or stored."""

    prefix = PREFIX

    def __init__(self, rows: Sequence[Row], *, bound: bool = False, asked: Mapping[str, str] | None = None) -> None:
        self.rows = list(rows)
        data = {f"{PREFIX}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items() if value}
        self.forms = [
            QuestionForm(data if bound else None, row=row, prefix=f"{PREFIX}-{place}") for place, row in enumerate(rows)
        ]
        for place, form in enumerate(self.forms):
            form.place, form.fixed_kind = place, (asked or {}).get(form.row["key"], "")

    @classmethod
    def typed(cls, post: QueryDict, *, bound: bool = True, asked: Mapping[str, str] | None = None) -> "QuestionRows":
        """As typed: in the order of their ORDER fields, without the rows that were taken out."""
        total = min(_number(post.get(f"{PREFIX}-TOTAL_FORMS"), 0), MOST_QUESTIONS + 40)
        kept = [place for place in range(total) if not post.get(f"{PREFIX}-{place}-DELETE")]
        kept.sort(key=lambda place: _number(post.get(f"{PREFIX}-{place}-ORDER"), total + place))
        return cls([_typed_row(post, f"{PREFIX}-{place}") for place in kept], bound=bound, asked=asked)

    @classmethod
    def stored(
        cls, questions: Sequence[Mapping[str, Any]], *, asked: Mapping[str, str] | None = None
    ) -> "QuestionRows":
        return cls([stored_row(question) for question in questions], asked=asked)

    def changed(self, action: str, asked: Mapping[str, str]) -> "QuestionRows":
        """The list after “add-scale”, “remove-2”, “copy-2”, “up-2” or “down-2” (places from 0)."""
        verb, _, what = action.partition("-")
        rows, place = list(self.rows), _number(what, -1)
        if verb == "add":
            rows.append(blank_row(what if what in Kind.values else TEXT))
        elif verb == "remove" and place in range(len(rows)):
            del rows[place]
        elif verb == "copy" and place in range(len(rows)):
            rows.insert(place + 1, {**rows[place], "key": ""})
        elif verb in ("up", "down") and place in range(len(rows)):
            other = place + (-1 if verb == "up" else 1)
            if other in range(len(rows)):
                rows[place], rows[other] = rows[other], rows[place]
        return QuestionRows(rows, asked=asked)

    def is_valid(self) -> bool:
        return sum(not form.is_valid() for form in self.forms) == 0  # every row says what is wrong with it

    def questions(self) -> list[dict[str, Any]]:
        """What change_questions takes of it. A question without a name for exports gets one."""
        taken = [row["key"] for row in self.rows if row["key"]]
        found = []
        for form in self.forms:
            key = form.cleaned_data["key"] or key_for(form.cleaned_data["text"], taken)
            taken.append(key)
            found.append(_question(form.row, {**form.cleaned_data, "key": key}))
        return found

    def drawn(self) -> tuple[QuestionData, ...]:
        """What can be drawn of it, right or wrong, for a preview."""
        taken: list[str] = []
        found = []
        for place, form in enumerate(self.forms):
            if not form.row["text"].strip() or form.row["kind"] not in Kind.values:
                continue
            key = key_for(form.row["key"] or f"question {place}", taken)
            taken.append(key)
            numbers = {name: _small(form.row[name]) for name in ("low", "high", "words")}
            values = {name: form.row[name] for name in ("kind", "text", "help", "readers")}
            values["readers"] = values["readers"] if values["readers"] in Question.Readers.values else "authors"
            question = _question(form.row, {**values, **numbers, "key": key, TICK: bool(form.row.get(TICK))})
            if question["kind"] == SCALE and not _has_points(question):
                question["low"] = question["high"] = None
            found.append(QuestionData(**question))
        return tuple(found)

    def add_problems(self, problems: Sequence[Problem]) -> None:
        """Show what the service said, each sentence at its field."""
        for problem in problems:
            form = self.forms[problem.place]
            form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)

    @property
    def errors(self) -> list[tuple[int, str, str]]:
        """The number of each question that is wrong, what its first field is called on the page, and the sentence."""
        return [
            (form.place + 1, f"id_{form.prefix}-{'text' if name == '__all__' else name}", str(sentence))
            for form in self.forms
            if form.is_bound
            for name, sentences in form.errors.items()
            for sentence in sentences
        ]

    @property
    def blank(self) -> QuestionForm:
        """The row that a button adds without a visit to the server."""
        return QuestionForm(row=blank_row(TEXT), prefix=f"{PREFIX}-__prefix__")

    def __iter__(self) -> Iterator[QuestionForm]:
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)


def blank_row(kind: str) -> Row:
    row = dict.fromkeys(NAMES, "") | {TICK: "", "kind": kind, "readers": Question.Readers.AUTHORS}
    if kind == SCALE:
        row |= {"low": "1", "high": "5"}
    return _with_points(row)


def stored_row(question: Mapping[str, Any]) -> Row:
    """A stored question as its row has it."""
    row = {name: "" if question.get(name) is None else str(question[name]) for name in NAMES}
    row[TICK] = "on" if question.get(TICK) else ""
    for place, (key, words) in enumerate((question.get("labels") or {}).items()):
        row |= {f"label-{place}-key": key, f"label-{place}-words": words}
    return _with_points(row)


def _typed_row(post: QueryDict, prefix: str) -> Row:
    names = [*NAMES, TICK]
    for place in range(LINES):
        names += [f"label-{place}-key", f"label-{place}-words"]
    return _with_points({name: post.get(f"{prefix}-{name}", "").strip() for name in names})


def _with_points(row: Row) -> Row:
    """On a scale: a line for each of its points, the best first; what is labelled outside of it stays at the end."""
    low, high = _small(row["low"]), _small(row["high"])
    if row["kind"] != SCALE or low is None or high is None or not 0 < high - low < MOST_POINTS:
        return row
    words = _labels(row)
    keys = [str(number) for number in range(high, low - 1, -1)]
    keys += [key for key in words if key not in keys]
    kept = {name: value for name, value in row.items() if not name.startswith("label-")}
    for place, key in enumerate(keys[:LINES]):
        kept |= {f"label-{place}-key": key, f"label-{place}-words": words.get(key, "")}
    return kept


def _labels(row: Row) -> dict[str, str]:
    """The labels that say something, by what they are stored under; an answer that is new gets a key of its words."""
    lines = [(row.get(f"label-{n}-key", ""), row.get(f"label-{n}-words", "").strip()) for n in range(LINES)]
    lines = [(key, words) for key, words in lines if words]
    taken = [key for key, _ in lines if key]
    found: dict[str, str] = {}
    for key, words in lines:
        named = key if key and key not in found else key_for(words, taken)
        taken.append(named)
        found[named] = words
    return found


def _question(row: Row, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Only what belongs to its kind; the rest of what is typed is left out."""
    kind = cleaned["kind"]
    labels = _labels(row) if kind in (SCALE, CHOICE, CHOICES) else {}
    if kind == SCALE:
        labels = {key: words for key, words in labels.items() if key.lstrip("-").isdecimal()}
    return {
        "key": cleaned["key"],
        "kind": kind,
        "text": cleaned["text"],
        "help": cleaned["help"],
        "labels": labels,
        "low": cleaned["low"] if kind in (SCALE, NUMBER) else None,
        "high": cleaned["high"] if kind in (SCALE, NUMBER) else None,
        "words": cleaned["words"] if kind == TEXT else None,
        "required": cleaned["required"],
        "readers": cleaned["readers"],
    }


def _has_points(question: Mapping[str, Any]) -> bool:
    low, high = question["low"], question["high"]
    return low is not None and high is not None and 0 < high - low < MOST_POINTS


def described(question: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A question in words, field by field, without what is empty."""
    ends = " to ".join(str(question[name]) for name in ("low", "high") if question[name] is not None)
    labels = "; ".join(
        f"{key}: {words}" if question["kind"] == SCALE else words for key, words in question["labels"].items()
    )
    said = [
        ("Question", question["text"]),
        ("Kind of answer", Kind(question["kind"]).label),
        ("Help", question["help"]),
        ("From", ends),
        ("Answers", labels),
        ("Words at most", str(question["words"] or "")),
        ("Must be answered", "yes" if question["required"] else "no"),
        ("Who reads the answers", Question.Readers(question["readers"]).label),
    ]
    return [(name, words) for name, words in said if words]


def _number(text: Any, otherwise: int) -> int:
    number = whole_number(text, digits=6) if isinstance(text, str) else None
    return otherwise if number is None else number


def _small(text: str) -> int | None:
    """A whole number of a few digits, or None."""
    number = whole_number(text.strip().removeprefix("-"), digits=4)
    return -number if number is not None and text.strip().startswith("-") else number


# --- a new form -------------------------------------------------------------------------------------------------------

EMPTY = "empty"


class NewForm(forms.Form):
    """Which form is begun, and with what."""

    purpose = forms.ChoiceField(label="What it asks", choices=Form.Purpose.choices)
    track = forms.ChoiceField(label="For", required=False)
    start = forms.ChoiceField(label="Begin with", widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, tracks: Sequence[Track], copies: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, initial={"purpose": Form.Purpose.REVIEW, "start": "preset-full"})
        self.tracks = {str(track.pk): track for track in tracks}
        every = ("", "All tracks without a form of their own")
        choose_from(self.fields["track"], [every, *((key, track.name) for key, track in self.tracks.items())])
        mark_needed(self.fields["track"])
        choose_from(self.fields["start"], starts(copies))


class StartForm(forms.Form):
    """What a new version of a form begins with."""

    start = forms.ChoiceField(label="Begin with", widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, copies: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, initial={"start": "newest"})
        newest = ("newest", "The questions as they are now")
        choose_from(self.fields["start"], [newest, *starts(copies)])


def starts(copies: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """``copies``: versions of other forms, by key, in words."""
    presets = [(f"preset-{name}", words) for name, words in FORM_NAMES.items()]
    authors = ("preset-authors", "Questions to authors: use of language models, what is new, ethics")
    return [*presets, authors, *((f"copy-{key}", words) for key, words in copies), (EMPTY, "Nothing: an empty form")]
