"""Remind the authors of papers that are not complete: a bulk mail that is looked at before it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from access.rights import require, visible_to
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from notifications.models import Batch, Message
from notifications.services.batches import draft_batch
from submissions import emails
from submissions.models import Authorship, Submission
from submissions.services import tell
from submissions.services.submit import BEING_CHECKED, missing
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.models import Workshop

REMINDERS = (emails.REMINDER, emails.INCOMPLETE)


@dataclass(frozen=True)
class Reminder:
    """Whom to write to about which paper, and what it lacks; or ``why_not``."""

    paper: Submission
    author: Authorship | None
    lacks: tuple[str, ...]
    why_not: str = ""


def plan_reminders(papers: Sequence[Submission], *, again: bool = False) -> list[Reminder]:
    """One reminder a paper, to its corresponding author. Three queries, whatever the number of papers.

    ``again``: also to those who were reminded of the same paper, or of something else here, within a day.
    """
    keys = [paper.pk for paper in papers]
    people: dict[int, list[Authorship]] = {key: [] for key in keys}
    listed = Authorship.objects.filter(submission__in=keys).exclude(status=AuthorshipStatus.DISOWNED)
    for author in listed.select_related("user").order_by("position"):
        people[author.submission_id].append(author)
    told = set() if again else _reminded(papers, people)
    fresh = Submission.objects.filter(pk__in=keys).select_related("track", "workshop", "current__pdf")
    rows = {row.pk: row for row in fresh}
    return [_reminder(rows[key], people[key], key in told) for key in keys]


def _reminded(papers: Sequence[Submission], people: Mapping[int, Sequence[Authorship]]) -> set[int]:
    """Papers of which their author has been reminded, or whose author has a reminder of the workshop itself."""
    about = Q(kind__in=REMINDERS, root_type=Root.SUBMISSION, root_id__in=[paper.pk for paper in papers])
    authors = {paper.pk: author.user_id for paper in papers if (author := _told(people[paper.pk])) and author.user_id}
    workshops = {paper.workshop_id for paper in papers}
    to_them = Q(root_type=Root.WORKSHOP, root_id__in=workshops, recipient__in=authors.values())
    found = list(Message.objects.reminders().filter(about | to_them).values_list("root_type", "root_id", "recipient"))
    others = {recipient for root_type, _, recipient in found if root_type == Root.WORKSHOP}
    return {root_id for root_type, root_id, _ in found if root_type == Root.SUBMISSION} | {
        paper for paper, author in authors.items() if author in others
    }


def _told(authors: Sequence[Authorship]) -> Authorship | None:
    """Who is written to: the corresponding author, or the first who has an address."""
    return next((a for a in authors if a.corresponding and a.email), next((a for a in authors if a.email), None))


def _reminder(paper: Submission, authors: list[Authorship], told: bool) -> Reminder:
    lacks = tuple(missing(paper, authors))
    to = _told(authors)
    why_not = ""
    if paper.status != SubmissionStatus.DRAFT:
        why_not = f"It is {paper.get_status_display().lower()}, not a draft."
    elif lacks in ((), (BEING_CHECKED,)):
        why_not = "Nothing is missing; its PDF is being checked."
    elif to is None:
        why_not = "No author of it has an e-mail address."
    elif told:
        why_not = "Its author was reminded within the last day, or a reminder waits in bulk mail."
    return Reminder(paper, to, lacks, why_not)


@transaction.atomic
def remind_incomplete(
    *, workshop: Workshop, papers: Sequence[Submission], by: User | None, again: bool = False
) -> Batch:
    """Draft the bulk mail: one to the corresponding author of each of these papers that ``by`` may act on.

    It is looked at and confirmed on the pages of mail. Nobody is reminded of the same paper twice within a day unless
    ``again``. Raises Refused when there is nobody to remind.
    """
    if by is not None:
        require(acting(by), "staff", workshop)
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    mine = visible_to(acting(by), "act", Submission).filter(workshop=workshop, pk__in=[paper.pk for paper in papers])
    due = [one for one in plan_reminders(list(mine.order_by("number")), again=again) if not one.why_not]
    if not due:
        raise Refused("There is nobody to remind: no draft is left that lacks something and was not reminded today.")
    batch = draft_batch(workshop_id=workshop.pk, kind=emails.REMINDER, by=by, filter={"papers": len(due)})
    for one in due:
        assert one.author is not None
        lacks: list[Any] = [sentence for sentence in one.lacks if sentence != BEING_CHECKED]
        tell.reminded(one.paper, author=one.author, lacks=lacks, batch=batch)
    return batch
