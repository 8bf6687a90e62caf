"""The mails to reviewers: invited, answered, assigned, no longer needed, and the receipt of a review."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from notifications.kinds import Kind, register
from notifications.states import Priority

INVITATION = "invitation"
INVITATION_ANSWER = "invitation_answer"
OFFER_ACCEPTED = "offer_accepted"
OFFER_DECLINED = "offer_declined"
ASSIGNMENTS = "assignments"
NOT_NEEDED = "assignment_not_needed"
REVIEW_RECEIVED = "review_received"
EMERGENCY_OFFER = "emergency_offer"
EMERGENCY_TAKEN = "emergency_taken"

PAPERS = [{"number": "17", "title": "Symmetry in the dark", "due": "24 Nov 2027, 23:59 AoE"}]


def page(view: str, *args: Any) -> str:
    """The whole address of a page, for a mail."""
    return f"{settings.SITE_URL}{reverse(view, args=args)}"


def papers_at_most(load: int | None) -> str:
    if load is None:
        return "a few papers"
    return "one paper" if load == 1 else f"up to {load} papers"


register(
    [
        Kind(
            name=INVITATION,
            label="Invitation to review",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "role": "reviewer",
                "load": "up to 4 papers",
                "due": "24 Nov 2027, 23:59 AoE",
                "note": "Your work on equivariance is close to many of our papers.",
                "inviter": "Olga Example",
                "contact": "chairs@neurreps.test",
                "yes": "https://papers.example.org/i/token/?answer=yes",
                "fewer": "https://papers.example.org/i/token/?answer=fewer",
                "no": "https://papers.example.org/i/token/?answer=no",
                "until": "12 Nov 2027, 12:00 AoE",
            },
            secret=True,
        ),
        Kind(
            name=INVITATION_ANSWER,
            label="Answer to an invitation received",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "accepted": "yes",
                "load": "up to 4 papers",
                "link": "https://papers.example.org/w/neurreps-2027/reviewing/first-visit/",
                "contact": "chairs@neurreps.test",
            },
        ),
        Kind(
            name=OFFER_ACCEPTED,
            label="Offer to review accepted",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "load": "up to 3 papers",
                "due": "24 Nov 2027, 23:59 AoE",
                "note": "We are glad to have somebody who knows topology.",
                "link": "https://papers.example.org/w/neurreps-2027/reviewing/",
                "contact": "chairs@neurreps.test",
            },
            priority=Priority.BULK,
            bulk=True,
        ),
        Kind(
            name=OFFER_DECLINED,
            label="Offer to review declined",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "note": "We hope to see you at the workshop.",
                "contact": "chairs@neurreps.test",
            },
            priority=Priority.BULK,
            bulk=True,
        ),
        Kind(
            name=ASSIGNMENTS,
            label="Papers to review",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "papers": PAPERS,
                "count": "1 paper",
                "due": "24 Nov 2027, 23:59 AoE",
                "link": "https://papers.example.org/w/neurreps-2027/reviewing/",
                "contact": "chairs@neurreps.test",
            },
            priority=Priority.BULK,
            bulk=True,
        ),
        Kind(
            name=NOT_NEEDED,
            label="A review is no longer needed",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "papers": PAPERS,
                "count": "1 paper",
                "why": "The authors have withdrawn it.",
                "link": "https://papers.example.org/w/neurreps-2027/reviewing/",
                "contact": "chairs@neurreps.test",
            },
        ),
        Kind(
            name=EMERGENCY_OFFER,
            label="A review at short notice",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "number": "17",
                "title": "Symmetry in the dark",
                "due": "24 Nov 2027, 23:59 AoE",
                "note": "A reviewer has fallen ill, and this is close to your work.",
                "several": "yes",
                "link": "https://papers.example.org/emergency/4b0b/",
                "contact": "chairs@neurreps.test",
            },
            bulk=True,
        ),
        Kind(
            name=EMERGENCY_TAKEN,
            label="A review at short notice is no longer needed",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "number": "17",
                "title": "Symmetry in the dark",
                "contact": "chairs@neurreps.test",
            },
        ),
        Kind(
            name=REVIEW_RECEIVED,
            label="Review received",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "number": "17",
                "title": "Symmetry in the dark",
                "at": "20 Nov 2027, 09:12 AoE (20 Nov 2027, 21:12 UTC)",
                "until": "24 Nov 2027, 23:59 AoE",
                "link": "https://papers.example.org/reviews/4b0b/",
                "contact": "chairs@neurreps.test",
            },
        ),
    ]
)
