"""The order of a reviewer's stack: one's own, and, for organizers, where a paper stands in its reviewers' orders."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from access.rights import visible_to
from access.viewer import Viewer
from reviews.loads import free_papers
from reviews.models import Assignment, StackOrder
from reviews.states import CURRENT, REVIEWING, ReviewStatus
from workshops.models import Workshop


@dataclass(frozen=True)
class Stacked:
    """A paper of one's own stack. ``place`` is None until one has put them in order."""

    pk: UUID
    number: int
    title: str
    track: str
    overall: int | None
    place: int | None


@dataclass(frozen=True)
class Standing:
    """Where a reviewer put the paper among those that the viewer is free on too."""

    handle: int
    place: int
    of: int

    @property
    def words(self) -> str:
        return f"Reviewer {self.handle} puts it at place {self.place} of {self.of}"


def own_stack(viewer: Viewer, workshop: Workshop) -> list[Stacked]:
    """The papers that one has reviewed, in one's order, else by one's score; [] while a review is to be written."""
    orders = StackOrder.objects.filter(user=viewer.id, submission=OuterRef("submission"))
    if viewer.through is not None:  # places among papers that whoever looks along may not see
        orders = orders.none()
    rows = (
        visible_to(viewer, "own", Assignment)
        .filter(submission__workshop=workshop, kind__in=REVIEWING, status__in=CURRENT)
        .annotate(place=Subquery(orders.values("position")[:1]))
        .values_list(
            "pk",
            "submission__number",
            "submission__title",
            "submission__track__name",
            "review__current__answers",
            "place",
            "review__status",
        )
    )
    listed = list(rows)
    if any(row[-1] not in (ReviewStatus.SUBMITTED, ReviewStatus.SET_ASIDE) for row in listed):
        return []
    found = [
        Stacked(pk, number, title, track, _overall(answers), place)
        for pk, number, title, track, answers, place, status in listed
        if status == ReviewStatus.SUBMITTED
    ]
    return sorted(found, key=lambda one: (one.place is None, one.place, -(one.overall or 0), one.number))


def _overall(answers: object) -> int | None:
    value = answers.get("overall") if isinstance(answers, dict) else None
    return value if isinstance(value, int) else None


def standing_rows(viewer: Viewer, workshop_id: int, submission_id: int) -> "QuerySet[StackOrder, tuple[int, ...]]":
    """The stacks of whoever reviewed a paper: (place, handle, user, paper). Papers hidden from the viewer are not
    counted. Aspect ``act``.
    """
    papers = free_papers(viewer, workshop_id).values("pk")
    wrote = Assignment.objects.current().filter(
        submission=submission_id, kind__in=REVIEWING, review__status=ReviewStatus.SUBMITTED, user=OuterRef("user")
    )
    rows = StackOrder.objects.filter(submission__in=papers).annotate(handle=Subquery(wrote.values("handle")[:1]))
    return rows.filter(handle__isnull=False).values_list("position", "handle", "user", "submission")


def standings(submission_id: int, rows: Iterable[tuple[int, ...]]) -> list[Standing]:
    """Where its reviewers put the paper."""
    stacks: dict[tuple[int, int], list[int]] = defaultdict(list)
    for _, handle, user, paper in sorted(rows):
        stacks[handle, user].append(paper)
    found = [
        Standing(handle, stack.index(submission_id) + 1, len(stack))
        for (handle, _), stack in stacks.items()
        if submission_id in stack and len(stack) > 1
    ]
    return sorted(found, key=lambda one: one.handle)
