"""What runs in the worker."""

from celery import shared_task

from jobs.registry import runner
from jobs.services.run import Progress


@shared_task
def expire_invitations() -> None:
    from reviews.services import expire

    expire.expire_invitations()


def _failed(job_id: int, reason: str) -> None:
    from reviews.services.solve import run_failed

    run_failed(job_id, reason)


@runner("assignment", on_failure=_failed)
def propose(progress: Progress) -> None:
    """Make the proposal of a run (see reviews.services.solve)."""
    from reviews.services.solve import solve_run

    solve_run(progress)
