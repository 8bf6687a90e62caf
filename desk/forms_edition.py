"""What an organizer types to begin a new edition from an earlier one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from accounts.fields import choose_from
from accounts.models import User
from workshops.fields import AoeDateTimeField
from workshops.instants import AOE, input_value
from workshops.models import Deadline, Workshop
from workshops.shift import shifted, shifted_day, weeks_between

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def weekday(moment: datetime) -> str:
    """Its day of the week, anywhere on Earth."""
    return DAYS[moment.astimezone(AOE).weekday()]


@dataclass(frozen=True)
class DateRow:
    """A date of the old edition beside the field of the new one; ``day`` is the weekday that stands in the field."""

    label: str
    old: datetime
    old_day: str
    day: str
    pinned_by: str
    field: BoundField


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class NewEditionForm(forms.Form):
    """``rows`` are the old deadlines with their tracks, ``people`` the old organizers except whoever asks."""

    name = forms.CharField(label="Name", max_length=200)
    year = forms.IntegerField(label="Year", min_value=2000, max_value=2100)
    slug = forms.CharField(
        label="Address", max_length=60, help_text="Its part of the web address, such as neurreps-2027."
    )
    venue = forms.CharField(label="Place", max_length=200, required=False)
    starts = _day("First day")
    ends = _day("Last day")
    organizers = forms.MultipleChoiceField(
        label="Who else organizes it",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Organizers of this edition who go on. They see the new one on their desk at once; no mail goes out.",
    )

    def __init__(self, data: Any = None, *, old: Workshop, rows: list[Deadline], people: list[User]) -> None:
        self.old, self.rows, self.people = old, rows, {str(user.pk): user for user in people}
        super().__init__(data, initial=self._proposed())
        choose_from(self.fields["organizers"], [(pk, user.get_full_name()) for pk, user in self.people.items()])
        if not people:
            del self.fields["organizers"]
        for row in rows:
            self.fields[f"date_{row.pk}"] = AoeDateTimeField(
                label=f"{_named(row)}, new date", required=False, help_text="In AoE. Empty: there is none."
            )

    def _proposed(self) -> dict[str, Any]:
        """A year later, everything on the same weekday."""
        old, year = self.old, self.old.year + 1
        weeks = weeks_between(years=(old.year, year))
        values: dict[str, Any] = {"name": old.name, "year": year, "slug": _next_slug(old.slug, year)}
        values |= {name: shifted_day(day, weeks) for name in ("starts", "ends") if (day := getattr(old, name))}
        return values | {f"date_{row.pk}": shifted(row.at, weeks) for row in self.rows}

    @property
    def dates(self) -> dict[int, datetime | None]:
        return {row.pk: self.cleaned_data.get(f"date_{row.pk}") for row in self.rows}

    @property
    def chosen(self) -> list[User]:
        return [self.people[pk] for pk in self.cleaned_data.get("organizers", [])]

    def shifted_data(self) -> dict[str, str]:
        """The dates as they follow from the year and the first day that were typed, for the same form again.

        An empty dict where neither can be read.
        """
        try:
            year = int(str(self["year"].value()))
            starts = date.fromisoformat(str(self["starts"].value())) if self["starts"].value() else None
            weeks = weeks_between(years=(self.old.year, year), starts=(self.old.starts, starts))
            return {f"date_{row.pk}": input_value(shifted(row.at, weeks)) for row in self.rows}
        except (ValueError, OverflowError):
            return {}

    def date_rows(self) -> Iterator[DateRow]:
        for row in self.rows:
            field = self[f"date_{row.pk}"]
            yield DateRow(
                label=_named(row),
                old=row.at,
                old_day=weekday(row.at),
                day=_day_of(field.value()),
                pinned_by=row.pinned_by,
                field=field,
            )

    def own_fields(self) -> Iterator[BoundField]:
        return (field for field in self if not field.name.startswith("date_"))


def _named(row: Deadline) -> str:
    label = str(row.get_kind_display())
    return f"{label} ({row.track.name})" if row.track else label


def _next_slug(slug: str, year: int) -> str:
    stem = re.sub(r"-?(19|20)\d\d$", "", slug)
    return f"{stem}-{year}"


def _day_of(value: Any) -> str:
    if isinstance(value, datetime):
        return weekday(value)
    try:
        return DAYS[datetime.fromisoformat(str(value)).weekday()]
    except ValueError:
        return ""
