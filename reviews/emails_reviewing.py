"""The mail to a reviewer who asked for more days."""

from notifications.kinds import Kind, register

EXTENSION_ANSWER = "review_extension"

register(
    [
        Kind(
            name=EXTENSION_ANSWER,
            label="More days for a review: the answer",
            values={
                "workshop": "NeurReps 2027",
                "name": "Rui Example",
                "number": "17",
                "title": "Symmetry in the dark",
                "granted": "yes",
                "until": "27 Nov 2027, 23:59 AoE (28 Nov 2027, 11:59 UTC)",
                "answer": "Take your time.",
                "link": "https://papers.example.org/reviews/4b0b/",
                "contact": "chairs@neurreps.test",
            },
        ),
    ]
)
