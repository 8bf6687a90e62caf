"""What an organizer types to act on several papers, or to enter one for somebody."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from accounts.fields import choose_from
from desk.forms import AUTHORS_READ, ORGANIZERS_READ, text_box
from desk.forms_acts import ActForm
from desk.services.bulk import Options
from submissions.services.save import AuthorData
from workshops.fields import AoeDateTimeField
from workshops.models import Track

TOLD = "The authors will read this, by mail."


class PapersForm(ActForm):
    """The base: an act that asks for nothing."""

    def options(self, track: Track | None) -> Options:
        return Options(track=track)


class DeskRejectForm(PapersForm):
    to_authors = text_box("The reason, for the authors", required=True, rows=4, readers=AUTHORS_READ)
    reason = text_box("Why, for the organizers", readers=ORGANIZERS_READ)

    def options(self, track: Track | None) -> Options:
        return Options(to_authors=self.cleaned_data["to_authors"], reason=self.cleaned_data["reason"])


class TransferForm(PapersForm):
    reason = text_box("Why", required=True, readers=TOLD)
    agreed = forms.BooleanField(
        label="The authors of all of them have said that they agree",
        required=False,
        help_text="Needed once the deadline of a paper's track is over.",
    )

    def options(self, track: Track | None) -> Options:
        return Options(track=track, reason=self.cleaned_data["reason"], agreed=self.cleaned_data["agreed"])


class ExtendForm(PapersForm):
    until = AoeDateTimeField(label="Open them until")
    reason = text_box("Why", required=True, readers=TOLD)

    def options(self, track: Track | None) -> Options:
        return Options(until=self.cleaned_data["until"], reason=self.cleaned_data["reason"])


class RemindForm(PapersForm):
    again = forms.BooleanField(
        label="Also those who were reminded of the same paper within the last day", required=False
    )

    def options(self, track: Track | None) -> Options:
        return Options(again=self.cleaned_data["again"])


FORMS: dict[str, type[PapersForm]] = {
    "desk_reject": DeskRejectForm,
    "undecide": PapersForm,
    "transfer": TransferForm,
    "extend": ExtendForm,
    "remind": RemindForm,
}


class EnterForm(forms.Form):
    """A paper that an organizer enters for its authors."""

    use_required_attribute = False

    track = forms.ChoiceField(label="Track")
    title = forms.CharField(label="Title", max_length=300)
    abstract = forms.CharField(
        label="Abstract",
        max_length=20_000,
        widget=forms.Textarea(attrs={"class": "form-control-read", "rows": 8}),
    )
    authors = forms.CharField(
        label="Authors, one a line",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="Such as: Ada Example <ada@example.org> (Example University). The first with an address is the "
        "corresponding author.",
    )
    file = forms.FileField(label="The paper as a PDF", widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}))
    counts_from = AoeDateTimeField(
        label="When it reached you", help_text="It counts from then. In AoE (anywhere on Earth, UTC−12)."
    )
    reason = text_box("Why you enter it, and how it reached you", required=True, readers=TOLD)

    def __init__(self, *args: Any, tracks: Sequence[Track], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tracks = {str(track.pk): track for track in tracks}
        choose_from(self.fields["track"], [(key, track.name) for key, track in self.tracks.items()])
        self.fields["counts_from"].initial = timezone.now()
        self.fields["file"].help_text = f"At most {settings.MAX_PDF_BYTES // 1024 // 1024} MB."

    def clean_authors(self) -> list[AuthorData]:
        # brings a parser of names along, only where something is read
        from submissions.importing.author_lines import NotAnAuthor, read_authors

        try:
            read = read_authors(self.cleaned_data["authors"])
        except NotAnAuthor as problem:
            raise forms.ValidationError(str(problem)) from None
        return [AuthorData(one.given, one.particle, one.family, one.email, one.affiliation) for one in read]
