"""What our templates show of a form's field beyond Django's own, and the choices that a form finds when it is made.

The attributes are ours (templates/django/forms/field.html reads them), so this is the one place that sets them.
"""

from collections.abc import Iterable
from typing import Any, cast

from django import forms


def read_by(field: forms.Field, readers: str) -> None:
    """Say beside the field who reads what is typed there; "" says nothing."""
    field.readers = readers  # type: ignore[attr-defined]  # an attribute of ours


def mark_needed(field: forms.Field, needed: bool = True) -> None:
    """Mark the field as one that is needed in the end, though the form may be saved without it."""
    field.needed = needed  # type: ignore[attr-defined]  # an attribute of ours


def choose_from(field: forms.Field, choices: Iterable[Any]) -> None:
    """Give a field of choices, which a form looks up by its name, what there is to choose."""
    cast(forms.ChoiceField, field).choices = choices
