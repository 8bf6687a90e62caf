"""The mails that tell authors what was decided: one template an outcome."""

from decisions.states import OutcomeKind
from notifications.kinds import Kind, register
from notifications.states import Priority

DECISION = "decision"
"""The kind of the batch; its messages are of the kinds below."""

VALUES = {
    "workshop": "NeurReps 2027",
    "author": "Ada Example",
    "number": "17",
    "title": "Symmetry in the dark",
    "track": "Proceedings",
    "outcome": "Accept",
    "to_authors": "We would like to see the proof of Lemma 2 in full.",
    "reviews": [{"handle": "Reviewer 2", "text": "Overall: 5 (accept)\n\nA clear paper."}],
    "offered_track": "Extended Abstract",
    "archival": "This track is archival: accepted papers appear in the proceedings volume.",
    "next_step": "Camera-ready until 30 Oct 2027, 23:59 AoE.",
    "link": "https://papers.example.org/w/neurreps-2027/papers/17/",
    "contact": "chairs@neurreps.test",
}
LABELS = {
    OutcomeKind.ACCEPT: "Decision: accepted",
    OutcomeKind.OFFER: "Decision: offer of another track",
    OutcomeKind.REJECT: "Decision: not accepted",
    OutcomeKind.DESK_REJECT: "Decision: rejected without review",
}


RELEASED_ALONE = "released_alone"


def kind_for(outcome_kind: str) -> str:
    """The kind of mail for an outcome's kind."""
    return f"{DECISION}_{outcome_kind}"


register(
    Kind(name=name, label=label, values=VALUES, priority=Priority.BULK, bulk=True, typed=True)
    for name, label in [(DECISION, "Decisions"), *((kind_for(kind), label) for kind, label in LABELS.items())]
)
register(
    [
        Kind(
            name=RELEASED_ALONE,
            label="Decisions are told without a second person",
            values={
                "workshop": "NeurReps 2027",
                "name": "Ines Example",
                "by": "Olga Example",
                "numbers": ["17", "21"],
                "reason": "The second person cannot be reached.",
                "pinned_by": "NeurIPS",
                "date": "22 Sep 2027, 23:59 AoE",
                "minutes": "10",
                "url": "https://papers.example.org/admin/w/neurreps-2027/mail/batches/3/",
            },
        )
    ]
)
