"""The order of a reviewer's stack: one's own, and, for organizers, where a paper stands in its reviewers' orders."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Subquery

from access.rights import visible_to
from access.viewer import Viewer
from reviews.loads import free_papers
from reviews.models import Assignment, StackOrder
from reviews.states import CURRENT, REVIEWING, ReviewStatus
from submissions.models import Submission
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


def standings(submission: Submission, viewer: Viewer) -> list[Standing]:
    """Where its reviewers put the paper. Two queries. Aspect ``act``; papers hidden from the viewer are not counted."""
    handles = dict(
        Assignment.objects.current()
        .filter(submission=submission, kind__in=REVIEWING, review__status=ReviewStatus.SUBMITTED)
        .values_list("user", "handle")
    )
    papers = free_papers(viewer, submission.workshop_id).values("pk")
    rows = StackOrder.objects.filter(user__in=list(handles), submission__in=papers).order_by("position")
    stacks: dict[int, list[int]] = defaultdict(list)
    for user, paper in rows.values_list("user", "submission"):
        stacks[user].append(paper)
    found = [
        Standing(handles[user], stack.index(submission.pk) + 1, len(stack))
        for user, stack in stacks.items()
        if submission.pk in stack and len(stack) > 1
    ]
    return sorted(found, key=lambda one: one.handle)
