"""What a person may type about themself."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.http import HttpRequest

from accounts.addresses import normalise_email
from accounts.fields import read_by
from accounts.models import Affiliation, Relation, User
from accounts.names import tidy_name
from accounts.services.profile import MOST_AFFILIATIONS, NAMELESS
from accounts.services.register import create_person
from accounts.services.relations import Tie
from audit.errors import Refused

ROWS = "affiliations"


class SignInForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail address"

    def clean_login(self) -> str:
        return normalise_email(super().clean_login())


class SignInCodeForm(allauth_forms.RequestLoginCodeForm):
    def clean_email(self) -> str:
        self.cleaned_data["email"] = normalise_email(self.cleaned_data["email"])
        return super().clean_email()


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    def clean_email(self) -> str:
        self.cleaned_data["email"] = normalise_email(self.cleaned_data["email"])
        return super().clean_email()


class NamedForm(forms.Form):
    """The base of both forms that make an account: an address and a name, which may be one word."""

    given = forms.CharField(
        label="Given names", max_length=120, required=False, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    family = forms.CharField(
        label="Family name",
        max_length=120,
        required=False,
        help_text="Leave one of the two empty if you have one name only.",
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    field_order = ("email", "given", "family")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("given") and not cleaned.get("family") and not self.errors:
            self.add_error("family", NAMELESS)
        return cleaned

    def clean_given(self) -> str:
        return clean_person_name(self.cleaned_data["given"], "given")

    def clean_family(self) -> str:
        return clean_person_name(self.cleaned_data["family"], "family")


class SignupForm(NamedForm, allauth_forms.SignupForm):
    """An address and a name; the address is confirmed by a code, and codes are all that is needed later too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password1", None)
        self.fields["email"].label = "E-mail address"
        self.fields[
            "email"
        ].help_text = "We send a code to it. Best the one on your papers: it is how they are tied to your account."

    def try_save(self, request: HttpRequest) -> Any:
        """As allauth's; who was a moment slower than somebody with the same address gets the same answer as later."""
        try:
            return super().try_save(request)
        except Refused:
            self.account_already_exists = True
            return super().try_save(request)

    def save(self, request: HttpRequest) -> User:
        """The person and their address, made by our service in place of allauth's own writing."""
        data = self.cleaned_data
        return create_person(email=data["email"], given=data["given"], family=data["family"], by=None)


class ProfileForm(forms.Form):
    given = forms.CharField(
        label="Given names", max_length=120, required=False, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    particle = forms.CharField(
        label="Particle",
        max_length=40,
        required=False,
        help_text="Such as van, de la or von; often empty.",
    )
    family = forms.CharField(
        label="Family name",
        max_length=120,
        required=False,
        help_text="Given or family: one is enough.",
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    orcid = forms.CharField(
        label="ORCID iD",
        max_length=60,
        required=False,
        help_text="16 digits, or the whole address at orcid.org.",
        widget=forms.TextInput({"spellcheck": "false"}),
    )
    homepage = forms.URLField(label="Home page", max_length=200, required=False, assume_scheme="https")
    read_by(orcid, "Read by the organizers; it tells people of one name apart")
    read_by(homepage, "Read by the organizers; it tells people of one name apart")

    @classmethod
    def of(cls, person: User) -> dict[str, Any]:
        """What the form begins with."""
        return {name: getattr(person, name) or "" for name in cls.base_fields}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned["given"].strip() and not cleaned["family"].strip():
            self.add_error("family", NAMELESS)
        return cleaned


DOMAINS = "domains"
"""The list of suggestions for a domain, on the page."""


class AffiliationForm(forms.Form):
    name = forms.CharField(label="Institution", max_length=200)
    domain = forms.CharField(
        label="Web domain",
        max_length=120,
        required=False,
        help_text="Such as uni.edu; it finds conflicts of interest.",
        widget=forms.TextInput({"list": DOMAINS, "spellcheck": "false", "autocapitalize": "none"}),
    )
    kind = forms.ChoiceField(
        label="As",
        choices=[(value, label.capitalize()) for value, label in Affiliation.Kind.choices],
        initial=Affiliation.Kind.EMPLOYMENT,
    )
    start = forms.DateField(label="From", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    end = forms.DateField(
        label="Until",
        required=False,
        help_text="Empty: until now.",
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )


AffiliationFormSet = forms.formset_factory(
    AffiliationForm,
    extra=0,
    can_delete=True,
    max_num=MOST_AFFILIATIONS,
    validate_max=True,
    absolute_max=2 * MOST_AFFILIATIONS,  # or else a request that claims to have more is answered with a thousand rows
)


def clean_person_name(text: str, field: str) -> str:
    try:
        return tidy_name(text, field=field)
    except Refused as refused:
        raise forms.ValidationError(refused.sentence) from None


def affiliations_of(person: User) -> list[dict[str, Any]]:
    rows = person.affiliations.order_by("id").values("name", "domain", "kind", "start", "end")
    return [dict(row) for row in rows]


def typed_affiliations(rows: forms.BaseFormSet) -> tuple[list[dict[str, Any]], list[int]]:
    """The rows that are filled in and not to be removed, and the number of each among all rows."""
    names = AffiliationForm.base_fields
    kept = [
        (number, {name: form.cleaned_data.get(name) for name in names})
        for number, form in enumerate(rows.forms)
        if form.has_changed() or form.initial
        if form.cleaned_data.get("name") and not form.cleaned_data.get("DELETE")
    ]
    return [values for _, values in kept], [number for number, _ in kept]


class RelationForm(forms.Form):
    """A tie to somebody: by their address, or at least their name."""

    kind = forms.ChoiceField(
        label="What ties you",
        choices=[(value, label.capitalize()) for value, label in Relation.Kind.choices],
        initial=Relation.Kind.COLLABORATOR,
    )
    email = forms.CharField(
        label="Their e-mail address",
        max_length=254,
        required=False,
        help_text="The surest: it finds their papers, whether or not they have an account here.",
        widget=forms.EmailInput({"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label="Their name",
        max_length=200,
        required=False,
        help_text="Whole, as it stands on papers. One of the two is enough.",
        widget=forms.TextInput({"list": "coauthors", "autocomplete": "off"}),
    )
    start = forms.DateField(label="From", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    end = forms.DateField(
        label="Until",
        required=False,
        help_text="Empty: until now.",
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )

    def tie(self) -> Tie:
        return Tie(**self.cleaned_data)


class PublicationsForm(forms.Form):
    text = forms.CharField(
        label="Add publications",
        help_text="BibTeX, for instance from your reference manager, or one title a line.",
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        error_messages={"required": "Paste your BibTeX here, or write one title a line."},
    )
