"""The worker's part of a proposal: read the problem, solve it in limits, write down what came out."""

import hashlib
import json
from typing import Any

from django.db import transaction

from access.viewer import acting
from audit.errors import Refused
from audit.models import Root
from jobs.services.run import Progress
from jobs.services.start import start_job
from reviews.matching.limited import frontier_limited, repair_limited, solve_limited
from reviews.matching.result import (
    Filled,
    Infeasible,
    Pair,
    Prices,
    ProblemError,
    Reason,
    Remedy,
    Repair,
    Solution,
    SolverFailed,
)
from reviews.models import AssignmentRun, ProposedPair
from reviews.options import Options
from reviews.problem import holes_of, problem_of, repair_pairs
from reviews.run_sheets import paper_rows, person_rows
from reviews.services.affinity import bring_up_to_date
from reviews.services.run import hand_over
from reviews.services.whole import log_run
from reviews.states import Origin, RunOutcome, RunPurpose, RunStatus

SECONDS = 45  # below the worker's own limit
MEGABYTES = 1500
STEPS = 3
FRONTIER_JOB = "frontier"
Answer = Solution | Repair | Infeasible


def solve_run(progress: Progress) -> None:
    """Solve the run of this job. Safe to run twice: a run that has an outcome is left as it is.

    Raises Refused with the reason when the solver gave no answer; the job, and so the run, has failed.
    """
    run = AssignmentRun.objects.select_related("created_by", "workshop").get(pk=progress.params["run"])
    if run.outcome != RunOutcome.PENDING or run.status != RunStatus.OPEN:
        return
    progress.tell("Comparing papers with what reviewers know", done=0, total=STEPS)
    if left := bring_up_to_date(run.workshop, progress.params, progress.tell):
        _go_on_later(run, left)
        return
    problem = problem_of(run, acting(run.created_by))
    try:
        answer = _solve(run, problem, progress)
    except SolverFailed as failure:
        raise Refused(failure.reason) from failure
    except ProblemError as error:
        raise Refused(f"The problem contradicts itself: {error}") from error
    progress.tell("Writing it down", done=2, total=STEPS)
    write_answer(run, problem, answer)
    if isinstance(answer, Solution) and run.purpose == RunPurpose.REVIEWERS and answer.mode != "random":
        start_job(
            FRONTIER_JOB,
            root_type=Root.WORKSHOP,
            root_id=run.workshop_id,
            aspect="staff",
            by=run.created_by,
            params={"run": run.pk},
        )
    progress.tell("Done", done=STEPS, total=STEPS)


@transaction.atomic
def _go_on_later(run: AssignmentRun, left: dict[str, Any]) -> None:
    """In a job of its own, so that no job exceeds the worker's limit; the run's page follows it."""
    hand_over(run, left)


def _solve(run: AssignmentRun, problem: dict[str, Any], progress: Progress) -> Answer:
    def tell(phase: str, done: int, total: int, /) -> None:
        progress.tell(f"Finding the best assignment: {phase.lower()}"[:80], done=1, total=STEPS)

    options = Options.of(run.params)
    tell("begins", 0, 1)
    limits: dict[str, Any] = {"seconds": SECONDS, "megabytes": MEGABYTES, "tell": tell}
    if run.purpose == RunPurpose.REPAIR:
        papers = [int(paper["id"]) for paper in problem["papers"]]
        pairs, holes = repair_pairs(run, papers), holes_of(run)
        limits["partial"] = True
        return repair_limited(problem, map(_texts, pairs), map(_texts, holes), seed=options.seed, **limits)
    return solve_limited(
        problem,
        mode=options.mode,
        epsilon=options.epsilon,
        max_probability=options.max_probability,
        seed=options.seed,
        **limits,
    )


def _texts(pair: tuple[int, int]) -> tuple[str, str]:
    return str(pair[0]), str(pair[1])


@transaction.atomic
def write_answer(run: AssignmentRun, problem: dict[str, Any], answer: Answer) -> None:
    """Write the outcome once: one conditional UPDATE, then the pairs and what the pages need."""
    changes = _infeasible(answer) if isinstance(answer, Infeasible) else _solved(answer)
    changes["input_hash"] = _hash(problem)
    changes["params"] = {**run.params, "papers": [int(paper["id"]) for paper in problem["papers"]]}
    same = AssignmentRun.objects.filter(pk=run.pk, outcome=RunOutcome.PENDING, status=RunStatus.OPEN)
    if same.update(**changes) != 1:
        return
    prices = answer.prices if isinstance(answer, Solution) else Prices()
    papers = paper_rows(run, problem, prices)
    ProposedPair.objects.bulk_create(_pairs_of(run, problem, answer), batch_size=500)
    run.papers.bulk_create(papers, batch_size=100)
    run.people.bulk_create(person_rows(run, problem, prices), batch_size=500)
    log_run("run.solved", run, run.created_by)


def _solved(answer: Solution | Repair) -> dict[str, Any]:
    proof = answer.certificate
    why = answer.why if isinstance(answer, Repair) else None
    return {
        "outcome": RunOutcome.COMPLETE,
        "total": answer.total,
        "bound": proof.bound,
        "gap": proof.gap,
        "rounds": proof.rounds,
        "facts": _facts(answer) if isinstance(answer, Solution) else {"optimum": proof.optimum},
        "reasons": _reasons(why) if why else [],
    }


def _facts(answer: Solution) -> dict[str, Any]:
    """Numbers over all papers of the run; only who is free on all of them reads any."""
    facts: dict[str, Any] = {"optimum": answer.certificate.optimum, "pairs_priced": answer.certificate.pairs_priced}
    if answer.fairness:
        fair = answer.fairness
        facts["fairness"] = {
            "floor": fair.floor,
            "floor_bound": fair.floor_bound,
            "worst_pair": fair.worst_pair,
            "proved": fair.proved,
        }
    if answer.lottery:
        facts["lottery"] = {
            "max_probability": answer.lottery.max_probability,
            "expected_total": answer.lottery.expected_total,
        }
    return facts


def _infeasible(answer: Infeasible) -> dict[str, Any]:
    return {"outcome": RunOutcome.INFEASIBLE, "reasons": _reasons(answer)}


def _reasons(answer: Infeasible) -> list[dict[str, Any]]:
    reasons = [_reason(reason) for reason in answer.reasons]
    if len(reasons) > 1 and answer.remedies:
        papers = sorted({paper for reason in reasons for paper in reason["papers"]})
        whole = {"sentence": "All of it can be mended at once.", "papers": papers, "reviewers": []}
        reasons.append({**whole, "remedies": [_remedy(remedy) for remedy in answer.remedies]})
    return reasons


def _reason(reason: Reason) -> dict[str, Any]:
    """Ids, never names: who may read them is asked when the page is made."""
    return {
        "sentence": reason.sentence,
        "papers": [int(one) for one in reason.papers],
        "reviewers": [int(one) for one in reason.reviewers],
        "remedies": [_remedy(remedy) for remedy in reason.remedies],
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "sentence": remedy.sentence,
        "kind": remedy.kind,
        "changes": [list(change) for change in remedy.changes],
    }


def _pairs_of(run: AssignmentRun, problem: dict[str, Any], answer: Answer) -> list[ProposedPair]:
    if isinstance(answer, Infeasible):
        return []
    locks = {(paper, user) for paper, user in problem["locks"]}
    if isinstance(answer, Repair):
        left = {(int(paper), int(user)): key for paper, user, key in run.params.get("holes", [])}
        return [_filled(run, one, left) for one in answer.filled]
    return [_pair(run, pair, answer.allowed.get(pair.paper_id), locks) for pair in answer.pairs]


def _filled(run: AssignmentRun, one: Filled, left: dict[tuple[int, int], str]) -> ProposedPair:
    row = _pair(run, one.pair, None, set())
    row.replaces_id = left[int(one.hole.paper_id), int(one.hole.reviewer_id)]
    row.alternates = [[int(who.reviewer_id), who.score, who.unknown, who.rank, who.cost] for who in one.alternates]
    return row


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


# --- what fairness costs ----------------------------------------------------------------------------------------------


def draw_frontier(progress: Progress) -> None:
    """For the page of a proposal: the floor under every paper that each loss of the total buys. Twice does no harm.

    It is of the problem as it stands now; raises Refused where the solver gave no answer, and the page has no picture.
    """
    run = AssignmentRun.objects.select_related("created_by").get(pk=progress.params["run"])
    if run.outcome != RunOutcome.COMPLETE or run.status != RunStatus.OPEN:
        return
    problem = problem_of(run, acting(run.created_by))

    def tell(phase: str, done: int, total: int, /) -> None:
        progress.tell(phase[:80], done=done, total=total)

    try:
        points = frontier_limited(
            problem, seed=Options.of(run.params).seed, seconds=SECONDS, megabytes=MEGABYTES, tell=tell
        )
    except (SolverFailed, ProblemError) as failure:
        raise Refused(str(failure)) from failure
    if isinstance(points, Infeasible):
        return
    with transaction.atomic():
        locked = AssignmentRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        locked.facts = {**locked.facts, "frontier": [point._asdict() for point in points]}
        locked.save(update_fields=["facts"])
