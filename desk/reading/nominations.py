"""Who is proposed as an external reviewer of a paper, for whoever acts for the paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer
from reviews.models import Assignment, Nomination
from reviews.services.nominate import conflicts_of_nominated
from reviews.states import InvitationStatus, NominationStatus
from submissions.models import Submission
from submissions.states import EFFECTIVE, ConflictReason
from workshops.models import Workshop

TONES = {
    NominationStatus.OPEN: "accent",
    NominationStatus.APPROVED: "good",
    NominationStatus.REFUSED: "neutral",
    NominationStatus.TAKEN_BACK: "neutral",
}


@dataclass(frozen=True)
class NominationRow:
    """``conflicts``: why the person should not judge the paper, in words; ``is_barred``: one is certain."""

    pk: int
    name: str
    address: str
    why: str
    by: str
    made_at: datetime
    status: str
    label: str
    tone: str
    conflicts: tuple[str, ...]
    is_barred: bool
    answer: str

    @property
    def may_approve(self) -> bool:
        return self.status in (NominationStatus.OPEN, NominationStatus.REFUSED) and not self.is_barred

    @property
    def may_refuse(self) -> bool:
        return self.status == NominationStatus.OPEN


@prepared
def _rows(viewer: Viewer, workshop_id: int, number: int) -> dict[str, QuerySet]:
    paper = visible_to(viewer, "act", Submission.objects.of(workshop_id)).filter(number=number)
    has_it = Assignment.objects.current().filter(submission=OuterRef("submission"), user=OuterRef("invitation__user"))
    rows = visible_to(viewer, "row", Nomination).filter(submission__in=paper.values("pk"))
    return {
        "paper": paper.select_related("track"),
        "nominations": rows.annotate(has_it=Exists(has_it)).select_related("nominated_by", "invitation"),
    }


def read_nominations(workshop: Workshop, viewer: Viewer, number: int) -> tuple[Submission, list[NominationRow]] | None:
    """The paper, and who is proposed for it, the newest first; None where the viewer does not act for it.

    One query; five more where somebody is proposed.
    """
    rows: dict[str, list[Any]] = _rows(viewer, workshop.pk, number)
    if not rows["paper"]:
        return None
    [paper] = rows["paper"]
    paper.workshop = workshop
    found = sorted(rows["nominations"], key=lambda row: (row.made_at, row.pk), reverse=True)
    guests = {row.address: row.name for row in found}
    conflicts = conflicts_of_nominated(paper, guests) if guests else {}
    return paper, [_row(row, conflicts[row.address]) for row in found]


def _row(row: Nomination, conflicts: dict[str, str]) -> NominationRow:
    return NominationRow(
        pk=row.pk,
        name=row.name,
        address=row.address,
        why=row.why,
        by=row.nominated_by.name,
        made_at=row.made_at,
        status=row.status,
        label=row.get_status_display(),
        tone=TONES[NominationStatus(row.status)],
        conflicts=tuple(
            ConflictReason(reason).label + ("" if state in EFFECTIVE else " (suspected)")
            for reason, state in sorted(conflicts.items())
        ),
        is_barred=any(state in EFFECTIVE for state in conflicts.values()),
        answer=_answer(row),
    )


def _answer(row: Nomination) -> str:
    """What became of one that was approved."""
    if row.status != NominationStatus.APPROVED:
        return ""
    if row.invitation is None:
        return "Reviews here already, and has the paper."
    if row.invitation.status != InvitationStatus.ACCEPTED:
        return f"Invitation: {row.invitation.get_status_display().lower()}."
    return "Has the paper." if row.has_it else "Accepted, and does not have the paper: look at the conflicts."  # type: ignore[attr-defined]  # annotated
