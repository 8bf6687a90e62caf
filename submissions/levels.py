"""How close each organizer is to one paper, and why: what is asked where nobody may handle it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from submissions.models import Authorship, Conflict, Submission
from submissions.states import AuthorshipStatus, ConflictReason, Level
from workshops.models import Membership
from workshops.states import Role


@dataclass(frozen=True)
class Standing:
    """One organizer and one paper. ``reasons`` in words, in their order."""

    user_id: int
    name: str
    level: Level
    reasons: tuple[str, ...]


def standings(submission: Submission) -> list[Standing]:
    """Every organizer of the paper's workshop, who is closest last, then by name. Three queries."""
    rows = standing_rows(submission.workshop_id, Submission.objects.filter(pk=submission.pk))
    return standings_from({name: list(found) for name, found in rows.items()})


def standing_rows(workshop_id: int, paper: "QuerySet[Submission]") -> dict[str, QuerySet]:
    """What they are found from. ``paper``: one of the workshop."""
    roles = Membership.objects.open().filter(workshop=workshop_id, role=Role.ORGANIZER)
    listed = Authorship.objects.filter(submission__in=paper.values("pk"), user__isnull=False)
    conflicts = Conflict.objects.effective().filter(submission__in=paper.values("pk"))
    return {
        "organizers": User.objects.filter(pk__in=roles.values("user"), is_active=True),
        "author_accounts": listed.exclude(status=AuthorshipStatus.DISOWNED).values_list("user", flat=True),
        "conflicts": conflicts.values_list("user", "reason"),
    }


def standings_from(rows: Mapping[str, list[Any]]) -> list[Standing]:
    """The same, from its rows."""
    reasons: dict[int, set[str]] = defaultdict(set)
    for person, reason in rows["conflicts"]:
        reasons[person].add(reason)
    authors = set(rows["author_accounts"])
    found = [_standing(person, reasons[person.pk], person.pk in authors) for person in rows["organizers"]]
    return sorted(found, key=lambda one: (list(Level).index(one.level), one.name.casefold()))


def _standing(person: User, reasons: set[str], is_author: bool) -> Standing:
    words = tuple(ConflictReason(reason).label for reason in sorted(reasons))
    return Standing(person.pk, person.name, level_by(reasons, is_author=is_author), words)


def level_by(reasons: set[str], *, is_author: bool = False) -> Level:
    """The level that these effective conflicts make."""
    if is_author or ConflictReason.AUTHORSHIP in reasons:
        return Level.AUTHOR
    if reasons - {ConflictReason.INSTITUTION}:
        return Level.PERSONAL
    return Level.INSTITUTIONAL if reasons else Level.FREE


def level_of(submission: Submission, user: User) -> Level:
    """Of one person, whether they organize or not. Two queries."""
    listed = Authorship.objects.filter(submission=submission, user=user).exclude(status=AuthorshipStatus.DISOWNED)
    rows = Conflict.objects.effective().filter(submission=submission, user=user)
    return level_by(set(rows.values_list("reason", flat=True)), is_author=listed.exists())
