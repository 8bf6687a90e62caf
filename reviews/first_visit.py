"""A reviewer's first visit: what it has told so far, and what is still missing. Plain data for its page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import Affiliation, Publication, Relation
from jobs.models import Job
from jobs.states import JobStatus
from reviews.bidding import near_rows
from reviews.models import Reviewer, TopicInterest
from reviews.policies import policies_of
from reviews.reading import Place
from submissions.models import Submission
from workshops.deadlines import bidding_until
from workshops.models import Topic, Workshop

NEAR = 0.75
BEST = 5


@dataclass(frozen=True)
class Matches:
    """What one's papers do: on one's bidding page, while it is open. ``near``: to whom a paper is nearer than to three
    quarters of the reviewers. ``is_computing``: a worker compares, or will within minutes.
    """

    shown: int = 0
    near: int = 0
    titles: tuple[str, ...] = ()
    is_computing: bool = False


@dataclass(frozen=True)
class FirstVisitPage:
    place: Place
    policies: str
    policies_at: datetime | None
    ties_at: datetime | None
    load_max: int
    statement: str
    emergency: bool
    topics: tuple[tuple[int, str], ...]
    levels: dict[int, int]
    publications: tuple[tuple[str, bool], ...]
    matches: Matches
    ties: tuple[str, ...]
    institutions: tuple[str, ...]

    @property
    def without_abstract(self) -> int:
        return sum(not has_abstract for _, has_abstract in self.publications)

    @property
    def knows(self) -> bool:
        return bool(self.levels or self.statement)

    @property
    def missing(self) -> list[str]:
        """What is still needed, in words."""
        return [
            words
            for words, told in (
                ("the policies", self.policies_at),
                ("what you know", self.knows or self.publications),
                ("your conflicts", self.ties_at),
            )
            if not told
        ]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """For the component ``steps``: the first that is not done is the one to do now."""
        parts = [
            ("Policies", self.policies_at, "#policies", ""),
            ("What you know", self.knows, "#knows", f"{len(self.levels)} topics" if self.levels else ""),
            ("Your papers", self.publications, "#papers", f"{len(self.publications)} listed" * bool(self.publications)),
            ("Conflicts", self.ties_at, "#conflicts", ""),
        ]
        now = next((words for words, told, _, _ in parts if not told), "")
        return [
            {
                "words": words,
                "state": "done" if told else "now" if words == now else "todo",
                "url": url,
                "detail": detail,
            }
            for words, told, url, detail in parts
        ]


def unfinished() -> Q:
    """Reviewers whose first visit is not done: policies, conflicts, or anything of what they know."""
    known = Exists(TopicInterest.objects.filter(reviewer=OuterRef("pk"))) | Exists(
        Publication.objects.filter(user=OuterRef("user"))
    )
    return Q(policies_at=None) | Q(ties_at=None) | Q(~known, statement="")


def matches_of(viewer: Viewer, workshop: Workshop, at: datetime) -> Matches:
    """Over the papers that stand on the reviewer's bidding page while it is open: of no other is anything told.

    One query; four where bidding is open.
    """
    if bidding_until(workshop.pk, at) is None:
        return Matches()
    papers = visible_to(viewer, "bid", Submission.objects.of(workshop.pk)).values("pk")
    rows = near_rows(viewer, workshop.pk).filter(submission__in=papers).order_by("-value", "submission__number")
    found = list(rows.values_list("submission__title", "percentile"))
    job = Job.objects.filter(kind="affinity", root_id=workshop.pk, status__in=(JobStatus.WAITING, JobStatus.RUNNING))
    near = [title for title, percentile in found if percentile is not None and percentile > NEAR]
    return Matches(len(found), len(near), tuple(near[:BEST]), job.exists())


@prepared
def _rows(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """What one has told so far."""
    mine = visible_to(viewer, "self", Reviewer).filter(workshop=workshop_id)
    ties = visible_to(viewer, "row", Relation).filter(user=viewer.id)
    return {
        "reviewer": mine.values("load_max", "statement", "emergency", "policies_at", "ties_at"),
        "topics": Topic.objects.filter(workshop=workshop_id).values_list("position", "pk", "name"),
        "levels": TopicInterest.objects.filter(reviewer__in=mine.values("pk")).values_list("topic", "level"),
        "ties": ties.values_list("pk", "other_name", "other_email"),
        "places": Affiliation.objects.filter(user=viewer.id).values_list("pk", "name", "domain"),
        "shelf": visible_to(viewer, "row", Publication).values_list("year", "title", "pk", "abstract"),
    }


def first_visit_page(viewer: Viewer, workshop: Workshop, at: datetime) -> FirstVisitPage:
    """One query, and those of matches_of. Raises Http404 for whoever does not review here."""
    rows: dict[str, list[Any]] = _rows(viewer, workshop.pk)
    row = next(iter(rows["reviewer"]), None)
    if row is None:
        raise Http404
    shelf = sorted(rows["shelf"], key=lambda line: (-(line[0] or 0), *line[1:3]))
    return FirstVisitPage(
        place=Place(workshop.slug, str(workshop), workshop.contact, workshop.is_rehearsal),
        policies=policies_of(workshop),
        topics=tuple((pk, name) for _, pk, name in sorted(rows["topics"])),
        levels=dict(rows["levels"]),
        publications=tuple((title, bool(abstract)) for _, title, _, abstract in shelf),
        matches=matches_of(viewer, workshop, at),
        ties=tuple(name or email for _, name, email in sorted(rows["ties"])),
        institutions=tuple(f"{name} ({domain})" if domain else name for _, name, domain in sorted(rows["places"])),
        **row,
    )
