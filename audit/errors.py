"""What a service says when it does not do as asked."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.forms import BaseForm


class Refused(Exception):
    """A service did nothing. The sentence says what is wrong and how to mend it; it is shown to the person as it is.

    ``field`` names the form field that the sentence belongs to, "" for the form as a whole.
    """

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class StaleState(Refused):
    """The row was not in the state that the move begins at: somebody else was quicker, or the page is old."""

    def __init__(
        self, sentence: str = "This has changed in the meantime. Look at the page as it is now and try again."
    ) -> None:
        super().__init__(sentence)


def refuse_invalid(row: Model, **options: Any) -> None:
    """Run the model's own checks (``full_clean``); what fails first becomes a Refused of its field."""
    try:
        row.full_clean(**options)
    except ValidationError as problem:
        field, sentences = next(iter(problem.message_dict.items()))
        raise Refused(sentences[0], field="" if field == NON_FIELD_ERRORS else field) from None


def add_refusal(form: BaseForm, refusal: Refused) -> None:
    """Put what a service said beside its field, or above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
