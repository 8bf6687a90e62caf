"""What this app writes into the log."""

ACTIONS = {
    "job.cancel_asked": "asked to stop long work",
    "job.failed": "long work failed",
}
