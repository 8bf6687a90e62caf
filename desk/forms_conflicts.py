"""What is typed where conflicts leave a paper without somebody to handle it."""

from django import forms

from desk.forms import SomebodyForm, text_box
from submissions.services.break_glass import LONGEST

ORGANIZERS_READ = "Every organizer who is no author of the paper reads this."
ALL_READ = "All organizers read this, in a mail and in the log."


class WaiverForm(SomebodyForm):
    user = forms.TypedChoiceField(label="Who would handle it", coerce=int)
    reason = text_box("Why", required=True, readers=ORGANIZERS_READ)


class GuestForm(forms.Form):
    name = forms.CharField(label="Their name", max_length=200)
    address = forms.CharField(label="Their e-mail address", max_length=254)
    reason = text_box("Why them", required=True, readers="Whom you invite reads this in the mail, and the organizers.")


class ReadingForm(forms.Form):
    reason = text_box("Why it cannot wait", required=True, rows=3, readers=ALL_READ)


class AllowForm(forms.Form):
    hours = forms.IntegerField(label="For how many hours", min_value=1, max_value=LONGEST, initial=24)


class GuestAnswerForm(forms.Form):
    """Behind the link of a call. The name is asked for where the address has no account."""

    given = forms.CharField(label="Given names", max_length=120, required=False)
    family = forms.CharField(label="Family name", max_length=120, required=False)
    answer = text_box("A word to the organizers", readers="The organizers of the workshop read this.")
