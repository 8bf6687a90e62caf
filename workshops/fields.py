"""Form fields of our own."""

from datetime import datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html

from workshops.instants import input_value, parse_aoe, utc


class ReadersBoundField(BoundField):
    """A field whose `readers` (a sentence, set on the form field) is part of its description for screen readers."""

    @property
    def readers(self) -> str:
        return getattr(self.field, "readers", "")

    @property
    def is_optional(self) -> bool:
        """May stay empty for good: what a draft may leave out is `needed` in the end."""
        return not (self.field.required or getattr(self.field, "needed", False))

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        if described is None or not (self.readers and self.auto_id and not self.is_hidden):
            return described
        return f"{described} {self.auto_id}_readers".strip()


class AoeBoundField(ReadersBoundField):
    """Says beside the field what its value is in UTC."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        moment = _moment(self.value())
        said = format_html("{} That is {}.", self.help_text, utc(moment)) if moment else self.help_text
        self.help_text = said


class AoeDateTimeField(forms.DateTimeField):
    """A day and time that is entered and shown in AoE; its value is an instant in UTC."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {
        "invalid": "Write a day and a time in AoE, such as 24 Nov 2026, 23:59 or 2026-11-24T23:59."
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "In AoE (anywhere on Earth, UTC−12).")
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return input_value(value) if isinstance(value, datetime) and value.tzinfo else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value
        try:
            return parse_aoe(str(value))
        except (ValueError, OverflowError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        return AoeBoundField(form, self, field_name)


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return parse_aoe(str(value)) if value else None
    except (ValueError, OverflowError):
        return None
