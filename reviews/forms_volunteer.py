"""What somebody who would review types."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.fields import choose_from, read_by


class VolunteerForm(forms.Form):
    load = forms.IntegerField(
        label="At most so many papers",
        min_value=1,
        max_value=50,
        help_text="Three is a good number; you can change it later.",
        error_messages={"invalid": "Write a whole number.", "required": "Write a number, such as 3."},
    )
    topics = forms.MultipleChoiceField(
        label="Topics you can judge", required=False, widget=forms.CheckboxSelectMultiple
    )
    statement = forms.CharField(
        label="What you know",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="In a sentence or two: methods, models, data, where you work.",
    )
    publications = forms.CharField(
        label="Your papers",
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="BibTeX, or one title a line; they join your profile. They find the papers that suit you.",
    )

    def __init__(self, *args: Any, topics: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            read_by(field, "Read by the organizers")
        choices = [(str(pk), name) for pk, name in topics]
        choose_from(self.fields["topics"], choices)
        if not choices:
            del self.fields["topics"]
