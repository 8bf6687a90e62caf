"""The worker's part of a proposal: read the problem, solve it in limits, write down what came out."""

import hashlib
import json
from typing import Any

from django.db import transaction

from access.viewer import acting
from audit.errors import Refused
from jobs.services.run import Progress
from reviews.matching.limited import solve_limited
from reviews.matching.result import Infeasible, Pair, ProblemError, Reason, Solution, SolverFailed
from reviews.models import AssignmentRun, ProposedPair
from reviews.problem import problem_of
from reviews.services.affinity import bring_up_to_date
from reviews.services.whole import log_run
from reviews.states import Origin, RunOutcome, RunStatus

SECONDS = 45  # below the worker's own limit
MEGABYTES = 1500
STEPS = 3


def solve_run(progress: Progress) -> None:
    """Solve the run of this job. Safe to run twice: a run that has an outcome is left as it is.

    Raises Refused with the reason when the solver gave no answer; the job, and so the run, has failed.
    """
    run = AssignmentRun.objects.select_related("created_by", "workshop").get(pk=progress.params["run"])
    if run.outcome != RunOutcome.PENDING or run.status != RunStatus.OPEN:
        return
    progress.tell("Comparing papers with what reviewers know", done=0, total=STEPS)
    bring_up_to_date(run.workshop)
    problem = problem_of(run, acting(run.created_by))
    progress.tell("Finding the best assignment", done=1, total=STEPS)
    try:
        answer = solve_limited(problem, mode="total", seed=run.seed, seconds=SECONDS, megabytes=MEGABYTES)
    except SolverFailed as failure:
        raise Refused(failure.reason) from failure
    except ProblemError as error:
        raise Refused(f"The problem contradicts itself: {error}") from error
    progress.tell("Writing it down", done=2, total=STEPS)
    write_answer(run, problem, answer)
    progress.tell("Done", done=STEPS, total=STEPS)


@transaction.atomic
def write_answer(run: AssignmentRun, problem: dict[str, Any], answer: Solution | Infeasible) -> None:
    """Write the outcome once: one conditional UPDATE, then the pairs."""
    changes = _solved(answer) if isinstance(answer, Solution) else _infeasible(answer)
    changes["input_hash"] = _hash(problem)
    changes["params"] = {**run.params, "papers": [int(paper["id"]) for paper in problem["papers"]]}
    same = AssignmentRun.objects.filter(pk=run.pk, outcome=RunOutcome.PENDING, status=RunStatus.OPEN)
    if same.update(**changes) != 1:
        return
    if isinstance(answer, Solution):
        locks = {(paper, user) for paper, user in problem["locks"]}
        ProposedPair.objects.bulk_create(_pairs(run, answer, locks), batch_size=1000)
    log_run("run.solved", run, run.created_by)


def _solved(answer: Solution) -> dict[str, Any]:
    proof = answer.certificate
    return {
        "outcome": RunOutcome.COMPLETE,
        "total": answer.total,
        "bound": proof.bound,
        "gap": proof.gap,
        "rounds": proof.rounds,
    }


def _infeasible(answer: Infeasible) -> dict[str, Any]:
    return {"outcome": RunOutcome.INFEASIBLE, "reasons": [_reason(reason) for reason in answer.reasons]}


def _reason(reason: Reason) -> dict[str, Any]:
    """Ids, never names: who may read them is asked when the page is made."""
    remedies = [
        {"sentence": remedy.sentence, "changes": [list(change[:3]) for change in remedy.changes]}
        for remedy in reason.remedies
    ]
    return {
        "sentence": reason.sentence,
        "papers": [int(one) for one in reason.papers],
        "reviewers": [int(one) for one in reason.reviewers],
        "remedies": remedies,
    }


def _pairs(run: AssignmentRun, answer: Solution, locks: set[tuple[str, str]]) -> list[ProposedPair]:
    return [_pair(run, pair, answer.allowed.get(pair.paper_id), locks) for pair in answer.pairs]


def _pair(run: AssignmentRun, pair: Pair, allowed: int | None, locks: set[tuple[str, str]]) -> ProposedPair:
    return ProposedPair(
        run=run,
        submission_id=int(pair.paper_id),
        user_id=int(pair.reviewer_id),
        origin=Origin.LOCK if (pair.paper_id, pair.reviewer_id) in locks else Origin.ENGINE,
        score=pair.score,
        unknown=pair.unknown,
        rank=pair.rank,
        allowed=allowed,
    )


def _hash(problem: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(problem, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def run_failed(job_id: int, reason: str) -> None:
    """The last attempt has failed: the run says why."""
    for run in AssignmentRun.objects.filter(job=job_id, outcome=RunOutcome.PENDING):
        AssignmentRun.objects.filter(pk=run.pk).update(
            outcome=RunOutcome.FAILED, reasons=[{"sentence": reason, "papers": [], "reviewers": [], "remedies": []}]
        )
        log_run("run.failed", run, run.created_by)
