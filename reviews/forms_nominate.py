"""Whom a reviewer proposes for a paper."""

from django import forms

from accounts.fields import read_by


class NominateForm(forms.Form):
    name = forms.CharField(label="Their name", max_length=200, error_messages={"required": "Write their name."})
    address = forms.CharField(
        label="Their e-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Write their address."},
    )
    why = forms.CharField(
        label="Why them?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What they know of the subject, in a sentence.",
        error_messages={"required": "Say in a sentence what they know of the subject."},
    )
    read_by(why, "Read by the organizers of this paper")
