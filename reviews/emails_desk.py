"""The mails that organizers write to their reviewers from the desk: reminded, given more days, a letter."""

from notifications.kinds import Kind, register
from notifications.states import Priority
from reviews.emails import PAPERS

REVIEW_REMINDER = "review_reminder"
BID_REMINDER = "bid_reminder"
REVIEW_EXTENDED = "review_extended"
LETTER = "letter"

register(
    [
        Kind(
            name=REVIEW_REMINDER,
            label="Reminder of reviews",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "papers": PAPERS,
                "count": "1 paper",
                "link": "https://papers.example.org/w/neurreps-2027/reviewing/",
                "contact": "chairs@neurreps.test",
            },
            priority=Priority.BULK,
            bulk=True,
            resend_in_doubt=True,
            reminds=True,
        ),
        Kind(
            name=BID_REMINDER,
            label="Reminder to bid",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "until": "24 Nov 2027, 23:59 AoE (25 Nov 2027, 11:59 UTC)",
                "link": "https://papers.example.org/w/neurreps-2027/reviewing/bids/",
                "contact": "chairs@neurreps.test",
            },
            priority=Priority.BULK,
            bulk=True,
            resend_in_doubt=True,
            reminds=True,
        ),
        Kind(
            name=REVIEW_EXTENDED,
            label="More days for reviews",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "papers": PAPERS,
                "count": "1 paper",
                "until": "27 Nov 2027, 23:59 AoE (28 Nov 2027, 11:59 UTC)",
                "reason": "The conference has moved its own date.",
                "link": "https://papers.example.org/w/neurreps-2027/reviewing/",
                "contact": "chairs@neurreps.test",
            },
        ),
        Kind(
            name=LETTER,
            label="Letter of the organizers",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "subject": "A call on Monday",
                "words": "We talk about the reviews on Monday at noon, UTC.",
                "writer": "Olga Example",
                "contact": "chairs@neurreps.test",
            },
            priority=Priority.BULK,
            bulk=True,
        ),
    ]
)
