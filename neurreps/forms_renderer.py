"""How forms are drawn: the templates in templates/django/forms, and who will read a field said beside it."""

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting


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


class FormRenderer(TemplatesSetting):
    bound_field_class = ReadersBoundField
