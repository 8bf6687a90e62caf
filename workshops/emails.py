"""Mails about a workshop, and which workshop is a rehearsal."""

from audit.models import Root
from notifications.kinds import Kind, register

DEADLINE_MOVED = "deadline_moved"

register(
    [
        Kind(
            name=DEADLINE_MOVED,
            label="Dates have moved",
            values={
                "workshop": "NeurReps 2026",
                "name": "Ada Example",
                "changes": ["Submission: 26 Nov 2026, 23:59 AoE (27 Nov 2026, 11:59 UTC), was 24 Nov 2026, 23:59 AoE"],
                "reason": "Many asked for two more days.",
                "url": "https://papers.test/w/neurreps-2026/",
                "contact": "organizers@neurreps.test",
            },
            bulk=True,
        )
    ]
)


def belongs_to_rehearsal(root_type: str, root_id: int) -> bool:
    from workshops.models import Workshop

    return root_type == Root.WORKSHOP and Workshop.objects.filter(pk=root_id, is_rehearsal=True).exists()
