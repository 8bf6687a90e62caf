"""What an organizer types to act on several people or reviews at once."""

from django import forms

from desk.forms import text_box
from workshops.fields import AoeDateTimeField


class ActForm(forms.Form):
    """The base: an act that asks for nothing. ``seen`` is to how many lines the page said that it is done."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class WriteForm(ActForm):
    subject = forms.CharField(label="Subject", max_length=150)
    text = text_box(
        "Text",
        required=True,
        rows=8,
        readers="Read by each of them, and by every organizer of this workshop: name no paper and no reviewer",
        help="“Dear …” stands before it, your name and the workshop after it. Markdown works.",
    )


class RemindForm(ActForm):
    again = forms.BooleanField(label="Also those who were reminded within the last day", required=False)


class RemindBidsForm(ActForm):
    again = forms.BooleanField(label="Also those who were reminded within three days", required=False)


class LoadForm(ActForm):
    load_max = forms.IntegerField(label="At most how many papers", min_value=1, max_value=50)


class EndForm(ActForm):
    take_back = forms.BooleanField(
        label="Take the papers back too",
        required=False,
        help_text="Those that you act on and of which no review is in. They get one mail with thanks; what they wrote "
        "is kept. Otherwise they keep them until somebody takes them back.",
    )


class ExtendForm(ActForm):
    until = AoeDateTimeField(label="Due")
    reason = text_box("Why", required=True, readers="Read by the reviewers, in a mail")


PEOPLE_FORMS: dict[str, type[ActForm]] = {
    "write": WriteForm,
    "remind": RemindForm,
    "remind_bids": RemindBidsForm,
    "load": LoadForm,
    "emergency": ActForm,
    "not_emergency": ActForm,
    "end_reviewer": EndForm,
    "end_chair": EndForm,
}
REVIEWS_FORMS: dict[str, type[ActForm]] = {"remind": RemindForm, "extend": ExtendForm}
MESSAGE_FORMS: dict[str, type[ActForm]] = {"cancel": ActForm, "send_again": ActForm}
BATCH_FORMS: dict[str, type[ActForm]] = {"cancel": ActForm}
