"""What withdrawing a paper would mean, before it is done: who may, what happens, and to how many."""

from dataclasses import dataclass

from submissions import links
from submissions.models import Authorship, Submission
from submissions.states import AuthorshipStatus, SubmissionStatus


@dataclass(frozen=True)
class Plan:
    """``ask`` are the corresponding authors, for somebody who is none; ``consequences`` are sentences."""

    may: bool
    ask: tuple[str, ...]
    consequences: tuple[str, ...]
    ended: str


def foresee_withdrawal(submission: Submission, *, viewer_id: int) -> Plan:
    """One statement, and what higher floors need to say theirs."""
    listed = [a for a in submission.authorships.all() if a.status != AuthorshipStatus.DISOWNED]
    corresponding = [author for author in listed if author.corresponding]
    alive = submission.status in (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED)
    return Plan(
        may=alive and any(author.user_id == viewer_id for author in corresponding),
        ask=tuple(f"{author.name} ({author.email})" if author.email else author.name for author in corresponding),
        consequences=tuple(_consequences(submission, listed)) if alive else (),
        ended="" if alive else submission.get_status_display().lower(),
    )


def _consequences(submission: Submission, authors: list[Authorship]) -> list[str]:
    undo = "Any author can take it back within 24 hours, and an organizer after that. Nothing is deleted."
    if submission.status == SubmissionStatus.DRAFT:
        return ["The draft is closed, and nobody is told.", undo]
    number = sum(bool(author.email) for author in authors)
    who = "The one author with an address is" if number == 1 else f"All {number} authors with an address are"
    return [
        "The paper leaves the review and gets no decision.",
        f"{who} told by mail, with the reason that you give.",
        *links.foretold(submission),
        undo,
    ]
