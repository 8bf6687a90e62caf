"""Do what is registered in submissions/at_deadline.py, once its instant has come. Run by the worker every minute."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from jobs.services.once import once
from submissions import at_deadline
from submissions.models import Submission
from workshops.deadlines import holding, passed_deadlines, window
from workshops.models import Deadline, Extension
from workshops.states import DeadlineKind

log = logging.getLogger(__name__)

LONGEST_SILENCE = timedelta(days=30)
"""After a time of standing still that was longer, nothing is made up for."""


def follow_deadlines() -> None:
    """Whatever is due and was not done. Safe to run twice, at once, and after any time of standing still."""
    now = timezone.now()
    _remind(now)
    _follow_deadlines(now)
    _follow_extensions(now)


def _remind(now: datetime) -> None:
    steps = at_deadline.steps_before()
    if not steps:
        return
    farthest = now + timedelta(hours=max(step.hours for step in steps))
    rows = Deadline.objects.filter(kind=DeadlineKind.SUBMISSION, awaited=True, at__gt=now, at__lte=farthest)
    for row, track in holding(list(rows.select_related("workshop", "track"))):
        for step in steps:
            if row.at - timedelta(hours=step.hours) <= now < row.at - timedelta(hours=step.until_hours):
                call = partial(step.function, workshop=row.workshop, track=track, deadline=row, hours=step.hours)
                _once(f"{step.hours}h-before:{row.pk}:{track.pk}:{_instant(row.at)}", step.function, call)


def _follow_deadlines(now: datetime) -> None:
    done: dict[Deadline, bool] = {}
    for passing in passed_deadlines(DeadlineKind.SUBMISSION, since=now - LONGEST_SILENCE, until=now, awaited=True):
        row, track = passing.deadline, passing.track
        for function in at_deadline.steps_after():
            call = partial(function, workshop=row.workshop, track=track, deadline=row)
            succeeded = _once(f"deadline:{row.pk}:{track.pk}:{_instant(passing.at)}", function, call)
            done[row] = done.get(row, True) and succeeded
        done.setdefault(row, True)
    for row, all_done in done.items():
        if all_done:
            Deadline.objects.filter(pk=row.pk, version=row.version).update(awaited=False)


def _follow_extensions(now: datetime) -> None:
    over = Extension.objects.filter(root_type=Extension.Root.SUBMISSION, awaited=True, until__lte=now)
    for extension in over.filter(until__gt=now - LONGEST_SILENCE).order_by("until"):
        submission = Submission.objects.select_related("workshop", "track").get(pk=extension.root_id)
        entry = window(submission.workshop_id, DeadlineKind.SUBMISSION, submission.track_id, at=now)
        if not entry.is_late:
            continue  # open by its deadline, or by another extension: what follows that will reach it
        done = True
        for function in at_deadline.steps_after_extension():
            call = partial(function, submission=submission, extension=extension)
            done &= _once(f"extension:{extension.pk}:{_instant(extension.until)}", function, call)
        if done:
            Extension.objects.filter(pk=extension.pk, until=extension.until).update(awaited=False)


def _once(key: str, function: Callable[..., None], call: Callable[[], object]) -> bool:
    """Is it done, now or before? A step that fails is logged and tried again the next minute."""
    try:
        once(f"{key}:{at_deadline.name_of(function)}", call)
    except Exception:
        log.exception("What follows a deadline failed: %s", key)
        return False
    return True


def _instant(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"
