"""Put long work into the waiting room."""

from typing import Any

from django.db import models, transaction

from jobs.models import Job
from jobs.tasks import ring


def start_job(
    kind: str,
    *,
    root_type: str,
    root_id: int,
    aspect: str,
    by: models.Model | None,
    params: dict[str, Any] | None = None,
    total: int = 0,
) -> Job:
    """Write a waiting job inside the caller's transaction and ring for a worker once that is committed."""
    job = Job.objects.create(
        kind=kind,
        root_type=root_type,
        root_id=root_id,
        aspect=aspect,
        params=params or {},
        total=total,
        created_by_id=by.pk if by else None,
    )
    transaction.on_commit(lambda: ring(job.pk))
    return job
