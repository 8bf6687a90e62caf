"""Which affinities count, and scores from a file."""

from typing import Any

from django import forms

from accounts.fields import choose_from
from desk.forms_exchange import FileAgainForm
from reviews.models import AffinityBook
from reviews.services.affinity import semantic_installed
from reviews.states import COMPUTED, AffinityMethod, Imported


class AffinityForm(forms.Form):
    method = forms.ChoiceField(label="How papers are compared with what reviewers know")
    imported = forms.ChoiceField(label="Scores from a file", required=False)

    def __init__(self, data: Any = None, *, book: AffinityBook, has_imported: bool) -> None:
        super().__init__(data, initial={"method": book.method, "imported": book.imported})
        known = [one for one in AffinityMethod.choices if one[0] in COMPUTED]
        if not semantic_installed():
            known = [one for one in known if one[0] in (AffinityMethod.TFIDF, book.method)]
            self.fields["method"].help_text = "The sentence model is not installed on this site."
        choose_from(self.fields["method"], known)
        if has_imported:
            choose_from(self.fields["imported"], Imported.choices)
        else:
            del self.fields["imported"]


class ScoresForm(FileAgainForm):
    file = forms.FileField(
        label="Scores", required=False, help_text="CSV with the columns paper, reviewer (an e-mail address) and score."
    )
    imported = forms.ChoiceField(
        label="They count",
        choices=[
            (Imported.JOIN.value, "together with the computed ones: the mean of both"),
            (Imported.REPLACE.value, "instead of the computed ones: a pair that is not in the file is unknown"),
        ],
        initial=Imported.JOIN.value,
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
