"""What runs in the worker: the check of a PDF, and what happens at a deadline.

Jobs and steps at a deadline are registered by importing the modules that hold them; steps happen in that order: what is
complete by the deadline is submitted before handlers are appointed.
"""

from celery import shared_task

from submissions.services import check, complete_drafts, handle_at_deadline, receipts

__all__ = [
    "check",
    "complete_drafts",
    "drop_old_uploads",
    "find_likeness",
    "follow_deadlines",
    "handle_at_deadline",
    "receipts",
]


@shared_task
def follow_deadlines() -> None:
    """Every minute: remind before the deadline for papers, and do what follows once it has passed."""
    from submissions.services import follow

    follow.follow_deadlines()


@shared_task
def drop_old_uploads() -> None:
    """Throw away the pieces of uploads that nobody went on with."""
    from submissions.services import uploads

    uploads.drop_old_uploads()


@shared_task
def find_likeness() -> None:
    """Every few minutes: compare the papers that changed with the others of their workshop."""
    from submissions.services.find_likeness import compare_changed_papers

    compare_changed_papers()
