"""What somebody typed into the form of a paper and has not saved: kept as it is, never refused for what it says."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from submissions.models import Submission, WorkingCopy
from workshops.deadlines import window
from workshops.states import DeadlineKind

LONGEST = 500_000
UNDO = timedelta(days=1)
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "action", "file", "supplement", "version"})

Typed = Mapping[str, Sequence[str]]


@transaction.atomic
def keep_working_copy(
    *, submission: Submission, by: User | None, typed: Typed, version: int, received_at: datetime, browser: str = ""
) -> WorkingCopy:
    """Keep what ``by`` typed over ``version`` of the paper, in place of what they had typed before.

    ``by`` None is whoever holds the paper's private link. What arrived earlier than what is kept (two requests that
    overtook each other) changes nothing. Raises Refused for a text that is far too long, and after the deadline, when
    what was kept before it still waits to be saved (services/complete_drafts.py).
    """
    require(acting(by), "own", submission)
    data = {name: list(values) for name, values in typed.items() if name not in NOT_KEPT}
    if sum(len(name) + sum(map(len, values)) for name, values in data.items()) > LONGEST:
        raise Refused("This is too long to be kept while you type. Shorten it, or save in parts.")
    row = Submission.objects.select_for_update().get(pk=submission.pk)
    kind = DeadlineKind.SUBMISSION
    if window(row.workshop_id, kind, row.track_id, at=received_at, root_id=row.pk).is_late:
        raise Refused("The deadline has passed, so this is not kept on the server while you type.")
    kept = of(submission, by)
    if kept is not None and kept.received_at > received_at:
        return kept
    kept = kept or WorkingCopy(submission=submission, user=by)
    kept.data, kept.version, kept.received_at = data, version, received_at
    kept.browser, kept.discarded_at = browser, None
    kept.save()
    return kept


@transaction.atomic
def discard_working_copy(*, submission: Submission, by: User | None) -> bool:
    """Put it aside; for a day it can be taken back. False when there was none."""
    require(acting(by), "own", submission)
    return bool(_rows(submission, by).filter(discarded_at=None).update(discarded_at=timezone.now()))


@transaction.atomic
def restore_working_copy(*, submission: Submission, by: User | None) -> bool:
    """Take back that it was put aside. False when there is none any more."""
    require(acting(by), "own", submission)
    rows = _rows(submission, by).filter(discarded_at__gt=timezone.now() - UNDO)
    return bool(rows.update(discarded_at=None))


def drop(*, submission: Submission, by: User | None, tab: str = "") -> None:
    """What was typed is saved; what another tab of the same person holds is not."""
    kept = of(submission, by)
    if kept is not None and kept.data.get("tab", [""])[0] in ("", tab):
        kept.delete()


def of(submission: Submission, by: User | None) -> WorkingCopy | None:
    """What this person (or, for None, whoever holds the link) has typed and not saved. One query."""
    return _rows(submission, by).first()


def _rows(submission: Submission, by: User | None) -> "QuerySet[WorkingCopy]":
    return WorkingCopy.objects.filter(submission=submission).filter(Q(user=by) if by else Q(user=None))
