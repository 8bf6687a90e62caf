"""What an organizer may type about people and assignments."""

from typing import Any

from django import forms

from accounts.fields import choose_from, read_by
from workshops.models import Track


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


class ProposeForm(forms.Form):
    track = forms.ChoiceField(label="Track", required=False)

    def __init__(self, *args: Any, tracks: list[Track], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {str(track.pk): track for track in tracks}
        choices = [("", "All tracks"), *((pk, track.name) for pk, track in self.by_id.items())]
        choose_from(self.fields["track"], choices)

    @property
    def chosen(self) -> Track | None:
        return self.by_id.get(self.cleaned_data["track"])


class AddPairForm(forms.Form):
    """A reviewer to add to a paper of a proposal."""

    paper = forms.TypedChoiceField(label="Paper", coerce=int, error_messages={"required": "Choose a paper."})
    user = forms.TypedChoiceField(label="Reviewer", coerce=int, error_messages={"required": "Choose a reviewer."})
    override = forms.CharField(
        label="Why in spite of a suspected conflict",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only where a conflict is suspected.",
    )
    read_by(override, "Read by organizers without a conflict with this paper")

    def __init__(self, *args: Any, papers: list[tuple[int, str]], people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("paper", papers), ("user", people)):
            choose_from(self.fields[name], [("", "Choose"), *choices])
