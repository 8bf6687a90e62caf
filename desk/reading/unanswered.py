"""Whose answer to an invitation is missing, as one organizer may see it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from access.rights import visible_to
from access.viewer import Viewer
from audit.models import Root
from notifications.models import Message
from notifications.states import MessageStatus
from reviews.emails import INVITATION
from reviews.models import Invitation
from reviews.services.remind import PATIENCE
from reviews.states import InvitationStatus
from workshops.models import Workshop

PAGE = 50


@dataclass(frozen=True)
class Unanswered:
    pk: UUID
    name: str
    address: str
    role: str
    since: datetime
    asked: datetime
    times: int
    until: datetime
    is_recent: bool
    is_waiting: bool

    @property
    def may_be_asked(self) -> bool:
        return not (self.is_recent or self.is_waiting)


@dataclass(frozen=True)
class UnansweredPage:
    """``ripe``: how many of all of them were not asked within three days."""

    rows: list[Unanswered]
    total: int
    ripe: int
    more: bool


def read_unanswered(workshop: Workshop, viewer: Viewer, start: int, now: datetime) -> UnansweredPage:
    """Who has waited longest comes first. Four queries for any number."""
    rows = visible_to(viewer, "row", Invitation).filter(workshop=workshop, status=InvitationStatus.SENT)
    found = list(rows.order_by("asked_at", "pk")[start : start + PAGE + 1])
    waiting = _waiting(workshop, [row.address for row in found])
    return UnansweredPage(
        [_row(row, now, row.address in waiting) for row in found[:PAGE]],
        rows.count(),
        rows.filter(asked_at__lte=now - PATIENCE).count(),
        len(found) > PAGE,
    )


def _waiting(workshop: Workshop, addresses: list[str]) -> set[str]:
    """Addresses to which a mail is on its way."""
    states = [MessageStatus.HELD, MessageStatus.DUE, MessageStatus.CLAIMED]
    rows = Message.objects.about(Root.WORKSHOP, workshop.pk).filter(kind=INVITATION, status__in=states)
    return set(rows.filter(address__in=addresses).values_list("address", flat=True))


def _row(row: Invitation, now: datetime, is_waiting: bool) -> Unanswered:
    return Unanswered(
        pk=row.pk,
        name=row.name,
        address=row.address,
        role=row.get_role_display(),
        since=row.created_at,
        asked=row.asked_at,
        times=row.sent_count,
        until=row.expires_at,
        is_recent=row.asked_at > now - PATIENCE,
        is_waiting=is_waiting,
    )
