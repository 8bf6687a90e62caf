"""Proposals: asked for, solved, edited, published, undone."""

from collections import Counter
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from access.viewer import Viewer
from accounts.services.publications import add_publications
from audit.errors import Refused
from audit.models import Entry
from jobs.models import Job
from jobs.services.cancel import cancel_job
from jobs.services.run import run_job
from notifications.models import Batch, Message
from notifications.services.batches import cancel_batch, send_now
from reviews.loads import loads
from reviews.models import Assignment, AssignmentRun, ProposedPair
from reviews.services.assign import assign
from reviews.services.review import open_review
from reviews.services.run import (
    add_pair,
    discard_run,
    drop_pair,
    lock_pair,
    preview,
    publish_run,
    start_run,
    undo_run,
)
from submissions.models import Conflict
from submissions.services.withdraw import withdraw
from tests.reviews.stage import at_once, given, make_stage, proposal, proposals_elsewhere, run_jobs, wants, write
from workshops.models import Membership
from workshops.services.roles import end_role


def pairs(run: AssignmentRun) -> set[tuple[int, str]]:
    rows = ProposedPair.objects.filter(run=run, kept=True).values_list("submission__number", "user__given")
    return set(rows)


def conflict(stage: Any, name: str, paper: int = 0, *, state: str = "confirmed", reason: str = "organizer") -> None:
    user = getattr(stage, name)
    Conflict.objects.create(submission=stage.papers[paper], user=user, reason=reason, state=state)


# --- asking -----------------------------------------------------------------------------------------------------------


def test_proposal_gives_every_paper_its_reviews_with_a_certificate(stage: Any) -> None:
    run = proposal(stage, in_worker=True)
    assert (run.outcome, run.status, run.job and run.job.kind) == ("complete", "open", "assignment")
    assert pairs(run) == {(n, name) for n in (1, 2) for name in ("Rui", "Noor", "Rae")}
    assert run.gap == pytest.approx(0, abs=1e-6)
    assert run.total == pytest.approx(run.bound)
    assert len(run.input_hash) == 64


def test_proposals_are_numbered_in_their_workshop_from_one_on(stage: Any) -> None:
    proposals_elsewhere(stage, 3)

    first = proposal(stage)
    discard_run(run=first, by=stage.olga)
    second = proposal(stage, by=stage.otto)

    assert [(run.number, str(run)) for run in (first, second)] == [(1, "proposal 1"), (2, "proposal 2")]


def test_numbers_of_a_workshop_are_given_once(stage: Any) -> None:
    first = proposal(stage)

    with pytest.raises(IntegrityError), transaction.atomic():
        AssignmentRun.objects.create(workshop=stage.workshop, number=first.number)


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_two_numbers() -> None:
    stage: Any = make_stage(papers=1)

    at_once(
        lambda: start_run(workshop=stage.workshop, by=stage.olga),
        lambda: start_run(workshop=stage.workshop, by=stage.otto),
    )

    rows = AssignmentRun.objects.order_by("number").values_list("number", "created_by__given")
    assert list(rows) == [(1, "Olga"), (2, "Otto")]


def test_nobody_is_told_of_a_proposal(stage: Any) -> None:
    proposal(stage)
    assert (Assignment.objects.count(), Message.objects.count()) == (0, 0)


def test_proposal_prefers_who_knows_the_field(stage: Any) -> None:
    wants(stage, 1)
    first = stage.papers[0]
    first.title, first.abstract = "Persistent homology of grid cells", ""
    first.save()
    add_publications(user=stage.noor, by=stage.noor, text="Grid cells and persistent homology")
    add_publications(user=stage.rui, by=stage.rui, text="Auctions with budgets")
    add_publications(user=stage.rae, by=stage.rae, text="Truthful auctions of goods")
    run = proposal(stage)
    pair = ProposedPair.objects.get(run=run, submission=first)
    assert (pair.user, pair.rank, pair.allowed, pair.unknown) == (stage.noor, 1, 3, False)


def test_reviewer_of_whom_nothing_is_known_is_marked_and_not_scored_as_nought(stage: Any) -> None:
    run = proposal(stage)
    assert set(ProposedPair.objects.filter(run=run).values_list("unknown", "score")) == {(True, 0.5)}


@pytest.mark.parametrize(
    ("state", "barred"), [("confirmed", True), ("pinned", True), ("suspected", True), ("waived", False)]
)
def test_conflict_bars_a_pair_unless_it_is_waived(stage: Any, state: str, barred: bool) -> None:
    wants(stage, 2)
    conflict(stage, "rui", state=state)
    conflict(stage, "noor", state="waived")
    run = proposal(stage)
    assert ((1, "Rui") not in pairs(run)) or not barred
    if barred:
        assert {name for number, name in pairs(run) if number == 1} == {"Noor", "Rae"}


def test_author_is_never_proposed_even_when_no_conflict_was_found(stage: Any) -> None:
    wants(stage, 2)
    stage.papers[0].authorships.update(email="rui@rui.test")
    assert {name for number, name in pairs(proposal(stage)) if number == 1} == {"Noor", "Rae"}


def test_what_a_paper_has_counts_and_who_declined_is_not_asked_again(stage: Any) -> None:
    wants(stage, 2)
    given(stage, "rui")
    Assignment.objects.create(submission=stage.papers[0], user=stage.noor, handle=7, status="declined")
    assert {name for number, name in pairs(proposal(stage)) if number == 1} == {"Rae"}


def test_reviewer_whose_role_has_ended_is_not_proposed(stage: Any) -> None:
    wants(stage, 2)
    end_role(membership=Membership.objects.get(user=stage.rae, role="reviewer"), by=stage.olga)
    assert {name for _, name in pairs(proposal(stage))} == {"Rui", "Noor"}


def test_impossible_proposal_names_papers_reviewers_and_remedies(db: Any) -> None:
    stage = make_stage(papers=3, load=2)
    run = proposal(stage, in_worker=True)
    assert (run.outcome, run.total, pairs(run)) == ("infeasible", None, set())
    reason = run.reasons[0]
    assert sorted(reason["papers"]) == [paper.pk for paper in stage.papers]
    assert sorted(reason["reviewers"]) == sorted(user.pk for user in stage.people.values())
    assert "3 are missing" in reason["sentence"]
    assert reason["remedies"]


@pytest.mark.parametrize("missing", ["papers", "reviewers", "demand"])
def test_proposal_without_something_to_do_is_refused_with_a_sentence(db: Any, missing: str) -> None:
    stage = make_stage(papers=0 if missing == "papers" else 1, reviewers=() if missing == "reviewers" else ("Rui",))
    if missing == "demand":
        wants(stage, 1)
        given(stage)
    words = {"papers": "no submitted paper", "reviewers": "Nobody reviews yet", "demand": "nothing to propose"}
    with pytest.raises(Refused, match=words[missing]):
        start_run(workshop=stage.workshop, by=stage.olga)
    assert (AssignmentRun.objects.count(), Job.objects.filter(kind="assignment").count()) == (0, 0)


def test_double_click_asks_for_one_proposal(stage: Any) -> None:
    start_run(workshop=stage.workshop, by=stage.olga)
    with pytest.raises(Refused, match="being made right now"):
        start_run(workshop=stage.workshop, by=stage.olga)
    assert AssignmentRun.objects.count() == 1


def test_reviewer_cannot_ask_for_a_proposal(stage: Any) -> None:
    with pytest.raises(PermissionDenied):
        start_run(workshop=stage.workshop, by=stage.rui)


def test_job_that_is_delivered_twice_writes_its_pairs_once(stage: Any) -> None:
    run = proposal(stage, in_worker=True)
    assert run.job is not None
    before = list(ProposedPair.objects.values())
    Job.objects.filter(pk=run.job.pk).update(status="waiting")
    run_job(run.job.pk)
    assert list(ProposedPair.objects.values()) == before


def test_proposal_that_is_stopped_leaves_no_pairs_and_frees_the_button(stage: Any) -> None:
    run = start_run(workshop=stage.workshop, by=stage.olga)
    assert run.job is not None
    cancel_job(run.job, by=stage.olga)
    run_jobs()
    assert ProposedPair.objects.count() == 0
    assert proposal(stage).outcome == "complete"


def test_proposal_waits_for_affinities_that_take_more_than_one_job(stage: Any, monkeypatch: Any) -> None:
    run = start_run(workshop=stage.workshop, by=stage.olga)
    first = run.job_id or 0
    with monkeypatch.context() as hurried:
        hurried.setattr("reviews.services.affinity.SLICE", 0.0)
        run_job(first)
    run.refresh_from_db()
    assert (run.outcome, run.job_id == first, Job.objects.get(pk=first).status) == ("pending", False, "done")
    run_jobs()
    run.refresh_from_db()
    assert run.outcome == "complete"


def test_solver_without_an_answer_fails_the_run_with_its_reason(stage: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("reviews.services.solve.MEGABYTES", 20)
    run = start_run(workshop=stage.workshop, by=stage.olga)
    run_jobs()
    run.refresh_from_db()
    assert (run.outcome, Job.objects.get(pk=run.job_id).status) == ("failed", "failed")
    assert "memory" in run.reasons[0]["sentence"]


# --- editing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sparse(db: Any) -> Any:
    """One review a paper, so that there is room to add."""
    stage = make_stage(papers=2, load=2)
    wants(stage, 1)
    stage.run = proposal(stage)
    stage.first = ProposedPair.objects.get(run=stage.run, submission=stage.papers[0]).user
    stage.rest = [user for user in stage.people.values() if user != stage.first]
    return stage


def edit(verb: Any, stage: Any, user: Any, paper: int = 0, **options: Any) -> ProposedPair:
    return verb(run=stage.run, submission=stage.papers[paper], user=user, by=stage.olga, **options)


def test_pair_is_added_and_dropped_and_each_edit_is_logged(sparse: Any) -> None:
    other = sparse.rest[0]
    assert edit(add_pair, sparse, other).origin == "added"
    assert edit(drop_pair, sparse, sparse.first).kept is False
    assert {name for number, name in pairs(sparse.run) if number == 1} == {other.given}
    logged = Entry.objects.filter(action="run.edited").order_by("pk").values_list("data__what", flat=True)
    assert list(logged) == ["added", "dropped"]


def test_pair_that_is_there_is_not_added_twice(sparse: Any) -> None:
    with pytest.raises(Refused, match="is proposed for paper #1 already"):
        edit(add_pair, sparse, sparse.first)


def test_author_cannot_be_added_whatever_the_reason(sparse: Any) -> None:
    sparse.papers[0].authorships.update(email=sparse.rest[0].email)
    with pytest.raises(Refused, match="can never review it"):
        edit(add_pair, sparse, sparse.rest[0], why="Nobody else knows the field.")


def test_person_with_a_conflict_cannot_be_added(sparse: Any) -> None:
    Conflict.objects.create(submission=sparse.papers[0], user=sparse.rest[0], reason="institution", state="confirmed")
    with pytest.raises(Refused, match="has a conflict with paper #1: same institution"):
        edit(add_pair, sparse, sparse.rest[0], why="They moved.")


def test_suspected_conflict_needs_a_reason_that_stays_with_the_assignment(sparse: Any) -> None:
    user = sparse.rest[0]
    Conflict.objects.create(submission=sparse.papers[0], user=user, reason="authorship", state="suspected")
    with pytest.raises(Refused) as said:
        edit(add_pair, sparse, user)
    assert said.value.field == "override"
    edit(add_pair, sparse, user, why="Another person of that name.")
    publish_run(run=sparse.run, by=sparse.olga)
    assert Assignment.objects.get(user=user).override == "Another person of that name."


def test_full_reviewer_cannot_be_added(sparse: Any) -> None:
    user = sparse.rest[0]
    for paper in sparse.papers:
        if not ProposedPair.objects.filter(run=sparse.run, submission=paper, user=user).exists():
            edit(add_pair, sparse, user, sparse.papers.index(paper))
    user.reviewing.update(load_max=1)
    pair = ProposedPair.objects.filter(run=sparse.run, user=user, submission=sparse.papers[1]).first()
    assert pair is not None
    edit(drop_pair, sparse, user, 1)
    with pytest.raises(Refused, match="is full: 1 of 1 papers"):
        edit(add_pair, sparse, user, 1)


def test_stranger_cannot_be_added(sparse: Any) -> None:
    with pytest.raises(Refused, match="is not a reviewer of this workshop"):
        edit(add_pair, sparse, sparse.ada)


def test_locked_pair_is_not_dropped_until_it_is_unlocked(sparse: Any) -> None:
    edit(lock_pair, sparse, sparse.first)
    with pytest.raises(Refused, match="Unlock the pair first"):
        edit(drop_pair, sparse, sparse.first)
    assert edit(lock_pair, sparse, sparse.first, locked=False).origin == "engine"
    assert edit(drop_pair, sparse, sparse.first).kept is False


def test_following_proposal_keeps_locks_and_what_was_refused(sparse: Any) -> None:
    locked, refused = sparse.rest
    edit(drop_pair, sparse, sparse.first)
    edit(add_pair, sparse, refused)
    edit(drop_pair, sparse, refused)
    edit(add_pair, sparse, locked)
    edit(lock_pair, sparse, locked)
    again = proposal(sparse, keep=sparse.run)
    assert {name for number, name in pairs(again) if number == 1} == {locked.given}
    assert ProposedPair.objects.get(run=again, submission=sparse.papers[0]).origin == "lock"


def test_published_proposal_is_no_longer_edited(sparse: Any) -> None:
    publish_run(run=sparse.run, by=sparse.olga)
    with pytest.raises(Refused, match="can no longer be changed"):
        edit(add_pair, sparse, sparse.rest[0])


def test_discarded_proposal_is_not_published(sparse: Any) -> None:
    discard_run(run=sparse.run, by=sparse.olga)
    with pytest.raises(Refused, match="is discarded already"):
        publish_run(run=sparse.run, by=sparse.olga)


# --- publishing -------------------------------------------------------------------------------------------------------


def test_publishing_makes_assignments_and_one_held_mail_a_person(stage: Any) -> None:
    run = proposal(stage)
    batch = publish_run(run=run, by=stage.olga)
    rows = Assignment.objects.values_list("submission__number", "user__given", "status", "run")
    assert set(rows) == {(number, name, "active", run.pk) for number, name in pairs(run)}
    mails = Message.objects.filter(batch=batch)
    assert Counter(mails.values_list("address", "status")) == {
        (f"{name}@{name}.test", "held"): 1 for name in ("rui", "noor", "rae")
    }
    text = mails.get(address="rui@rui.test").text
    assert "#1 Symmetry and the number 1" in text
    assert "#2 Symmetry and the number 2" in text
    run.refresh_from_db()
    assert (run.status, run.published_by, run.batch_id, batch.status) == ("published", stage.olga, batch.pk, "held")


def test_assignment_mail_brings_a_calendar_file_with_the_due_date(stage: Any) -> None:
    publish_run(run=proposal(stage), by=stage.olga)
    (file,) = Message.objects.filter(kind="assignments")[0].attachments
    due = Assignment.objects.all()[0].due_at
    assert due is not None
    assert (file["name"], file["type"]) == ("reviews.ics", "text/calendar")
    assert f"DTSTART:{due:%Y%m%dT%H%M%SZ}" in file["text"]


def test_handles_are_the_small_numbers_each_once_a_paper(stage: Any) -> None:
    given(stage, "rui", tell=False)
    publish_run(run=proposal(stage), by=stage.olga)
    for paper in stage.papers:
        handles = Assignment.objects.filter(submission=paper).values_list("handle", flat=True)
        assert sorted(handles) == [1, 2, 3]


def test_preview_is_what_is_mailed(stage: Any) -> None:
    run = proposal(stage)
    plan = preview(run=run, by=stage.olga)
    told = {person.email: sorted(pair.submission.number for pair in some) for person, some in plan.letters}
    publish_run(run=run, by=stage.olga)
    assert told == {address: [1, 2] for address in Message.objects.values_list("address", flat=True)}
    assert (plan.mails, plan.pairs, plan.problems, plan.skipped) == (3, 6, [], [])


def test_double_click_publishes_once(stage: Any) -> None:
    run = proposal(stage)
    publish_run(run=run, by=stage.olga)
    with pytest.raises(Refused, match="published already"):
        publish_run(run=run, by=stage.olga)
    assert (Assignment.objects.count(), Message.objects.count(), Batch.objects.count()) == (6, 3, 1)


def test_conflict_that_was_found_since_stops_publishing_and_names_the_pair(stage: Any) -> None:
    run = proposal(stage)
    conflict(stage, "rui")
    with pytest.raises(Refused, match="Rui Example for paper #1: a conflict is known now"):
        publish_run(run=run, by=stage.olga)
    assert (Assignment.objects.count(), Message.objects.count()) == (0, 0)


def test_load_that_shrank_since_stops_publishing(stage: Any) -> None:
    run = proposal(stage)
    stage.rui.reviewing.update(load_max=1)
    with pytest.raises(Refused, match="Rui Example would have 2 of 1 papers"):
        publish_run(run=run, by=stage.olga)


def test_paper_that_was_withdrawn_since_is_left_out(stage: Any) -> None:
    run = proposal(stage)
    withdraw(submission=stage.papers[0], by=None)
    assert preview(run=run, by=stage.olga).skipped == ["#1 is no longer under review, so its pairs are left out."]
    publish_run(run=run, by=stage.olga)
    assert set(Assignment.objects.values_list("submission__number", flat=True)) == {2}


def test_cancelled_mails_leave_the_assignments(stage: Any) -> None:
    batch = publish_run(run=proposal(stage), by=stage.olga)
    cancel_batch(batch=batch, by=stage.olga)
    assert set(Message.objects.values_list("status", flat=True)) == {"cancelled"}
    assert Assignment.objects.current().count() == 6


# --- undoing ----------------------------------------------------------------------------------------------------------


def test_undoing_takes_all_back_and_cancels_what_has_not_left(stage: Any) -> None:
    run = proposal(stage)
    publish_run(run=run, by=stage.olga)
    undo_run(run=run, by=stage.olga)
    assert set(Assignment.objects.values_list("status", flat=True)) == {"removed"}
    assert set(Message.objects.values_list("status", flat=True)) == {"cancelled"}
    run.refresh_from_db()
    assert run.status == "undone"


def test_undoing_after_the_mails_left_tells_everybody_once(stage: Any) -> None:
    run = proposal(stage)
    send_now(batch=publish_run(run=run, by=stage.olga), by=stage.olga)
    undo_run(run=run, by=stage.olga)
    told = Message.objects.filter(kind="assignment_not_needed")
    assert Counter(told.values_list("address", "status")) == {
        (f"{name}@{name}.test", "held"): 1 for name in ("rui", "noor", "rae")
    }


def test_undoing_is_refused_once_a_review_is_begun(stage: Any) -> None:
    run = proposal(stage)
    publish_run(run=run, by=stage.olga)
    open_review(assignment=Assignment.objects.get(user=stage.rui, submission=stage.papers[1]), by=stage.rui)
    with pytest.raises(Refused, match="Reviews of #2 are begun"):
        undo_run(run=run, by=stage.olga)
    assert Assignment.objects.current().count() == 6


def test_undone_pairs_can_be_proposed_and_published_anew_by_hand(stage: Any) -> None:
    run = proposal(stage)
    publish_run(run=run, by=stage.olga)
    undo_run(run=run, by=stage.olga)
    assert assign(submission=stage.papers[0], user=stage.rui, by=stage.olga).handle == 4


# --- an organizer with a hidden paper ---------------------------------------------------------------------------------


@pytest.fixture
def hidden(db: Any) -> Any:
    """Otto has a conflict with the first paper, which Rui and Noor review; each offers two papers."""
    stage = make_stage(papers=3, reviewers=("Rui", "Noor", "Rae"), load=2)
    wants(stage, 2)
    conflict(stage, "otto")
    for name in ("rui", "noor"):
        given(stage, name)
    return stage


def test_loads_are_counted_over_the_papers_that_the_viewer_is_free_on(hidden: Any) -> None:
    given(hidden, "rui", 1)
    assert loads(Viewer(hidden.olga), hidden.workshop.pk) == {hidden.rui.pk: 2, hidden.noor.pk: 1}
    assert loads(Viewer(hidden.otto), hidden.workshop.pk) == {hidden.rui.pk: 1}


def test_proposal_of_a_conflicted_organizer_is_as_if_the_hidden_paper_did_not_exist(hidden: Any) -> None:
    run = proposal(hidden, by=hidden.otto)
    assert run.params["papers"] == [paper.pk for paper in hidden.papers[1:]]
    Assignment.objects.all().delete()
    without = proposal(hidden, by=hidden.otto)
    assert (without.outcome, without.total, without.input_hash) == (run.outcome, run.total, run.input_hash)


def test_true_maximum_that_is_exceeded_is_not_told_to_whom_the_paper_is_hidden(hidden: Any) -> None:
    for paper in (1, 2):
        assign(submission=hidden.papers[paper], user=hidden.rui, by=hidden.otto)
    assert loads(Viewer(hidden.otto), hidden.workshop.pk)[hidden.rui.pk] == 2
    assert loads(Viewer(hidden.olga), hidden.workshop.pk)[hidden.rui.pk] == 3
    fourth = write(hidden, "Yan", "yan@yan.test")
    with pytest.raises(Refused, match="is full: 2 of 2 papers"):
        assign(submission=fourth, user=hidden.rui, by=hidden.otto)


def test_conflicted_organizer_neither_edits_nor_publishes_what_holds_the_hidden_paper(hidden: Any) -> None:
    Assignment.objects.all().delete()
    run = proposal(hidden, by=hidden.olga)
    with pytest.raises(PermissionDenied):
        add_pair(run=run, submission=hidden.papers[0], user=hidden.rae, by=hidden.otto)
    with pytest.raises(Refused, match="another organizer's"):
        publish_run(run=run, by=hidden.otto)
    publish_run(run=run, by=hidden.olga)
    with pytest.raises(Refused, match="another organizer's"):
        undo_run(run=run, by=hidden.otto)


def test_mail_about_a_hidden_paper_is_hidden_with_it(hidden: Any) -> None:
    Assignment.objects.all().delete()
    publish_run(run=proposal(hidden, by=hidden.olga), by=hidden.olga)
    for message in Message.objects.filter(kind="assignments").exclude(batch=None):
        mentions = "#1 " in message.text
        hangs_on_it = (message.root_type, message.root_id) == ("submission", hidden.papers[0].pk)
        assert (message.aspect, hangs_on_it) == ("identities", mentions)
