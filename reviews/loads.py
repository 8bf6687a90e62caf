"""How many papers reviewers have. For a viewer with a hidden paper every number is as if that paper did not exist."""

from collections.abc import Collection

from django.db.models import Count, QuerySet

from access.rights import visible_to
from access.viewer import Viewer
from reviews.models import Assignment
from reviews.states import REVIEWING
from submissions.models import Submission


def free_papers(viewer: Viewer, workshop_id: int) -> "QuerySet[Submission]":
    """The papers of the workshop that the viewer may act on."""
    return visible_to(viewer, "act", Submission).filter(workshop_id=workshop_id)


def loads(
    viewer: Viewer, workshop_id: int, user_ids: list[int] | None = None, *, kinds: Collection[str] = REVIEWING
) -> dict[int, int]:
    """How many papers each reviewer has now, counted over the papers that the viewer is free on. One query."""
    rows = load_rows(viewer, workshop_id, kinds=kinds)
    return dict(rows if user_ids is None else rows.filter(user__in=user_ids))


def load_rows(
    viewer: Viewer, workshop_id: int, *, kinds: Collection[str] = REVIEWING
) -> "QuerySet[Assignment, tuple[int, int]]":
    """The same as rows: the reviewer, and how many papers they have."""
    papers = free_papers(viewer, workshop_id).values("pk")
    held = Assignment.objects.current().filter(kind__in=kinds, submission__in=papers)
    return held.order_by().values_list("user").annotate(papers=Count("pk"))


def load_of(viewer: Viewer, workshop_id: int, user_id: int) -> int:
    return loads(viewer, workshop_id, [user_id]).get(user_id, 0)
