"""Deciding is not telling: decisions are made, changed and confirmed, and nobody is mailed."""

import pytest
from django.core.exceptions import PermissionDenied

from audit.errors import Refused, StaleState
from audit.models import Entry
from decisions.models import Decision, Outcome
from decisions.services.decide import clear, confirm, decide, unconfirm
from decisions.states import DecisionStatus, OutcomeKind
from notifications.models import Message
from submissions.models import Handler
from tests.factories import Cast


@pytest.fixture
def cast(make_cast) -> Cast:
    return make_cast("discussion")


def outcome(cast: Cast, kind: str = OutcomeKind.ACCEPT) -> Outcome:
    return Outcome.objects.get(track=cast.paper.track, kind=kind)


def made(cast: Cast, **values) -> Decision:
    return decide(submission=cast.paper, outcome=outcome(cast), by=cast.olga, reason="Clear.", **values)


def test_decision_is_tentative_logged_and_mails_nobody(cast: Cast) -> None:
    Decision.objects.filter(submission=cast.paper).delete()
    mails = Message.objects.count()

    decision = made(cast)

    entry = Entry.objects.filter(action="decision.made").first()
    assert (decision.status, decision.decided_by) == (DecisionStatus.TENTATIVE, cast.olga)
    assert (entry.actor, entry.aspect, entry.data["to"]) == (cast.olga, "tentative", decision.outcome_id)
    assert Message.objects.count() == mails


@pytest.mark.parametrize("name", ["ines", "ada", "rui", "mara", "zed", "opal"])
def test_decision_by_whoever_may_not_act_is_denied(cast: Cast, name: str) -> None:
    with pytest.raises(PermissionDenied):
        decide(submission=cast.paper, outcome=outcome(cast), by=getattr(cast, name), reason="Mine.")


def test_decision_by_the_author_who_organizes_is_denied(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        decide(submission=cast.ottos_paper, outcome=outcome(cast), by=cast.otto, reason="Mine.")


def test_decision_on_a_page_that_is_old_is_stale(cast: Cast) -> None:
    version = Decision.objects.get(submission=cast.paper).version if hasattr(cast.paper, "decision") else 0
    made(cast, version=version)

    with pytest.raises(StaleState):
        made(cast, version=version)


def test_decision_with_few_reviews_needs_a_reason(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        decide(submission=cast.ottos_paper, outcome=outcome(cast), by=cast.olga)

    assert refusal.value.field == "reason"
    assert "of 2 reviews" in refusal.value.sentence


def test_desk_rejection_needs_a_word_to_the_authors(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        decide(submission=cast.paper, outcome=outcome(cast, OutcomeKind.DESK_REJECT), by=cast.olga)

    assert refusal.value.field == "to_authors"


def test_outcome_of_another_track_is_refused(cast: Cast) -> None:
    other = Outcome.objects.filter(track__workshop=cast.workshop).exclude(track=cast.paper.track).first()

    with pytest.raises(Refused) as refusal:
        decide(submission=cast.paper, outcome=other, by=cast.olga, reason="Clear.")

    assert refusal.value.field == "outcome"


def test_second_person_confirms_where_the_workshop_asks_for_two(cast: Cast) -> None:
    decision = made(cast)

    with pytest.raises(Refused, match="You decided this yourself"):
        confirm(decision=decision, by=cast.olga)
    confirm(decision=decision, by=cast.otto)

    decision.refresh_from_db()
    assert (decision.status, decision.confirmed_by) == (DecisionStatus.CONFIRMED, cast.otto)


def test_confirming_twice_changes_nothing_and_says_so(cast: Cast) -> None:
    decision = made(cast)
    confirm(decision=decision, by=cast.otto)
    entries = Entry.objects.count()

    with pytest.raises(Refused):
        confirm(decision=decision, by=cast.otto)

    assert Entry.objects.count() == entries


def test_one_person_confirms_where_the_workshop_asks_for_one(cast: Cast) -> None:
    cast.workshop.two_person = False
    cast.workshop.save()
    cast.paper.refresh_from_db()
    decision = decide(submission=cast.paper, outcome=outcome(cast), by=cast.olga, reason="Clear.")

    assert confirm(decision=decision, by=cast.olga).status == DecisionStatus.CONFIRMED


def test_changing_a_confirmed_decision_makes_it_tentative_again(cast: Cast) -> None:
    confirm(decision=made(cast), by=cast.otto)

    changed = decide(
        submission=cast.paper, outcome=outcome(cast, OutcomeKind.REJECT), by=cast.olga, reason="After all."
    )

    assert (changed.status, changed.confirmed_by) == (DecisionStatus.TENTATIVE, None)


def test_sole_handler_gives_a_reason_and_needs_nobody_else(cast: Cast) -> None:
    Handler.objects.filter(submission=cast.paper, until=None).update(user=cast.olga, sole=True)

    with pytest.raises(Refused, match="write down why"):
        decide(submission=cast.paper, outcome=outcome(cast), by=cast.olga)

    assert made(cast).status == DecisionStatus.CONFIRMED


def test_clearing_and_unconfirming_are_undo(cast: Cast) -> None:
    decision = confirm(decision=made(cast), by=cast.otto)

    assert unconfirm(decision=decision, by=cast.olga).status == DecisionStatus.TENTATIVE
    clear(decision=decision, by=cast.olga)

    assert not Decision.objects.filter(submission=cast.paper).exists()


def test_told_decision_cannot_be_changed_or_cleared(make_cast) -> None:
    cast = make_cast("released")

    with pytest.raises(Refused, match="authors know"):
        made(cast)
    with pytest.raises(Refused, match="authors know"):
        clear(decision=cast.decision, by=cast.olga)
