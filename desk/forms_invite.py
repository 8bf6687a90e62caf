"""What an organizer may type about people to invite."""

from typing import Any

from django import forms

from accounts.fields import choose_from, mark_needed, read_by
from workshops.models import Track
from workshops.states import Role

INVITABLE = (Role.REVIEWER, Role.AREA_CHAIR, Role.ORGANIZER, Role.PROCEEDINGS_CHAIR)
LOAD = "The number of papers is between 1 and 50."


class InviteForm(forms.Form):
    """``track`` is the chosen track, or None. A file is read into the lines by the page, to be looked at."""

    lines = forms.CharField(
        label="Whom",
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="One person a line: “Rui Example <rui@uni.edu>”, or only the address; “, 3” behind it is how many "
        "papers at most.",
    )
    file = forms.FileField(
        label="Or a CSV file",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text="Columns name, e-mail and, if you like, load. Its people join the lines above in the preview.",
    )
    role = forms.ChoiceField(label="As what", choices=[(role.value, role.label) for role in INVITABLE])
    for_track = forms.ChoiceField(label="For which track", required=False, help_text="Only for area chairs.")
    load = forms.IntegerField(
        label="At most how many papers",
        required=False,
        min_value=1,
        max_value=50,
        help_text="Only for reviewers; a number behind a line counts instead.",
        error_messages={"invalid": "Write a whole number.", "min_value": LOAD, "max_value": LOAD},
    )
    note = forms.CharField(
        label="A personal word",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Why them? It stands at the top of the mail.",
    )
    emergency = forms.BooleanField(
        label="For the emergency pool", required=False, help_text="Who accepts may be asked at short notice."
    )
    again = forms.BooleanField(
        label="Also ask those again who declined or let an invitation end",
        required=False,
        help_text="Otherwise they are left out, and the preview says so.",
    )

    def __init__(self, *args: Any, tracks: list[Track], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {str(track.pk): track for track in tracks}
        choices = [("", "All tracks"), *((pk, track.name) for pk, track in self.by_id.items())]
        choose_from(self.fields["for_track"], choices)
        read_by(self.fields["note"], "Read by everybody whom you invite here")
        mark_needed(self.fields["lines"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("lines", "").strip() and not cleaned.get("file") and not self.errors:
            self.add_error("lines", "Paste at least one address, or choose a file.")
        return cleaned

    @property
    def track(self) -> Track | None:
        if self.cleaned_data["role"] != Role.AREA_CHAIR:
            return None
        return self.by_id.get(self.cleaned_data["for_track"])


class ExpectedForm(forms.Form):
    papers = forms.IntegerField(label="For how many papers?", required=False, min_value=0, max_value=10_000)


class RemindForm(forms.Form):
    impatient = forms.BooleanField(label="Also those who were asked within three days", required=False)
