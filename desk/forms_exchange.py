"""What an organizer chooses to bring in."""

import base64
import binascii
from typing import Any

from django import forms

from accounts.fields import mark_needed

LARGEST = 3_000_000
"""A page that shows what a file would do carries it along, within DATA_UPLOAD_MAX_MEMORY_SIZE."""


class FileAgainForm(forms.Form):
    """A file, or, from the page that showed what it would do, the same file again."""

    file = forms.FileField(label="File", required=False)
    again = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mark_needed(self.fields["file"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if upload is not None and upload.size > LARGEST:
            self.add_error("file", "The file has more than 3 MB. Split it into several.")
        elif upload is None and not cleaned.get("again") and "file" not in self.errors:
            self.add_error("file", "Choose the file.")
        elif upload is None and "file" not in self.errors:
            cleaned["content"] = self._unpacked(cleaned["again"])
        elif upload is not None:
            cleaned["content"], cleaned["name"] = upload.read(), upload.name[:200]
        return cleaned

    def _unpacked(self, text: str) -> bytes:
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            self.add_error("file", "Choose the file once more.")
            return b""

    def packed(self) -> str:
        """The file as the page carries it."""
        return base64.b64encode(self.cleaned_data["content"]).decode()


class ImportForm(FileAgainForm):
    kind = forms.ChoiceField(
        label="What is in the file",
        choices=[("people", "People"), ("assignments", "Assignments"), ("reviews", "Reviews")],
    )
    file = forms.FileField(
        label="File",
        required=False,
        help_text="CSV, XLSX or JSON; for reviews also OpenReview’s notes (JSON) and HotCRP’s CSV.",
    )
    mail = forms.BooleanField(
        label="Write to them",
        required=False,
        help_text="People are invited instead of having the role at once; reviewers are told of their papers. The "
        "mails wait on the page Mail until you confirm them. Of reviews nobody is told.",
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    field_order = ("kind", "file", "mail")


class SettingsFileForm(FileAgainForm):
    """``seen``: the mark of the differences that were shown."""

    file = forms.FileField(label="File of settings", required=False, help_text="JSON, as it is downloaded here.")
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
