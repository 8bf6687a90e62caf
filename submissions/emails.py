"""Mails about a paper: which there are, and with which values."""

from audit.models import Root
from notifications.kinds import Kind, register

RECEIPT = "receipt"
LISTED_AS_AUTHOR = "listed_as_author"
WITHDRAWN = "withdrawn"
WITHDRAWAL_UNDONE = "withdrawal_undone"

_PAPER = {
    "workshop": "NeurReps 2026",
    "name": "Ada Example",
    "number": "17",
    "title": "Symmetry in neural codes",
    "track": "Extended Abstract",
    "authors": ["Ada Example", "Ben Example"],
    "url": "https://papers.test/w/neurreps-2026/papers/17/",
    "contact": "organizers@neurreps.test",
}

register(
    [
        Kind(
            name=RECEIPT,
            label="Receipt for a submitted paper",
            values=_PAPER
            | {
                "first": "yes",
                "file_name": "paper.pdf",
                "pages": "4",
                "size": "1.4 MB",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "at_aoe": "24 Nov 2026, 22:14 AoE",
                "at_utc": "25 Nov 2026, 10:14 UTC",
                "editable_until": "24 Nov 2026, 23:59 AoE (25 Nov 2026, 11:59 UTC)",
                "findings": ["The PDF names an author in its metadata. Reviewers get a copy without it."],
            },
        ),
        Kind(
            name=LISTED_AS_AUTHOR,
            label="You are listed as an author",
            values=_PAPER | {"listed_by": "Ada Example", "editable_until": "24 Nov 2026, 23:59 AoE"},
        ),
        Kind(
            name=WITHDRAWN,
            label="A paper was withdrawn",
            values=_PAPER
            | {"by": "Ada Example", "reason": "It appears elsewhere.", "undo_until": "25 Nov 2026, 22:14 AoE"},
        ),
        Kind(name=WITHDRAWAL_UNDONE, label="A withdrawal was taken back", values=_PAPER | {"by": "Ben Example"}),
    ]
)


def belongs_to_rehearsal(root_type: str, root_id: int) -> bool:
    from submissions.models import Submission

    return root_type == Root.SUBMISSION and Submission.objects.filter(pk=root_id, workshop__is_rehearsal=True).exists()
