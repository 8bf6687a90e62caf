"""What an organizer may type about people."""

from django import forms

from accounts.fields import read_by


class LoadForm(forms.Form):
    load_max = forms.IntegerField(label="At most how many papers", min_value=1, max_value=50)
    senior = forms.BooleanField(label="Senior", required=False)
    emergency = forms.BooleanField(label="In the emergency pool: may be asked at short notice", required=False)


class AnswerVolunteersForm(forms.Form):
    load = forms.IntegerField(
        label="At most how many papers",
        required=False,
        min_value=1,
        max_value=50,
        help_text="Empty: as many as each offered.",
    )
    note = forms.CharField(
        label="A word to them",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Stands in each of the mails.",
    )
    read_by(note, "Read by everybody whom you choose")
