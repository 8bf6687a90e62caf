"""What an organizer types to ask several people for one review."""

from datetime import datetime
from typing import Any

from django import forms

from accounts.fields import choose_from
from desk.forms import text_box
from desk.forms_acts import ActForm
from reviews.services.offer_places import MOST_EACH
from workshops.fields import AoeDateTimeField


class AskForm(forms.Form):
    users = forms.TypedMultipleChoiceField(
        label="Whom",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose whom to ask."},
        help_text="The emergency pool comes first, then who has room. Whoever has a conflict, known or suspected, is "
        "left out.",
    )
    replaces = forms.ChoiceField(
        label="Whose place", required=False, help_text="Who has it keeps the paper until one of them says yes."
    )
    due_at = AoeDateTimeField(label="Due", required=False)
    note = text_box("A word to them", readers="Read by everybody whom you ask")

    def __init__(
        self,
        data: Any = None,
        *,
        people: list[tuple[int, str]],
        current: list[tuple[Any, str]],
        due_at: datetime | None,
    ) -> None:
        super().__init__(data, initial={"due_at": due_at})
        choose_from(self.fields["users"], people)
        choose_from(self.fields["replaces"], [("", "A place that nobody has"), *current])


class AskPlacesForm(ActForm):
    """For many places at once. ``typed`` is asked for where so many letters are written that a slip would be dear."""

    each = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_EACH)
    due_at = AoeDateTimeField(label="Due", required=False, help_text="Empty: when the reviews of the track are due.")
    note = text_box("A word to them", readers="Read by everybody whom you ask")
    typed = forms.IntegerField(label="The number of letters", required=False)
