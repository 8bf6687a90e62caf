"""A column for the labels of a question: a dict whose order counts."""

from typing import Any

from django.db import models


class LabelsField(models.JSONField):
    """A dict of text by key. It is stored as a list of pairs, since PostgreSQL does not keep the order of an object."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(pairs(value) if isinstance(value, dict) else value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return of_pairs(super().from_db_value(value, expression, connection))


def pairs(labels: dict[str, str]) -> list[list[str]]:
    return [[key, words] for key, words in labels.items()]


def of_pairs(stored: Any) -> Any:
    return dict(stored) if isinstance(stored, list) else stored
