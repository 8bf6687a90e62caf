"""What may be typed about the list of authors, and what is said when it is wrong."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.fields import choose_from, read_by
from audit.text import small_number
from submissions.models import Authorship
from submissions.services.author_list import Spelled
from submissions.services.author_requests import LONGEST_REASON
from submissions.services.save import AuthorData

ORGANIZERS = "The organizers who handle this paper"
ORGANIZERS_AND_AUTHORS = "The organizers and all authors of the paper"


def _reason(label: str, *, required: bool, readers: str, missing: str = "") -> forms.CharField:
    field = forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing},
    )
    read_by(field, readers)
    return field


class NotMeForm(forms.Form):
    reason = _reason("A word to the organizers", required=False, readers=ORGANIZERS)


class AddAuthorForm(forms.Form):
    given = forms.CharField(label="Given names", max_length=120, required=False)
    particle = forms.CharField(label="van, de, von …", max_length=40, required=False)
    family = forms.CharField(label="Family name", max_length=120, required=False)
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        help_text="Conflicts of interest are computed from it before anybody is added.",
        error_messages={
            "required": "Give their e-mail address.",
            "invalid": "This is no e-mail address; it should look like name@example.org.",
        },
    )
    affiliation = forms.CharField(label="Affiliation", max_length=200, required=False)
    reason = _reason("Why", required=True, readers=ORGANIZERS_AND_AUTHORS, missing="Say why, in a sentence or two.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("given") and not cleaned.get("family"):
            self.add_error("family", "Type at least one name.")
        return cleaned

    def author(self) -> AuthorData:
        names = ("given", "particle", "family", "email", "affiliation")
        return AuthorData(**{name: self.cleaned_data[name] for name in names})


class RemoveAuthorForm(forms.Form):
    author = forms.TypedChoiceField(
        label="Whom", coerce=int, error_messages={"required": "Choose who is to be taken off."}
    )
    reason = _reason("Why", required=True, readers=ORGANIZERS_AND_AUTHORS, missing="Say why, in a sentence or two.")

    def __init__(self, *args: Any, authors: Sequence[Authorship], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.pk, row.name) for row in authors]
        choose_from(self.fields["author"], [("", "Choose"), *choices])


class MissingForm(forms.Form):
    number = forms.IntegerField(
        label="Number of the paper",
        min_value=1,
        max_value=1_000_000,
        help_text="Your co-authors know it.",
        error_messages={"required": "Type the number of the paper.", "invalid": "Type the number, such as 17."},
    )
    reason = _reason(
        "Why you are an author of it",
        required=True,
        readers="The organizers; its authors read that it was you who wrote",
        missing="Say why, in a sentence or two.",
    )


class SpelledForm(forms.Form):
    """One author of a list that can only be arranged."""

    given = forms.CharField(label="Given names", max_length=120, required=False)
    particle = forms.CharField(label="van, de, von …", max_length=40, required=False)
    family = forms.CharField(label="Family name", max_length=120, required=False)
    affiliation = forms.CharField(label="Affiliation", max_length=200, required=False)


SPELLED = tuple(SpelledForm.base_fields)


class ArrangeRows:
    """The authors of a submitted paper in an order: stored, or typed. Rows come and go only by request."""

    prefix = "arrange"

    def __init__(self, rows: Sequence[Authorship], data: QueryDict | None = None, *, bound: bool = False) -> None:
        places = list(range(len(rows)))
        if data is not None:
            places.sort(key=lambda place: small_number(data.get(f"{self.prefix}-{place}-ORDER"), len(rows) + place))
        self.rows = [(rows[place], self._form(rows[place], place, data, bound)) for place in places]

    def _form(self, row: Authorship, place: int, data: QueryDict | None, bound: bool) -> SpelledForm:
        prefix = f"{self.prefix}-{place}"
        typed = {name: data.get(f"{prefix}-{name}", "") for name in SPELLED} if data is not None else {}
        initial = {name: getattr(row, name) for name in SPELLED} | typed
        return SpelledForm(data if bound else None, prefix=prefix, initial=initial)

    def moved(self, action: str) -> "ArrangeRows":
        """The list after “up-2” or “down-2” (the row's number in the form)."""
        verb, _, text = action.partition("-")
        places = [form.prefix for _, form in self.rows]
        here = places.index(f"{self.prefix}-{text}") if f"{self.prefix}-{text}" in places else -1
        other = here + (-1 if verb == "up" else 1)
        if here >= 0 and 0 <= other < len(places):
            self.rows[here], self.rows[other] = self.rows[other], self.rows[here]
        return self

    def is_valid(self) -> bool:
        return sum(not form.is_valid() for _, form in self.rows) == 0

    def spelled(self) -> list[Spelled]:
        return [Spelled(row.pk, **form.cleaned_data) for row, form in self.rows]

    def __iter__(self) -> Any:
        """Each row's number in the form, the author as stored, and their form."""
        return iter([(str(form.prefix).rpartition("-")[2], row, form) for row, form in self.rows])

    def __len__(self) -> int:
        return len(self.rows)
