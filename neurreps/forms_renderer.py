"""How forms are drawn: by the templates in templates/django/forms, each field with who will read it."""

from django.forms.renderers import TemplatesSetting

from workshops.fields import ReadersBoundField


class FormRenderer(TemplatesSetting):
    bound_field_class = ReadersBoundField
