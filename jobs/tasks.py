"""Tasks carry the job's id; the row is the truth, the broker only a doorbell."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from jobs.models import Heartbeat, Job

log = logging.getLogger(__name__)


@shared_task
def run(job_id: int) -> None:
    from jobs.services.run import run_job  # the runners' registry is filled when the apps are ready

    run_job(job_id)


@shared_task
def sweep() -> None:
    """Ring again for jobs whose bell was lost or whose worker died."""
    for job_id in Job.objects.claimable(timezone.now()).values_list("pk", flat=True)[:100]:
        ring(job_id)


@shared_task
def heartbeat() -> None:
    """Sent by the beat, run by a worker: a fresh row says that both are alive."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": timezone.now()})


def ring(job_id: int) -> None:
    """Tell a worker of a job. A broker that is down is no loss: the sweep rings again."""
    try:
        run.delay(job_id)
    except (OperationalError, OSError):
        log.warning("The broker is down; job %s waits for the sweep", job_id)
