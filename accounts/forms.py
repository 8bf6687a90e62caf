"""What a person may type about themself."""

from django import forms


class SignupForm(forms.Form):
    """The names on top of allauth's sign-up form."""

    given = forms.CharField(label="Given names", max_length=120, required=False)
    family = forms.CharField(label="Family name", max_length=120)

    def signup(self, request: object, user: object) -> None:
        """Called by allauth once the account is made."""
