"""What runs in the worker: the check of a PDF is a job, registered by importing it."""

from submissions.services import check

__all__ = ["check"]
