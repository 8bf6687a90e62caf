"""A proposal of who reviews what: ask for one, edit it, throw it away, publish it. Reviewers never see one."""

from collections.abc import Sequence

from django.db import transaction

from access.rights import require
from access.viewer import Viewer, acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from jobs.services.start import start_job
from jobs.states import JobStatus
from reviews.models import Assignment, AssignmentRun, ProposedPair
from reviews.options import Options
from reviews.problem import material_of, papers_of_run
from reviews.rules import check_not_assigned, check_pair, check_room, check_under_review, reviewer_of
from reviews.services.publish import preview, publish_run, undo_run
from reviews.services.whole import log_run, require_whole
from reviews.states import RUN_MOVES, Origin, RunOutcome, RunPurpose, RunStatus
from submissions.models import Submission
from workshops.models import Track, Workshop

JOB = "assignment"
CHAIR_MOST = 10
"""So many papers an area chair gets at most, unless somebody says otherwise."""

__all__ = ["add_pair", "discard_run", "drop_pair", "lock_pair", "preview", "publish_run", "start_run", "undo_run"]


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
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    _check_idle(workshop, by)
    run = AssignmentRun(
        workshop=workshop, track=track, purpose=purpose, mode=options.mode, seed=options.seed, created_by=by
    )
    run.params = {**options.to_params(), "keep": keep.pk if keep else None}
    if purpose == RunPurpose.CHAIRS:
        run.params["chair_most"] = chair_most
    if purpose == RunPurpose.REPAIR:
        run.params["holes"] = [[row.submission_id, row.user_id, str(row.pk)] for row in holes]
    _read_material(run, viewer)
    run.save()
    run.job = start_job(
        JOB, root_type=Root.WORKSHOP, root_id=workshop.pk, aspect="staff", by=by, params={"run": run.pk}
    )
    run.save(update_fields=["job"])
    log_run("run.started", run, by)
    return run


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


def last_options(workshop: Workshop, by: User | None) -> Options:
    """As in the last proposal that this person asked for; as usual before the first. One query."""
    rows = AssignmentRun.objects.filter(workshop=workshop, created_by=by).exclude(purpose=RunPurpose.REPAIR)
    last = rows.order_by("-pk").values_list("params", flat=True).first()
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


# --- edits ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_pair(*, run: AssignmentRun, submission: Submission, user: User, by: User | None, why: str = "") -> ProposedPair:
    """Add a pair to an open proposal, checked at once. ``why``: needed where a conflict is suspected.

    Raises Refused, naming the field: an author, a conflict, full (over the papers that ``by`` is free on), or there.
    """
    run = _open(run, submission, by)
    check_under_review(submission)
    reviewer = reviewer_of(submission, user)
    check_pair(submission, user, why)
    check_not_assigned(submission, user)
    pair = ProposedPair.objects.filter(run=run, submission=submission, user=user).first()
    if pair is not None and pair.kept:
        raise Refused(f"{user.name} is proposed for paper #{submission.number} already.", field="user")
    check_room(acting(by), submission, reviewer, more=_proposed(run, user, by))
    if pair is None:
        pair = ProposedPair(run=run, submission=submission, user=user)
    pair.kept, pair.origin, pair.why = True, Origin.ADDED, why.strip()
    pair.save()
    _log_edit(run, pair, by, "added")
    return pair


def _proposed(run: AssignmentRun, user: User, by: User | None) -> int:
    """How many papers the proposal gives this person, among those that ``by`` is free on."""
    free = papers_of_run(run.workshop_id, None, acting(by)).values("pk")
    return ProposedPair.objects.filter(run=run, user=user, kept=True, submission__in=free).count()


@transaction.atomic
def drop_pair(
    *, run: AssignmentRun, submission: Submission, user: User, by: User | None, why: str = ""
) -> ProposedPair:
    """Take a pair out of an open proposal; a proposal that follows this one does not bring it back."""
    run = _open(run, submission, by)
    pair = _kept_pair(run, submission, user)
    if pair.origin == Origin.LOCK:
        raise Refused(f"{user.name} is locked to paper #{submission.number}. Unlock the pair first.")
    pair.kept, pair.origin, pair.why = False, Origin.FORBID, why.strip()
    pair.save(update_fields=["kept", "origin", "why"])
    _log_edit(run, pair, by, "dropped")
    return pair


@transaction.atomic
def lock_pair(
    *, run: AssignmentRun, submission: Submission, user: User, by: User | None, locked: bool = True
) -> ProposedPair:
    """Keep a pair whatever a following proposal finds, or let it go again."""
    run = _open(run, submission, by)
    pair = _kept_pair(run, submission, user)
    free = Origin.ENGINE if pair.score is not None else Origin.ADDED
    pair.origin = Origin.LOCK if locked else free
    pair.save(update_fields=["origin"])
    _log_edit(run, pair, by, "locked" if locked else "unlocked")
    return pair


def _kept_pair(run: AssignmentRun, submission: Submission, user: User) -> ProposedPair:
    pair = ProposedPair.objects.filter(run=run, submission=submission, user=user, kept=True).first()
    if pair is None:
        raise Refused(f"{user.name} is not proposed for paper #{submission.number}.", field="user")
    return pair


def _open(run: AssignmentRun, submission: Submission, by: User | None) -> AssignmentRun:
    """The run, locked for an edit of this paper. Raises Refused unless it is an open proposal."""
    require(acting(by), "act", submission)
    run = AssignmentRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.workshop_id != submission.workshop_id or (run.track_id and run.track_id != submission.track_id):
        raise Refused(f"Paper #{submission.number} is not a part of this proposal.")
    if run.status != RunStatus.OPEN:
        raise Refused(f"This proposal is {run.get_status_display().lower()}; it can no longer be changed.")
    if run.outcome == RunOutcome.PENDING:
        raise Refused("This proposal is still being made. Wait for it to be done.")
    return run


# --- the log ----------------------------------------------------------------------------------------------------------


def _log_edit(run: AssignmentRun, pair: ProposedPair, by: User | None, what: str) -> None:
    record(
        "run.edited",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=pair.submission_id,
        aspect="act",
        about=run,
        data={"user": pair.user_id, "what": what},
    )
