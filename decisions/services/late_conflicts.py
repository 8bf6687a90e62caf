"""A conflict of an organizer was found late: what they decided falls back, what is told is looked at again."""

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from decisions.models import Decision
from decisions.states import MOVES, TOLD, DecisionStatus
from submissions.models import Submission


def fall_back(submission: Submission, people: set[int], by: User | None) -> None:
    """The paper is undecided again where one of them had decided; a confirmation of theirs is taken back.

    What the authors know, or what is on its way to them, stays: it is listed for whoever is free on the paper.
    """
    decision = Decision.objects.select_for_update().filter(submission=submission, release=None).first()
    if decision is None or decision.status in TOLD:
        return
    if decision.decided_by_id in people:
        _log("decision.fell_back", decision, by)
        decision.delete()
    elif decision.confirmed_by_id in people:
        move(decision, DecisionStatus.TENTATIVE, MOVES, confirmed_by=None)
        _log("decision.confirmation_fell_back", decision, by)


@transaction.atomic
def uphold(*, decision: Decision, by: User, why: str) -> Decision:
    """Whoever is free on the paper says that the decision stands, and why."""
    require(acting(by), "act", decision.submission)
    if not why.strip():
        raise Refused("Write why the decision stands; the log keeps it.", field="why")
    rows = Decision.objects.made_in_conflict().filter(pk=decision.pk)
    if rows.update(upheld_by=by) != 1:
        raise Refused("There is nothing to say of this decision any more.")
    decision.upheld_by = by
    _log("decision.upheld", decision, by, why=why.strip())
    return decision


def _log(action: str, decision: Decision, by: User | None, **data: object) -> None:
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=decision.submission_id,
        aspect="tentative",
        about=decision,
        data={"outcome": decision.outcome_id, "decided_by": decision.decided_by_id, **data},
    )
