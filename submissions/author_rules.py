"""Which changes of the list of authors a save may make.

Until the deadline the list is part of each save. After it order and spelling are free, and everything else is asked
for. A dispute locks it at any time.
"""

from collections.abc import Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from audit.errors import Refused
from audit.text import fold
from submissions.models import AuthorListRequest, Authorship, Submission
from submissions.states import SubmissionStatus
from workshops.deadlines import window
from workshops.states import DeadlineKind

LOCKED = (
    "The list of authors is disputed, so it stays as it is until the organizers have answered. Everything else can be "
    "saved: leave the authors as they were."
)
BY_REQUEST = (
    "After the deadline authors are added and taken off by request, with a reason. Their order and the spelling of "
    "their names are free. Ask the organizers on the page “Authors of this paper”."
)
ALIKE = 0.5
TYPED = ("given", "particle", "family", "email", "affiliation", "corresponding")


def check_author_list(*, row: Submission, authors: Sequence[dict[str, Any]], received_at: datetime) -> None:
    """Raise Refused unless a save may make the list what it says. Nothing is asked where it stays the same."""
    before = list(row.authorships.all())
    if [_as_typed(author) for author in before] == [{name: a[name] for name in TYPED} for a in authors]:
        return
    if is_locked(row):
        raise Refused(LOCKED, field="authors")
    if (
        row.status == SubmissionStatus.SUBMITTED
        and not same_people(before, authors)
        and is_by_request(row, received_at)
    ):
        raise Refused(BY_REQUEST, field="authors")


def is_locked(submission: Submission) -> bool:
    """Is the list disputed?"""
    return AuthorListRequest.objects.disputes().filter(submission=submission).exists()


def is_by_request(submission: Submission, at: datetime) -> bool:
    """Has the deadline passed for the list? An extension opens the paper, not its list of authors."""
    entry = window(submission.workshop_id, DeadlineKind.SUBMISSION, submission.track_id, at=at)
    return bool(entry.is_late)


def check_may_arrange(row: Submission, at: datetime) -> None:
    """Raise Refused unless order and spelling may be changed at this instant."""
    if row.status != SubmissionStatus.SUBMITTED:
        raise Refused("Only the authors of a submitted paper are arranged here.")
    if is_locked(row):
        raise Refused(LOCKED)
    if window(row.workshop_id, DeadlineKind.CAMERA_READY, row.track_id, at=at).is_late:
        raise Refused("The camera-ready is closed, and with it the list of authors. Write to the organizers.")


# --- who is who -------------------------------------------------------------------------------------------------------


def _as_typed(author: Authorship) -> dict[str, Any]:
    return {name: getattr(author, name) for name in TYPED}


def same_people(before: Sequence[Authorship], authors: Sequence[dict[str, Any]]) -> bool:
    """The same addresses; and as many without one, each of them like one that was there."""
    if {a.email for a in before if a.email} != {a["email"] for a in authors if a["email"]}:
        return False
    old, new = [a for a in before if not a.email], [a for a in authors if not a["email"]]
    for author in new:
        match = max(old, key=lambda row: _likeness(row, author), default=None)
        if match is None or not may_be_one(match, author):
            return False
        old.remove(match)
    return not old


def may_be_one(row: Authorship, author: dict[str, Any]) -> bool:
    """Is this a spelling of the same name?"""
    return _likeness(row, author) >= ALIKE


def _likeness(row: Authorship, author: dict[str, Any]) -> float:
    return SequenceMatcher(None, fold(row.name), fold(name_of(author))).ratio()


def name_of(author: dict[str, Any]) -> str:
    """The whole name of an author as typed."""
    return " ".join(author[name] for name in ("given", "particle", "family") if author[name])
