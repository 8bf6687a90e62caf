"""Somebody becomes a reviewer, or changes what they offer."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused, refuse_invalid
from audit.models import Root
from audit.services.record import record
from reviews.models import Reviewer, TopicInterest
from submissions.services.conflicts import find_conflicts
from workshops.models import Membership, Topic, Workshop
from workshops.services.roles import give_role
from workshops.states import Role

LARGEST_LOAD = 50


@transaction.atomic
def add_reviewer(
    *, workshop: Workshop, user: User, by: User | None, load_max: int = 6, senior: bool = False
) -> Reviewer:
    """Make a person a reviewer of the workshop, with conflicts found before anything is shown to them.

    Safe to call twice: the second call changes nothing but the load.
    """
    require(acting(by), "staff", workshop)
    return enrol(workshop=workshop, user=user, by=by, load_max=load_max, senior=senior)


def enrol(*, workshop: Workshop, user: User, by: User | None, load_max: int, senior: bool = False) -> Reviewer:
    """The common part of adding and accepting: role, row, conflicts, log. Inside the caller's transaction."""
    check_load(load_max)
    if not Membership.objects.open().filter(workshop=workshop, user=user, role=Role.REVIEWER).exists():
        give_role(workshop=workshop, user=user, role=Role.REVIEWER, by=by)
    values = {"load_max": load_max, "senior": senior}
    reviewer, made = Reviewer.objects.get_or_create(workshop=workshop, user=user, defaults=values)
    if not made:
        reviewer.load_max, reviewer.load_min = load_max, min(reviewer.load_min, load_max)
        reviewer.senior = senior or reviewer.senior
        reviewer.save(update_fields=["load_max", "load_min", "senior"])
    find_conflicts(workshop=workshop, by=None, user=user)
    _log("reviewer.added", reviewer, by)
    return reviewer


@transaction.atomic
def change_reviewer(
    *,
    reviewer: Reviewer,
    by: User | None,
    load_min: int | None = None,
    load_max: int | None = None,
    statement: str | None = None,
    senior: bool | None = None,
    emergency: bool | None = None,
    topics: Iterable[Topic] | None = None,
    levels: Mapping[int, int] | None = None,
) -> Reviewer:
    """Change what a reviewer offers; None leaves a value as it is. Reviewers change their own, organizers everybody's.

    ``levels`` says of each known topic (by its key) how well; with ``topics`` alone those known already keep theirs.
    Only organizers say who is senior. Raises Refused, naming the field.
    """
    viewer = acting(by)
    require(viewer, "row", reviewer)
    if senior is not None:
        require(viewer, "staff", reviewer.workshop)
    wanted = {
        "load_min": load_min,
        "load_max": load_max,
        "statement": statement.strip() if statement is not None else None,
        "senior": senior,
        "emergency": emergency,
    }
    changes = {name: value for name, value in wanted.items() if value is not None}
    for name, value in changes.items():
        setattr(reviewer, name, value)
    check_load(reviewer.load_max, field="load_max")
    if reviewer.load_min > reviewer.load_max:
        raise Refused("The smallest load is above the largest.", field="load_min")
    refuse_invalid(reviewer, exclude=["workshop", "user"], validate_unique=False)
    if changes:
        reviewer.save(update_fields=list(changes))
    if topics is not None:
        kept = dict(reviewer.interests.values_list("topic", "level"))
        levels = {topic.pk: kept.get(topic.pk, TopicInterest.Level.WELL) for topic in topics}
    if levels is not None:
        _set_levels(reviewer, levels)
        changes["topics"] = True
    _log("reviewer.changed", reviewer, by, {"fields": sorted(changes)})
    return reviewer


def check_load(load: int, *, field: str = "load") -> None:
    if not 1 <= load <= LARGEST_LOAD:
        raise Refused(f"The number of papers is between 1 and {LARGEST_LOAD}.", field=field)


def _set_levels(reviewer: Reviewer, levels: Mapping[int, int]) -> None:
    """Only topics of the workshop, each with a level that there is."""
    known = Topic.objects.filter(workshop=reviewer.workshop_id, pk__in=levels).values_list("pk", flat=True)
    wanted = {pk: levels[pk] for pk in known if levels[pk] in TopicInterest.Level.values}
    kept = dict(reviewer.interests.values_list("topic", "level"))
    reviewer.interests.exclude(topic__in=wanted).delete()
    new = wanted.keys() - kept.keys()
    TopicInterest.objects.bulk_create(
        TopicInterest(reviewer=reviewer, topic_id=pk, level=wanted[pk]) for pk in sorted(new)
    )
    for pk in sorted(pk for pk in wanted.keys() & kept.keys() if wanted[pk] != kept[pk]):
        reviewer.interests.filter(topic=pk).update(level=wanted[pk])


def _log(action: str, reviewer: Reviewer, by: User | None, data: dict[str, object] | None = None) -> None:
    record(
        action,
        by=by,
        root_type=Root.WORKSHOP,
        root_id=reviewer.workshop_id,
        aspect="staff",
        about=reviewer,
        data=data,
    )
