"""What an organizer may type on the desk."""

from typing import Any

from django import forms
from django.utils import timezone

from accounts.fields import choose_from, read_by
from decisions.models import Decision, Outcome
from desk.reading.paper import Candidate
from submissions.states import ConflictReason, ConflictState
from workshops.fields import AoeDateTimeField

ORGANIZERS_READ = "Organizers without a conflict with this paper will read this."
AUTHORS_READ = "The authors will read this, with the decision."
People = list[tuple[int, str]]


def text_box(
    label: str, *, required: bool = False, rows: int = 2, readers: str = "", help: str = ""
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    field = forms.CharField(label=label, required=required, widget=widget, help_text=help, max_length=20_000)
    read_by(field, readers)
    return field


class NewWorkshopForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200, help_text="Such as NeurReps.")
    year = forms.IntegerField(label="Year", min_value=2000, max_value=2100)
    slug = forms.CharField(
        label="Address", max_length=60, help_text="Its part of the web address, such as neurreps-2027."
    )
    submission_at = AoeDateTimeField(
        label="Submission deadline",
        help_text="In AoE (anywhere on Earth, UTC−12). The other dates are spaced from it; all can be changed later.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.now().year


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(label="Decision")
    reason = text_box("Why", readers=ORGANIZERS_READ)
    to_authors = text_box("A word to the authors", rows=3, readers=AUTHORS_READ)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, outcomes: list[Outcome], decision: Decision | None, **kwargs: Any) -> None:
        start: dict[str, Any] = {"version": decision.version if decision else 0}
        if decision:
            start |= {"outcome": decision.outcome_id, "reason": decision.reason, "to_authors": decision.to_authors}
        super().__init__(*args, **{**kwargs, "initial": start})
        choices = [(outcome.pk, outcome.label) for outcome in outcomes]
        choose_from(self.fields["outcome"], [("", "Choose"), *choices])
        self.by_id = {outcome.pk: outcome for outcome in outcomes}

    @property
    def chosen(self) -> Outcome:
        return self.by_id[int(self.cleaned_data["outcome"])]


class AssignForm(forms.Form):
    user = forms.TypedChoiceField(label="Reviewer", coerce=int, help_text="Who has room comes first.")
    override = text_box(
        "Why in spite of a suspected conflict", readers=ORGANIZERS_READ, help="Only where a conflict is suspected."
    )

    def __init__(self, *args: Any, people: list[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Choose"), *((one.user_id, one.words) for one in people)]
        choose_from(self.fields["user"], choices)


class SomebodyForm(forms.Form):
    """The base: one of the people given, as ``user``."""

    user = forms.TypedChoiceField(label="Person", coerce=int)

    def __init__(self, *args: Any, people: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self.fields["user"], [("", "Choose"), *people])


class HandlerForm(SomebodyForm):
    user = forms.TypedChoiceField(label="Handler", coerce=int, help_text="Organizers without a conflict.")
    reason = text_box("Why", readers=ORGANIZERS_READ)


class ConflictForm(SomebodyForm):
    """Declare a conflict by hand."""

    why = text_box("Why", required=True, readers=ORGANIZERS_READ)


class SettleForm(forms.Form):
    """Settle one conflict that is known."""

    user = forms.IntegerField()
    reason = forms.ChoiceField(choices=ConflictReason.choices)
    state = forms.ChoiceField(choices=[(s, s.label) for s in (ConflictState.CONFIRMED, ConflictState.WAIVED)])
    why = forms.CharField(required=False, max_length=2000)


class ReleaseForm(forms.Form):
    typed = forms.IntegerField(
        label="How many mails will go out?", help_text="Type the number that stands above.", min_value=0
    )
