"""What reviewers of a workshop agree to."""

from workshops.models import Workshop

POINTS = {
    "Confidential": "Papers, reviews and discussions are for those who work on them. Nothing of them is passed on, and "
    "nothing is used before it is public.",
    "Without conflicts": "You do not review papers of people whom you work with, advise, or are close to. If one turns "
    "up, say so on its page: it is closed at once, and nobody minds.",
    "Yourself": "You read the paper and write the review. No part of a paper goes to a service that may keep it, such "
    "as a public language model.",
    "Kind and concrete": "A good review says what would make the paper better, and why; many readers are students.",
    "In time": "If it gets tight, say so early: more days can be granted, and somebody else can be found.",
}
USUAL = "\n".join(f"- **{head}.** {text}" for head, text in POINTS.items())


def policies_of(workshop: Workshop) -> str:
    """The workshop's own words, else the usual ones; Markdown."""
    return workshop.reviewer_policies.strip() or USUAL
