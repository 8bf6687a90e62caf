"""What can be done with several people of a workshop at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction

from access.rights import visible_to
from accounts.models import User
from audit.errors import Refused
from desk.reading.people import PersonRow, read_people
from desk.services.acts import Act, Done, LeftOut, Plan, Stage, Take
from reviews.models import Reviewer
from reviews.services.leave import end_role_of
from reviews.services.letter import write_to_people
from reviews.services.remind_bids import plan_bid_reminders, remind_of_bids
from reviews.services.remind_reviewers import plan_reminders, remind_reviewers
from reviews.services.reviewers import change_reviewer
from submissions.models import Submission
from workshops.instants import aoe
from workshops.models import Membership
from workshops.services.roles import give_role
from workshops.states import Role

NO_REVIEWER = "They are no reviewer of this workshop."


def _people(stage: Stage) -> list[PersonRow]:
    """The lines of those who were selected; who has no role any more is not mentioned."""
    wanted = set(stage.keys)
    return [row for row in read_people(stage.workshop, stage.viewer) if row.pk in wanted]


def _plan(stage: Stage, why_not: Callable[[PersonRow], str], notes: Callable[[PersonRow], tuple[str, ...]]) -> Plan:
    takes, left = [], []
    for row in _people(stage):
        if why := why_not(row):
            left.append(LeftOut(row.name, why))
        else:
            takes.append(Take(row.pk, row.name, notes(row)))
    return Plan(takes, left)


# --- write and remind ---


def _look_write(stage: Stage) -> Plan:
    return _plan(stage, lambda row: "", lambda row: (row.email,))


def _write(stage: Stage) -> Done:
    batch = write_to_people(
        workshop=stage.workshop,
        people=stage.keys,
        subject=stage.given["subject"],
        text=stage.given["text"],
        by=stage.by,
    )
    return Done(len(stage.keys), batch)


def _look_remind(stage: Stage) -> Plan:
    planned = plan_reminders(
        workshop=stage.workshop, viewer=stage.viewer, people=list(stage.keys), again=bool(stage.given.get("again"))
    )
    papers = [work.paper for one in planned for work in one.work]
    titles = dict(Submission.objects.filter(pk__in=papers).values_list("pk", "number"))
    takes, left = [], []
    for one in planned:
        if one.why_not:
            left.append(LeftOut(one.user.name, one.why_not))
            continue
        late = tuple(f"#{titles[work.paper]}, due {aoe(work.due_at)}" for work in one.work if work.due_at)
        takes.append(Take(one.user.pk, one.user.name, late))
    return Plan(takes, left)


def _remind(stage: Stage) -> Done:
    again = bool(stage.given.get("again"))
    batch = remind_reviewers(workshop=stage.workshop, by=stage.by, people=list(stage.keys), again=again)
    return Done(len(stage.keys), batch)


def _look_remind_bids(stage: Stage) -> Plan:
    again = bool(stage.given.get("again"))
    planned = plan_bid_reminders(workshop=stage.workshop, people=list(stage.keys), again=again)
    takes = [Take(one.user.pk, one.user.name) for one in planned if not one.why_not]
    return Plan(takes, [LeftOut(one.user.name, one.why_not) for one in planned if one.why_not])


def _remind_bids(stage: Stage) -> Done:
    again = bool(stage.given.get("again"))
    batch = remind_of_bids(workshop=stage.workshop, by=stage.by, people=list(stage.keys), again=again)
    return Done(len(stage.keys), batch)


# --- what reviewers offer ---


def _reviewers(stage: Stage) -> list[Reviewer]:
    rows = visible_to(stage.viewer, "row", Reviewer).filter(workshop=stage.workshop, user__in=list(stage.keys))
    return list(rows.select_related("user", "workshop").order_by("pk"))


def _look_load(stage: Stage) -> Plan:
    return _plan(
        stage,
        lambda row: "" if row.load_max is not None else NO_REVIEWER,
        lambda row: (f"now at most {row.load_max}, has {row.tally.load}",),
    )


def _load(stage: Stage) -> Done:
    before = {}
    for row in _reviewers(stage):
        before[str(row.user_id)] = [row.load_max, stage.given["load_max"]]
        change_reviewer(reviewer=row, by=stage.by, load_max=stage.given["load_max"])
    return Done(len(before), before=before)


def _undo_load(stage: Stage, before: dict[str, Any]) -> int:
    """Where nobody has set another number since."""
    done = 0
    for row in _reviewers(stage):
        was, now = before[str(row.user_id)]
        if row.load_max == now:
            change_reviewer(reviewer=row, by=stage.by, load_max=was)
            done += 1
    return done


def _look_pool(stage: Stage, *, emergency: bool) -> Plan:
    said = "They are in the pool already." if emergency else "They are not in the pool."

    def why_not(row: PersonRow) -> str:
        if row.load_max is None:
            return NO_REVIEWER
        return said if row.emergency == emergency else ""

    return _plan(stage, why_not, lambda row: ())


def _pool(stage: Stage, *, emergency: bool) -> Done:
    rows = _reviewers(stage)
    for row in rows:
        change_reviewer(reviewer=row, by=stage.by, emergency=emergency)
    return Done(len(rows), before={str(row.user_id): not emergency for row in rows})


def _undo_pool(stage: Stage, before: dict[str, Any]) -> int:
    rows = _reviewers(stage)
    for row in rows:
        change_reviewer(reviewer=row, by=stage.by, emergency=before[str(row.user_id)])
    return len(rows)


# --- the end of a role ---


def _look_end(stage: Stage, *, role: str) -> Plan:
    label = Role(role).label.lower()

    def why_not(row: PersonRow) -> str:
        return "" if any(line.role == role for line in row.roles) else f"They are no {label}."

    def notes(row: PersonRow) -> tuple[str, ...]:
        if role != Role.REVIEWER or not row.tally.load:
            return ()
        to_come = row.tally.to_come
        return (f"{to_come} of {row.tally.load} reviews to come" if to_come else "all reviews in",)

    return _plan(stage, why_not, notes)


def _end(stage: Stage, *, role: str) -> Done:
    roles = Membership.objects.open().filter(workshop=stage.workshop, role=role, user__in=list(stage.keys))
    rows = list(roles.select_related("user", "workshop", "track").order_by("pk"))
    take_back = bool(stage.given.get("take_back"))
    back = sum(end_role_of(membership=row, by=stage.by, take_back=take_back) for row in rows)
    before = {} if back else {str(row.user_id): [*_tracks(rows, row.user_id)] for row in rows}
    return Done(len({row.user_id for row in rows}), before=before)


def _tracks(rows: list[Membership], user: int) -> list[int | None]:
    return [row.track_id for row in rows if row.user_id == user]


def _undo_end(stage: Stage, before: dict[str, Any], *, role: str) -> int:
    tracks = {track.pk: track for track in stage.workshop.tracks.all()}
    done = 0
    for user in User.objects.filter(pk__in=list(stage.keys)):
        try:
            with transaction.atomic():
                for key in before[str(user.pk)]:
                    give_role(workshop=stage.workshop, user=user, role=role, by=stage.by, track=tracks.get(key))
                done += 1
        except Refused:
            continue
    return done


def _ending(role: str) -> Act:
    return Act(partial(_look_end, role=role), partial(_end, role=role), partial(_undo_end, role=role))


def _pooling(emergency: bool) -> Act:
    return Act(partial(_look_pool, emergency=emergency), partial(_pool, emergency=emergency), _undo_pool)


ACTS: dict[str, Act] = {
    "write": Act(_look_write, _write),
    "remind": Act(_look_remind, _remind),
    "remind_bids": Act(_look_remind_bids, _remind_bids),
    "load": Act(_look_load, _load, _undo_load),
    "emergency": _pooling(True),
    "not_emergency": _pooling(False),
    "end_reviewer": _ending(Role.REVIEWER),
    "end_chair": _ending(Role.AREA_CHAIR),
}
