"""Mails about conflicts with a paper: which there are, and with which values."""

from notifications.kinds import Kind, register
from submissions.emails import DECLARED_ASKED, GUEST_CHAIR, SEALED_PAPER_READ

_PAPER = {
    "workshop": "NeurReps 2026",
    "name": "Gail Example",
    "number": "17",
    "title": "Symmetry in neural codes",
    "reason": "All organizers work with its authors.",
}
_UNTIL = "24 Nov 2026, 23:59 AoE"
_CONTACT = "organizers@neurreps.test"

register(
    [
        Kind(
            name=GUEST_CHAIR,
            label="A guest chair is called",
            values=_PAPER
            | {"by": "Olga Example", "until": _UNTIL, "link": "https://papers.test/g/token/", "contact": _CONTACT},
            secret=True,
        ),
        Kind(
            name=SEALED_PAPER_READ,
            label="A sealed paper is read for a while",
            values={
                "workshop": "NeurReps 2026",
                "name": "Ines Example",
                "number": "17",
                "who": "Otto Example",
                "by": "Olga Example",
                "reason": "A question of ethics that cannot wait.",
                "until": _UNTIL,
            },
        ),
        Kind(
            name=DECLARED_ASKED,
            label="May somebody whom you named judge your paper?",
            values=_PAPER
            | {
                "person": "Rui Example",
                "url": "https://papers.test/w/neurreps-2026/papers/17/",
                "contact": _CONTACT,
            },
        ),
    ]
)
