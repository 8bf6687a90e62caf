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


def kind_for(outcome_kind: str) -> str:
    """The kind of mail for an outcome's kind."""
    return f"{DECISION}_{outcome_kind}"


register(
    Kind(name=name, label=label, values=VALUES, priority=Priority.BULK, bulk=True, typed=True)
    for name, label in [(DECISION, "Decisions"), *((kind_for(kind), label) for kind, label in LABELS.items())]
)
