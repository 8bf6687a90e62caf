"""Decide tentatively, take it back, confirm. None of these mails anyone."""

from django.db import models, transaction

from access.rights import require
from access.viewer import Viewer
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from decisions.models import Decision, Outcome
from decisions.rules import counts_as_confirmed, needs_second_person, review_count
from decisions.states import MOVES, TOLD, DecisionStatus, OutcomeKind
from submissions.models import Submission
from submissions.states import SubmissionStatus


@transaction.atomic
def decide(
    *,
    submission: Submission,
    outcome: Outcome,
    by: models.Model | None,
    reason: str = "",
    to_authors: str = "",
    version: int | None = None,
) -> Decision:
    """Decide tentatively, or change a decision that nobody was told.

    ``version``: of the decision that the page showed (0: none); None does not ask. Raises Refused when the paper is not
    under review, the outcome belongs to another track, the authors know already, a release is held, or a reason is
    missing (few reviews, a desk rejection, a sole handler); StaleState when somebody else was quicker.
    """
    if by is not None:
        require(Viewer(by), "act", submission)
    reason, to_authors = reason.strip(), to_authors.strip()
    sole = by is not None and counts_as_confirmed(submission, by.pk)
    _check(submission, outcome, reason, to_authors, sole)
    decision = Decision.objects.select_for_update().filter(submission=submission).first()
    _check_version(decision, version)
    before = decision.outcome_id if decision else None
    if decision is None:
        decision = Decision(submission=submission)
    _check_untold(decision)
    decision.outcome, decision.reason, decision.to_authors = outcome, reason, to_authors
    decision.status = DecisionStatus.CONFIRMED if sole else DecisionStatus.TENTATIVE
    decision.decided_by_id, decision.confirmed_by = (by.pk if by else None), None
    decision.version = decision.version + 1 if before else 1
    decision.save()
    made: dict[str, object] = {"from": before, "to": outcome.pk, "sole": sole}
    _log("decision.made_as_sole" if sole else "decision.made", decision, by, made)
    return decision


def _check(submission: Submission, outcome: Outcome, reason: str, to_authors: str, sole: bool) -> None:
    if submission.status != SubmissionStatus.SUBMITTED:
        raise Refused(
            f"Paper {submission.number} is not under review: it is {submission.get_status_display().lower()}."
        )
    if outcome.track_id != submission.track_id:
        raise Refused(
            f"“{outcome.label}” is an outcome of another track. Choose one of this paper's track.", field="outcome"
        )
    if sole and not reason:
        raise Refused("No second person confirms what you decide here, so write down why.", field="reason")
    if outcome.kind == OutcomeKind.DESK_REJECT:
        if not to_authors:
            raise Refused("A desk rejection needs a word to the authors: what is the reason?", field="to_authors")
        return
    have, enough = review_count(submission), submission.track.reviews_enough
    if have < enough and not reason:
        raise Refused(
            f"Paper {submission.number} has {have} of {enough} reviews. Write a reason to decide without the rest.",
            field="reason",
        )


def _check_version(decision: Decision | None, version: int | None) -> None:
    if version is not None and version != (decision.version if decision else 0):
        raise StaleState("Somebody has decided on this paper in the meantime. Look at it as it is now and try again.")


def _check_untold(decision: Decision) -> None:
    if decision.status in TOLD:
        raise Refused("The authors know this decision already, so it can no longer be changed here.")
    if decision.release_id is not None:
        raise Refused("This decision is being released. Cancel the release first, then change it.")


def _check_is(decision: Decision, status: str) -> None:
    """A second click, or an old page."""
    if decision.status != status:
        raise StaleState(
            f"This decision is {decision.get_status_display().lower()} by now, so there was nothing to do."
        )


@transaction.atomic
def clear(*, decision: Decision, by: models.Model) -> None:
    """Take a decision back that nobody was told; the paper is undecided again."""
    require(Viewer(by), "act", decision.submission)
    locked = Decision.objects.select_for_update().get(pk=decision.pk)
    _check_untold(locked)
    _log("decision.cleared", locked, by, {"from": locked.outcome_id, "to": None})
    locked.delete()


@transaction.atomic
def confirm(*, decision: Decision, by: models.Model) -> Decision:
    """Confirm a tentative decision: by a second organizer where the workshop asks for two."""
    require(Viewer(by), "act", decision.submission)
    if decision.decided_by_id == by.pk and needs_second_person(decision.submission.workshop):
        raise Refused("You decided this yourself; another organizer who is free on it confirms it.")
    _check_is(decision, DecisionStatus.TENTATIVE)
    move(decision, DecisionStatus.CONFIRMED, MOVES, confirmed_by=by)
    _log("decision.confirmed", decision, by, {"outcome": decision.outcome_id})
    return decision


@transaction.atomic
def unconfirm(*, decision: Decision, by: models.Model) -> Decision:
    """Take the confirmation back."""
    require(Viewer(by), "act", decision.submission)
    _check_untold(Decision.objects.select_for_update().get(pk=decision.pk))
    _check_is(decision, DecisionStatus.CONFIRMED)
    move(decision, DecisionStatus.TENTATIVE, MOVES, confirmed_by=None)
    _log("decision.unconfirmed", decision, by, {"outcome": decision.outcome_id})
    return decision


def _log(action: str, decision: Decision, by: models.Model | None, data: dict[str, object]) -> None:
    record(
        action,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=decision.submission_id,
        aspect="tentative",
        about=decision,
        data=data,
    )
