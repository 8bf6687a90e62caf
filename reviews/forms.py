"""What reviewers and organizers may type, and what is said when it is wrong."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.fields import choose_from, read_by
from reviews.states import Knowing
from workshops.answers import Kind, QuestionsForm
from workshops.reading import QuestionData
from workshops.widgets import ScaleWidget

PREFIX = "q"


class ReviewForm(QuestionsForm):
    """The questions of one version of a review form, as fields ``q-<key>``."""

    prefix = PREFIX


def posted_answers(data: QueryDict, questions: Iterable[QuestionData]) -> dict[str, Any]:
    """What was posted under ``q-…``, by key, as it was typed. Keys that no question has come along, to be refused."""
    several = {question.key for question in questions if question.kind == Kind.CHOICES}
    start = f"{PREFIX}-"
    names = [name for name in data if name.startswith(start)]
    keys = {name.removeprefix(start): name for name in names}
    return {key: data.getlist(name) if key in several else data[name] for key, name in keys.items()}


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
            read_by(field, "Read by the organizers")
        choices = [(str(pk), name) for pk, name in topics]
        choose_from(self.fields["topics"], choices)
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
    read_by(reason, "Read by the organizers of this paper")
    hand_over = forms.BooleanField(
        label="Leave what I have written so far to the organizers of this paper",
        required=False,
        help_text="It may help whoever writes the review instead. It counts in nothing.",
    )

    def __init__(self, *args: Any, begun: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not begun:
            del self.fields["hand_over"]


class ConflictForm(forms.Form):
    why = forms.CharField(
        label="What is the conflict?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="A word is enough: a former student, a joint project, I know this work from its authors.",
        error_messages={"required": "Say in a word what the conflict is."},
    )
    read_by(why, "Read by the organizers of this paper")


class AuthorsKnownForm(forms.Form):
    knowing = forms.ChoiceField(
        label="How sure are you?",
        choices=Knowing.choices,
        widget=ScaleWidget(layout="list"),
        error_messages={"required": "Choose whether it is a guess or you are sure."},
    )
    text = forms.CharField(
        label="From what?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="A preprint, a talk, the style. You need not write names.",
    )
    read_by(knowing, "Read by the organizers of this paper")
    read_by(text, "Read by the organizers of this paper")


class DaysForm(forms.Form):
    days = forms.IntegerField(
        label="How many more days?",
        min_value=1,
        max_value=30,
        initial=3,
        error_messages={
            "required": "Write a number of days.",
            "invalid": "Write a whole number of days.",
            "min_value": "Ask for at least one day.",
            "max_value": "Ask for at most 30 days.",
        },
    )
    reason = forms.CharField(label="Why?", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    read_by(days, "Read by the organizers of this paper")
    read_by(reason, "Read by the organizers of this paper")


class UploadForm(forms.Form):
    file = forms.FileField(
        label="The file, or the ZIP file with several",
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
        widget=forms.ClearableFileInput(attrs={"accept": ".md,.txt,.zip,text/markdown,application/zip"}),
    )
