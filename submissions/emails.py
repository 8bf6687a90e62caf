"""Mails about a paper: which there are, and with which values."""

from django.conf import settings
from django.urls import reverse

from audit.models import Root
from notifications.kinds import Kind, register

RECEIPT = "receipt"
LISTED_AS_AUTHOR = "listed_as_author"
CONFIRM_ADDRESS = "confirm_address"
ADDRESS_LAPSED = "address_lapsed"
WITHDRAWN = "withdrawn"
WITHDRAWAL_UNDONE = "withdrawal_undone"
AUTHOR_LIST_ASKED = "author_list_asked"
AUTHOR_LIST_ANSWERED = "author_list_answered"
AUTHOR_LIST_ARRANGED = "author_list_arranged"
MISSING_AUTHOR = "missing_author"
FINAL_RECEIPT = "final_receipt"
INCOMPLETE = "incomplete_draft"
TRANSFERRED = "transferred"
ENTERED = "entered"
REMINDER = "incomplete_reminder"
GUEST_CHAIR = "guest_chair"
SEALED_PAPER_READ = "sealed_paper_read"
DECLARED_ASKED = "declared_asked"


def page(view: str, *args: object) -> str:
    """The whole address of a page, for a mail."""
    return f"{settings.SITE_URL}{reverse(view, args=args)}"


PAPER = {
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
            values=PAPER
            | {
                "first": "yes",
                "file_name": "paper.pdf",
                "pages": "4",
                "size": "1.4 MB",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "supplement": "proofs.zip, 0.8 MB",
                "supplement_sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                "at_aoe": "24 Nov 2026, 22:14 AoE",
                "at_utc": "25 Nov 2026, 10:14 UTC",
                "editable_until": "24 Nov 2026, 23:59 AoE (25 Nov 2026, 11:59 UTC)",
                "findings": ["The PDF names an author in its metadata. Reviewers get a copy without it."],
            },
        ),
        Kind(
            name=LISTED_AS_AUTHOR,
            label="You are listed as an author",
            values=PAPER
            | {
                "listed_by": "Ada Example",
                "editable_until": "24 Nov 2026, 23:59 AoE",
                "link": "https://papers.test/a/token/",
            },
            secret=True,
        ),
        Kind(
            name=AUTHOR_LIST_ASKED,
            label="Something is asked about the list of authors",
            values=PAPER
            | {
                "what": "to add Cy Example as an author",
                "by": "Ada Example",
                "reason": "Cy made the figures.",
                "disputed": "",
            },
        ),
        Kind(
            name=AUTHOR_LIST_ANSWERED,
            label="A request about the list of authors is answered",
            values=PAPER
            | {"what": "to add Cy Example as an author", "status": "granted", "answer": "Thank you for telling us."},
        ),
        Kind(
            name=AUTHOR_LIST_ARRANGED,
            label="The order or spelling of authors was changed",
            values=PAPER | {"by": "Ada Example"},
        ),
        Kind(
            name=MISSING_AUTHOR,
            label="“I am missing” received",
            values={
                "workshop": "NeurReps 2026",
                "name": "Cy Example",
                "number": "17",
                "url": "https://papers.test/w/neurreps-2026/missing-author/",
                "contact": "organizers@neurreps.test",
            },
        ),
        Kind(
            name=FINAL_RECEIPT,
            label="What counts, after the deadline",
            values=PAPER
            | {
                "file_name": "paper.pdf",
                "pages": "4",
                "size": "1.4 MB",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "supplement": "proofs.zip, 0.8 MB",
                "supplement_sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                "at_aoe": "24 Nov 2026, 22:14 AoE",
                "at_utc": "25 Nov 2026, 10:14 UTC",
                "receipt": "https://papers.test/w/neurreps-2026/papers/17/receipt/",
            },
        ),
        Kind(
            name=INCOMPLETE,
            label="A draft is not complete, and the deadline is near",
            values=PAPER
            | {
                "title": "Symmetry in neural codes",
                "missing": ["The paper itself is missing: upload it as a PDF."],
                "left": "3 days",
                "until": "24 Nov 2026, 23:59 AoE (25 Nov 2026, 11:59 UTC)",
            },
            resend_in_doubt=True,
            reminds=True,
        ),
        Kind(
            name=CONFIRM_ADDRESS,
            label="Confirm your address, so that the paper counts",
            values=PAPER
            | {
                "again": "yes",
                "until": "26 Nov 2026, 23:59 AoE (27 Nov 2026, 11:59 UTC)",
                "confirm_url": "https://papers.test/p/confirm/token/",
            },
        ),
        Kind(
            name=ADDRESS_LAPSED,
            label="The address was not confirmed in time",
            values=PAPER
            | {
                "until": "26 Nov 2026, 23:59 AoE (27 Nov 2026, 11:59 UTC)",
                "confirm_url": "https://papers.test/p/confirm/token/",
            },
        ),
        Kind(
            name=WITHDRAWN,
            label="A paper was withdrawn",
            values=PAPER
            | {"by": "Ada Example", "reason": "It appears elsewhere.", "undo_until": "25 Nov 2026, 22:14 AoE"},
        ),
        Kind(name=WITHDRAWAL_UNDONE, label="A withdrawal was taken back", values=PAPER | {"by": "Ben Example"}),
        Kind(
            name=TRANSFERRED,
            label="A paper was moved to another track",
            values=PAPER
            | {
                "from_track": "Proceedings",
                "reason": "It is four pages long.",
                "changes": ["At most 4 pages without references."],
                "todo": ["Answer the questions of the track on the paper's page."],
                "editable_until": "24 Nov 2026, 23:59 AoE",
            },
        ),
        Kind(
            name=ENTERED,
            label="The organizers entered your paper",
            values=PAPER
            | {
                "reason": "The upload failed in the last minute, and you sent the paper by mail.",
                "counts_from": "24 Nov 2026, 23:50 AoE (25 Nov 2026, 11:50 UTC)",
                "late": "",
                "link": "https://papers.test/a/token/",
                "editable_until": "24 Nov 2026, 23:59 AoE",
            },
            secret=True,
        ),
        Kind(
            name=REMINDER,
            label="An organizer reminds of a paper that is not complete",
            values=PAPER
            | {"lacks": ["The abstract is missing."], "until": "24 Nov 2026, 23:59 AoE (25 Nov 2026, 11:59 UTC)"},
            bulk=True,
            resend_in_doubt=True,
            reminds=True,
        ),
    ]
)


def belongs_to_rehearsal(root_type: str, root_id: int) -> bool:
    from submissions.models import Submission

    return root_type == Root.SUBMISSION and Submission.objects.filter(pk=root_id, workshop__is_rehearsal=True).exists()
