"""Bring in a decision that was taken elsewhere: here it is tentative, and is confirmed and released like any other."""

from django.db import models, transaction

from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from decisions.models import Decision, Outcome
from decisions.states import DecisionStatus
from submissions.importing.records import ImportedDecision
from submissions.models import Submission


def outcome_for(submission: Submission, decision: ImportedDecision) -> Outcome | None:
    """The outcome of the paper's track that the label names, or the one of the same kind; None when there is none."""
    outcomes = list(Outcome.objects.filter(track=submission.track_id))
    by_label = [o for o in outcomes if o.label.casefold() == decision.outcome.strip().casefold()]
    return next(iter(by_label or [o for o in outcomes if o.kind == decision.kind]), None)


@transaction.atomic
def import_decision(*, submission: Submission, decision: ImportedDecision, by: models.Model | None) -> Decision | None:
    """Write the decision as tentative. A paper that has one already keeps it (None is returned).

    Raises Refused when the track has no such outcome.
    """
    if Decision.objects.filter(submission=submission).exists():
        return None
    outcome = outcome_for(submission, decision)
    if outcome is None:
        raise Refused(f"Paper {submission.number}: {submission.track.name} has no outcome like “{decision.outcome}”.")
    row = Decision.objects.create(
        submission=submission,
        outcome=outcome,
        status=DecisionStatus.TENTATIVE,
        reason=f"Imported: {decision.outcome}",
        to_authors=decision.comment,
        decided_by_id=by.pk if by else None,
    )
    record(
        "decision.imported",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=submission.pk,
        aspect="tentative",
        about=row,
        data={"to": outcome.pk},
    )
    return row
