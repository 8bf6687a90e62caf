"""What this app writes into the log."""

ACTIONS = {
    "submission.started": "started a paper",
    "submission.saved": "saved the paper",
    "submission.file_added": "uploaded a file",
    "submission.file_checked": "a file was checked",
    "submission.submitted": "submitted the paper",
    "submission.withdrawn": "withdrew the paper",
    "submission.withdrawal_undone": "took the withdrawal back",
    "submission.desk_rejected": "desk-rejected the paper",
    "submission.imported": "imported the paper",
    "authorship.claimed": "confirmed being an author",
    "conflict.found": "a conflict was found",
    "conflict.set": "settled a conflict",
    "conflict.gone": "a conflict no longer holds",
    "handler.appointed": "became handler of the paper",
    "handler.ended": "is no longer handler of the paper",
}
