"""What can be done with several reviews at once: remind of them, and give more days for them."""

from typing import Any

from desk.reading.reviews import ReviewRow, read_reviews
from desk.services.acts import Act, Done, LeftOut, Plan, Stage, Take
from reviews.services.extend import extend_reviews
from reviews.services.remind_reviewers import plan_reminders, remind_reviewers
from workshops.instants import aoe

NOT_YOURS = "You do not act on this paper."


def _rows(stage: Stage) -> list[ReviewRow]:
    wanted = set(stage.keys)
    return [row for row in read_reviews(stage.workshop, stage.viewer, gone=True) if row.pk in wanted]


def _words(row: ReviewRow) -> str:
    return f"#{row.number}, {row.who}"


def _why_not(row: ReviewRow) -> str:
    if not row.acts:
        return NOT_YOURS
    if row.work.is_awaited:
        return ""
    return "It is in." if row.work.is_done else "Nobody has it to review now."


def _due(row: ReviewRow) -> tuple[str, ...]:
    return (f"due {aoe(row.work.due_at)}",) if row.work.due_at else ()


def _look_extend(stage: Stage) -> Plan:
    return _awaited(_rows(stage))


def _awaited(found: list[ReviewRow]) -> Plan:
    """Those of which a review is still to come."""
    rows = [(row, _why_not(row)) for row in found]
    takes = [Take(row.pk, _words(row), _due(row)) for row, why in rows if not why]
    return Plan(takes, [LeftOut(_words(row), why) for row, why in rows if why])


def _extend(stage: Stage) -> Done:
    found = extend_reviews(
        workshop=stage.workshop,
        assignments=list(stage.keys),
        until=stage.given["until"],
        reason=stage.given["reason"],
        by=stage.by,
    )
    return Done(len(found))


def _look_remind(stage: Stage) -> Plan:
    rows = _rows(stage)
    found = _awaited(rows)
    told = {
        one.user.pk: one.why_not
        for one in plan_reminders(
            workshop=stage.workshop,
            viewer=stage.viewer,
            assignments=[one.key for one in found.takes],
            again=bool(stage.given.get("again")),
        )
    }
    people: dict[Any, int] = {row.pk: row.work.user for row in rows}
    left = [LeftOut(one.words, why) for one in found.takes if (why := told.get(people[one.key], ""))]
    takes = [one for one in found.takes if not told.get(people[one.key], "")]
    return Plan(takes, [*found.left_out, *left])


def _remind(stage: Stage) -> Done:
    again = bool(stage.given.get("again"))
    batch = remind_reviewers(workshop=stage.workshop, by=stage.by, assignments=list(stage.keys), again=again)
    return Done(len(stage.keys), batch)


ACTS: dict[str, Act] = {"remind": Act(_look_remind, _remind), "extend": Act(_look_extend, _extend)}
