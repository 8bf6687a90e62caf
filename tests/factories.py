"""Plain factories and the fixed cast. Rows that a service makes in the product are made by that service here too.

The cast: Ada (author), Ben (her co-author), Rui (assigned reviewer), Noor (reviewer, not assigned), Cleo (reviewer with
a conflict: Ada's institution), Mara (area chair), Olga (organizer), Otto (organizer and author of another paper),
Zed (stranger).
"""

from allauth.account.models import EmailAddress

from accounts.models import User


def make_user(given: str, *, email: str = "", family: str = "Example", **fields) -> User:
    """A person with a confirmed address ``<given>@<given>.test``, so that no two share an institution."""
    name = given.lower()
    user = User.objects.create_user(email or f"{name}@{name}.test", given=given, family=family, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


class Cast:
    """Filled by ``make_cast``: the workshop and the people as attributes."""


def make_cast() -> Cast:
    raise NotImplementedError
