"""Remind reviewers of what they have not sent: a bulk mail, one a person, that is looked at before it leaves."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access.rights import require
from access.viewer import Viewer, acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from notifications.models import Batch, Message
from notifications.services.batches import draft_batch
from reviews import emails_desk
from reviews.loads import free_papers
from reviews.models import Assignment
from reviews.services.letters import tell_reminded
from reviews.work import Work, read_work
from workshops.models import Membership, Workshop


@dataclass(frozen=True)
class Reminder:
    """Whom to remind of which papers, the most urgent first; or ``why_not``."""

    user: User
    work: tuple[Work, ...]
    why_not: str = ""


def plan_reminders(
    *,
    workshop: Workshop,
    viewer: Viewer,
    people: Sequence[int] = (),
    assignments: Sequence[UUID] = (),
    again: bool = False,
) -> list[Reminder]:
    """One reminder a person: of all that is overdue for ``people``, or of just these ``assignments``. Five queries.

    Only papers that the viewer is free on are looked at, and only reminders that the viewer may know of count as sent,
    whatever they remind of.
    Whoever has neither a role here nor such a paper is not mentioned. ``again``: also to those who were reminded within
    a day.
    """
    chosen = Assignment.objects.filter(Q(user__in=people) | Q(pk__in=assignments))
    papers = free_papers(viewer, workshop.pk)
    now = timezone.now()
    by_person: dict[int, list[Work]] = defaultdict(list)
    for work in read_work(workshop, papers, chosen):
        if work.is_overdue(now) or (work.is_awaited and work.pk in assignments):
            by_person[work.user].append(work)
    here = Membership.objects.open().filter(workshop=workshop, user__in=people).values("user")
    found = User.objects.filter(Q(pk__in=here) | Q(pk__in=list(by_person))).order_by("family", "given", "pk")
    told = set() if again else _reminded(workshop, viewer, papers, list(by_person))
    return [_reminder(user, by_person.get(user.pk, []), user.pk in told) for user in found]


def _reminder(user: User, work: list[Work], told: bool) -> Reminder:
    why_not = ""
    if not work:
        why_not = "Nothing of theirs is overdue."
    elif not user.is_active:
        why_not = "Their account is closed."
    elif told:
        why_not = "They were reminded within the last day, or a reminder waits in bulk mail."
    ordered = sorted(work, key=lambda each: (each.due_at is None, each.due_at or each.given_at, each.paper))
    return Reminder(user, tuple(ordered), why_not)


def _reminded(workshop: Workshop, viewer: Viewer, papers: Any, people: list[int]) -> set[Any]:
    """Who has a reminder of any kind that the viewer may know of: the workshop's, or about a paper they act on."""
    known = Q(root_type=Root.SUBMISSION, root_id__in=papers.values("pk")) | Q(batch__created_by=viewer.id)
    known |= Q(root_type=Root.WORKSHOP, root_id=workshop.pk)
    rows = Message.objects.reminders().filter(known, recipient__in=people)
    return set(rows.values_list("recipient", flat=True))


@transaction.atomic
def remind_reviewers(
    *,
    workshop: Workshop,
    by: User | None,
    people: Sequence[int] = (),
    assignments: Sequence[UUID] = (),
    again: bool = False,
) -> Batch:
    """Draft the bulk mail, which is looked at and confirmed on the pages of mail.

    Raises Refused when there is nobody to remind.
    """
    viewer = acting(by)
    require(viewer, "staff", workshop)
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    planned = plan_reminders(workshop=workshop, viewer=viewer, people=people, assignments=assignments, again=again)
    due = [one for one in planned if not one.why_not]
    if not due:
        raise Refused("There is nobody to remind: nothing is overdue, or they were reminded within the last day.")
    batch = draft_batch(workshop_id=workshop.pk, kind=emails_desk.REVIEW_REMINDER, by=by, filter={"people": len(due)})
    keys = [work.pk for one in due for work in one.work]
    rows = {row.pk: row for row in Assignment.objects.filter(pk__in=keys).select_related("submission")}
    for one in due:
        asked = []
        for work in one.work:
            row = rows[work.pk]
            row.due_at = work.due_at
            asked.append(row)
        tell_reminded(one.user, asked, workshop=workshop, batch=batch)
    return batch
