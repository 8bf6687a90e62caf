"""What runs in the worker."""

from celery import shared_task

from jobs.registry import runner
from jobs.services.run import Progress


@shared_task
def expire_invitations() -> None:
    from reviews.services import expire

    expire.expire_invitations()


@shared_task
def bidding_at_night() -> None:
    """Conflicts and papers that came while bidding is open take effect now; vectors that nobody uses are dropped."""
    from reviews.services import affinity, bid

    bid.bidding_at_night()
    affinity.forget_unused_vectors()


@shared_task
def refresh_affinities() -> None:
    from reviews.services import affinity

    affinity.start_where_stale()


@runner("affinity")
def compare(progress: Progress) -> None:
    """Make the affinities of a workshop anew (see reviews.services.affinity)."""
    from reviews.services.affinity import compute_affinity

    compute_affinity(progress)


def _failed(job_id: int, reason: str) -> None:
    from reviews.services.solve import run_failed

    run_failed(job_id, reason)


@runner("assignment", on_failure=_failed)
def propose(progress: Progress) -> None:
    """Make the proposal of a run (see reviews.services.solve)."""
    from reviews.services.solve import solve_run

    solve_run(progress)


@runner("frontier")
def frontier(progress: Progress) -> None:
    """What fairness costs in a proposal (see reviews.services.solve)."""
    from reviews.services.solve import draw_frontier

    draw_frontier(progress)
