"""What happens to a person's roles when two accounts become one (accounts.merging)."""

from django.db.models import Q
from django.utils import timezone

from accounts.merging import Link, links, stays
from accounts.models import User
from workshops.models import Extension, FormEdit, Membership


def _roles(kept: User, gone: User) -> int:
    """A role that both have goes on as the kept account's; the other one ends and stays in the history."""
    for role in Membership.objects.open().filter(user=gone):
        same = Q(workshop=role.workshop_id, role=role.role, track=role.track_id)
        if Membership.objects.open().filter(same, user=kept).exists():
            Membership.objects.filter(pk=role.pk).update(until=timezone.now())
    return Membership.objects.filter(user=gone).update(user=kept)


def register() -> None:
    links(Link(Membership, "user", words=("role in a workshop", "roles in workshops"), move=_roles))
    stays("It tells who did it then.", (Extension, "by"), (FormEdit, "saved_by"))
