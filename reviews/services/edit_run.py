"""Edits of a proposal by hand: add, put in another's place, exchange, take out, forbid, lock, and the undo of each.

Every edit is checked at once, over the papers that its maker is free on, and kept so that it can be undone.
"""

from typing import Any

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from reviews.board import ids, read_board, said
from reviews.loads import loads
from reviews.matching.edits import price_edit
from reviews.models import AssignmentRun, ProposedPair, RunEdit
from reviews.problem import papers_of_run
from reviews.rules import check_not_assigned, check_pair, check_room, check_under_review, open_chairs, reviewer_of
from reviews.states import AssignmentKind, Origin, RunOutcome, RunPurpose, RunStatus
from submissions.models import Submission

State = dict[str, Any]


@transaction.atomic
def add_pair(
    *,
    run: AssignmentRun,
    submission: Submission,
    user: User,
    by: User | None,
    why: str = "",
    instead_of: User | None = None,
) -> ProposedPair:
    """Add a pair to an open proposal, or put somebody in the place of ``instead_of``, as one edit.

    ``why``: needed where a conflict is suspected. Raises Refused, naming the field: an author, a conflict, full (over
    the papers that ``by`` is free on), or there already.
    """
    run = _open(run, submission, by)
    check_under_review(submission)
    _check_role(run, submission, user)
    check_pair(submission, user, why)
    check_not_assigned(submission, user)
    pair = _row(run, submission, user)
    if pair is not None and pair.kept:
        raise Refused(f"{user.name} is proposed for paper #{submission.number} already.", field="user")
    _check_place(run, submission, user, by)
    edit = _Edit(run, submission)
    pair = pair or ProposedPair(run=run, submission=submission, user=user, **_known(run, submission, user))
    if instead_of is not None:
        left = _kept_pair(run, submission, instead_of)
        _check_unlocked(left)
        pair.replaces_id, pair.alternates = left.replaces_id, left.alternates
        edit.change(left, kept=False, origin=Origin.FORBID)
    edit.change(pair, kept=True, origin=Origin.ADDED, why=why.strip())
    edit.save("swapped" if instead_of is not None else "added", user, by)
    return pair


def _known(run: AssignmentRun, submission: Submission, user: User) -> dict[str, Any]:
    """What the worker knew of the pair."""
    paper = run.papers.filter(submission=submission).first()
    for person, score, unknown, *_, rank in paper.people if paper else []:
        if person == user.pk:
            return {"score": score, "unknown": unknown, "rank": rank, "allowed": paper.allowed if paper else None}
    return {}


def _check_role(run: AssignmentRun, submission: Submission, user: User) -> None:
    if run.purpose != RunPurpose.CHAIRS:
        reviewer_of(submission, user)
    elif not open_chairs(run.workshop_id).filter(user=user).exists():
        raise Refused(f"{user.name} is not an area chair of this workshop.", field="user")


def _check_place(run: AssignmentRun, submission: Submission, user: User, by: User | None) -> None:
    more = _proposed(run, user, by)
    if run.purpose != RunPurpose.CHAIRS:
        check_room(acting(by), submission, reviewer_of(submission, user), more=more)
        return
    have = loads(acting(by), run.workshop_id, [user.pk], kinds=(AssignmentKind.AREA_CHAIR,)).get(user.pk, 0) + more
    if have >= run.params["chair_most"]:
        raise Refused(f"{user.name} is full: {have} of {run.params['chair_most']} papers.", field="user")


def _proposed(run: AssignmentRun, user: User, by: User | None) -> int:
    """How many papers the proposal gives this person, among those that ``by`` is free on."""
    free = papers_of_run(run.workshop_id, None, acting(by)).values("pk")
    return ProposedPair.objects.filter(run=run, user=user, kept=True, submission__in=free).count()


@transaction.atomic
def exchange_pairs(
    *,
    run: AssignmentRun,
    submission: Submission,
    user: User,
    other_submission: Submission,
    other: User,
    by: User | None,
) -> RunEdit:
    """Send ``user`` from ``submission`` to ``other_submission``, and have ``other`` come from there, as one edit.

    What each paper has and each person's load stay. Raises Refused: a conflict, suspected ones too, a locked pair, one
    that is there already, or a side rule of the proposal that would be broken.
    """
    for paper in (submission, other_submission):
        run = _open(run, paper, by)
    if submission.pk == other_submission.pk or run.purpose == RunPurpose.REPAIR:
        raise Refused("People are exchanged between two papers, and not in a repair.")
    leaving = [_kept_pair(run, submission, user), _kept_pair(run, other_submission, other)]
    coming = [_coming(run, submission, other), _coming(run, other_submission, user)]
    for pair in leaving:
        _check_unlocked(pair)
    _check_rules(run, leaving, coming, by)
    edit = _Edit(run, submission, other_submission)
    for left, come in zip(leaving, coming, strict=True):
        come.replaces_id, come.alternates = left.replaces_id, left.alternates
        edit.change(left, kept=False, origin=Origin.FORBID)
        edit.change(come, kept=True, origin=Origin.ADDED, why="")
    row = edit.write(by)
    for come in coming:
        _log(run, come.submission_id, come.user_id, by, "exchanged")
    return row


def _coming(run: AssignmentRun, submission: Submission, user: User) -> ProposedPair:
    """The pair of an exchange as it would be, not kept yet."""
    check_under_review(submission)
    _check_role(run, submission, user)
    check_pair(submission, user, "")
    check_not_assigned(submission, user)
    pair = _row(run, submission, user)
    if pair is not None and pair.kept:
        raise Refused(f"{user.name} is proposed for paper #{submission.number} already.", field="user")
    return pair or ProposedPair(run=run, submission=submission, user=user, **_known(run, submission, user))


def _check_rules(run: AssignmentRun, leaving: list[ProposedPair], coming: list[ProposedPair], by: User | None) -> None:
    """Side rules, over the papers that ``by`` is free on."""
    add = {ids((pair.submission_id, pair.user_id)): pair.score or 0.0 for pair in coming}
    remove = [ids((pair.submission_id, pair.user_id)) for pair in leaving]
    names = {str(pair.user_id): pair.user.name for pair in coming}
    found = [said(broken, names) for broken in price_edit(read_board(run, acting(by)), add=add, remove=remove).breaks]
    if words := [one for one in found if one]:
        raise Refused(f"The exchange would break a rule of this proposal: {'; '.join(words)}.")


@transaction.atomic
def drop_pair(
    *, run: AssignmentRun, submission: Submission, user: User, by: User | None, why: str = ""
) -> ProposedPair:
    """Take a pair out of an open proposal; a proposal that follows this one does not bring it back."""
    run = _open(run, submission, by)
    pair = _kept_pair(run, submission, user)
    _check_unlocked(pair)
    return _one(run, pair, "dropped", by, kept=False, origin=Origin.FORBID, why=why.strip())


@transaction.atomic
def forbid_pair(*, run: AssignmentRun, submission: Submission, user: User, by: User | None) -> ProposedPair:
    """Say that somebody who is not proposed must not be, in a proposal that follows this one either."""
    run = _open(run, submission, by)
    pair = _row(run, submission, user)
    if pair is not None and pair.kept:
        raise Refused(f"{user.name} is proposed for paper #{submission.number}: take them out instead.", field="user")
    pair = pair or ProposedPair(run=run, submission=submission, user=user, **_known(run, submission, user))
    return _one(run, pair, "forbidden", by, kept=False, origin=Origin.FORBID)


@transaction.atomic
def allow_pair(*, run: AssignmentRun, submission: Submission, user: User, by: User | None) -> ProposedPair:
    """Take a word back that somebody must not have the paper."""
    run = _open(run, submission, by)
    pair = _row(run, submission, user)
    if pair is None or pair.origin != Origin.FORBID:
        raise Refused(f"Nobody has said that {user.name} must not have paper #{submission.number}.", field="user")
    return _one(run, pair, "allowed", by, kept=False, origin=Origin.ENGINE)


@transaction.atomic
def lock_pair(
    *, run: AssignmentRun, submission: Submission, user: User, by: User | None, locked: bool = True
) -> ProposedPair:
    """Keep a pair whatever a following proposal finds, or let it go again."""
    run = _open(run, submission, by)
    pair = _kept_pair(run, submission, user)
    origin = Origin.LOCK if locked else Origin.ADDED if pair.why or pair.score is None else Origin.ENGINE
    return _one(run, pair, "locked" if locked else "unlocked", by, origin=origin)


@transaction.atomic
def undo_edit(*, edit: RunEdit, by: User | None) -> RunEdit:
    """Put the pairs of an edit back as they were. Raises StaleState where one of them was changed since."""
    for paper in papers_of_edit(edit):
        run = _open(edit.run, paper, by)
    edit = RunEdit.objects.select_for_update(of=("self",)).get(pk=edit.pk)
    rows = {
        (row.submission_id, row.user_id): row
        for row in ProposedPair.objects.filter(run=run, submission__in=[edit.submission_id, edit.other_id])
    }
    now = [rows.get((one["paper"], one["user"])) for one in edit.pairs]
    if edit.undone or any(_state(row) != one["after"] for row, one in zip(now, edit.pairs, strict=True)):
        raise StaleState("These pairs were changed since, so that edit can no longer be undone by itself.")
    for row, one in zip(now, edit.pairs, strict=True):
        assert row is not None
        if one["before"] is None:
            row.delete()
        else:
            ProposedPair.objects.filter(pk=row.pk).update(**one["before"])
    RunEdit.objects.filter(pk=edit.pk).update(undone=True)
    edit.undone = True
    for one in edit.pairs:
        _log(run, one["paper"], one["user"], by, "undone")
    return edit


def papers_of_edit(edit: RunEdit) -> list[Submission]:
    """One, or the two of an exchange."""
    return [edit.submission, edit.other] if edit.other else [edit.submission]


# --- parts ------------------------------------------------------------------------------------------------------------


class _Edit:
    """The pairs that one edit changes, as they were and as they are since."""

    def __init__(self, run: AssignmentRun, submission: Submission, other: Submission | None = None) -> None:
        self.run, self.submission, self.other = run, submission, other
        self.pairs = list[dict[str, Any]]()

    def change(self, pair: ProposedPair, **values: Any) -> None:
        before = _state(pair) if pair.pk else None
        for name, value in values.items():
            setattr(pair, name, value)
        pair.save()
        key = {"paper": pair.submission_id, "user": pair.user_id}
        self.pairs.append({**key, "before": before, "after": _state(pair)})

    def write(self, by: User | None) -> RunEdit:
        return RunEdit.objects.create(
            run=self.run, submission=self.submission, other=self.other, pairs=self.pairs, by=by
        )

    def save(self, what: str, user: User, by: User | None) -> None:
        self.write(by)
        _log(self.run, self.submission.pk, user.pk, by, what)


def _state(pair: ProposedPair | None) -> State | None:
    if pair is None:
        return None
    replaces = str(pair.replaces_id) if pair.replaces_id else None
    return {"kept": pair.kept, "origin": str(pair.origin), "why": pair.why, "replaces_id": replaces}


def _one(run: AssignmentRun, pair: ProposedPair, what: str, by: User | None, **values: Any) -> ProposedPair:
    edit = _Edit(run, pair.submission)
    edit.change(pair, **values)
    edit.save(what, pair.user, by)
    return pair


def _row(run: AssignmentRun, submission: Submission, user: User) -> ProposedPair | None:
    rows = ProposedPair.objects.filter(run=run, submission=submission, user=user)
    return rows.select_related("submission", "user").first()


def _kept_pair(run: AssignmentRun, submission: Submission, user: User) -> ProposedPair:
    pair = _row(run, submission, user)
    if pair is None or not pair.kept:
        raise Refused(f"{user.name} is not proposed for paper #{submission.number}.", field="user")
    return pair


def _check_unlocked(pair: ProposedPair) -> None:
    if pair.origin == Origin.LOCK:
        raise Refused(f"{pair.user.name} is locked to paper #{pair.submission.number}. Unlock the pair first.")


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


def _log(run: AssignmentRun, submission_id: int, user_id: int, by: User | None, what: str) -> None:
    record(
        "run.edited",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=submission_id,
        aspect="act",
        about=run,
        data={"user": user_id, "what": what, "proposal": run.number},
    )
