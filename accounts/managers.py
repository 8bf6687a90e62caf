"""How people are made and read."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import BaseUserManager

from accounts.addresses import fold, normalise_email

if TYPE_CHECKING:
    from accounts.models import User


def identity_text(email: str, *names: str) -> str:
    """What finds a person in a search."""
    return fold(" ".join([*names, email]))


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalise_email(username or ""))

    def create_user(self, email: str, password: str | None = None, **names: Any) -> "User":
        """Make a person. Services call this; nothing else makes one."""
        address = normalise_email(email)
        names.setdefault("given", address.partition("@")[0] if not names.get("family") else "")
        text = identity_text(address, names.get("given", ""), names.get("particle", ""), names.get("family", ""))
        user = self.model(email=address, search_identity=text, **names)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **names: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **names)
