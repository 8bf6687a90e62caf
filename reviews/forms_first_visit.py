"""What a reviewer types at the first visit."""

from typing import Any

from django import forms

from accounts.fields import mark_needed, read_by
from accounts.models import Relation
from accounts.services.relations import Tie
from reviews.first_visit import FirstVisitPage
from reviews.guests import name_and_address
from reviews.models import TopicInterest

Level = TopicInterest.Level
LEVELS = {"": 0, **{level.name.lower(): level.value for level in Level}}
CHOICES = [("", "not my subject"), *((level.name.lower(), level.label) for level in Level)]
ROWS = "ties"
READERS = "Read by the organizers"
LOAD = "The number of papers is between 1 and 50."


class FirstVisitForm(forms.Form):
    agrees = forms.BooleanField(label="I agree to these policies", required=False)
    load_max = forms.IntegerField(
        label="At most so many papers",
        min_value=1,
        max_value=50,
        error_messages={
            "invalid": "Write a whole number.",
            "required": "Write a number, such as 4.",
            "min_value": LOAD,
            "max_value": LOAD,
        },
    )
    emergency = forms.BooleanField(
        label="You may ask me at short notice",
        required=False,
        help_text="For the pool of those who step in when somebody else cannot.",
    )
    statement = forms.CharField(
        label="In your own words",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Methods, models, data. It is compared with the papers.",
    )
    publications = forms.CharField(
        label="Your papers",
        required=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="BibTeX, or one title a line. Five to ten are best; those with an abstract say more.",
    )
    institutions = forms.CharField(
        label="Institutions",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="Where you are, or were within the last years: one a line, its web domain last, such as “University "
        "of Somewhere, uni.edu”. The domain of your e-mail address counts already.",
    )
    named_all = forms.BooleanField(label="These, and what my profile says, are all that I know of", required=False)

    def __init__(self, data: Any = None, *, page: FirstVisitPage, initial: dict[str, Any] | None = None) -> None:
        told = {
            "agrees": page.policies_at is not None,
            "load_max": page.load_max,
            "emergency": page.emergency,
            "statement": page.statement,
            "named_all": page.ties_at is not None,
            **{f"topic-{pk}": _name(page.levels.get(pk, 0)) for pk, _ in page.topics},
        }
        super().__init__(data, initial=told | (initial or {}))
        self.topic_names = [f"topic-{pk}" for pk, _ in page.topics]
        for pk, name in page.topics:
            self.fields[f"topic-{pk}"] = forms.ChoiceField(label=name, choices=CHOICES, required=False)
            mark_needed(self.fields[f"topic-{pk}"])
        for field in ("load_max", "statement", "institutions"):
            read_by(self.fields[field], READERS)

    def topics(self) -> list[forms.BoundField]:
        return [self[name] for name in self.topic_names]

    def levels(self) -> dict[int, int]:
        """The level of each topic that they know at all."""
        chosen = {int(name.removeprefix("topic-")): LEVELS[self.cleaned_data[name]] for name in self.topic_names}
        return {pk: level for pk, level in chosen.items() if level}


def _name(level: int) -> str:
    return next(name for name, value in LEVELS.items() if value == level)


class TieForm(forms.Form):
    """Somebody whose papers a reviewer must not judge: “Ada Example <ada@uni.edu>”, or one of the two."""

    who = forms.CharField(
        label="Who",
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label="What ties you",
        choices=[(value, label.capitalize()) for value, label in Relation.Kind.choices],
        initial=Relation.Kind.COLLABORATOR,
    )

    def tie(self) -> Tie | None:
        text = self.cleaned_data.get("who", "").strip()
        if not text:
            return None
        name, address = name_and_address(text)
        return Tie(self.cleaned_data["kind"], email=address, name=name if address else text)


TieFormSet = forms.formset_factory(TieForm, extra=2, max_num=30, absolute_max=40, validate_max=True)
