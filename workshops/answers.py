"""Questions of a form as fields; nothing else checks an answer. Reviews and questions to authors are built from it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from django import forms
from django.http import QueryDict

from accounts.fields import mark_needed, read_by
from workshops.models import Question
from workshops.reading import QuestionData
from workshops.widgets import ScaleWidget

Kind = Question.Kind
LONGEST_TEXT = 50_000
YES, NO = "yes", "no"


class QuestionsForm(forms.Form):
    """The questions of one version of a form, as fields ``<prefix>-<key>``.

    ``draft``: nothing is required yet. ``answers()`` gives them as they are stored: int for scales and numbers, bool
    for yes or no, text, or a list of keys; what was left empty is not there.
    """

    def __init__(self, questions: Sequence[QuestionData], *args: Any, draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.key] = _field(question, draft)

    @classmethod
    def filled(cls, questions: Sequence[QuestionData], answers: Mapping[str, Any], **options: Any) -> Self:
        """The form as it is shown with stored answers, or with a draft, which may be wrong."""
        return cls(questions, initial={key: _shown(value) for key, value in answers.items()}, **options)

    @classmethod
    def of_answers(cls, questions: Sequence[QuestionData], answers: Mapping[str, Any], **options: Any) -> Self:
        """The form as if these answers had been posted."""
        data = QueryDict(mutable=True)
        prefix = options.get("prefix", cls.prefix)
        for key, value in answers.items():
            shown = _shown(value)
            data.setlist(f"{prefix}-{key}", shown if isinstance(shown, list) else [shown])
        return cls(questions, data, **options)

    def answers(self) -> dict[str, Any]:
        return {key: value for key, value in self.cleaned_data.items() if value not in (None, "", [])}


def _shown(value: Any) -> Any:
    """A stored answer as its field has it."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return [str(one) for one in value]
    return "" if value is None else str(value)


def _field(question: QuestionData, draft: bool) -> forms.Field:
    field = _MAKERS[question.kind](question)
    field.label, field.help_text, field.required = question.text, question.help, question.required and not draft
    mark_needed(field, question.required)
    words = question.readers_label
    read_by(field, f"Read by {words[:1].lower()}{words[1:]}")
    field.widget.is_required = field.required
    if draft and isinstance(field.widget, forms.Textarea):
        field.widget.attrs["rows"] = 2
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
