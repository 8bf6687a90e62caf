"""Papers that are begun and not submitted: what each lacks, since when, and whom to ask."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from access.registry import right
from access.viewer import Viewer
from audit.models import Root
from desk.reading.levels import flag, papers_on_desk, sealed_papers
from notifications.models import Message
from notifications.querysets import DAY
from notifications.states import MessageStatus
from submissions.models import Authorship, Submission
from submissions.services.remind import REMINDERS
from submissions.services.submit import missing
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.deadlines import windows_by_track
from workshops.models import Deadline, Workshop
from workshops.states import DeadlineKind


@dataclass(frozen=True)
class Draft:
    """``reminded_at`` is known to those who may see the paper's mail."""

    pk: int
    number: int
    title: str
    track: str
    acts: bool
    lacks: tuple[str, ...]
    corresponding: str
    since: datetime
    touched: datetime
    until: datetime | None
    reminded_at: datetime | None

    @property
    def reminded_lately(self) -> bool:
        return self.reminded_at is not None and timezone.now() - self.reminded_at < DAY


@dataclass(frozen=True)
class Incomplete:
    """``sealed``: of any state; how many of those are incomplete is not said."""

    drafts: list[Draft]
    sealed: int

    @property
    def actable(self) -> list[Draft]:
        return [draft for draft in self.drafts if draft.acts]

    @property
    def to_remind(self) -> int:
        """How many are selected when the page is opened."""
        return sum(draft.acts and not draft.reminded_lately for draft in self.drafts)


def read_incomplete(workshop: Workshop, viewer: Viewer) -> Incomplete:
    """What was touched last comes first. The same number of queries for any number of drafts."""
    papers: Any = papers_on_desk(workshop.pk, viewer).filter(status=SubmissionStatus.DRAFT)
    rows = list(
        papers.select_related("track", "current__pdf")
        .annotate(
            acts=flag(right(Submission, "act", viewer)),
            knows_authors=flag(right(Submission, "authors", viewer)),
            touched=Coalesce("current__received_at", "created_at"),
        )
        .order_by("-touched", "-number")
    )
    people: dict[int, list[Authorship]] = defaultdict(list)
    listed = Authorship.objects.filter(submission__in=[row.pk for row in rows])
    for author in listed.exclude(status=AuthorshipStatus.DISOWNED).order_by("position"):
        people[author.submission_id].append(author)
    reminded = _reminded([row.pk for row in rows if row.acts])
    seasons = windows_by_track(
        Deadline.objects.filter(workshop=workshop), {row.track_id for row in rows}, timezone.now()
    )
    drafts = [
        Draft(
            pk=row.pk,
            number=row.number,
            title=row.title,
            track=row.track.name,
            acts=row.acts,
            lacks=tuple(missing(row, people[row.pk])),
            corresponding=_corresponding(people[row.pk]) if row.knows_authors else "",
            since=row.created_at,
            touched=row.touched,
            until=seasons[row.track_id][DeadlineKind.SUBMISSION].at,
            reminded_at=reminded.get(row.pk),
        )
        for row in rows
    ]
    return Incomplete(drafts, sealed_papers(workshop.pk, viewer).count())


def _corresponding(authors: list[Authorship]) -> str:
    chosen = next((author for author in authors if author.corresponding), None)
    return f"{chosen.name} <{chosen.email}>" if chosen and chosen.email else chosen.name if chosen else ""


def _reminded(papers: list[int]) -> dict[int, datetime]:
    """When the last reminder of each was written."""
    sent = Message.objects.filter(kind__in=REMINDERS, root_type=Root.SUBMISSION, root_id__in=papers)
    rows = sent.exclude(status=MessageStatus.CANCELLED).order_by("created_at")
    return dict(rows.values_list("root_id", "created_at"))
