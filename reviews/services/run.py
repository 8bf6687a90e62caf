"""A proposal of who reviews what: ask for one, edit it, throw it away, publish it. Reviewers never see one."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from access.rights import require
from access.viewer import Viewer, acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.transitions import move
from jobs.services.start import start_job
from jobs.states import JobStatus
from reviews.models import Assignment, AssignmentRun, Review
from reviews.options import Options
from reviews.problem import material_of, papers_of_run
from reviews.services.edit_run import (
    add_pair,
    allow_pair,
    drop_pair,
    exchange_pairs,
    forbid_pair,
    lock_pair,
    papers_of_edit,
    undo_edit,
)
from reviews.services.publish import preview, publish_run, read_letter, undo_run
from reviews.services.whole import log_run, require_whole, sees_whole
from reviews.states import CURRENT, REVIEWING, RUN_MOVES, ReviewStatus, RunOutcome, RunPurpose, RunStatus
from workshops.models import Track, Workshop

JOB = "assignment"
CHAIR_MOST = 10
"""So many papers an area chair gets at most, unless somebody says otherwise."""

__all__ = [
    "add_pair",
    "allow_pair",
    "discard_run",
    "drop_pair",
    "exchange_pairs",
    "forbid_pair",
    "lock_pair",
    "papers_of_edit",
    "preview",
    "publish_run",
    "read_letter",
    "sees_whole",
    "start_run",
    "undo_edit",
    "undo_run",
]


@transaction.atomic
def start_run(
    *,
    workshop: Workshop,
    by: User | None,
    track: Track | None = None,
    options: Options | None = None,
    keep: AssignmentRun | None = None,
    purpose: str = RunPurpose.REVIEWERS,
    chair_most: int = CHAIR_MOST,
    holes: Sequence[Assignment] = (),
) -> AssignmentRun:
    """Ask the worker for a proposal over the papers that ``by`` is free on (all of them for the system).

    ``keep``: an earlier proposal whose locked, added and refused pairs stay so. ``chair_most``: how many papers an area
    chair gets, where area chairs are asked for. ``holes``: the assignments whose places a repair fills. Raises Refused
    when there is nothing to assign, nobody to assign it to, or one is being made already.
    """
    options = options or Options()
    options.check()
    viewer = acting(by)
    require(viewer, "staff", workshop)
    number = _next_number(workshop)
    _check_idle(workshop, by)
    run = AssignmentRun(
        workshop=workshop,
        number=number,
        track=track,
        purpose=purpose,
        mode=options.mode,
        seed=options.seed,
        created_by=by,
    )
    run.params = {**options.to_params(), "keep": keep.pk if keep else None}
    if purpose == RunPurpose.CHAIRS:
        run.params["chair_most"] = chair_most
    if purpose == RunPurpose.REPAIR:
        _check_holes(workshop, holes, viewer)
        run.params["holes"] = [[row.submission_id, row.user_id, str(row.pk)] for row in holes]
    _read_material(run, viewer)
    run.save()
    hand_over(run, {})
    log_run("run.started", run, by)
    return run


def _next_number(workshop: Workshop) -> int:
    """The number after the highest. Two that ask at once wait for each other: the workshop's row is locked."""
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    return (AssignmentRun.objects.filter(workshop=workshop).aggregate(last=Max("number"))["last"] or 0) + 1


def hand_over(run: AssignmentRun, left: dict[str, Any]) -> None:
    """To a worker. ``left``: what is to be done before it is solved, where an earlier job has begun with that."""
    run.job = start_job(
        JOB,
        root_type=Root.WORKSHOP,
        root_id=run.workshop_id,
        aspect="staff",
        by=run.created_by,
        params={"run": run.pk, **left},
    )
    run.save(update_fields=["job"])


def _read_material(run: AssignmentRun, viewer: Viewer) -> None:
    """Which papers it is over. Raises Refused where there is nothing to do."""
    if not papers_of_run(run.workshop_id, run.track_id, viewer).exists():
        raise Refused("There is no submitted paper to assign yet.")
    found = material_of(run, viewer)
    if not found.people and run.purpose == RunPurpose.CHAIRS:
        raise Refused("There is no area chair yet. Invite area chairs on the page People; who accepts gets papers.")
    if not found.people:
        raise Refused("Nobody reviews yet. Invite reviewers on the page People; who accepts can be assigned.")
    if not found.papers and run.purpose == RunPurpose.CHAIRS:
        raise Refused("Every paper has its area chair; there is nothing to propose.")
    if not found.papers:
        raise Refused("Every paper has the reviewers it needs; there is nothing to propose.")
    run.params["papers"] = [paper.pk for paper in found.papers]
    run.params["reviewers"] = len(found.people)


def _check_holes(workshop: Workshop, holes: Sequence[Assignment], viewer: Viewer) -> None:
    """Each is of a paper that the viewer is free on, has no review, and is still a hole. Raises Refused."""
    if not holes:
        raise Refused("Choose at least one place to fill.")
    papers = {p.pk: p for p in papers_of_run(workshop.pk, None, viewer).select_related("track")}
    if any(row.submission_id not in papers for row in holes):
        raise Refused("One of these papers is not yours to act for, or is no longer under review. Look again.")
    kept = (ReviewStatus.SUBMITTED, ReviewStatus.SET_ASIDE)
    if done := Review.objects.filter(assignment__in=holes, status__in=kept).select_related("assignment").first():
        number = papers[done.assignment.submission_id].number
        raise Refused(f"The review of paper #{number} is in by now, so that place needs nobody.")
    now = Assignment.objects.current().filter(kind__in=REVIEWING, submission__in=papers)
    have = Counter(now.values_list("submission", flat=True))
    empty = Counter(row.submission_id for row in holes if row.status not in CURRENT)
    for paper, count in empty.items():
        if have[paper] + count > papers[paper].track.reviews_per_paper:
            raise Refused(f"Paper #{papers[paper].number} has its reviewers again. Look again.")


def last_options(workshop: Workshop, by: User | None) -> Options:
    """As in the last proposal that this person asked for; as usual before the first. One query."""
    rows = AssignmentRun.objects.filter(workshop=workshop, created_by=by).exclude(purpose=RunPurpose.REPAIR)
    last = rows.order_by("-number").values_list("params", flat=True).first()
    return Options.of(last or {})


def _check_idle(workshop: Workshop, by: User | None) -> None:
    """A double click must not make two proposals."""
    busy = AssignmentRun.objects.filter(
        workshop=workshop,
        created_by=by,
        status=RunStatus.OPEN,
        outcome=RunOutcome.PENDING,
        job__status__in=[JobStatus.WAITING, JobStatus.RUNNING],
    )
    if busy.exists():
        raise Refused("A proposal is being made right now. Wait for it, or stop it first.")


@transaction.atomic
def discard_run(*, run: AssignmentRun, by: User | None) -> AssignmentRun:
    """Throw a proposal away. Nobody was told anything of it."""
    require(acting(by), "staff", run.workshop)
    require_whole(run, by)
    move(run, RunStatus.DISCARDED, RUN_MOVES)
    log_run("run.discarded", run, by)
    return run
