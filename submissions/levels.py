"""How close each organizer is to one paper, and why: what is asked where nobody may handle it."""

from collections import defaultdict
from dataclasses import dataclass

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
    roles = Membership.objects.open().filter(workshop=submission.workshop_id, role=Role.ORGANIZER)
    people = User.objects.filter(pk__in=roles.values("user"), is_active=True)
    listed = Authorship.objects.filter(submission=submission).exclude(status=AuthorshipStatus.DISOWNED)
    authors = set(listed.values_list("user", flat=True))
    reasons: dict[int, set[str]] = defaultdict(set)
    for person, reason in Conflict.objects.effective().filter(submission=submission).values_list("user", "reason"):
        reasons[person].add(reason)
    found = [_standing(person, reasons[person.pk], person.pk in authors) for person in people]
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
