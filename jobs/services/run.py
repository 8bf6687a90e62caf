"""Claim a job by lease, run it, record how it ended."""

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audit.errors import Refused
from audit.services.record import record
from jobs.models import Job
from jobs.registry import failure_of, runner_of
from jobs.states import JobStatus

LEASE = timedelta(seconds=75)  # longer than the longest step between two heartbeats
ATTEMPTS = 3
log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Somebody asked this job to stop."""


class LostLease(Exception):
    """Another worker has taken the job over; this one must write nothing more."""


@dataclass
class Progress:
    """What a runner holds: the job, and the way to tell how far it is."""

    job: Job
    token: str

    @property
    def params(self) -> dict[str, Any]:
        return dict(self.job.params)

    def tell(self, phase: str = "", *, done: int | None = None, total: int | None = None) -> None:
        """Renew the lease and show progress. Raises Cancelled or LostLease."""
        now = timezone.now()
        changes: dict[str, Any] = {"heartbeat_at": now, "lease_until": now + LEASE}
        changes |= {k: v for k, v in (("phase", phase or None), ("done", done), ("total", total)) if v is not None}
        held = Job.objects.filter(pk=self.job.pk, status=JobStatus.RUNNING, lease_token=self.token)
        if held.update(**changes) != 1:
            raise LostLease
        if held.filter(cancel_asked=True).exists():
            raise Cancelled


def run_job(job_id: int) -> None:
    """Run one job if it is free. A second delivery of the same id returns at once.

    After ``ATTEMPTS`` attempts that raised or died, the job has failed, with its reason.
    """
    job = _claim(job_id)
    if job is None:
        return
    progress = Progress(job, job.lease_token)
    if job.attempts > ATTEMPTS:
        _fail(progress, "The work was begun three times and its worker died each time.")
        return
    try:
        runner_of(job.kind)(progress)
    except LostLease:
        return
    except Cancelled:
        _end(progress, JobStatus.CANCELLED)
    except Refused as refusal:
        _fail(progress, refusal.sentence)
    except Exception as error:
        log.exception("Job %s (%s) failed", job.pk, job.kind)
        if job.attempts >= ATTEMPTS:
            _fail(progress, f"{type(error).__name__}: the log of the worker has the details.")
        else:
            _end(progress, JobStatus.WAITING)
    else:
        _end(progress, JobStatus.DONE)


def _claim(job_id: int) -> Job | None:
    now = timezone.now()
    token = secrets.token_hex(16)
    free = Job.objects.claimable(now).filter(pk=job_id)
    taken = free.update(
        status=JobStatus.RUNNING,
        lease_token=token,
        lease_until=now + LEASE,
        heartbeat_at=now,
        attempts=F("attempts") + 1,
    )
    return Job.objects.get(pk=job_id) if taken else None


def _end(progress: Progress, status: JobStatus, error: str = "") -> bool:
    finished = None if status == JobStatus.WAITING else timezone.now()
    held = Job.objects.filter(pk=progress.job.pk, status=JobStatus.RUNNING, lease_token=progress.token)
    return held.update(status=status, error=error, finished_at=finished, lease_until=None, lease_token="") == 1


@transaction.atomic
def _fail(progress: Progress, reason: str) -> None:
    job = progress.job
    if not _end(progress, JobStatus.FAILED, reason):
        return
    record(
        "job.failed",
        by=None,
        root_type=job.root_type,
        root_id=job.root_id,
        aspect=job.aspect,
        about=job,
        data={"kind": job.kind},
    )
    if tell := failure_of(job.kind):
        tell(job.pk, reason)
