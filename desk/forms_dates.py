"""What an organizer may type about dates."""

from django import forms

from accounts.fields import read_by
from workshops.fields import AoeDateTimeField

AUTHORS_READ = "The authors of the paper will read this."
READERS = "Whoever is told will read this, and the log keeps it."


def _text(label: str, readers: str, *, required: bool = True) -> forms.CharField:
    field = forms.CharField(label=label, required=required, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    read_by(field, readers)
    return field


class NewDateForm(forms.Form):
    """The first step: where to."""

    at = AoeDateTimeField(label="New date")


class MoveForm(forms.Form):
    """The second step: why, and whether anybody is told."""

    at = AoeDateTimeField(widget=forms.DateTimeInput(attrs={"type": "hidden"}, format="%Y-%m-%dT%H:%M"))
    reason = _text("Why", READERS)
    tell = forms.BooleanField(label="Tell them by mail, after the hold", required=False, initial=True)


class ExtendForm(forms.Form):
    until = AoeDateTimeField(label="Open this paper until")
    reason = _text("Why", AUTHORS_READ)


class AnswerForm(forms.Form):
    """Accept or refuse a late save."""

    answer = forms.ChoiceField(choices=[("accept", "Accept"), ("refuse", "Refuse")])
    reason = _text("A word to the authors", AUTHORS_READ, required=False)

    @property
    def accepts(self) -> bool:
        return bool(self.cleaned_data["answer"] == "accept")
