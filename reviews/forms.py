"""What reviewers and organizers may type, and what is said when it is wrong."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from workshops.models import Question
from workshops.reading import QuestionData
from workshops.widgets import ScaleWidget

Kind = Question.Kind
PREFIX = "q"
LONGEST_TEXT = 50_000
YES, NO = "yes", "no"


class ReviewForm(forms.Form):
    """The questions of one version of a review form, as fields ``q-<key>``; nothing else checks an answer.

    ``answers()`` gives them as they are stored: int for scales and numbers, bool for yes or no, text, or a list of
    keys; what was left empty is not there.
    """

    prefix = PREFIX

    def __init__(self, questions: Sequence[QuestionData], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.key] = _field(question)

    @classmethod
    def filled(cls, questions: Sequence[QuestionData], answers: Mapping[str, Any]) -> "ReviewForm":
        """The form as it is shown with stored answers, or with a draft, which may be wrong."""
        return cls(questions, initial={key: _shown(value) for key, value in answers.items()})

    @classmethod
    def of_answers(cls, questions: Sequence[QuestionData], answers: Mapping[str, Any]) -> "ReviewForm":
        """The form as if these answers had been posted."""
        data = QueryDict(mutable=True)
        for key, value in answers.items():
            shown = _shown(value)
            data.setlist(f"{PREFIX}-{key}", shown if isinstance(shown, list) else [shown])
        return cls(questions, data)

    def answers(self) -> dict[str, Any]:
        return {key: value for key, value in self.cleaned_data.items() if value not in (None, "", [])}


def posted_answers(data: QueryDict, questions: Iterable[QuestionData]) -> dict[str, Any]:
    """What was posted under ``q-…``, by key, as it was typed. Keys that no question has come along, to be refused."""
    several = {question.key for question in questions if question.kind == Kind.CHOICES}
    start = f"{PREFIX}-"
    names = [name for name in data if name.startswith(start)]
    keys = {name.removeprefix(start): name for name in names}
    return {key: data.getlist(name) if key in several else data[name] for key, name in keys.items()}


def _shown(value: Any) -> Any:
    """A stored answer as its field has it."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return [str(one) for one in value]
    return "" if value is None else str(value)


def _field(question: QuestionData) -> forms.Field:
    field = _MAKERS[question.kind](question)
    field.label, field.help_text, field.required = question.text, question.help, question.required
    words = question.readers_label
    field.readers = f"Read by {words[:1].lower()}{words[1:]}"  # type: ignore[attr-defined]
    field.widget.is_required = question.required
    return field


def _scale(question: QuestionData) -> forms.Field:
    return forms.TypedChoiceField(
        choices=question.choices,
        coerce=int,
        empty_value=None,
        widget=ScaleWidget,
        error_messages={
            "required": "Choose one of the values.",
            "invalid_choice": f"Choose a value from {question.low} to {question.high}.",
        },
    )


def _choice(question: QuestionData) -> forms.Field:
    return forms.ChoiceField(
        choices=_with_none(question, question.choices),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one.", "invalid_choice": "Choose one of the answers that are offered."},
    )


def _choices(question: QuestionData) -> forms.Field:
    return forms.MultipleChoiceField(
        choices=question.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one.",
            "invalid_choice": "Choose among the answers that are offered.",
        },
    )


def _yes_or_no(question: QuestionData) -> forms.Field:
    return forms.TypedChoiceField(
        choices=_with_none(question, [(YES, "yes"), (NO, "no")]),
        coerce=lambda value: value == YES,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose yes or no.", "invalid_choice": "Choose yes or no."},
    )


def _with_none(question: QuestionData, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A radio button cannot be taken back, so what is optional has one for no answer."""
    return choices if question.required else [*choices, ("", "no answer")]


def _number(question: QuestionData) -> forms.Field:
    return forms.IntegerField(
        min_value=question.low,
        max_value=question.high,
        error_messages={
            "required": "Write a number.",
            "invalid": "Write a whole number.",
            "min_value": "Write a number of at least %(limit_value)s.",
            "max_value": "Write a number of at most %(limit_value)s.",
        },
    )


class WordsField(forms.CharField):
    """A text with at most so many words."""

    def __init__(self, *, words: int | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if self.words and (count := len(text.split())) > self.words:
            raise forms.ValidationError(f"This has {count} words; at most {self.words} are possible.")
        return text


def _text(question: QuestionData) -> forms.Field:
    return WordsField(
        words=question.words,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "class": "form-control-read"}),
        error_messages={
            "required": "Write something here.",
            "max_length": f"This is longer than {LONGEST_TEXT:,} characters; shorten it.",
        },
    )


_MAKERS: dict[str, Callable[[QuestionData], forms.Field]] = {
    Kind.SCALE: _scale,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.YESNO: _yes_or_no,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
}


# --- invitations and what a reviewer offers ---------------------------------------------------------------------------


class AnswerForm(forms.Form):
    """The answer on the page behind a link. The service says what is wrong with it."""

    YES, FEWER, NO = "yes", "fewer", "no"
    ANSWERS = ((YES, "Yes, I will review"), (FEWER, "Yes, but fewer papers"), (NO, "No, not this time"))

    answer = forms.ChoiceField(
        choices=ANSWERS, widget=ScaleWidget(layout="list"), error_messages={"required": "Choose an answer."}
    )
    load = forms.IntegerField(
        label="How many papers, if fewer?",
        required=False,
        min_value=1,
        max_value=50,
        error_messages={"invalid": "Write a whole number.", "min_value": "Write 1 or more."},
    )
    reason = forms.CharField(
        label="Why not, if no?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="A word is enough; the organizers read it.",
    )

    def __init__(self, *args: Any, name: str = "", ask_name: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ask_name:
            return
        given, _, family = name.rpartition(" ")
        self.fields["given"] = forms.CharField(label="Given names", required=False, max_length=120, initial=given)
        self.fields["family"] = forms.CharField(label="Family name", required=False, max_length=120, initial=family)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == self.FEWER and not cleaned.get("load") and "load" not in self.errors:
            self.add_error("load", "Write how many papers you can take.")
        return cleaned


class ReviewingForm(forms.Form):
    """What a reviewer offers and knows."""

    load_max = forms.IntegerField(label="At most so many papers", min_value=1, max_value=50)
    statement = forms.CharField(
        label="What you know",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="In your own words: methods, models, data. It is compared with the papers.",
    )
    topics = forms.MultipleChoiceField(
        label="Topics you can judge", required=False, widget=forms.CheckboxSelectMultiple
    )
    emergency = forms.BooleanField(label="You may ask me at short notice", required=False)

    def __init__(self, *args: Any, topics: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.readers = "Read by the organizers"  # type: ignore[attr-defined]
        choices = [(str(pk), name) for pk, name in topics]
        self.fields["topics"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["topics"]


class PublicationsForm(forms.Form):
    text = forms.CharField(
        label="Your papers",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="BibTeX, or one title a line. Five to ten are best; those with an abstract say more.",
        error_messages={"required": "Paste at least one title."},
    )


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label="Why?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="A conflict of interest, or no time: a word is enough.",
        error_messages={"required": "Say why in a word: a conflict of interest, or no time."},
    )
    reason.readers = "Read by the organizers of this paper"  # type: ignore[attr-defined]
