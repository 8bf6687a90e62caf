"""A proposal becomes assignments, and that can be undone as one step. What will be mailed is the preview, exactly."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from access.prepared import prepared
from access.rights import require
from access.viewer import Viewer, acting
from accounts.models import User
from audit.errors import Refused
from audit.transitions import move
from notifications.models import Batch, Message
from notifications.services.batches import cancel_batch, confirm_batch, draft_batch
from notifications.states import BatchStatus
from reviews import emails
from reviews.handles import draw_handles
from reviews.loads import load_rows
from reviews.models import Assignment, AssignmentRun, ProposedPair, Review
from reviews.problem import bar_rows, barred_of
from reviews.rules import open_chairs, open_reviewers
from reviews.services.assign import log_assignment, remove_assignment
from reviews.services.emergency import thank_for_filled
from reviews.services.letters import tell_assigned, tell_not_needed
from reviews.services.whole import log_run, require_whole, sees_whole
from reviews.states import (
    ASSIGNMENT_MOVES,
    CURRENT,
    REPLACED,
    REVIEWING,
    RUN_MOVES,
    UNDONE,
    AssignmentKind,
    AssignmentStatus,
    RunOutcome,
    RunPurpose,
    RunStatus,
)
from submissions.states import SubmissionStatus
from workshops.deadlines import windows_by_track
from workshops.models import Deadline, Track
from workshops.states import DeadlineKind

Rows = Mapping[str, list[Any]]
"""What ``_around`` reads."""


@dataclass(frozen=True)
class Preview:
    """What publishing would do now: who gets which papers in one mail each, and what stands in the way."""

    letters: list[tuple[User, list[ProposedPair]]]
    problems: list[str]
    skipped: list[str]
    leaving: list[tuple[User, list[Assignment]]] = field(default_factory=list)
    """Who gives papers back, in a repair."""

    @property
    def mails(self) -> int:
        return len(self.letters)

    @property
    def pairs(self) -> int:
        return sum(len(pairs) for _, pairs in self.letters)


def preview(*, run: AssignmentRun, by: User | None) -> Preview:
    """The same checks that publishing makes. Two queries, and one more in a repair."""
    rows = ProposedPair.objects.filter(run=run, kept=True).select_related("submission__track", "user")
    pairs = list(rows.order_by("submission__number", "user__family", "pk"))
    found: Rows = _around(acting(by), run.workshop_id, run.pk, chairs=run.purpose == RunPurpose.CHAIRS)
    having = set(found["having"])
    here = [pair for pair in pairs if pair.submission.status == SubmissionStatus.SUBMITTED]
    fresh = [pair for pair in here if _key(pair) not in having]
    gone = sorted({p.submission.number for p in pairs if p.submission.status != SubmissionStatus.SUBMITTED})
    by_person: dict[User, list[ProposedPair]] = defaultdict(list)
    for pair in fresh:
        by_person[pair.user].append(pair)
    letters = sorted(by_person.items(), key=lambda letter: (letter[0].family, letter[0].given, letter[0].pk))
    skipped = [f"#{number} is no longer under review, so its pairs are left out." for number in gone]
    problems = [*_conflict_problems(fresh, found), *_room_problems(run, by_person, found)]
    return Preview(letters, problems, skipped, _leaving(fresh))


@prepared
def _around(viewer: Viewer, workshop_id: int, run_id: int, *, chairs: bool) -> dict[str, QuerySet]:
    """What stands around the pairs of a proposal: who has the papers already, conflicts and authors, how many papers
    each person takes and has, over the papers that the viewer is free on.
    """
    kept = ProposedPair.objects.filter(run=run_id, kept=True)
    papers, users = kept.values("submission"), kept.values("user")
    most: QuerySet = open_reviewers(workshop_id).values_list("user", "load_max")
    kinds: tuple[str, ...] = REVIEWING
    if chairs:
        most, kinds = open_chairs(workshop_id).values_list("user"), (AssignmentKind.AREA_CHAIR,)
    return {
        "having": Assignment.objects.current().filter(submission__in=papers).values_list("submission", "user"),
        "most": most,
        "taken": load_rows(viewer, workshop_id, kinds=kinds),
        **bar_rows(papers, users),
    }


def _leaving(pairs: list[ProposedPair]) -> list[tuple[User, list[Assignment]]]:
    """Whose papers a repair takes back: those who have them still."""
    keys = {pair.replaces_id for pair in pairs if pair.replaces_id}
    if not keys:
        return []
    rows = Assignment.objects.current().filter(pk__in=keys).select_related("user", "submission__workshop")
    by_person: dict[User, list[Assignment]] = defaultdict(list)
    for row in rows.order_by("submission__number"):
        by_person[row.user].append(row)
    return sorted(by_person.items(), key=lambda one: (one[0].family, one[0].given, one[0].pk))


def _key(pair: ProposedPair) -> tuple[int, int]:
    return pair.submission_id, pair.user_id


def _conflict_problems(pairs: list[ProposedPair], found: Rows) -> list[str]:
    never, suspected = barred_of(found, [pair.user_id for pair in pairs])
    problems = []
    for pair in pairs:
        where = f"{pair.user.name} for paper #{pair.submission.number}"
        if _key(pair) in never:
            problems.append(f"{where}: a conflict is known now. Take the pair out.")
        elif _key(pair) in suspected and not pair.why:
            problems.append(f"{where}: a conflict is suspected. Settle it on the paper's page, or take the pair out.")
    return problems


def _room_problems(run: AssignmentRun, by_person: dict[User, list[ProposedPair]], found: Rows) -> list[str]:
    if run.purpose == RunPurpose.CHAIRS:
        limits = {user: run.params["chair_most"] for (user,) in found["most"]}
        is_no_more = "is no area chair of this workshop any more"
    else:
        limits = dict(found["most"])
        is_no_more = "does not review for this workshop any more"
    taken, problems = dict(found["taken"]), []
    for person, pairs in by_person.items():
        total = taken.get(person.pk, 0) + len(pairs)
        if person.pk not in limits:
            problems.append(f"{person.name} {is_no_more}. Take the pairs out.")
        elif total > limits[person.pk]:
            problems.append(f"{person.name} would have {total} of {limits[person.pk]} papers. Take some out.")
    return problems


@transaction.atomic
def publish_run(*, run: AssignmentRun, by: User | None, typed: int | None = None) -> Batch:
    """Make the assignments of a proposal, and one held mail a person. Cancelling the batch stops only the mails.

    ``typed``: the number of mails, as typed by the person; None where nobody was asked. Raises Refused: not complete,
    another organizer's, a pair that may not be (any more), nobody to write to.
    """
    require(acting(by), "staff", run.workshop)
    run = AssignmentRun.objects.select_for_update(of=("self",)).select_related("workshop").get(pk=run.pk)
    _check_open(run)
    require_whole(run, by)
    plan = preview(run=run, by=by)
    if plan.problems:
        raise Refused(" ".join(plan.problems))
    if not plan.letters:
        raise Refused("There is no pair to publish in this proposal.")
    _take_back(run, plan, by)
    made = _make(run, plan, by)
    batch = _write(run, plan, made, by, typed)
    now = timezone.now()
    move(run, RunStatus.PUBLISHED, RUN_MOVES, published_by=by, published_at=now, batch_id=batch.pk)
    log_run("run.published", run, by)
    return batch


def _take_back(run: AssignmentRun, plan: Preview, by: User | None) -> None:
    """The papers whose places a repair gives to others. Raises Refused where one was reviewed since."""
    for person, rows in plan.leaving:
        for row in rows:
            remove_assignment(assignment=row, by=by, reason=REPLACED, tell=False)
        tell_not_needed(
            person,
            rows,
            workshop=run.workshop,
            key=f"run.{run.pk}.left",
            why="The organizers have given it to somebody else.",
        )
    thank_for_filled([row for _, rows in plan.leaving for row in rows])


def _check_open(run: AssignmentRun) -> None:
    if run.status != RunStatus.OPEN:
        raise Refused(f"This proposal is {run.get_status_display().lower()} already.")
    if run.outcome != RunOutcome.COMPLETE:
        raise Refused("Only a proposal that is complete can be published.")


def _make(run: AssignmentRun, plan: Preview, by: User | None) -> dict[int, list[Assignment]]:
    """The assignments, by person; handles are drawn at random, paper by paper."""
    pairs = [pair for _, some in plan.letters for pair in some]
    handles, due = _handles(pairs, chairs=run.purpose == RunPurpose.CHAIRS), _due(run)
    kind = AssignmentKind.AREA_CHAIR if run.purpose == RunPurpose.CHAIRS else AssignmentKind.REVIEWER
    rows = [
        Assignment(
            submission=pair.submission,
            user=pair.user,
            kind=kind,
            run=run,
            handle=handles[pair.submission_id].pop(),
            override=pair.why,
            due_at=due[pair.submission.track_id],
            created_by=by,
        )
        for pair in pairs
    ]
    Assignment.objects.bulk_create(rows, batch_size=500)
    made: dict[int, list[Assignment]] = defaultdict(list)
    for row in rows:
        log_assignment("assignment.made", row, by)
        made[row.user_id].append(row)
    return made


def _handles(pairs: list[ProposedPair], *, chairs: bool) -> dict[int, list[int]]:
    wanted: dict[int, int] = defaultdict(int)
    for pair in pairs:
        wanted[pair.submission_id] += 1
    taken: dict[int, list[int]] = defaultdict(list)
    rows = Assignment.objects.filter(submission__in=wanted).values_list("submission", "handle")
    for paper, handle in rows:
        taken[paper].append(handle)
    return {paper: draw_handles(taken[paper], count, chairs=chairs) for paper, count in wanted.items()}


def _due(run: AssignmentRun) -> dict[int, datetime | None]:
    tracks = list(Track.objects.filter(workshop=run.workshop_id).values_list("pk", flat=True))
    rows = Deadline.objects.filter(workshop=run.workshop_id, kind=DeadlineKind.REVIEW)
    found = windows_by_track(rows, tracks, timezone.now())
    return {track: found[track][DeadlineKind.REVIEW].at for track in tracks}


def _write(
    run: AssignmentRun, plan: Preview, made: dict[int, list[Assignment]], by: User | None, typed: int | None
) -> Batch:
    batch = draft_batch(workshop_id=run.workshop_id, kind=emails.ASSIGNMENTS, by=by, filter={"run": run.pk})
    for person, _ in plan.letters:
        tell_assigned(person, made[person.pk], workshop=run.workshop, key=f"run.{run.pk}", batch=batch)
    number = plan.mails if typed is None else typed
    return confirm_batch(batch=batch, by=by, typed=number, hold_minutes=run.workshop.hold_minutes)


def read_letter(*, run: AssignmentRun, user: User, by: User | None) -> Message | None:
    """The mail that publishing would write to this person, word for word: it is written, and taken back at once."""
    require(acting(by), "staff", run.workshop)
    plan = preview(run=run, by=by)
    pairs = next((pairs for person, pairs in plan.letters if person.pk == user.pk), None)
    if pairs is None or not sees_whole(run, acting(by)):
        return None
    due = _due(run)
    kind = AssignmentKind.AREA_CHAIR if run.purpose == RunPurpose.CHAIRS else AssignmentKind.REVIEWER
    with transaction.atomic():
        rows = [
            Assignment(submission=p.submission, user=user, kind=kind, due_at=due[p.submission.track_id]) for p in pairs
        ]
        key = f"look.{run.pk}.{user.pk}"
        tell_assigned(user, rows, workshop=run.workshop, key=key)
        letter = Message.objects.filter(recipient=user, kind=emails.ASSIGNMENTS).order_by("-pk").first()
        transaction.set_rollback(True)
    return letter


@transaction.atomic
def undo_run(*, run: AssignmentRun, by: User | None) -> AssignmentRun:
    """Take all assignments of a published proposal back, as one step, while no review of them exists.

    Mails that still wait are cancelled; where they have left, each person gets one that takes it back. Raises Refused
    once a review is begun.
    """
    require(acting(by), "staff", run.workshop)
    run = AssignmentRun.objects.select_for_update(of=("self",)).select_related("workshop").get(pk=run.pk)
    if run.status != RunStatus.PUBLISHED:
        raise Refused(f"This proposal is {run.get_status_display().lower()}; there is nothing to undo.")
    require_whole(run, by)
    begun = Review.objects.filter(assignment__run=run).values_list("assignment__submission__number", flat=True)
    if numbers := sorted(set(begun)):
        listed = ", ".join(f"#{number}" for number in numbers)
        raise Refused(
            f"Reviews of {listed} are begun, so this can no longer be undone as a whole. Take pairs back one by one."
        )
    rows = list(run.assignments.filter(status__in=CURRENT).select_related("user", "submission"))
    for row in rows:
        move(row, AssignmentStatus.REMOVED, ASSIGNMENT_MOVES, version=row.version + 1, reason=UNDONE)
        log_assignment("assignment.removed", row, by)
    move(run, RunStatus.UNDONE, RUN_MOVES)
    _unwrite(run, rows, by)
    log_run("run.undone", run, by)
    return run


def _unwrite(run: AssignmentRun, rows: list[Assignment], by: User | None) -> None:
    batch = Batch.objects.filter(pk=run.batch_id or 0).first()
    if batch is None or batch.status == BatchStatus.CANCELLED:
        return
    if batch.status == BatchStatus.HELD:
        cancel_batch(batch=batch, by=by)
        return
    by_person: dict[User, list[Assignment]] = defaultdict(list)
    for row in rows:
        by_person[row.user].append(row)
    if not by_person:
        return
    sorry = draft_batch(workshop_id=run.workshop_id, kind=emails.NOT_NEEDED, by=by, filter={"run": run.pk})
    why = "The assignment was made again; you will hear from us if other papers are yours."
    for person, some in by_person.items():
        tell_not_needed(person, some, workshop=run.workshop, key=f"run.{run.pk}.undone", why=why, batch=sorry)
    confirm_batch(batch=sorry, by=by, typed=len(by_person), hold_minutes=run.workshop.hold_minutes)
