"""Places of the assignment that nobody fills, or somebody who will hardly do it: what a repair can fill at once.

Over the papers that the viewer is free on.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from access.viewer import Viewer
from accounts.addresses import fold
from accounts.models import User, full_name
from reviews.no_show import signs_of
from reviews.problem import papers_of_run
from reviews.states import AssignmentStatus
from reviews.work import Work, read_work
from submissions.models import Conflict
from workshops.models import Workshop

KINDS = {"left": "Nobody has the place", "conflict": "A conflict is known now", "silent": "No sign of life"}


@dataclass(frozen=True)
class HoleLine:
    """``kind``: see KINDS. ``why``: a sentence. ``sure``: nobody would keep it as it is, so it is ticked."""

    pk: UUID
    paper: int
    number: int
    title: str
    track: str
    user: int
    name: str
    kind: str
    why: str
    due_at: datetime | None
    search: str

    @property
    def sure(self) -> bool:
        return self.kind != "silent"

    @property
    def words(self) -> str:
        return KINDS[self.kind]


def find_holes(workshop: Workshop, viewer: Viewer) -> list[HoleLine]:
    """Places that were given back and not given again, then late conflicts, then silent reviewers. Five queries."""
    papers = {p.pk: p for p in papers_of_run(workshop.pk, None, viewer).select_related("track").order_by("number")}
    work = read_work(workshop, papers_of_run(workshop.pk, None, viewer))
    bars = Conflict.objects.effective().filter(submission__in=papers).select_related(None)
    barred: dict[tuple[int, int], str] = {(c.submission_id, c.user_id): c.get_reason_display().lower() for c in bars}
    people = User.objects.filter(pk__in={one.user for one in work})
    rows = people.values_list("pk", "given", "particle", "family")
    names = {pk: full_name(given, particle, family) for pk, given, particle, family in rows}
    found: list[HoleLine] = []

    def add(one: Work, kind: str, why: str) -> None:
        paper = papers[one.paper]
        text = fold(f"{paper.title} {names[one.user]}")
        line = (one.pk, paper.pk, paper.number, paper.title, paper.track.name, one.user, names[one.user])
        found.append(HoleLine(*line, kind, why, one.due_at, text))

    by_paper: dict[int, list[Work]] = defaultdict(list)
    for one in work:
        by_paper[one.paper].append(one)
    for pk, paper in papers.items():
        lacking = paper.track.reviews_per_paper - sum(one.is_current for one in by_paper[pk])
        gone = [one for one in by_paper[pk] if one.status in (AssignmentStatus.DECLINED, AssignmentStatus.REMOVED)]
        for one in sorted(gone, key=lambda one: one.given_at, reverse=True)[: max(0, lacking)]:
            words = "declined" if one.status == AssignmentStatus.DECLINED else "had it taken back"
            add(one, "left", f"{names[one.user]} {words}")
    waits = [one for one in work if one.is_awaited]
    late = [one for one in waits if (one.paper, one.user) in barred]
    for one in late:
        add(one, "conflict", f"Conflict: {barred[one.paper, one.user]}")
    signs = signs_of(work, timezone.now())
    for one in waits:
        sign = signs.get(one.user)
        if one not in late and sign and one.saved_at is None:
            add(one, "silent", sign.reason)
    order = list(KINDS)
    return sorted(found, key=lambda line: (order.index(line.kind), line.number, line.name))
