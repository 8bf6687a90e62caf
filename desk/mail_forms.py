"""What an organizer may type on the pages of mail."""

from typing import Any

from django import forms

WORDS = "Values stand in double braces, such as {{ name }}; the list of them is beside the text."


class WordsForm(forms.Form):
    """The subject and the text of a mail. ``version`` is the one that is being edited."""

    subject = forms.CharField(label="Subject", max_length=200, strip=True)
    text = forms.CharField(
        label="Text",
        max_length=20_000,
        strip=False,
        help_text=WORDS,
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "true"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)


class ConfirmForm(forms.Form):
    """The deliberate act before bulk mail leaves."""

    typed = forms.IntegerField(label="How many messages leave", min_value=0)
    hold_minutes = forms.IntegerField(
        label="Hold, in minutes", min_value=0, max_value=60, help_text="Until then it can be cancelled."
    )

    def __init__(self, *args: Any, number: int, typed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if typed:
            self.fields["typed"].help_text = f"Type {number} to confirm it."
        else:
            del self.fields["typed"]
        self.number = number

    def clean_typed(self) -> int:
        typed: int = self.cleaned_data["typed"]
        if typed != self.number:
            raise forms.ValidationError(f"This goes out as {self.number} messages. Type {self.number} to confirm it.")
        return typed
