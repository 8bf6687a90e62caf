"""Widgets of our own."""

from typing import Any

from django import forms


class ScaleWidget(forms.RadioSelect):
    """Radio buttons as a labelled scale, rendered by one template with one loop (a template for each button is slow).

    layout: "row" (segments beside each other), "list" (one below the other), or None: a row when the words are short.
    A choice's value is shown as the number and its label as the words; a leading "4: " or "4 - " in the label is not
    shown twice.
    """

    template_name = "django/forms/widgets/scale.html"
    option_template_name = template_name
    longest_word_in_row = 18
    most_in_row = 7

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = (), layout: str | None = None) -> None:
        super().__init__(attrs, choices)
        self.layout = layout

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        options = [option for _, group, _ in context["widget"]["optgroups"] for option in group]
        for option in options:
            option["number"], option["words"] = self._parts(str(option["value"]), str(option["label"]))
        short = len(options) <= self.most_in_row and all(len(o["words"]) <= self.longest_word_in_row for o in options)
        context["widget"] |= {"options": options, "layout": self.layout or ("row" if short else "list")}
        return context

    @staticmethod
    def _parts(value: str, label: str) -> tuple[str, str]:
        if not value.lstrip("-").isdigit():
            return "", label
        words = label.removeprefix(value).lstrip(" :.–—-") if label.startswith(value) else label
        return value, words
