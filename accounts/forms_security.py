"""What a person types to protect their account, and to make one from an account elsewhere."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.models import EmailAddress
from allauth.mfa.webauthn import forms as passkey_forms
from allauth.socialaccount import forms as elsewhere_forms
from django import forms
from django.http import HttpRequest

from accounts.fields import mark_needed
from accounts.forms import NamedForm
from accounts.models import UnconfirmedAddress, User
from accounts.services.addresses import MOST, note_unconfirmed

LONGEST_NAME = 60


class AddAddressForm(account_forms.AddEmailForm):
    """An address is noted at once, so that it counts for conflicts, and is the person's once the code is entered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail address"
        self.fields["email"].help_text = "We send a code to it, to see that it is yours."

    def clean_email(self) -> str:
        address = super().clean_email()
        if UnconfirmedAddress.objects.filter(user=self.user).exclude(email=address).count() >= MOST:
            raise forms.ValidationError("Confirm or take off some of the addresses that wait below first.")
        return address

    def save(self, request: HttpRequest) -> EmailAddress:
        person = User.objects.get(pk=self.user.pk)
        note_unconfirmed(user=person, email=self.cleaned_data["email"], by=person)
        return super().save(request)


class AddPasskeyForm(passkey_forms.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_of_a_passkey(required=False)
        self.fields["passwordless"].label = "Sign in with it alone, without a code by mail"
        self.fields["passwordless"].initial = True
        self.fields[
            "passwordless"
        ].help_text = "Your device asks for your finger, face or PIN. Without it the key is asked for after the code."


class RenamePasskeyForm(passkey_forms.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_of_a_passkey(required=True)


class ElsewhereSignupForm(NamedForm, elsewhere_forms.SignupForm):
    """An account here for somebody who came from an account elsewhere: what that one did not tell us."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.sociallogin.user
        self.initial = {**self.initial, "given": person.given, "family": person.family}
        self.fields["email"].label = "E-mail address"
        self.fields["email"].help_text = "We send a code to it. Best the one on your papers."


class DisconnectForm(elsewhere_forms.DisconnectForm):
    def clean(self) -> dict[str, Any]:
        """The last one may go too: a code by mail always signs in."""
        return forms.Form.clean(self) or {}


def _name_of_a_passkey(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label="Its name",
        required=required,
        max_length=LONGEST_NAME,
        help_text="So that you can tell your passkeys apart, such as the name of the device.",
    )


class MergeAddressForm(forms.Form):
    email = forms.EmailField(
        label="An address of the other account",
        help_text="We send a code to it, to see that it is yours.",
        error_messages={"required": "Give an address of the other account."},
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


class MergeCodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=20,
        error_messages={"required": "Enter the code from the mail."},
        widget=forms.TextInput({"autocomplete": "one-time-code"}),
    )


class MergeForm(forms.Form):
    """Asks for the second factor of the account that goes, if it has one."""

    second = forms.CharField(
        label="Code of the other account’s authenticator app, or one of its recovery codes",
        max_length=40,
        required=False,
        help_text="A second factor protects the other account. Lost it? Write to whoever runs this site.",
        widget=forms.TextInput({"autocomplete": "one-time-code"}),
    )

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mark_needed(self.fields["second"])
        if not asks:
            del self.fields["second"]
