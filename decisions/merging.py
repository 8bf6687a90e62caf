"""What happens to a person's decisions when two accounts become one (accounts.merging)."""

from collections.abc import Iterator

from django.db.models import Q

from accounts.merging import Link, links, refuses, stays
from accounts.models import User
from decisions.models import Decision, Release
from decisions.states import DecisionStatus


def confirmed_by_oneself(kept: User, gone: User) -> Iterator[str]:
    """A second person was one that is not the first."""
    pairs = Q(decided_by=kept, confirmed_by=gone) | Q(decided_by=gone, confirmed_by=kept)
    rows = Decision.objects.filter(pairs, status=DecisionStatus.CONFIRMED).select_related("submission__workshop")
    for decision in rows.order_by("submission"):
        paper = decision.submission
        yield (
            f"The decision on #{paper.number} of {paper.workshop} was made with one of the accounts and confirmed with "
            "the other. Somebody else confirms it first."
        )


def register() -> None:
    # Whoever decided does not confirm: both must be known by the account that the person has.
    links(Link(Decision, "decided_by"), Link(Decision, "confirmed_by"))
    stays("It tells who did it then.", (Release, "started_by"), (Decision, "upheld_by"))
    refuses(confirmed_by_oneself)
