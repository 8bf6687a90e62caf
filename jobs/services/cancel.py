"""Ask long work to stop."""

from django.db import models, transaction

from audit.services.record import record
from jobs.models import Job
from jobs.states import JobStatus


@transaction.atomic
def cancel_job(job: Job, *, by: models.Model | None) -> None:
    """A waiting job is cancelled at once; a running one at its next heartbeat. An ended one stays as it is."""
    open_jobs = Job.objects.filter(pk=job.pk)
    if open_jobs.filter(status=JobStatus.WAITING).update(status=JobStatus.CANCELLED):
        pass
    elif not open_jobs.filter(status=JobStatus.RUNNING).update(cancel_asked=True):
        return
    record(
        "job.cancel_asked",
        by=by,
        root_type=job.root_type,
        root_id=job.root_id,
        aspect=job.aspect,
        about=job,
        data={"kind": job.kind},
    )
