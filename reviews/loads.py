"""How many papers reviewers have, and who has bid.

For a viewer with a hidden paper every number is as if that paper did not exist.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Count, QuerySet

from access.rights import visible_to
from access.viewer import Viewer
from reviews.models import Assignment, Bid
from reviews.states import REVIEWING
from submissions.models import Authorship, Conflict, Submission
from submissions.states import AuthorshipStatus
from workshops.models import Membership
from workshops.states import Role


def free_papers(viewer: Viewer, workshop_id: int) -> "QuerySet[Submission]":
    """The papers of the workshop that the viewer may act on."""
    return visible_to(viewer, "act", Submission).filter(workshop_id=workshop_id)


def shared_papers(workshop_id: int) -> "QuerySet[Submission]":
    """The submitted papers that every organizer of the workshop may act on, as far as authors and conflicts go.

    What is asked of these alone has the same answer for every organizer, and tells none of them of the others.
    """
    organizers = Membership.objects.open().filter(workshop=workshop_id, role=Role.ORGANIZER).values("user")
    barred = Conflict.objects.effective().filter(user__in=organizers).values("submission")
    wrote = Authorship.objects.filter(user__in=organizers).exclude(status=AuthorshipStatus.DISOWNED)
    papers = Submission.objects.of(workshop_id).submitted()
    return papers.exclude(pk__in=barred).exclude(pk__in=wrote.values("submission"))


def bidders(workshop_id: int) -> "QuerySet[Bid, Any]":
    """Who has bid, for ``pk__in`` and as rows: on a paper that no organizer is kept from, so that it is one answer."""
    papers = shared_papers(workshop_id).values("pk")
    return Bid.objects.placed().filter(submission__in=papers).order_by().values_list("user").distinct()


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
